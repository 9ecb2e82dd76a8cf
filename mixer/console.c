/* console.c - the control half: its life, and what goes on in a tick */
#include "mixer/console_parts.h"

#include <stdlib.h>
#include <string.h>

static int master_init(struct console *c)
{
    struct refusal why;
    c->master = node_new(c, NODE_MASTER, "master", 2);
    if (!c->master)
        return -1;
    return route_set(c, c->master, "master", &why);
}

struct console *console_new(const struct console_setup *setup)
{
    struct console *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->setup = *setup;
    c->link = setup->link;
    c->status = link_status(c->link, NULL);
    c->crew = crew_new(setup->rate);
    c->plans = plans_new(setup->cache, setup->measures);
    c->generation = 1;
    for (uint32_t row = 0; row < ENGINE_PARAMS; row++)
        c->values[row] = engine_rows[row].def;
    transport_reset(c);
    c->values[ENGINE_RATE] = setup->rate;
    c->values[ENGINE_QUANTUM] = setup->quantum;
    helpers_muster(c);
    c->moving = c->relocates = true; /* the master alone is worth a desk, at the beginning */
    if (!c->crew || !c->plans || console_set_folder(c, setup->folder ? setup->folder : "") ||
        master_init(c)) {
        console_free(c);
        return NULL;
    }
    return c;
}

/* Commands for what lies in it are kept for a frame that is yet to be made; or the batch in which
 * its fade begins has not been posted whole, and will tell it its end. */
static bool grave_waits(const struct console *c, const struct grave *g)
{
    return c->n_endings > 0 || (g->frame && g->frame >= c->status->frame);
}

static void graves_dig(struct console *c, bool all)
{
    uint32_t kept = 0, dug = 0;
    for (uint32_t i = 0; i < c->graves.n; i++) {
        struct grave *g = c->graves.at[i];
        bool waits = dug == AT_ONCE || grave_waits(c, g) || g->swap > c->status->swaps;
        if (!all && waits) {
            c->graves.at[kept++] = g;
            continue;
        }
        dug++;
        g->bury(c, g->what);
        free(g);
    }
    c->graves.n = kept;
}

/* Desks that came back. */
static void desks_collect(struct console *c)
{
    for (struct desk *d; (d = link_returned(c->link));) {
        list_remove(&c->desks, d);
        free(d);
    }
}

void console_free(struct console *c)
{
    if (!c)
        return;
    for (uint32_t i = 0; i < c->nodes.n; i++)
        node_free(c, c->nodes.at[i]);
    if (c->master)
        node_free(c, c->master);
    graves_dig(c, true);
    recordings_clear(c);
    desks_collect(c);
    for (uint32_t i = 0; i < c->desks.n; i++)
        free(c->desks.at[i]);
    while (c->sources.n) /* that were opened for later */
        source_close(c, c->sources.at[0]);
    list_clear(&c->desks);
    free(c->eves);
    crew_free(c->crew);
    plans_free(c->plans);
    list_clear(&c->nodes);
    for (uint32_t kind = 0; kind < NODE_MASTER; kind++)
        index_clear(&c->named[kind]);
    list_clear(&c->sources);
    index_clear(&c->played);
    markers_clear(c);
    scenes_clear(c);
    groups_clear(c);
    list_clear(&c->graves);
    list_clear(&c->claims);
    index_clear(&c->claimed[false]);
    index_clear(&c->claimed[true]);
    free(c->batch);
    free(c->endings);
    free(c->folder);
    free(c);
}

int console_set_folder(struct console *c, const char *folder)
{
    char *copy = strdup(folder);
    if (!copy)
        return -1;
    free(c->folder);
    c->folder = copy;
    return 0;
}

const char *console_folder(const struct console *c)
{
    return c->folder;
}

uint32_t console_rate(const struct console *c)
{
    return c->setup.rate;
}

uint32_t console_quantum(const struct console *c)
{
    return c->setup.quantum;
}

void console_set_idle(struct console *c, bool idle)
{
    c->idle = idle;
}

