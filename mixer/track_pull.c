/* track_pull.c - a track as the audio thread sees it
 *
 * In the steady state a pull gives back the frames lent last time and lends the next ones, straight
 * from the ring. Only where something begins, ends, wraps around or is missing are frames put
 * together in a block.
 *
 * A hole: the last frame that went out is held and faded away over a quantum, and when frames come
 * again they are faded in over a quantum; both per frame, so that it does not matter how the
 * frames were cut into pulls. A file that ends before its time fades away likewise.
 */
#include "mixer/track_parts.h"

#include <assert.h>
#include <string.h>

/* The frames of one pull: `before` of silence, then what lies from ring position `from` on. By the
 * file's header there are `promised` of them; `due` of those can still come, `have` are here. */
struct window {
    uint64_t from;
    uint32_t before, promised, due, have;
};

RT void track_anchor(struct track *t, uint64_t rolled)
{
    atomic_store_explicit(&t->anchor, rolled, memory_order_relaxed);
}

RT bool track_anchored(const struct track *t)
{
    return atomic_load_explicit(&t->anchor, memory_order_relaxed) != NEVER;
}

/* Ring position due at `rolled`; below 0 before the file begins. */
static RT int64_t due_at(const struct track *t, uint64_t rolled)
{
    uint64_t anchor = atomic_load_explicit(&t->anchor, memory_order_relaxed);
    return (int64_t)(rolled - anchor) - (int64_t)t->lead;
}

/* Frames of from..from + n that lie before `end`. */
static RT uint32_t within(uint64_t end, uint64_t from, uint32_t n)
{
    uint64_t left = end > from ? end - from : 0;
    return left < n ? (uint32_t)left : n;
}

/* What is due of the n frames; `have` is left at 0. */
static RT struct window look(const struct track *t, uint64_t rolled, uint32_t n)
{
    int64_t from = due_at(t, rolled);
    struct window w = { .from = from < 0 ? 0 : (uint64_t)from };
    if (from + (int64_t)n <= 0)
        return w;
    w.before = from < 0 ? (uint32_t)-from : 0;
    /* Acquire: pairs with the decoder's store. Read before the ring is: where the end has come
     * down to what there is, all that came before it is in sight. */
    uint64_t end = atomic_load_explicit(&t->end, memory_order_acquire);
    uint64_t promised = atomic_load_explicit(&t->promised, memory_order_relaxed);
    w.promised = within(promised, w.from, n - w.before);
    w.due = within(end, w.from, n - w.before);
    return w;
}

/* How many of the `due` frames from ring position `from` on are waiting behind those that are lent
 * out; *late: frames before it, which will never be played. */
static RT uint32_t waiting(struct track *t, uint64_t from, uint32_t due, uint32_t *late)
{
    uint64_t behind = from - t->at - t->held;
    assert(from >= t->at + t->held);
    *late = 0;
    if (behind == 0 && ring_holds(t->ring, t->held + due))
        return due;
    uint32_t fill = ring_fill(t->ring) - t->held;
    *late = behind < fill ? (uint32_t)behind : fill;
    fill -= *late;
    return behind > *late ? 0 : fill < due ? fill : due;
}

/* Whoever reads the account (track_figures) tries again while the turn is odd or has changed.
 * The releases of the counters and of the ring's tail keep the odd number before them. */
static RT void begin_turn(struct track *t)
{
    uint32_t turn = atomic_load_explicit(&t->audio_turn, memory_order_relaxed);
    atomic_store_explicit(&t->audio_turn, turn + 1, memory_order_relaxed);
}

static RT void end_turn(struct track *t)
{
    uint32_t turn = atomic_load_explicit(&t->audio_turn, memory_order_relaxed);
    atomic_store_explicit(&t->audio_turn, turn + 1, memory_order_release);
}

static RT void count(_Atomic uint64_t *counter, uint64_t n)
{
    uint64_t so_far = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, so_far + n, memory_order_release);
}

/* Gives back what was lent and skips `late` frames. */
static RT void give_back(struct track *t, uint32_t late)
{
    if (t->held + late == 0)
        return;
    begin_turn(t);
    count(&t->played, t->held);
    count(&t->skipped, late);
    ring_take(t->ring, t->held + late);
    end_turn(t);
    t->at += t->held + late;
    t->held = 0;
}

/* Asks for the samples of the next pull. A ring of a second is far larger than any cache, and with
 * a hundred tracks taking turns the processor does not guess what comes next; asked for now, it is
 * there a quantum later. Was worth a third of the audio thread's time for a bare sum of tracks. */
static RT void fetch_ahead(const float *x, uint32_t n)
{
    for (uint32_t i = 0; i < n; i += TRACK_LINE / sizeof *x)
        __builtin_prefetch(x + i, 0, 2);
}

