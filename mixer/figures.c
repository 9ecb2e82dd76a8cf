/* figures.c - what the console knows of meters and tracks */
#include "effects/rt.h"
#include "mixer/console_parts.h"

#include <math.h>

void console_each_meter(const struct console *c, void *context,
                        void (*each)(void *context, const char *address, uint32_t meter))
{
    char address[ADDRESS_SIZE];
    for (uint32_t i = 0; i <= c->nodes.n; i++) {
        const struct node *n = i < c->nodes.n ? c->nodes.at[i] : c->master;
        if (n->life == LIFE_LEAVING)
            continue;
        node_address(n, address);
        each(context, address, n->meter);
    }
}

const struct model_tap *node_tap(const struct console *c, const struct node *n)
{
    const struct model_tap *waiting = NULL;
    for (uint32_t i = n->taps.n; i-- > 0;) {
        const struct model_tap *tap = n->taps.at[i];
        if (!tap->source || tap->life != LIFE_HERE)
            continue;
        if (!tap->tap.shot || (tap->fired && tap->fires <= c->status->frame))
            return tap;
        waiting = waiting ? waiting : tap;
    }
    return waiting;
}

void console_each_track(const struct console *c, void *context,
                        void (*each)(void *context, const char *address,
                                     const struct track_figures *f))
{
    char address[ADDRESS_SIZE];
    for (uint32_t i = 0; i < c->nodes.n; i++) {
        const struct node *n = c->nodes.at[i];
        const struct model_tap *tap = n->life == LIFE_LEAVING ? NULL : node_tap(c, n);
        if (!tap)
            continue;
        struct track_figures f;
        track_figures(tap->source->track, &f);
        if (tap->tap.shot && !tap->fired)
            f.playing = f.ended = false; /* it waits */
        node_address(n, address);
        each(context, address, &f);
    }
}

uint64_t console_late(const struct console *c)
{
    return c->late_turns;
}

void console_totals(const struct console *c, struct console_totals *t)
{
    *t = c->gone;
    uint64_t now = rt_now();
    t->fill = 1;
    t->eta = INFINITY;
    for (uint32_t i = 0; i < c->sources.n; i++) {
        const struct source *s = c->sources.at[i];
        struct track_figures f;
        track_figures(s->track, &f);
        t->starved += f.starved;
        t->decoded += f.decoded;
        t->played += f.played;
        t->skipped += f.skipped;
        t->nans += f.nans;
        double fill = f.size ? (double)f.buffered / f.size : 1;
        if (f.primed && f.playing && !f.ended && fill < t->fill)
            t->fill = fill;
        if (c->status->rolling && f.primed && f.playing && !f.ended)
            t->eta = fmin(t->eta, forecast_eta(&s->forecast, now, f.decoded, f.buffered, f.size,
                                               c->setup.rate));
    }
}

static uint32_t plug_latency(const struct plug *p)
{
    const struct model_insert *newest = p->instances.n ? p->instances.at[p->instances.n - 1] : NULL;
    if (!newest || p->leaving || p->bypass || !p->kind->latency)
        return 0;
    return p->kind->latency(newest->insert.effect);
}

/* From a node's input to the end of its longest way; there are no loops. */
static uint32_t node_latency(const struct node *n)
{
    uint32_t own = 0, onward = 0;
    for (uint32_t i = 0; i < n->plugs.n; i++)
        own += plug_latency(n->plugs.at[i]);
    for (uint32_t i = 0; i < n->sends.n; i++) {
        const struct model_send *s = n->sends.at[i];
        uint32_t way = s->to && s->life != LIFE_LEAVING ? node_latency(s->to) : 0;
        if (way > onward)
            onward = way;
    }
    return own + onward;
}

uint32_t console_latency(const struct console *c)
{
    uint32_t longest = node_latency(c->master);
    for (uint32_t i = 0; i < c->nodes.n; i++) {
        const struct node *n = c->nodes.at[i];
        uint32_t way = n->life == LIFE_LEAVING ? 0 : node_latency(n);
        if (way > longest)
            longest = way;
    }
    return longest;
}
