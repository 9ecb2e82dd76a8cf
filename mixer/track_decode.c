/* track_decode.c - what a track's own thread does: it keeps the ring filled
 *
 * The decoder fills its ring to the brim and sleeps: while the transport rolls, until the ring will
 * have fallen to the low mark, which it works out from the fill and the rate; while it stands,
 * until someone wakes it. The audio thread wakes nobody. When the file has ended the thread does
 * too, so that what is small enough for its ring costs neither a thread nor a descriptor.
 */
#include "mixer/track_parts.h"

#include <stdlib.h>
#include <string.h>

enum {
    SLACK = 16,         /* while rolling, free places under a 16th of the ring are left alone */
    BLOCK = 16384,      /* frames of one read at most: enough to be cheap, soon enough back */
    TURNING_PER_S = 10, /* a tenth of a second */
    NAP_MIN_MS = 1,
    NAP_MAX_MS = 60 * 60 * 1000,
    STILL_MS = 1000, /* longer than any period, or a nap between two would pass for a stop */
};

/* When the decoder last looked at the world. */
struct glance {
    uint64_t moment;   /* the rolled clock */
    uint64_t still_ms; /* slept since it moved last */
    bool roused;       /* someone woke us: the transport rolls or is about to */
};

void track_tell_problem(struct track *t, const char *problem)
{
    char *copy = problem && t->n_problems < TRACK_PROBLEMS ? strdup(problem) : NULL;
    if (!copy)
        return;
    /* Release: pairs with track_problem; the text stands still from now on. */
    atomic_store_explicit(&t->problems[t->n_problems++], copy, memory_order_release);
}

static void tell_problems(struct track *t, const struct stream *s)
{
    const char *problem;
    while (t->n_problems < TRACK_PROBLEMS && (problem = stream_problem(s, t->n_problems)))
        track_tell_problem(t, problem);
}

struct stream_plan track_stream(const struct track_plan *p)
{
    return (struct stream_plan){ .position = p->position,
                                 .offset = p->offset,
                                 .repeat = p->repeat,
                                 .loop_from = p->loop_from,
                                 .loop_to = p->loop_to,
                                 .xfade = p->xfade,
                                 .region = p->region,
                                 .pace = p->pace,
                                 .rate = p->varispeed,
                                 .quality = p->quality };
}

static struct playlist *open_list(const struct track_plan *p, struct audiofile_info *info,
                                  const char **why)
{
    const struct playlist_entry alone = { p->path, 0, UINT64_MAX };
    struct playlist_plan plan = { &alone, 1, 0, p->rate, p->quality, p->retry_ns };
    if (p->n_entries > 1) {
        plan.entries = p->entries;
        plan.n = p->n_entries;
        plan.channels = p->channels;
    }
    return playlist_open(&plan, info, why);
}

bool track_build_ring(struct track *t, uint32_t channels, const char **why)
{
    const struct track_plan *p = &t->plan;
    uint32_t quanta = (p->ring + p->quantum - 1) / p->quantum; /* whole ones are lent as they lie */
    uint32_t size = p->quantum * (quanta > 4 ? quanta : 4);
    size_t frame = channels * sizeof(float);
    t->channels = channels;
    t->ring = p->prime ? ring_new_lazy(frame, size) : ring_new(frame, size);
    t->block = calloc(p->quantum, frame);
    t->hold = calloc(1, frame);
    *why = "out of memory";
    return t->ring && t->block && t->hold;
}

static struct stream *open_stream(struct track *t, const char **why)
{
    const struct track_plan *p = &t->plan;
    struct stream_plan plan = track_stream(p);
    struct audiofile_info info;
    if (track_file_shunned(t)) {
        *why = "nobody has changed the file";
        return NULL;
    }
    struct playlist *list = open_list(p, &info, why);
    if (!list)
        return NULL;
    if (track_build_ring(t, info.channels, why))
        return stream_new(list, &info, &plan);
    playlist_close(list);
    return NULL;
}

