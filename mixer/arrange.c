/* arrange.c - from the model to a desk: what is here, in the order in which it sounds */
#include "mixer/console_parts.h"

#include <stdlib.h>

struct arranging {
    struct console *c;
    struct desk *desk;
    struct slot *slots;
    struct feed *feeds;
    struct list tracks;
    uint32_t meters;
};

static bool mixes(const struct node *n)
{
    return n->kind == NODE_BUS || n->kind == NODE_MASTER;
}

static void lane_taps(struct arranging *a, struct lane *lane, struct node *n)
{
    bool shots = false;
    for (uint32_t i = 0; i < n->taps.n && lane->n_taps < TAPS_MAX; i++) {
        struct model_tap *tap = n->taps.at[i];
        if (tap->life == LIFE_COMING)
            continue; /* arrivals.c makes it HERE when it is primed */
        lane->taps[lane->n_taps++] = &tap->tap;
        tap->placed = true;
        struct track *track = tap->tap.track;
        bool known = !track || tap->tap.shot;
        shots |= tap->tap.shot;
        for (uint32_t k = a->tracks.n; !known && k-- > 0;)
            known = a->tracks.at[k] == track;
        if (!known)
            list_add(&a->tracks, track); /* reserved beforehand */
    }
    if (shots)
        a->desk->shots[a->desk->n_shots++] = lane;
}

static void lane_slots(struct arranging *a, struct lane *lane, struct node *n)
{
    lane->slots = a->slots;
    for (uint32_t i = 0; i < n->plugs.n; i++) {
        struct plug *p = n->plugs.at[i];
        struct slot *slot = a->slots++;
        slot->dry = &p->dry;
        for (uint32_t k = 0; k < p->instances.n && slot->n < SLOT_INSERTS; k++) {
            struct model_insert *insert = p->instances.at[k];
            if (insert->life == LIFE_COMING)
                insert->life = LIFE_HERE;
            slot->insert[slot->n++] = &insert->insert;
        }
        lane->n_slots++;
    }
}

static void lane_feeds(struct arranging *a, struct lane *lane, struct node *n)
{
    lane->feeds = a->feeds;
    for (uint32_t i = 0; i < n->sends.n; i++) {
        struct model_send *s = n->sends.at[i];
        if (s->life == LIFE_COMING)
            s->life = LIFE_HERE;
        if (!s->to && s->port < 0)
            continue; /* out=none */
        *a->feeds++ = (struct feed){ .send = &s->send,
                                     .mix = s->to ? &s->to->mix : NULL,
                                     .port = s->port,
                                     .panned = s->to || n->kind == NODE_MASTER };
        lane->n_feeds++;
    }
}

static void lane_fill(struct arranging *a, struct lane *lane, struct node *n)
{
    lane->strip = &n->strip;
    lane->meter = n->meter;
    lane->recorder = n->recorder;
    if (n->meter >= a->meters)
        a->meters = n->meter + 1;
    if (mixes(n))
        lane->mix = &n->mix;
    lane_taps(a, lane, n);
    lane_slots(a, lane, n);
    lane_feeds(a, lane, n);
    if (n->life == LIFE_COMING)
        n->life = LIFE_HERE;
}

static bool feeds(const struct node *from, const struct node *to)
{
    for (uint32_t i = 0; i < from->sends.n; i++)
        if (((struct model_send *)from->sends.at[i])->to == to)
            return true;
    return false;
}

/* Puts buses into the order of their sends: one is ready when all that feed it stand before it.
 * send_set and route_set have refused every loop. */
static void buses_fill(struct arranging *a, struct list *buses)
{
    while (buses->n) {
        uint32_t ready = 0;
        for (uint32_t i = 0; i < buses->n; i++) {
            bool fed = false;
            for (uint32_t k = 0; k < buses->n && !fed; k++)
                fed = k != i && feeds(buses->at[k], buses->at[i]);
            if (!fed) {
                ready = i;
                break;
            }
        }
        struct node *bus = buses->at[ready];
        lane_fill(a, &a->desk->buses[a->desk->n_buses++], bus);
        list_remove(buses, bus);
    }
}

struct amounts {
    uint32_t tracks, strips, buses, slots, feeds;
};

static void amounts_add(struct amounts *sum, const struct node *n)
{
    sum->tracks += n->taps.n;
    sum->slots += n->plugs.n;
    sum->feeds += n->sends.n;
    if (n->kind == NODE_BUS)
        sum->buses++;
    else if (n->kind != NODE_MASTER)
        sum->strips++;
}

static struct desk *desk_build(struct console *c)
{
    struct amounts sum = { 0 };
    struct list buses = { 0 };
    struct arranging a = { .c = c };
    for (uint32_t i = 0; i < c->nodes.n; i++)
        amounts_add(&sum, c->nodes.at[i]);
    amounts_add(&sum, c->master);
    a.desk = desk_new(sum.tracks, sum.strips, sum.buses, sum.slots, sum.feeds, &a.slots, &a.feeds);
    if (!a.desk || list_reserve(&buses, sum.buses) || list_reserve(&a.tracks, sum.tracks)) {
        free(a.desk);
        list_clear(&buses);
        return NULL;
    }
    for (uint32_t i = 0; i < c->nodes.n; i++) {
        struct node *n = c->nodes.at[i];
        if (n->kind == NODE_BUS)
            list_add(&buses, n);
        else
            lane_fill(&a, &a.desk->strips[a.desk->n_strips++], n);
    }
    buses_fill(&a, &buses);
    lane_fill(&a, &a.desk->master, c->master);
    for (uint32_t i = 0; i < a.tracks.n; i++)
        a.desk->tracks[a.desk->n_tracks++] = a.tracks.at[i];
    a.desk->n_meters = a.meters;
    a.desk->crew = c->crew;
    list_clear(&a.tracks);
    list_clear(&buses);
    return a.desk;
}

/* i counts the nodes, and the master behind them. */
static struct node *node_at(const struct console *c, uint32_t i)
{
    return i < c->nodes.n ? c->nodes.at[i] : c->master;
}

int arrange_post(struct console *c)
{
    for (uint32_t i = 0; i <= c->nodes.n; i++)
        plugs_arrive(c, node_at(c, i));
    struct desk *d = post_reserve(c, 1) || list_reserve(&c->desks, 1) ? NULL : desk_build(c);
    if (!d)
        return -1;
    post(c, &(struct command){ .kind = COMMAND_SWAP, .desk = d });
    list_add(&c->desks, d); /* reserved */
    c->swaps++;
    c->swap_frame = 0;
    c->dirty = false;
    for (uint32_t i = 0; i <= c->nodes.n; i++)
        routes_relieve(c, node_at(c, i));
    return 0;
}
