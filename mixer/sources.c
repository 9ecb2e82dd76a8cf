/* sources.c - decoders for strips: opened, primed, put into place
 *
 * A strip that wants a source gets a tap that is COMING. When its track is primed, the tap takes
 * its place on the next desk and its predecessors fade out. A move (locate, loop) does that for
 * every strip at once, in the batch that tells the transport.
 *
 * Where the timeline goes on as it is (a strip added while rolling), a track is opened at the
 * position of the newest status and anchored to the clock of that same status, so that it is in
 * step whenever it arrives; a track for a new position is anchored by the engine on arrival.
 * One that took longer to prime than its ring lasts would arrive empty: it is opened anew, twice as
 * far ahead as it was late, and arrives when the timeline gets there.
 */
#include "effects/rt.h"
#include "mixer/batch.h"
#include "mixer/console_parts.h"
#include "mixer/transport.h"

#include <stdlib.h>
#include <string.h>

enum { MOVE_COMMANDS = 3 }; /* the loop, the locate, the swap */
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

/* The rolled clock at which a batch that is posted now is obeyed. */
static uint64_t rolled_now(const struct console *c)
{
    const struct status *s = c->status;
    return s->rolled + (s->rolling ? link_horizon(c->link) - s->frame : 0);
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
    for (uint32_t i = 0; i < c->sources.n; i++) {
        struct source *s = c->sources.at[i];
        if (s->wisher && s->wisher == c->wisher && wish_equal(&s->wish, w) &&
            !(s->wish.shot && s->users))
            return s;
    }
    for (uint32_t i = 0; i < c->sources.n; i++) {
        struct source *s = c->sources.at[i];
        if (!w->shot && !s->wisher && s->generation == c->generation && !s->missed &&
            wish_equal(&s->wish, w) && track_fate(s->track) == TRACK_WELL && source_fresh(n, s))
            return s;
    }
    return NULL;
}

