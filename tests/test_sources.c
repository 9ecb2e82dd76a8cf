/* test_sources.c - what is opened for a strip: its ring's length, set while it sounds; and when */
#include "mixer/console_parts.h"
#include "tests/desk.h"

enum { FRAMES = 480000, OTHERS = AT_ONCE };

static float x[FRAMES];

/* Frames of a ring of so many seconds: whole quanta. */
static uint32_t ring_frames(double seconds)
{
    return (uint32_t)(ceil(seconds * DESK_RATE / DESK_QUANTUM)) * DESK_QUANTUM;
}

/* x[i] is frame first + i of the ramp, but for the rounding of a crossfade with itself. */
static void check_ramp(const float *heard, uint32_t n, uint64_t first)
{
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < n; i++) {
        float want;
        signal_ramp(&want, 1, first + i);
        wrong += !(fabsf(heard[i] - want) <= 0x1p-23f);
    }
    CHECK_INT(wrong, 0);
}

/* Each change gives a ring of that length, and nobody hears it. */
static void rings_change_while_playing(void)
{
    static const struct {
        const char *address, *value;
        double seconds;
    } changes[] = {
        { "strip/a/ring", "250ms", 0.25 }, { "strip/a/ring", "4s", 4 },
        { "engine/ring", "100ms", 4 },     { "strip/a/ring", "0s", 0.1 },
        { "engine/ring", "2s", 2 },        { "strip/a/ring", "1ms", 0.05 },
    };
    struct studio s;
    uint32_t at = 0;
    studio_open(&s, DESK_RATE, DESK_QUANTUM);
    desk_add(&s, "a", "ramp.wav", "");
    desk_roll(&s);
    CHECK_INT(desk_figures(&s).size, ring_frames(1));
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        studio_set(&s, changes[i].address, changes[i].value, UINT32_MAX);
        at += desk_settle(&s, x + at, 6400, FRAMES / 8);
        CHECK_INT(desk_figures(&s).size, ring_frames(changes[i].seconds));
    }
    check_ramp(x, at, 0);
    CHECK_INT(desk_totals(&s).starved, 0);
    studio_close(&s);
}

/* 0 is the engine's and not written down; what is too short is made long enough. */
static void a_ring_reads_back(void)
{
    struct studio s;
    struct console_value v;
    struct refusal why;
    studio_open(&s, DESK_RATE, DESK_QUANTUM);
    desk_add(&s, "a", "ramp.wav", "ring=20ms");
    CHECK_INT(console_get(s.console, "strip/a/ring", &v, &why), 0);
    CHECK_STR(v.text, "50ms");
    CHECK(v.saved);
    studio_set(&s, "strip/a/ring", "0s", UINT32_MAX);
    CHECK_INT(console_get(s.console, "strip/a/ring", &v, &why), 0);
    CHECK(!v.saved);
    studio_close(&s);
}

/* Has strip a a source that is primed for a wish, and not in its place yet? */
static bool primed_and_waits(struct studio *s)
{
    struct node *n = node_find(s->console, NODE_STRIP, "a");
    while (node_primes(n) && !node_ready(s->console, n))
        console_await_tracks(s->console);
    return node_primes(n);
}

/* A strip whose turn to be opened has not come yet keeps what it plays: what is primed for it is
 * not what is wanted any more. False: it was primed before it could be waited for, and heard. */
static bool wishes_change(void)
{
    struct studio s;
    char name[32];
    studio_open(&s, DESK_RATE, DESK_QUANTUM);
    for (int i = 0; i < OTHERS; i++) {
        snprintf(name, sizeof name, "m%d", i);
        desk_add(&s, name, "ramp.wav", "mute=on");
    }
    desk_add(&s, "a", "ramp.wav", "");
    desk_roll(&s);
    desk_hear(&s, x, 6400);
    studio_set(&s, "strip/a/offset", "9s", UINT32_MAX); /* where the timeline is, it is silent */
    console_tick(s.console);
    bool waits = primed_and_waits(&s);
    if (waits) {
        studio_set(&s, "strip/a/offset", "0s", UINT32_MAX);
        for (int i = 0; i < OTHERS; i++) {
            snprintf(name, sizeof name, "strip/m%d/offset", i);
            studio_set(&s, name, "1ms", UINT32_MAX);
        }
        uint32_t at = 6400 + desk_settle(&s, x + 6400, 6400, FRAMES / 2);
        check_ramp(x, at, 0);
    }
    studio_close(&s);
    return waits;
}

static void what_is_primed_for_nothing_is_not_heard(void)
{
    while (!wishes_change()) /* on a busy machine, a decoder may be as quick as its console */
        ;
}

int main(void)
{
    desk_write_ramp("ramp.wav", FRAMES, 0);
    RUN(rings_change_while_playing);
    RUN(a_ring_reads_back);
    RUN(what_is_primed_for_nothing_is_not_heard);
    return check_done();
}
