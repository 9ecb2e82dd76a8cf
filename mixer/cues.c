/* cues.c - positions at which every strip's file is kept ready to begin
 *
 * A cue holds one more decoder for each file that plays: opened at the cue's position, with the
 * first part of a ring decoded, and asleep. A locate to just that place takes them, so that it
 * waits for no disk, and the cue opens others. Whenever a new desk has been taken over, or the
 * timeline is another one (its loop, its crossfade), the cue is compared with what plays now. A
 * pipe cannot be at two places, and is kept ready at none.
 */
#include "mixer/console_parts.h"
#include "mixer/transport.h"

#include <stdlib.h>

enum {
    OPENED_AT_ONCE = 32, /* in one tick; the rest follows */
    PART = 4,            /* a quarter of its ring is kept of each */
};

static void held_close(struct cue *q, struct source *s)
{
    list_remove(&q->held, s);
    track_close(s->track);
    wish_clear(&s->wish);
    free(s);
}

void cue_clear(struct cue *q)
{
    while (q->held.n)
        held_close(q, q->held.at[q->held.n - 1]);
    list_clear(&q->held);
    q->swaps = 0;
}

static struct start start_at(const struct console *c, uint64_t position)
{
    struct start start = { .position = position };
    if (position < c->loop_to) { /* else it never comes to the loop */
        start.loop_from = c->loop_from;
        start.loop_to = c->loop_to;
    }
    return start;
}

/* Would what it keeps be right for that start? */
static bool cue_suits(const struct console *c, const struct cue *q, const struct start *start)
{
    return q->start.position == start->position && q->start.loop_from == start->loop_from &&
           q->start.loop_to == start->loop_to && q->xfade == xfade_frames(c);
}

/* What the strip plays, or will; NULL: nothing yet. */
static struct source *node_plays(const struct node *n)
{
    for (uint32_t i = n->taps.n; i-- > 0;) {
        const struct model_tap *tap = n->taps.at[i];
        if (tap->source && tap->life != LIFE_LEAVING && !tap->trial)
            return tap->source;
    }
    return NULL;
}

/* Both lists are in the order of the strips, so the search seldom takes more than one look. `mark`:
 * of the file as it is played now, or NULL. */
static struct source *held_find(const struct cue *q, const struct wish *w,
                                const struct file_mark *mark, uint32_t *hint)
{
    for (uint32_t i = 0; i < q->held.n; i++) {
        struct source *s = q->held.at[(*hint + i) % q->held.n];
        if (!wish_equal(&s->wish, w) || (mark && !file_mark_equal(&s->mark, mark)))
            continue;
        *hint += i + 1;
        return s;
    }
    return NULL;
}

static struct source *held_open(struct console *c, struct cue *q, const struct source *like)
{
    const char *why;
    struct source *s = calloc(1, sizeof *s);
    struct wish wish = { 0 };
    if (!s || wish_copy(&wish, &like->wish) || list_reserve(&q->held, 1)) {
        wish_clear(&wish);
        free(s);
        return NULL;
    }
    *s = (struct source){ .wish = wish, .mark = track_mark(like->track), .start = q->start };
    struct track_plan plan = wish_plan(c, &s->wish, &s->start);
    plan.prime = plan.ring / PART > 2 * plan.quantum ? plan.ring / PART : 2 * plan.quantum;
    s->track = track_open(&plan, &why);
    if (!s->track) {
        wish_clear(&s->wish);
        free(s);
        return NULL;
    }
    list_add(&q->held, s);
    return s;
}

/* Opens what is lacking and closes what nothing plays any more. Is it complete? */
static bool cue_compare(struct console *c, struct cue *q)
{
    uint32_t hint = 0, opened = 0;
    uint64_t visit = ++c->visits;
    q->files = 0;
    for (uint32_t i = 0; i < c->nodes.n; i++) {
        const struct node *n = c->nodes.at[i];
        struct source *plays = n->life == LIFE_LEAVING ? NULL : node_plays(n);
        if (!plays || plays->wish.shot || plays->wish.pipe || plays->visit == visit)
            continue;
        plays->visit = visit;
        q->files++;
        struct file_mark mark = track_mark(plays->track);
        struct source *s = q->held.n ? held_find(q, &plays->wish, &mark, &hint) : NULL;
        if (!s && opened < OPENED_AT_ONCE) {
            s = held_open(c, q, plays);
            opened += s != NULL; /* what fails is tried again when there is another desk */
        }
        if (s)
            s->visit = visit;
    }
    for (uint32_t i = q->held.n; i-- > 0;) {
        struct source *s = q->held.at[i];
        if (s->visit != visit)
            held_close(q, s);
    }
    return opened == 0;
}

void cue_tick(struct console *c, struct cue *q, uint64_t position)
{
    struct start start = start_at(c, position);
    if (c->moving || desk_under_way(c))
        return; /* what plays is about to change, and the disk has more urgent things to do */
    if (!cue_suits(c, q, &start))
        cue_clear(q);
    if (q->swaps == c->swaps)
        return;
    q->start = start;
    q->xfade = xfade_frames(c);
    if (cue_compare(c, q))
        q->swaps = c->swaps;
}

bool cue_fits(const struct console *c, const struct cue *q)
{
    struct start start = start_at(c, c->target);
    return q->held.n && cue_suits(c, q, &start);
}

struct source *cue_take(struct cue *q, const struct wish *w)
{
    uint32_t hint = 0;
    struct source *s = q->held.n ? held_find(q, w, NULL, &hint) : NULL;
    if (!s || track_fate(s->track) != TRACK_WELL)
        return NULL;
    list_remove(&q->held, s);
    q->swaps = 0; /* it lacks one now */
    return s;
}

void cue_figures(const struct cue *q, struct cue_figures *f)
{
    *f = (struct cue_figures){ .files = q->files };
    for (uint32_t i = 0; i < q->held.n; i++) {
        const struct source *s = q->held.at[i];
        struct track_figures t;
        track_figures(s->track, &t);
        f->ready += track_primed(s->track) && !t.failed;
        f->bytes += t.buffered * track_channels(s->track) * sizeof(float);
    }
}