/* One that was kept ready for the place that the timeline moves to. */
static struct source *source_take(struct console *c, const struct wish *w)
{
    struct cue *q = c->moving && c->relocates && !w->shot ? markers_cue(c) : NULL;
    if (!q || list_reserve(&c->sources, 1))
        return NULL;
    struct source *s = cue_take(q, w);
    if (!s)
        return NULL;
    s->generation = c->generation;
    s->wanted_ns = rt_now();
    list_add(&c->sources, s);
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
    if (!s || list_reserve(&c->sources, 1)) {
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
    return s;
}

/* Drops what is being primed: something else is wanted by now. */
static void taps_abandon(struct console *c, struct node *n)
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

bool node_primes(const struct node *n)
{
    for (uint32_t i = 0; i < n->taps.n; i++) {
        const struct model_tap *tap = n->taps.at[i];
        if (tap->life == LIFE_COMING && !tap->trial)
            return true;
    }
    return n->wants_source;
}

static struct source *source_coming(const struct node *n)
{
    for (uint32_t i = 0; i < n->taps.n; i++) {
        const struct model_tap *tap = n->taps.at[i];
        if (tap->life == LIFE_COMING && !tap->trial)
            return tap->source;
    }
    return NULL;
}

bool node_ready(const struct console *c, const struct node *n)
{
    const struct source *s = source_coming(n);
    return s && n->taps.n <= TAPS_MAX &&
           (track_primed(s->track) || (!s->wish.shot && patience_over(c, s, 0)));
}

bool node_joins(const struct console *c, const struct node *n)
{
    return node_ready(c, n) && source_coming(n)->due <= c->batch_rolled;
}

/* Frames until the timeline comes to where the source of a node that is ready begins. */
static uint64_t node_early(const struct console *c, const struct node *n)
{
    uint64_t due = source_coming(n)->due, now = rolled_now(c);
    return due > now ? due - now : 0;
}

/* Frames by which it is too late for it; 0: it is not. */
static uint64_t node_late(const struct console *c, const struct node *n)
{
    const struct source *s = source_coming(n);
    uint64_t now = rolled_now(c);
    return s->due && now > s->due && track_primed(s->track) && !track_in_time(s->track, now)
               ? now - s->due
               : 0;
}

static void node_reopen(struct console *c, struct node *n, uint64_t ahead)
{
    source_coming(n)->missed = true;
    taps_abandon(c, n);
    n->ahead = ahead;
    n->wants_source = true;
}

void tap_leave(struct console *c, struct node *n, struct model_tap *tap, uint32_t fade)
{
    if (!fade) {
        list_remove(&n->taps, tap);
        bury_later(c, tap, tap_free);
        return;
    }
    tap->life = LIFE_LEAVING;
    fade_out(c, &tap->until, fade);
    post_set(c, &tap->tap.gain, 0, fade, CURVE_LIN, 0);
}

void node_settle(struct console *c, struct node *n)
{
    uint32_t fade = rolls(c) ? xfade_frames(c) : 0;
    for (uint32_t i = n->taps.n; i-- > 0;) {
        struct model_tap *tap = n->taps.at[i];
        if (tap->life == LIFE_HERE && !oneshot_stays(n, tap)) {
            tap_leave(c, n, tap, tap->tap.shot ? oneshot_fade(c, tap) : fade);
        } else if (tap->life == LIFE_COMING) {
            tap->tap.arrives = !tap->tap.shot;
            tap->tap.fade = xfade_frames(c);
            tap->life = LIFE_HERE;
            n->ahead = 0;
        }
    }
    c->dirty = true;
}

void sources_restart(struct console *c)
{
    c->generation++;
    c->pivots = false;
    for (uint32_t i = 0; i < c->nodes.n; i++) {
        struct node *n = c->nodes.at[i];
        if (n->kind != NODE_STRIP || n->life == LIFE_LEAVING || node_is_oneshot(n))
            continue;
        taps_abandon(c, n);
        n->ahead = 0;
        if (c->relocates)
            n->pace.n = 0;
        n->wants_source = true;
    }
}

int move_post(struct console *c)
{
    if (post_reserve(c, MOVE_COMMANDS))
        return -1; /* out of memory; tried again at the next tick */
    for (uint32_t i = 0; i < c->nodes.n; i++)
        if (node_primes(c->nodes.at[i]))
            node_settle(c, c->nodes.at[i]);
    struct command loop = { .kind = COMMAND_LOOP, .from = c->loop_from, .to = c->loop_to };
    struct command move = { .kind = COMMAND_LOCATE, .from = c->target };
    if (!c->relocates)
        move = (struct command){ .kind = COMMAND_STEP, .from = c->pivot, .to = c->pivot_rolled };
    uint32_t before = c->n_batch;
    post(c, &loop);
    post(c, &move);
    if (arrange_post(c)) {
        c->n_batch = before;
        return -1;
    }
    c->moved_frame = post_flush(c);
    c->moved_swap = c->swaps;
    c->moving = c->relocates = false;
    return 0;
}

/* A strip that comes by itself. Stands the timeline, one that was to come later comes now. */
static void node_arrive(struct console *c, struct node *n)
{
    uint64_t early = node_early(c, n), late = node_late(c, n);
    if (late || (early && !rolls(c)))
        node_reopen(c, n, 2 * late);
    else if (!early)
        node_settle(c, n);
}

bool console_moves_early(const struct console *c)
{
    bool early = false;
    for (uint32_t i = 0; c->moving && i < c->nodes.n; i++) {
        const struct node *n = c->nodes.at[i];
        if (n->kind != NODE_STRIP || n->life == LIFE_LEAVING || !node_primes(n))
            continue;
        if (!node_ready(c, n))
            return false;
        early |= node_early(c, n) > 0;
    }
    return early;
}

uint64_t console_hold(const struct console *c)
{
    bool coming = false;
    for (uint32_t i = 0; i < c->nodes.n; i++) {
        const struct node *n = c->nodes.at[i];
        if (n->kind != NODE_STRIP || n->life == LIFE_LEAVING || node_is_oneshot(n))
            continue;
        coming |= node_primes(n) && !(node_ready(c, n) && node_early(c, n));
    }
    if (!coming)
        return UINT64_MAX;
    uint64_t now = link_horizon(c->link);
    if (!desk_under_way(c))
        return now;
    return (c->swap_frame > now ? c->swap_frame : now) + c->setup.quantum; /* until it is there */
}

/* Every strip is primed: either all arrive at once, or all are opened anew for a later place. */
static void move_arrive(struct console *c)
{
    uint64_t early = 0, late = 0;
    for (uint32_t i = 0; i < c->nodes.n; i++) {
        const struct node *n = c->nodes.at[i];
        if (n->life == LIFE_LEAVING || !source_coming(n))
            continue;
        uint64_t e = node_early(c, n), l = node_late(c, n);
        early = e > early ? e : early;
        late = l > late ? l : late;
    }
    if (!late && !early) {
        move_post(c);
    } else if (late || !rolls(c)) {
        for (uint32_t i = 0; i < c->nodes.n; i++) {
            struct node *n = c->nodes.at[i];
            if (n->life != LIFE_LEAVING && source_coming(n))
                node_reopen(c, n, 2 * late);
        }
    }
}

static void move_pivot(struct console *c)
{
    if (!c->moving || c->pivots)
        return;
    c->pivot = c->status->position;
    c->pivot_rolled = c->status->rolled;
    c->pivots = true;
}

void sources_tick(struct console *c)
{
    if (desk_under_way(c))
        return; /* the status does not tell yet where the timeline will stand */
    move_pivot(c);
    bool all = true;
    for (uint32_t i = 0; i < c->nodes.n; i++) {
        struct node *n = c->nodes.at[i];
        if (n->kind != NODE_STRIP || n->life == LIFE_LEAVING)
            continue;
        if (n->wants_source)
            node_open(c, n, NULL);
        oneshot_tick(c, n);
        bool ready = node_ready(c, n), moves = c->moving && !node_is_oneshot(n);
        if (node_primes(n) && !ready)
            all = false;
        if (ready && !moves)
            node_arrive(c, n);
    }
    if (c->moving && all)
        move_arrive(c);
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
