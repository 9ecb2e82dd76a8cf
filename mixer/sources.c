/* sources.c - decoders for strips: opened, found again, closed
 *
 * A strip that wants a source gets a tap that is COMING, which takes its place when its track is
 * primed (arrivals.c).
 *
 * Where the timeline goes on as it is (a strip added while rolling), a track is opened at the
 * position of the newest status and anchored to the clock of that same status, so that it is in
 * step whenever it arrives; a track for a new position is anchored by the engine on arrival.
 */
#include "effects/rt.h"
#include "mixer/console_parts.h"
#include "mixer/transport.h"

#include <stdlib.h>
#include <string.h>

enum { NS_PER_S = 1000000000 };

bool desk_under_way(const struct console *c)
{
    return c->status->swaps < c->swaps;
}

bool rolls(const struct console *c)
{
    return c->rolling || c->starting || c->status->rolling || c->status->frame < c->rolls_until;
}

/* The engine's timeline continues where the status says; before the first desk nothing has rolled
 * and it begins at the target. */
static bool in_step(const struct console *c)
{
    return !(c->moving && c->relocates);
}

/* Timeline position of the newest status and `ahead` frames; where a loop is being changed, the
 * position that it would be had the new loop been in force since the pivot. */
static uint64_t begins_at(const struct console *c, uint64_t ahead)
{
    if (!in_step(c))
        return c->target;
    if (!c->moving)
        return transport_after(c->status->position, ahead, c->loop_from, c->loop_to);
    return transport_after(c->pivot, c->status->rolled + ahead - c->pivot_rolled, c->loop_from,
                           c->loop_to);
}

void source_drop(struct console *c, struct source *s)
{
    if (!--s->users)
        source_close(c, s);
}

void source_close(struct console *c, struct source *s)
{
    struct track_figures f;
    track_figures(s->track, &f);
    c->gone.starved += f.starved;
    c->gone.decoded += f.decoded;
    c->gone.played += f.played;
    c->gone.skipped += f.skipped + f.buffered; /* what was buffered will not be heard */
    c->gone.nans += f.nans;
    track_close(s->track);
    list_remove(&c->sources, s);
    index_remove(&c->played, s->wish.path, s);
    wish_clear(&s->wish);
    free(s);
}

/* Is it the file that the strip was given, and not what it was before? What is only just being
 * opened is. The disk itself is not asked: it may hang, and the control thread with it. */
static bool source_fresh(const struct node *n, const struct source *s)
{
    struct file_mark mark = track_mark(s->track);
    return file_mark_none(&mark) || file_mark_none(&n->mark) || file_mark_equal(&mark, &n->mark);
}

/* One that was opened for this very batch is taken whatever became of its file, each one-shot for
 * one strip alone; another one if the file is still the same. */
static struct source *source_find(const struct console *c, const struct node *n,
                                  const struct wish *w)
{
    struct source *oldest = index_find(&c->played, w->path), *s;
    for (s = c->wisher ? oldest : NULL; s; s = index_next(&c->played, w->path, s))
        if (s->wisher == c->wisher && wish_equal(&s->wish, w) && !(s->wish.shot && s->users))
            return s;
    for (s = w->shot ? NULL : oldest; s; s = index_next(&c->played, w->path, s))
        if (!s->wisher && s->generation == c->generation && !s->missed && wish_equal(&s->wish, w) &&
            track_fate(s->track) == TRACK_WELL && source_fresh(n, s))
            return s;
    return NULL;
}

/* One that was kept ready for the place that the timeline moves to. */
static struct source *source_take(struct console *c, const struct wish *w)
{
    struct cue *q = c->moving && c->relocates && !w->shot ? markers_cue(c) : NULL;
    if (!q || list_reserve(&c->sources, 1) || index_reserve(&c->played))
        return NULL;
    struct source *s = cue_take(q, w);
    if (!s)
        return NULL;
    s->generation = c->generation;
    s->wanted_ns = rt_now();
    list_add(&c->sources, s);
    index_add(&c->played, s->wish.path, s);
    track_wake(s->track);
    return s;
}

