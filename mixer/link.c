/* link.c - what joins the two halves: commands in, returns and status out
 *
 * How a post knows its frame. At the beginning of each turn the engine writes, between two bumps of
 * `turn`, the frame the turn ends at, how many commands have been seen so far, and the frame at
 * which the last of them were. After a post the console reads these: if the batch was seen, then
 * as the last (nobody else posts), however many turns have gone by since; else it will be seen
 * where the present turn ends.
 */
#include "mixer/link.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { RETURNS = 64 };

struct link {
    struct ring *commands; /* struct command */
    struct ring *returns;  /* struct desk * */
    struct ring *timings;  /* struct timing */
    struct snapshot *status;
    _Atomic uint64_t turn;     /* odd while the three below change; the engine's */
    _Atomic uint64_t end;      /* first frame of the next turn; the engine's */
    _Atomic uint64_t seen;     /* commands ever seen by turns so far; the engine's */
    _Atomic uint64_t news;     /* first frame of the last turn that saw any; the engine's */
    _Atomic uint64_t promised; /* the console's */
};

struct link *link_new(void)
{
    struct link *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    l->commands = ring_new(sizeof(struct command), LINK_COMMANDS);
    l->returns = ring_new(sizeof(struct desk *), RETURNS);
    l->timings = ring_new(sizeof(struct timing), LINK_TIMINGS);
    l->status = snapshot_new(sizeof(struct status));
    atomic_init(&l->promised, UINT64_MAX);
    if (!l->commands || !l->returns || !l->timings || !l->status) {
        link_free(l);
        return NULL;
    }
    return l;
}

void link_free(struct link *l)
{
    if (!l)
        return;
    ring_free(l->commands);
    ring_free(l->returns);
    ring_free(l->timings);
    snapshot_free(l->status);
    free(l);
}

/* Reads the turn whole; the engine is in it for a few instructions only. */
static void turn_read(const struct link *l, uint64_t *end, uint64_t *seen, uint64_t *news)
{
    for (;;) {
        uint64_t turn = atomic_load_explicit(&l->turn, memory_order_acquire);
        *end = atomic_load_explicit(&l->end, memory_order_relaxed);
        *seen = atomic_load_explicit(&l->seen, memory_order_relaxed);
        *news = atomic_load_explicit(&l->news, memory_order_relaxed);
        atomic_thread_fence(memory_order_acquire); /* before the second look at turn */
        if (!(turn & 1) && turn == atomic_load_explicit(&l->turn, memory_order_relaxed))
            return;
        sched_yield();
    }
}

int link_post(struct link *l, const struct command *batch, uint32_t n, uint64_t *frame)
{
    int err = ring_write(l->commands, batch, n);
    if (err || !frame)
        return err;
    /* Orders our store of the ring's head before the look at the turn, against the same fence in
     * link_begin: if the turn that we read did not see the batch, the next one will. */
    atomic_thread_fence(memory_order_seq_cst);
    uint64_t end, seen, news;
    turn_read(l, &end, &seen, &news);
    *frame = seen == ring_written(l->commands) ? news : end;
    return 0;
}

uint32_t link_room(const struct link *l)
{
    return ring_space(l->commands);
}

struct desk *link_returned(struct link *l)
{
    struct desk *d = NULL;
    return ring_read(l->returns, &d, 1) ? d : NULL;
}

const struct status *link_status(struct link *l, bool *fresh)
{
    return snapshot_read(l->status, fresh);
}

uint32_t link_timings(struct link *l, struct timing *out, uint32_t n)
{
    return ring_read(l->timings, out, n);
}

uint64_t link_horizon(const struct link *l)
{
    uint64_t end, seen, news;
    turn_read(l, &end, &seen, &news);
    return end;
}

void link_promise(struct link *l, uint64_t frame)
{
    /* Release: who sees the promise sees what was posted before it. */
    atomic_store_explicit(&l->promised, frame, memory_order_release);
}

RT uint64_t link_promised(const struct link *l)
{
    return atomic_load_explicit(&l->promised, memory_order_acquire); /* partner: link_promise */
}

RT uint32_t link_begin(struct link *l, uint64_t frame, uint32_t frames)
{
    uint64_t turn = atomic_load_explicit(&l->turn, memory_order_relaxed); /* ours alone */
    atomic_store_explicit(&l->turn, turn + 1, memory_order_relaxed);
    atomic_thread_fence(memory_order_seq_cst); /* partner: link_post */
    uint32_t waiting = ring_fill(l->commands);
    uint64_t seen = ring_taken(l->commands) + waiting;
    atomic_store_explicit(&l->end, frame + frames, memory_order_relaxed);
    atomic_store_explicit(&l->seen, seen, memory_order_relaxed);
    if (waiting)
        atomic_store_explicit(&l->news, frame, memory_order_relaxed);
    atomic_store_explicit(&l->turn, turn + 2, memory_order_release); /* partner: turn_read */
    return waiting;
}

RT void link_take(struct link *l, struct command *c)
{
    ring_read(l->commands, c, 1);
}

RT void link_return(struct link *l, struct desk *d)
{
    ring_write(l->returns, &d, 1);
}

RT void link_timing(struct link *l, const struct timing *t, uint64_t *lost)
{
    if (ring_write(l->timings, t, 1))
        (*lost)++;
}

RT bool link_status_seen(const struct link *l)
{
    return snapshot_seen(l->status);
}

RT struct status *link_status_draft(struct link *l)
{
    return snapshot_draft(l->status);
}

RT void link_status_publish(struct link *l)
{
    snapshot_publish(l->status);
}
