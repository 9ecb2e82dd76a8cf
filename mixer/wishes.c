/* wishes.c - files that a batch will play, opened and primed before it is made */
#include "mixer/batch.h"
#include "mixer/console_parts.h"
#include "mixer/transport.h"

#include <stdlib.h>
#include <string.h>

struct wishes {
    struct list all; /* of struct wish */
    bool moves;      /* the timeline: every strip plays from elsewhere */
    bool relocates;  /* to target; else the loop changes on its way */
    uint64_t target, loop_from, loop_to;
};

static void wish_free(struct wish *w)
{
    wish_clear(w);
    free(w);
}

static bool wished(const struct wishes *w, const struct wish *one)
{
    for (uint32_t i = 0; i < w->all.n; i++)
        if (wish_equal(w->all.at[i], one))
            return !one->shot; /* each of those has a decoder of its own */
    return false;
}

/* `start`: where what sounds already goes on; NULL: it is not known, or begins elsewhere. */
static void wish_add(const struct console *c, const struct node *n, const struct start *start,
                     struct wishes *w)
{
    /* A pipe is the strip's alone, and comes as it is when the batch is made. */
    struct wish *wish = n->piped ? NULL : malloc(sizeof *wish);
    if (!wish || wish_read(c, n, wish)) {
        free(wish);
        return;
    }
    if (start)
        wish->pace = node_pace(n, start->position, start->rolled);
    if (wished(w, wish) || list_add(&w->all, wish))
        wish_free(wish);
}

struct wishes *wishes_take(struct console *tried)
{
    struct wishes *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    *w = (struct wishes){ .moves = tried->moving,
                          .relocates = tried->relocates,
                          .target = tried->target,
                          .loop_from = tried->loop_from,
                          .loop_to = tried->loop_to };
    tried->moving = tried->relocates = false;
    for (uint32_t i = 0; i < tried->nodes.n; i++) {
        struct node *n = tried->nodes.at[i];
        if (n->kind == NODE_STRIP && n->life != LIFE_LEAVING && n->wants_source)
            wish_add(tried, n, NULL, w);
        n->wants_source = false;
    }
    if (w->all.n || w->moves)
        return w;
    free(w);
    return NULL;
}

/* Where the timeline will be at frame `at`, by what is known now. */
static struct start start_at(const struct console *c, const struct wishes *w, uint64_t at)
{
    struct start start = { .anchored = true, .loop_from = c->loop_from, .loop_to = c->loop_to };
    timeline_at(c, at, &start.position, &start.rolled);
    if (w->moves) {
        start.loop_from = w->loop_from;
        start.loop_to = w->loop_to;
    }
    if (w->moves && w->relocates) {
        start.position = w->target;
        start.anchored = false;
    }
    return start;
}

/* Would it play, beginning where it was opened, what is to be heard now? */
static bool in_step(const struct console *c, const struct start *opened, const struct start *now)
{
    uint64_t since = now->rolled - opened->rolled;
    if (opened->loop_from != now->loop_from || opened->loop_to != now->loop_to)
        return false;
    if (!now->anchored)
        return opened->position == now->position;
    double ring = c->values[ENGINE_RING] * c->setup.rate;
    return now->rolled >= opened->rolled && (double)since <= ring / 2 &&
           transport_after(opened->position, since, now->loop_from, now->loop_to) == now->position;
}

static struct source *opened(const struct console *c, const struct wishes *w,
                             const struct wish *wish)
{
    for (uint32_t i = 0; i < c->sources.n; i++) {
        struct source *s = c->sources.at[i];
        if (s->wisher == w && wish_equal(&s->wish, wish))
            return s;
    }
    return NULL;
}

/* Does a strip play just that already, so that another one can join in? */
static bool plays(const struct console *c, const struct wish *wish)
{
    for (uint32_t i = 0; i < c->sources.n; i++) {
        const struct source *s = c->sources.at[i];
        if (!s->wisher && s->generation == c->generation && wish_equal(&s->wish, wish))
            return true;
    }
    return false;
}

/* Does a strip play it at another rate? Then it goes on from where it is, on a pace that has the
 * turn in it, which is known when the batch is made (speed.c): nothing that is opened now would
 * fit. */
static bool turns(const struct console *c, const struct wish *wish, const struct start *start)
{
    for (uint32_t i = 0; start->position > wish->offset && i < c->sources.n; i++) {
        const struct source *s = c->sources.at[i];
        struct wish like = s->wish;
        like.rate = wish->rate;
        like.pace = wish->pace;
        if (!s->wisher && s->generation == c->generation && !wish->shot &&
            s->wish.rate != wish->rate && wish_equal(&like, wish))
            return true;
    }
    return false;
}

/* It was opened for a batch that wants it no longer; a strip that has got it meanwhile keeps it. */
static void source_yield(struct console *c, struct source *s)
{
    s->wisher = NULL;
    if (!s->users)
        source_close(c, s);
}

/* True: it is primed, or there is nothing to wait for. */
static bool wish_primed(struct console *c, struct wishes *w, const struct wish *wish,
                        const struct start *start)
{
    const char *why;
    struct source *s = opened(c, w, wish);
    if (s && !wish->shot && !in_step(c, &s->start, start)) {
        source_yield(c, s);
        s = NULL;
    }
    if (s)
        return track_primed(s->track) || (!wish->shot && patience_over(c, s, 0));
    if (!w->moves && (plays(c, wish) || turns(c, wish, start)))
        return true;
    struct wish own;
    s = wish_copy(&own, wish) ? NULL : source_open(c, &own, start, NULL, &why);
    wish_clear(&own);
    if (!s)
        return true; /* out of memory: it comes when the batch is made */
    s->wisher = w;
    return false;
}

bool wishes_primed(struct console *c, struct wishes *w, uint64_t at)
{
    bool all = true;
    if (c->moving || c->moved_frame > c->status->frame || c->relocates)
        return false; /* nobody knows yet where the timeline will be */
    struct start start = start_at(c, w, at);
    for (uint32_t i = 0; w->moves && i < c->nodes.n; i++) {
        const struct node *n = c->nodes.at[i];
        if (n->kind == NODE_STRIP && n->life != LIFE_LEAVING && !node_is_oneshot(n))
            wish_add(c, n, start.anchored ? &start : NULL, w);
    }
    for (uint32_t i = 0; i < w->all.n; i++)
        all &= wish_primed(c, w, w->all.at[i], &start);
    return all;
}

const char *wishes_fault(const struct console *c, const struct wishes *w)
{
    for (uint32_t i = 0; i < c->sources.n; i++) {
        const struct source *s = c->sources.at[i];
        struct track_figures f;
        if (s->wisher != w)
            continue;
        track_figures(s->track, &f);
        if (f.failed)
            return track_problem(s->track, 0) ? track_problem(s->track, 0) : s->wish.path;
    }
    return NULL;
}

void wishes_free(struct console *c, struct wishes *w)
{
    if (!w)
        return;
    for (uint32_t i = c->sources.n; i-- > 0;) {
        struct source *s = c->sources.at[i];
        if (s->wisher == w)
            source_yield(c, s);
    }
    for (uint32_t i = 0; i < w->all.n; i++)
        wish_free(w->all.at[i]);
    list_clear(&w->all);
    free(w);
}