/* n frames straight from the ring, or NULL where it wraps around. */
static RT const float *lend(struct track *t, uint32_t n)
{
    uint32_t contiguous;
    const float *x = ring_read_span(t->ring, n, &contiguous);
    if (contiguous < n)
        return NULL;
    t->held = n;
    fetch_ahead(x + (size_t)n * t->channels, n * t->channels);
    return x;
}

/* last: the frame that went out last, or NULL for silence. From here on it fades away. */
static RT void begin_hole(struct track *t, const float *last)
{
    if (last)
        memcpy(t->hold, last, t->channels * sizeof *last);
    t->fall = last ? t->quantum : 0;
    t->rise = 0;
}

static RT const float *last_sent(const struct track *t)
{
    return t->view ? t->view + (size_t)(t->viewed - 1) * t->channels : NULL;
}

static RT bool whole(const struct track *t)
{
    return t->fall == 0 && t->rise == t->quantum;
}

/* The edges of a hole, over n frames that are all present or all missing. */
static RT void fade(struct track *t, float *x, uint32_t n, bool present)
{
    uint32_t quantum = t->quantum;
    float step = 1 / (float)(quantum + 1);
    for (uint32_t i = 0; i < n && !whole(t); i++) {
        if (present && t->rise < quantum)
            t->rise++;
        float in = t->rise < quantum ? (float)t->rise * step : 1;
        float out = (float)t->fall * step;
        if (t->fall > 0)
            t->fall--;
        for (uint32_t c = 0; c < t->channels; c++, x++)
            *x = in * *x + out * t->hold[c];
    }
}

/* Whatever is not n frames of sound in one piece: puts them together in the block. */
static RT const float *compose(struct track *t, const struct window *w, uint32_t n)
{
    uint32_t after = n - w->before - w->have;
    float *sound = t->block + (size_t)w->before * t->channels;
    float *behind = sound + (size_t)w->have * t->channels;
    memset(t->block, 0, (size_t)n * t->channels * sizeof *t->block);
    if (w->have > 0) {
        begin_turn(t);
        count(&t->played, w->have);
        ring_read(t->ring, sound, w->have);
        end_turn(t);
        t->at += w->have;
        fade(t, sound, w->have, true);
        if (w->have < w->promised)
            begin_hole(t, behind - t->channels);
    }
    fade(t, behind, after, false);
    return t->block;
}

static RT const float *pull(struct track *t, uint64_t rolled, uint32_t n)
{
    /* Acquire: pairs with the decoder's release after the opening. */
    bool open = atomic_load_explicit(&t->state, memory_order_acquire) == TRACK_OPEN;
    struct window w = look(t, rolled, n);
    uint32_t late = 0;
    assert(n <= t->quantum && track_anchored(t));
    atomic_store_explicit(&t->moment, rolled, memory_order_relaxed);
    if (open)
        w.have = waiting(t, w.from, w.due, &late);
    if (w.have < w.due)
        count(&t->starved, w.due - w.have);
    if (w.have == 0 && w.promised > 0 && t->rise > 0)
        begin_hole(t, last_sent(t));
    if (!open)
        return NULL;
    give_back(t, late);
    if (w.have == 0 && t->fall == 0)
        return NULL;
    const float *x = w.have == n && whole(t) ? lend(t, n) : NULL;
    return x ? x : compose(t, &w, n);
}

RT const float *track_pull(struct track *t, uint64_t rolled, uint32_t n)
{
    t->view = pull(t, rolled, n);
    t->viewed = (uint16_t)n;
    return t->view;
}

RT void track_prefetch(const struct track *t)
{
    __builtin_prefetch(&t->state);
    __builtin_prefetch(&t->audio_turn, 1);
}

RT void track_prefetch_ring(const struct track *t)
{
    /* Acquire: as in pull(). */
    if (atomic_load_explicit(&t->state, memory_order_acquire) == TRACK_OPEN)
        ring_prefetch(t->ring);
}

RT const float *track_view(const struct track *t)
{
    return t->view;
}

RT bool track_ready(struct track *t, uint64_t rolled, uint32_t n)
{
    struct window w = look(t, rolled, n);
    uint32_t late;
    if (w.due == 0)
        return true;
    /* Acquire: pairs with the decoder's release after the opening. */
    if (atomic_load_explicit(&t->state, memory_order_acquire) != TRACK_OPEN)
        return false;
    uint32_t here = waiting(t, w.from, w.due, &late);
    if (late > 0) { /* they would keep the decoder from going on */
        give_back(t, late);
        t->view = NULL;
    }
    return here == w.due;
}

RT bool track_sounding(const struct track *t, uint64_t rolled)
{
    if (!track_anchored(t))
        return false;
    int64_t from = due_at(t, rolled);
    bool begun = t->plan.position > t->plan.offset ? from >= 0 : from > 0;
    /* Acquire: as in look(). */
    uint64_t end = atomic_load_explicit(&t->end, memory_order_acquire);
    return begun && (uint64_t)from < end;
}
