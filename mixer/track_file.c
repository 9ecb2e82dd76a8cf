/* track_file.c - a track's eye on its file: lost, grown, replaced
 *
 * All of it runs on the decoder's thread, which may block. The name is looked at once in a while
 * as the ring is refilled, and not at all once the decoder has gone.
 */
#include "mixer/track_parts.h"

#include <stdio.h>
#include <time.h>

enum { LOOK_S = 1 };

bool track_file_shunned(const struct track *t)
{
    if (file_mark_none(&t->plan.unless))
        return false;
    struct file_mark now = file_mark_at(t->path);
    return file_mark_equal(&now, &t->plan.unless);
}

static void set_fate(struct track *t, enum track_fate fate)
{
    /* Release: pairs with track_fate; lost_mark stands still from now on. */
    atomic_store_explicit(&t->fate, fate, memory_order_release);
}

void track_file_found(struct track *t, const struct stream *s)
{
    t->mark = t->plan.n_entries > 1 ? file_mark_at(t->path) : stream_mark(s);
    track_file_look(t, s, false);
}

void track_file_missing(struct track *t)
{
    t->lost_mark = t->plan.unless;
    set_fate(t, TRACK_LOST);
}

/* A file that could not be read is worth another try as it is; one that is too short is not,
 * before it has changed. */
static void lose(struct track *t, const struct stream *s)
{
    if (stream_lack(s) == AUDIOFILE_LACKS_END)
        t->lost_mark = file_mark_at(t->path);
    set_fate(t, TRACK_LOST);
}

static void note(struct track *t, const char *what)
{
    snprintf(t->notice_text, sizeof t->notice_text, "%.400s: %s", t->path, what);
    /* Release: pairs with track_notice; the text stands still from now on. */
    atomic_store_explicit(&t->notice, t->notice_text, memory_order_release);
}

static void look_at_the_name(struct track *t)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    if (t->notice_text[0] || (uint64_t)now.tv_sec < t->looked_s + LOOK_S)
        return;
    t->looked_s = (uint64_t)now.tv_sec;
    struct file_mark there = file_mark_at(t->path);
    if (file_mark_none(&there))
        note(t, "is gone from its folder; what is open plays on");
    else if (!file_mark_same(&there, &t->mark))
        note(t, "was replaced by another file; the old one plays on until it is loaded anew");
}

void track_file_woken(struct track *t)
{
    struct file_mark there = file_mark_at(t->path);
    if (!file_mark_none(&there) && !file_mark_equal(&there, &t->mark) &&
        track_fate(t) == TRACK_WELL)
        set_fate(t, TRACK_STALE);
}

static bool grown(const struct track *t)
{
    struct file_mark there = file_mark_at(t->path);
    return t->plan.region.end == 0 && file_mark_same(&there, &t->mark) && there.size > t->mark.size;
}

void track_file_look(struct track *t, const struct stream *s, bool ended)
{
    if (t->plan.n_entries > 1)
        return; /* a file of a list leaves silence, and its place */
    if (atomic_load_explicit(&t->fate, memory_order_relaxed) != TRACK_WELL)
        return;
    if (stream_lack(s) != AUDIOFILE_LACKS_NOTHING)
        lose(t, s);
    else if (ended && grown(t))
        set_fate(t, TRACK_GROWN);
    else
        look_at_the_name(t);
}

enum track_fate track_fate(const struct track *t)
{
    return atomic_load_explicit(&t->fate, memory_order_acquire); /* pairs with set_fate */
}

struct file_mark track_mark(const struct track *t)
{
    /* Acquire: pairs with the decoder's release after the opening; it stands still from then on. */
    bool open = atomic_load_explicit(&t->state, memory_order_acquire) == TRACK_OPEN;
    return open ? t->mark : (struct file_mark){ 0 };
}

struct file_mark track_lost_mark(const struct track *t)
{
    return t->lost_mark;
}

const char *track_notice(const struct track *t)
{
    return atomic_load_explicit(&t->notice, memory_order_acquire); /* pairs with note */
}
