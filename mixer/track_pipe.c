/* track_pipe.c - a track whose file is a pipe
 *
 * It begins where the pipe stands, if what is wanted has gone by; and it ends where the transport's
 * loop turns back, since the pipe does not. So a pipe is always played straight on.
 */
#include "mixer/track_parts.h"

#include "mixer/min64.h"

enum { BLOCK = 16384 /* frames of one read at most */ };

/* Frames of the timeline from the track's first until its loop turns back. */
static uint64_t straight(const struct track_plan *p)
{
    bool loops = p->loop_from < p->loop_to && p->position < p->loop_to;
    return loops ? p->loop_to - p->position : NEVER;
}

bool track_pipe_begin(struct track *t)
{
    const struct track_plan *p = &t->plan;
    uint64_t before = p->offset > p->position ? p->offset - p->position : 0;
    uint64_t wanted = p->region.in + p->position + before - p->offset, until = straight(p);
    t->reader = pipe_reader_new(p->pipe, wanted);
    if (!t->reader)
        return false;
    t->first = pipe_reader_at(t->reader);
    t->lead = before + (t->first - wanted);
    if (t->first > wanted)
        t->rise = 0; /* it comes in the middle of its sound: with a fade */
    uint64_t most = region_most(&p->region), gone = t->first - p->region.in;
    t->most = min64(most > gone ? most - gone : 0, until > t->lead ? until - t->lead : 0);
    t->nans_before = pipe_figures(p->pipe).nans;
    atomic_store_explicit(&t->end, t->most, memory_order_relaxed);
    return true;
}

/* Frames that the ring will be given if the pipe keeps what its head says. */
static uint64_t expected(const struct track *t)
{
    uint64_t frames = pipe_figures(t->plan.pipe).frames;
    uint64_t left = frames == NEVER ? NEVER : frames > t->first ? frames - t->first : 0;
    return min64(left, t->most);
}

/* Where the loop turns back, or where nobody knew it would, the end is cut: it fades. */
static void note_length(struct track *t)
{
    uint64_t frames = expected(t), until = straight(&t->plan);
    bool cut = frames == NEVER || (until != NEVER && frames == until - t->lead);
    atomic_store_explicit(&t->promised, cut ? NEVER : frames, memory_order_relaxed);
    atomic_store_explicit(&t->end, frames, memory_order_relaxed);
}

bool track_pipe_open(struct track *t, const char **why)
{
    *why = "closed";
    while (!track_stopping(t)) {
        uint32_t n = 0;
        enum pipe_gives gives = pipe_read(t->reader, NULL, &n);
        uint32_t channels = pipe_figures(t->plan.pipe).channels;
        if (channels) {
            note_length(t);
            return track_build_ring(t, channels, why);
        }
        if (gives == PIPE_OVER) {
            const char *fault = pipe_fault(t->plan.pipe);
            *why = fault ? fault : *why;
            return false;
        }
        if (gives == PIPE_DRY)
            pipe_wait(t->reader);
    }
    return false;
}

static void lose(struct track *t)
{
    const char *fault = pipe_fault(t->plan.pipe);
    if (!fault)
        return;
    track_tell_problem(t, fault);
    track_file_missing(t);
}

/* n frames from ring position `at` on have come. */
static void shape(const struct track *t, uint64_t at, float *x, uint32_t n)
{
    const struct region *r = &t->plan.region;
    uint64_t length = region_length(r, pipe_figures(t->plan.pipe).frames);
    region_shape(r, length, t->first + at - r->in, x, n, t->channels);
}

bool track_pipe_fill(struct track *t, uint32_t slack)
{
    while (ring_space(t->ring) > slack && !track_stopping(t)) {
        uint64_t at = ring_written(t->ring);
        uint32_t n;
        float *to = ring_write_span(t->ring, BLOCK, &n);
        n = (uint32_t)min64(n, t->most - at);
        if (n == 0)
            return false;
        switch (pipe_read(t->reader, to, &n)) {
        case PIPE_GIVES:
            shape(t, at, to, n);
            track_commit(t, n, pipe_figures(t->plan.pipe).nans - t->nans_before);
            break;
        case PIPE_DRY:
            pipe_wait(t->reader);
            break;
        case PIPE_OVER:
            lose(t);
            return false;
        }
    }
    return true;
}
