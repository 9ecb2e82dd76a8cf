/* track_look.c - what any thread may see of a track while its decoder and the audio thread work */
#include "mixer/track_parts.h"

#include <time.h>

enum {
    LOOKS = 2000, /* readings of the figures before giving up on a still moment */
    LOOK_NS = 50000,
};

uint32_t track_channels(const struct track *t)
{
    /* Acquire: pairs with the decoder's release after the opening. */
    bool open = atomic_load_explicit(&t->state, memory_order_acquire) == TRACK_OPEN;
    return open ? t->channels : 0;
}

bool track_primed(const struct track *t)
{
    return atomic_load_explicit(&t->primed, memory_order_acquire); /* pairs with the decoder */
}

/* From `rolled` on half of what it is primed with, or else half a ring. */
static bool holds(const struct track *t, uint64_t rolled, bool primed)
{
    if (atomic_load_explicit(&t->ended, memory_order_acquire)) /* pairs with note_end */
        return true;
    /* Acquire: pairs with the decoder's release after the opening. */
    if (atomic_load_explicit(&t->state, memory_order_acquire) != TRACK_OPEN)
        return false;
    uint64_t here =
        atomic_load_explicit(&t->anchor, memory_order_relaxed) + t->lead + ring_written(t->ring);
    return here >= rolled + (primed ? track_prime_frames(t) : ring_size(t->ring)) / 2;
}

bool track_in_time(const struct track *t, uint64_t rolled)
{
    return holds(t, rolled, false);
}

bool track_may_arrive(const struct track *t, uint64_t rolled)
{
    return holds(t, rolled, true);
}

uint64_t track_waits_ns(const struct track *t, uint64_t now)
{
    uint64_t asked = atomic_load_explicit(&t->asked, memory_order_relaxed); /* a word of its own */
    return asked && now > asked ? now - asked : 0;
}

const char *track_problem(const struct track *t, uint32_t k)
{
    if (k >= TRACK_PROBLEMS)
        return NULL;
    return atomic_load_explicit(&t->problems[k], memory_order_acquire); /* with tell_problem */
}

static uint64_t get(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_acquire);
}

/* One reading of both accounts. False: somebody was changing them. The acquires of the counters
 * keep the second look at the turns behind them. */
static bool read_account(const struct track *t, struct track_figures *out)
{
    uint32_t audio = atomic_load_explicit(&t->audio_turn, memory_order_acquire);
    uint32_t decoder = atomic_load_explicit(&t->decoder_turn, memory_order_acquire);
    out->played = get(&t->played);
    out->skipped = get(&t->skipped);
    out->decoded = get(&t->decoded);
    uint64_t taken = ring_taken(t->ring);
    out->buffered = ring_written(t->ring) - taken;
    return !(audio & 1) && !(decoder & 1) &&
           audio == atomic_load_explicit(&t->audio_turn, memory_order_relaxed) &&
           decoder == atomic_load_explicit(&t->decoder_turn, memory_order_relaxed);
}

void track_figures(const struct track *t, struct track_figures *out)
{
    static const struct timespec moment = { .tv_nsec = LOOK_NS };
    /* Acquire: pairs with the decoder's release after the opening. */
    enum track_state state = atomic_load_explicit(&t->state, memory_order_acquire);
    uint64_t end = atomic_load_explicit(&t->end, memory_order_acquire);
    *out = (struct track_figures){
        .starved = get(&t->starved),
        .nans = get(&t->nans),
        .primed = track_primed(t),
        .ended = atomic_load_explicit(&t->ended, memory_order_acquire), /* with note_end */
        .failed = state == TRACK_FAILED,
        .lost = track_fate(t) == TRACK_LOST,
    };
    if (state == TRACK_OPEN) {
        for (int i = 0; !read_account(t, out) && i < LOOKS; i++)
            nanosleep(&moment, NULL);
        out->size = ring_size(t->ring);
    }
    out->playing = out->played + out->skipped < end;
}