/* No more frames will be written. Release: pairs with look() on the audio thread. */
static void note_end(struct track *t, uint64_t end)
{
    atomic_store_explicit(&t->end, end, memory_order_release);
    atomic_store_explicit(&t->ended, true, memory_order_release);  /* pairs with track_figures */
    atomic_store_explicit(&t->primed, true, memory_order_release); /* pairs with track_primed */
}

/* What the header promises bounds what is due; an end without a promise is nobody's surprise. */
static void note_length(struct track *t, const struct stream *s)
{
    uint64_t frames = stream_frames(s);
    bool silent = atomic_load_explicit(&t->end, memory_order_relaxed) == 0;
    bool endless = t->plan.repeat || t->plan.loop_from < t->plan.loop_to;
    uint64_t promised = silent || (frames == NEVER && !endless) ? 0 : frames;
    atomic_store_explicit(&t->promised, promised, memory_order_relaxed);
    if (!silent)
        atomic_store_explicit(&t->end, frames, memory_order_relaxed);
}

/* Under the account's turn (track_pull.c, begin_turn). */
void track_commit(struct track *t, uint32_t n, uint64_t nans)
{
    uint32_t turn = atomic_load_explicit(&t->decoder_turn, memory_order_relaxed);
    uint64_t decoded = atomic_load_explicit(&t->decoded, memory_order_relaxed);
    atomic_store_explicit(&t->decoder_turn, turn + 1, memory_order_relaxed);
    atomic_store_explicit(&t->decoded, decoded + n, memory_order_release);
    ring_commit(t->ring, n);
    atomic_store_explicit(&t->decoder_turn, turn + 2, memory_order_release);
    atomic_store_explicit(&t->nans, nans, memory_order_release);
    track_tell(t);
}

static void note_asked(struct track *t, uint64_t asked)
{
    atomic_store_explicit(&t->asked, asked, memory_order_relaxed); /* a word of its own */
}

/* Reads up to `most` frames in one piece. False: the stream has ended. */
static bool fill_some(struct track *t, struct stream *s, uint32_t most)
{
    uint32_t room;
    float *to = ring_write_span(t->ring, most, &room);
    note_asked(t, rt_now());
    uint32_t got = stream_read(s, to, room);
    track_commit(t, got, stream_nans(s));
    tell_problems(t, s);
    track_file_look(t, s, got < room);
    note_asked(t, 0);
    return got == room;
}

/* Reads until no more than `slack` places are free. False: the stream has ended. */
static bool fill(struct track *t, struct stream *s, uint32_t slack)
{
    if (t->reader)
        return track_pipe_fill(t, slack);
    while (ring_space(t->ring) > slack && !track_stopping(t))
        if (!fill_some(t, s, BLOCK))
            return false;
    return true;
}

/* Where in the ring refilling begins: between six and seven eighths of it, differently for each
 * track, so that tracks that were primed together do not all wake together ever after. So high,
 * because what is in the ring is what a slow disk may cost. */
static uint32_t low_mark(const struct track *t)
{
    uint32_t eighth = ring_size(t->ring) / 8;
    uint32_t spread = t->serial * 2654435769u; /* 2^32 / golden ratio */
    return 6 * eighth + (uint32_t)((uint64_t)spread * eighth >> 32);
}

/* Frames that will roll before the ring has fallen to the low mark. */
static uint64_t frames_until_low(const struct track *t, uint64_t moment)
{
    uint64_t anchor = atomic_load_explicit(&t->anchor, memory_order_relaxed);
    uint64_t rolled = anchor == NEVER || moment < anchor ? 0 : moment - anchor;
    uint64_t waiting = ring_written(t->ring) - ring_taken(t->ring), low = low_mark(t);
    return (t->lead > rolled ? t->lead - rolled : 0) + (waiting > low ? waiting - low : 0);
}

/* Sleeps until the ring will be low, or, where the transport stands, until track_wake. */
static void nap(struct track *t, struct glance *p, bool standing)
{
    /* Rounded up, and a little more: awake just above the mark there is nothing to do yet. */
    uint64_t ms = frames_until_low(t, p->moment) * 1000 / t->plan.rate + 2;
    ms = ms < NAP_MIN_MS ? NAP_MIN_MS : ms > NAP_MAX_MS ? NAP_MAX_MS : ms;
    p->still_ms += ms;
    p->roused = track_sleep(&t->wake, standing ? NEVER : ms);
    if (p->roused) /* before looking at anything: a later wake must post again */
        atomic_exchange_explicit(&t->woken, false, memory_order_acq_rel);
}

