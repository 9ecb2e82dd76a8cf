/* figures.c - what the console knows of meters and tracks */
#include "mixer/model.h"

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

/* The track that a strip plays now: of its taps, the newest that is on the desk. */
static const struct source *node_source(const struct node *n)
{
    for (uint32_t i = n->taps.n; i-- > 0;) {
        const struct model_tap *tap = n->taps.at[i];
        if (tap->source && tap->life == LIFE_HERE)
            return tap->source;
    }
    return NULL;
}

void console_each_track(const struct console *c, void *context,
                        void (*each)(void *context, const char *address,
                                     const struct track_figures *f))
{
    char address[ADDRESS_SIZE];
    for (uint32_t i = 0; i < c->nodes.n; i++) {
        const struct node *n = c->nodes.at[i];
        const struct source *s = n->life == LIFE_LEAVING ? NULL : node_source(n);
        if (!s)
            continue;
        struct track_figures f;
        track_figures(s->track, &f);
        node_address(n, address);
        each(context, address, &f);
    }
}

void console_totals(const struct console *c, struct console_totals *t)
{
    *t = c->gone;
    t->fill = 1;
    for (uint32_t i = 0; i < c->sources.n; i++) {
        struct track_figures f;
        track_figures(((const struct source *)c->sources.at[i])->track, &f);
        t->starved += f.starved;
        t->decoded += f.decoded;
        t->played += f.played;
        t->skipped += f.skipped;
        t->nans += f.nans;
        double fill = f.size ? (double)f.buffered / f.size : 1;
        if (f.playing && !f.ended && fill < t->fill)
            t->fill = fill;
    }
}