struct track_plan wish_plan(const struct console *c, const struct wish *w,
                            const struct start *start)
{
    struct track_plan plan = {
        .path = w->path,
        .pipe = w->pipe,
        .entries = w->entries,
        .n_entries = w->n_entries,
        .channels = w->channels,
        .retry_ns = (uint64_t)(c->values[ENGINE_RETRY] * NS_PER_S),
        .rate = c->setup.rate,
        .quality = w->quality,
        .position = start->position,
        .offset = w->offset,
        .repeat = w->repeat,
        .loop_from = start->loop_from,
        .loop_to = start->loop_to,
        .xfade = xfade_frames(c),
        .pace = w->pace,
        .varispeed = w->rate,
        .region = w->region,
        .ring = w->ring,
        .quantum = c->setup.quantum,
    };
    if (w->shot)
        plan.position = plan.offset = plan.loop_from = plan.loop_to = 0;
    return plan;
}

struct source *source_open(struct console *c, struct wish *w, const struct start *start,
                           const struct file_mark *unless, const char **why)
{
    struct source *s = calloc(1, sizeof *s);
    if (!s || list_reserve(&c->sources, 1) || index_reserve(&c->played)) {
        free(s);
        *why = "out of memory";
        return NULL;
    }
    *s = (struct source){
        .wish = *w, .start = *start, .generation = c->generation, .wanted_ns = rt_now()
    };
    struct track_plan plan = wish_plan(c, w, start);
    if (unless)
        plan.unless = *unless;
    s->track = track_open(&plan, why);
    if (!s->track) {
        free(s);
        return NULL;
    }
    if (start->anchored && !w->shot) {
        s->due = start->rolled;
        track_anchor(s->track, s->due);
    }
    if (rolls(c) && !w->shot)
        track_wake(s->track);
    *w = (struct wish){ 0 };
    list_add(&c->sources, s);
    index_add(&c->played, s->wish.path, s);
    return s;
}

void taps_abandon(struct console *c, struct node *n)
{
    const struct model_tap *here = node_tap(c, n);
    for (uint32_t k = n->taps.n; k-- > 0;) {
        struct model_tap *tap = n->taps.at[k];
        if (tap->life != LIFE_COMING)
            continue;
        if (here && source_dumb(tap->source))
            here->source->heir_hung |= !strcmp(here->source->wish.path, tap->source->wish.path);
        list_remove(&n->taps, tap);
        tap_free(c, tap);
    }
}

struct model_tap *node_open(struct console *c, struct node *n, const struct file_mark *unless)
{
    char address[ADDRESS_SIZE];
    const char *why = "out of memory";
    struct model_tap *tap = calloc(1, sizeof *tap);
    struct wish wish;
    struct start start = { .position = begins_at(c, n->ahead),
                           .rolled = c->status->rolled + n->ahead,
                           .anchored = in_step(c),
                           .loop_from = c->loop_from,
                           .loop_to = c->loop_to };
    n->wants_source = false;
    taps_abandon(c, n);
    struct source *s = NULL;
    if (!wish_read(c, n, &wish) && tap && !list_reserve(&n->taps, 1) &&
        node_pipe(c, n, &wish, &start, unless)) {
        bool paced = start.anchored && !wish.shot;
        if (paced && c->wisher) { /* opened for where the batch is obeyed */
            wish.pace = node_pace(n, c->batch_position, c->batch_rolled);
            s = source_find(c, n, &wish);
        }
        if (paced)
            wish.pace = node_pace(n, start.position, start.rolled);
        if (!s)
            s = source_find(c, n, &wish);
        if (!s)
            s = source_take(c, &wish);
        if (!s)
            s = source_open(c, &wish, &start, unless, &why);
    }
    wish_clear(&wish); /* if the source has not taken it over */
    if (!s) {
        free(tap);
        node_address(n, address);
        c->setup.report(c->setup.context, address, why);
        return NULL;
    }
    s->users++;
    tap->source = s;
    tap->tap = (struct tap){ .track = s->track,
                             .port = -1,
                             .first = n->queue.n ? 0 : n->first,
                             .channels = n->strip.channels,
                             .shot = s->wish.shot,
                             .over = UINT64_MAX };
    ramp_init(&tap->tap.gain, 1);
    list_add(&n->taps, tap);
    return tap;
}

void sources_watch(struct console *c)
{
    for (uint32_t i = 0; i < c->sources.n; i++) {
        struct source *s = c->sources.at[i];
        struct track_figures f;
        if (!c->status->rolling && !s->wish.shot)
            continue;
        track_figures(s->track, &f);
        forecast_look(&s->forecast, rt_now(), f.decoded);
        if (!f.ended && !f.failed && f.buffered < f.size / 2)
            track_wake(s->track);
    }
}
