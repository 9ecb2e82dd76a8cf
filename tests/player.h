/* player.h - plays a track as the engine and the render driver would, and checks what comes
 *
 * Pulls happen between rt_enter and rt_leave, under the guard of the audio thread (rtguard.c).
 */
#ifndef TESTS_PLAYER_H
#define TESTS_PLAYER_H

#include "tests/check.h"
#include "tests/timeline.h"

#include "mixer/track.h"

#include <sched.h>

enum { RATE = 48000, QUANTUM = 64, RING = 1024 };

static inline struct track_plan player_plan(const char *path)
{
    return (struct track_plan){
        .path = path, .rate = RATE, .quality = QUALITY_FASTEST, .ring = RING, .quantum = QUANTUM
    };
}

static inline struct track *player_open(const struct track_plan *plan)
{
    const char *why = NULL;
    struct track *t = track_open(plan, &why);
    if (!t) {
        CHECK_FAIL("%s", why);
        exit(1);
    }
    return t;
}

/* Of a whole file, from its first frame at clock 0 on. */
static inline struct track *player_primed(const char *path)
{
    struct track_plan plan = player_plan(path);
    struct track *t = player_open(&plan);
    track_anchor(t, 0);
    while (!track_primed(t))
        track_await(t);
    return t;
}

static inline const float *player_pull(struct track *t, uint64_t rolled, uint32_t n)
{
    rt_enter();
    const float *x = track_pull(t, rolled, n);
    rt_leave();
    return x;
}

static inline void player_await(struct track *t, uint64_t rolled, uint32_t n)
{
    for (;;) {
        rt_enter();
        bool ready = track_ready(t, rolled, n);
        rt_leave();
        if (ready)
            return;
        track_wake(t);
        track_await(t);
    }
}

/* Decoders that were closed are gone, and their files closed. */
static inline void player_await_no_decoders(void)
{
    while (track_decoders() > 0)
        sched_yield();
}

static inline struct track_figures player_figures(struct track *t)
{
    struct track_figures f;
    track_figures(t, &f);
    CHECK_INT(f.decoded, f.played + f.skipped + f.buffered);
    return f;
}

/* The contract of a hole's edges, frame by frame, in arithmetic of its own: `hold` falls to 0 over
 * a quantum from the first missing frame on, and frames rise over a quantum when they are back. */
struct edges {
    float hold, last;
    uint32_t gone, back; /* frames since the hole began, since it ended */
    bool missing;
};

static inline float player_edge(struct edges *e, bool present, float x)
{
    float steps = QUANTUM + 1, out = 0;
    if (!present && !e->missing) {
        e->hold = e->last;
        e->gone = 0;
    }
    e->back = present ? e->back + 1 : 0;
    e->missing = !present;
    if (e->gone < QUANTUM)
        out += e->hold * (float)(QUANTUM - e->gone) / steps;
    if (present)
        out += x * (e->back < QUANTUM ? (float)e->back / steps : 1);
    e->gone += e->gone < QUANTUM;
    e->last = out;
    return out;
}

/* Pulls [from, to) in pieces of n and compares; frames from `missing` on are not there. */
static inline uint64_t player_play(struct track *t, struct edges *e, uint64_t from, uint64_t to,
                                   uint32_t n, uint64_t missing)
{
    uint64_t wrong = 0;
    for (uint64_t i = from; i < to; i += n) {
        const float *x = player_pull(t, i, n);
        for (uint32_t k = 0; k < n; k++) {
            float want = player_edge(e, i + k < missing, timeline_sample(i + k));
            wrong += !(fabsf((x ? x[2 * k] : 0) - want) <= 1e-9f);
            wrong += x && x[2 * k] != -x[2 * k + 1];
        }
    }
    return wrong;
}

#endif