/* Has the fade of something that leaves come to its end? */
static bool faded(const struct console *c, enum life life, uint64_t until)
{
    return life == LIFE_LEAVING && fade_over(c, until);
}

static void plug_retire(struct console *c, struct node *n, struct plug *p)
{
    for (uint32_t i = p->instances.n; i-- > 0;) {
        struct model_insert *insert = p->instances.at[i];
        if (!faded(c, insert->life, insert->until))
            continue;
        list_remove(&p->instances, insert);
        bury_later(c, insert, insert_free);
        c->dirty = true;
    }
    if (p->leaving && !p->instances.n) {
        list_remove(&n->plugs, p);
        bury_later(c, p, plug_free);
        c->dirty = true;
    }
}

static void node_retire(struct console *c, struct node *n)
{
    for (uint32_t i = n->taps.n; i-- > 0;) {
        struct model_tap *tap = n->taps.at[i];
        if (!faded(c, tap->life, tap->until))
            continue;
        list_remove(&n->taps, tap);
        bury_later(c, tap, tap_free);
        c->dirty = true;
    }
    for (uint32_t i = n->sends.n; i-- > 0;) {
        struct model_send *s = n->sends.at[i];
        if (!faded(c, s->life, s->until))
            continue;
        list_remove(&n->sends, s);
        bury_later(c, s, send_free);
        c->dirty = true;
    }
    for (uint32_t i = n->plugs.n; i-- > 0;)
        plug_retire(c, n, n->plugs.at[i]);
}

/* Does anything still lead into the bus, if only to fade? */
static bool is_fed(const struct console *c, const struct node *bus)
{
    for (uint32_t i = 0; i < c->nodes.n; i++) {
        const struct node *n = c->nodes.at[i];
        for (uint32_t k = 0; k < n->sends.n; k++)
            if (((const struct model_send *)n->sends.at[k])->to == bus)
                return true;
    }
    return false;
}

static void nodes_retire(struct console *c)
{
    node_retire(c, c->master);
    for (uint32_t i = c->nodes.n; i-- > 0;) {
        struct node *n = c->nodes.at[i];
        node_retire(c, n);
        if (!faded(c, n->life, n->until) || (n->kind == NODE_BUS && is_fed(c, n)))
            continue;
        recording_end(c, n);
        list_remove(&c->nodes, n);
        bury_later(c, n, node_free);
        c->dirty = true;
    }
}

void console_tick(struct console *c)
{
    c->status = link_status(c->link, NULL);
    desks_collect(c);
    graves_dig(c, false);
    nodes_retire(c);
    recordings_tick(c);
    replan_tick(c);
    moves_tick(c);
    patience_tick(c);
    sources_tick(c);
    if (c->dirty && !c->moving && !desk_under_way(c))
        arrange_post(c);
    post_flush(c);
    sources_watch(c);
    retry_tick(c);
}

bool console_settled(const struct console *c)
{
    return !console_busy(c) && c->swaps > 0;
}

static bool node_busy(const struct node *n)
{
    if (n->life == LIFE_LEAVING || node_primes(n))
        return true;
    for (uint32_t i = 0; i < n->taps.n; i++)
        if (((struct model_tap *)n->taps.at[i])->life == LIFE_LEAVING)
            return true;
    for (uint32_t i = 0; i < n->sends.n; i++)
        if (((struct model_send *)n->sends.at[i])->life == LIFE_LEAVING)
            return true;
    for (uint32_t i = 0; i < n->plugs.n; i++) {
        struct plug *p = n->plugs.at[i];
        if (p->leaving)
            return true;
    }
    return false;
}

bool console_busy(const struct console *c)
{
    if (c->dirty || c->moving || c->deferred || (c->replans && !c->spare_away) || c->n_batch ||
        desk_under_way(c))
        return true;
    for (uint32_t i = 0; i < c->graves.n; i++)
        if (!grave_waits(c, c->graves.at[i]))
            return true;
    for (uint32_t i = 0; i < c->nodes.n; i++)
        if (node_busy(c->nodes.at[i]))
            return true;
    return node_busy(c->master);
}

const struct status *console_status(struct console *c)
{
    return c->status;
}
