/* wishes.c - files that a batch will play, opened and primed before it is made */
#include "mixer/batch.h"
#include "mixer/console_parts.h"
#include "mixer/transport.h"

#include <stdlib.h>
#include <string.h>

/* What one strip is to play. */
struct wanted {
    struct wish wish; /* its pace is that which the strip will have when the batch is made */
    char strip[NAME_SIZE];
};

struct wishes {
    struct list all; /* of struct wanted, */
    struct index by_strip;
    bool moves;     /* the timeline: every strip plays from elsewhere */
    bool relocates; /* to target; else the loop changes on its way */
    uint64_t target, loop_from, loop_to;
};

static void wanted_free(struct wanted *one)
{
    wish_clear(&one->wish);
    free(one);
}

static bool wished(const struct wishes *w, const struct wanted *one)
{
    const struct wanted *other = index_find(&w->by_strip, one->strip);
    while (other && !wish_equal(&other->wish, &one->wish))
        other = index_next(&w->by_strip, one->strip, other);
    return other && !one->wish.shot; /* each of those has a decoder of its own */
}

/* `start`: where what sounds already goes on; NULL: it is not known, or begins elsewhere. */
static void wish_add(const struct console *c, const struct node *n, const struct start *start,
                     struct wishes *w)
{
    /* A pipe is the strip's alone, and comes as it is when the batch is made. */
    struct wanted *one = n->piped ? NULL : malloc(sizeof *one);
    if (!one || wish_read(c, n, &one->wish)) {
        free(one);
        return;
    }
    memcpy(one->strip, n->name, sizeof one->strip);
    if (start)
        one->wish.pace = node_pace(n, start->position, start->rolled);
    if (wished(w, one) || index_reserve(&w->by_strip) || list_add(&w->all, one))
        wanted_free(one);
    else
        index_add(&w->by_strip, one->strip, one);
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
    wishes_free(tried, w);
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
    struct source *s = index_find(&c->played, wish->path);
    while (s && !(s->wisher == w && wish_equal(&s->wish, wish)))
        s = index_next(&c->played, wish->path, s);
    return s;
}

/* Does a strip play just that already, so that another one can join in? */
static bool plays(const struct console *c, const struct wish *wish)
{
    const struct source *s = index_find(&c->played, wish->path);
    while (s && !(!s->wisher && s->generation == c->generation && wish_equal(&s->wish, wish)))
        s = index_next(&c->played, wish->path, s);
    return s;
}

/* Does the strip play that already, from the same place on, whatever else will be different? */
static bool goes_on(const struct console *c, const struct node *n, const struct wish *wish)
{
    struct wish now;
    if (n->life == LIFE_LEAVING || wish_read(c, n, &now))
        return false;
    bool same = !strcmp(now.path, wish->path) && now.offset == wish->offset &&
                now.region.in == wish->region.in && now.shot == wish->shot;
    wish_clear(&now);
    return same && !wish->shot;
}

/* Gives it the pace that its strip will have (speed.c). False: that is not known before the batch
 * is made, since its rate changes there; nothing that is opened now would fit. */
static bool pace_foresee(const struct console *c, struct wanted *one, const struct start *start)
{
    struct wish *wish = &one->wish;
    const struct node *n = start->anchored ? node_find(c, NODE_STRIP, one->strip) : NULL;
    wish->pace = (struct pace){ 0 };
    if (!n || !goes_on(c, n, wish))
        return true;
    if (n->values[NODE_RATE] != wish->rate)
        return start->position <= wish->offset;
    wish->pace = node_pace(n, start->position, start->rolled);
    return true;
}

/* It was opened for a batch that wants it no longer; a strip that has got it meanwhile keeps it. */
static void source_yield(struct console *c, struct source *s)
{
    s->wisher = NULL;
    if (!s->users)
        source_close(c, s);
}

/* One that was opened for it and is in step; one that no longer is goes. */
static struct source *opened_in_step(struct console *c, const struct wishes *w,
                                     const struct wish *wish, const struct start *start)
{
    struct source *s = opened(c, w, wish);
    if (!s || wish->shot || in_step(c, &s->start, start))
        return s;
    source_yield(c, s);
    return NULL;
}

/* True: it is primed, or there is nothing to wait for. */
static bool wish_primed(struct console *c, struct wishes *w, struct wanted *one,
                        const struct start *start)
{
    const char *why;
    const struct wish *wish = &one->wish;
    struct source *s = opened_in_step(c, w, wish, start);
    if (!s) {
        if (!pace_foresee(c, one, start))
            return true;
        s = opened_in_step(c, w, wish, start);
    }
    if (s)
        return track_primed(s->track) || (!wish->shot && patience_over(c, s, 0));
    if (!w->moves && plays(c, wish))
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
    uint32_t i = 0, most = c->sources.n + AT_ONCE;
    for (; i < w->all.n && c->sources.n < most; i++)
        all &= wish_primed(c, w, w->all.at[i], &start);
    return all && i == w->all.n;
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
        wanted_free(w->all.at[i]);
    list_clear(&w->all);
    index_clear(&w->by_strip);
    free(w);
}