static void note_primed(struct track *t)
{
    atomic_store_explicit(&t->primed, true, memory_order_release); /* pairs with track_primed */
    track_tell(t);
}

/* Reads the first so many frames. False: the stream has ended. */
static bool prime(struct track *t, struct stream *s, uint32_t frames)
{
    for (uint32_t done; (done = (uint32_t)ring_written(t->ring)) < frames && !track_stopping(t);) {
        uint32_t lacks = frames - done;
        if (!fill_some(t, s, lacks < BLOCK ? lacks : BLOCK))
            return false;
    }
    note_primed(t);
    return true;
}

/* What turns in the middle of its course is waited for (speed.c), and is not read from its disk for
 * the first time: a little of it is enough. */
uint32_t track_prime_frames(const struct track *t)
{
    uint32_t some = t->plan.rate / TURNING_PER_S, most = ring_size(t->ring);
    return t->plan.pace.n > 0 && some < most ? some : most;
}

/* Reads what it is primed with and rests until someone wakes it. False: the stream has ended. */
static bool rest(struct track *t, struct stream *s)
{
    if (!prime(t, s, t->plan.prime))
        return false;
    track_sleep(&t->wake, NEVER);
    atomic_exchange_explicit(&t->woken, false, memory_order_acq_rel); /* as in nap() */
    if (!track_stopping(t)) {
        note_asked(t, rt_now());
        track_file_woken(t);
        note_asked(t, 0);
    }
    return true;
}

/* The transport stands when its clock did not move through timed sleeps of STILL_MS and nobody
 * woke us. Then the ring is filled to the brim first: nobody takes from it. */
static void run(struct track *t, struct stream *s)
{
    struct glance last = { .moment = NEVER, .roused = t->plan.prime > 0 };
    bool primed = t->plan.prime > 0;
    if (primed && !rest(t, s))
        return;
    if (!primed && t->plan.pace.n > 0) {
        if (!prime(t, s, track_prime_frames(t)))
            return;
        primed = true;
    }
    while (!track_stopping(t)) {
        uint64_t moment = atomic_load_explicit(&t->moment, memory_order_relaxed);
        uint64_t waiting = ring_written(t->ring) - ring_taken(t->ring);
        if (last.roused || moment != last.moment)
            last.still_ms = 0;
        bool standing = last.still_ms >= STILL_MS;
        last.moment = moment;
        if (standing || last.roused || waiting <= low_mark(t))
            if (!fill(t, s, standing || !primed ? 0 : ring_size(t->ring) / SLACK))
                return;
        if (!primed) {
            primed = true;
            note_primed(t);
        }
        nap(t, &last, standing);
    }
}

/* Plays it to its end, or until it is closed. False: it cannot be opened. */
static bool play(struct track *t, const char **why)
{
    struct stream *s = t->reader ? NULL : open_stream(t, why);
    if (t->reader ? !track_pipe_open(t, why) : !s)
        return false;
    if (s) {
        note_length(t, s);
        track_file_found(t, s);
    }
    note_asked(t, 0);
    /* Release: pairs with every reader of state; what was built is visible with it. */
    atomic_store_explicit(&t->state, TRACK_OPEN, memory_order_release);
    if (atomic_load_explicit(&t->end, memory_order_relaxed) > 0)
        run(t, s);
    note_end(t, ring_written(t->ring));
    stream_free(s);
    return true;
}

void track_decode(struct track *t)
{
    const char *why = NULL;
    if (track_stopping(t) || !play(t, &why)) {
        track_tell_problem(t, why);
        track_file_missing(t);
        note_asked(t, 0);
        note_end(t, 0);
        atomic_store_explicit(&t->state, TRACK_FAILED, memory_order_release);
    }
    track_tell(t);
}
