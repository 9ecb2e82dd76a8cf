/* copy.c - a console that has what another one has, thing by thing
 *
 * What leaves is not copied, nor what only sounding needs: decoders, effects, ramps. Scenes are
 * shared as they are (scenes.c).
 */
#include "mixer/console_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* 0, or -1: out of memory. NULL is copied as NULL. */
static int text_copy(char **to, const char *from)
{
    free(*to);
    *to = from ? strdup(from) : NULL;
    return from && !*to ? -1 : 0;
}

static int groups_copy(struct console *to, const struct console *from)
{
    for (uint32_t i = 0; i < from->groups.n; i++)
        if (!list_add_copy(&to->groups, from->groups.at[i], sizeof(struct group)))
            return -1;
    return 0;
}

static int markers_copy(struct console *to, const struct console *from)
{
    for (uint32_t i = 0; i < from->markers.n; i++) {
        struct marker *m = list_add_copy(&to->markers, from->markers.at[i], sizeof *m);
        if (!m)
            return -1;
        m->cue = (struct cue){ 0 };
    }
    return 0;
}

/* In the order in which it names them. The groups of both consoles stand in the same places. */
static int membership_copy(struct console *to, struct node *n, const struct console *from,
                           const struct node *original)
{
    for (uint32_t k = 0; k < original->groups.n; k++)
        for (uint32_t i = 0; i < from->groups.n; i++)
            if (original->groups.at[k] == from->groups.at[i] &&
                list_add(&n->groups, to->groups.at[i]))
                return -1;
    return 0;
}

static int queue_copy(struct node *n, const struct node *original)
{
    for (uint32_t i = 0; i < original->queue.n; i++) {
        const struct picked_file *file = original->queue.at[i];
        struct picked_file *f = list_add_copy(&n->queue, file, sizeof *f);
        if (!f)
            return -1;
        f->file = NULL;
        if (text_copy(&f->file, file->file))
            return -1;
    }
    return 0;
}

static int plug_copy(struct node *n, const struct plug *original)
{
    struct plug *p = calloc(1, sizeof *p);
    if (!p || list_add(&n->plugs, p)) {
        free(p);
        return -1;
    }
    strcpy(p->name, original->name);
    p->kind = original->kind;
    memcpy(p->values, original->values, sizeof p->values);
    p->bypass = original->bypass;
    return text_copy(&p->file, original->file);
}

/* All of a node but where it leads. */
static int node_fill(struct console *to, struct node *n, const struct console *from,
                     const struct node *original)
{
    memcpy(n->values, original->values, sizeof n->values);
    n->first = original->first;
    n->picked = original->picked;
    n->frames = original->frames;
    n->total = original->total;
    n->streams = original->streams;
    n->mark = original->mark;
    n->piped = original->piped;
    n->recorded = original->recorder || original->recorded;
    for (uint32_t i = 0; i < original->plugs.n; i++) {
        const struct plug *p = original->plugs.at[i];
        if (!p->leaving && plug_copy(n, p))
            return -1;
    }
    return text_copy(&n->file, original->file) || text_copy(&n->out, original->out) ||
           membership_copy(to, n, from, original) || queue_copy(n, original);
}

static int node_copy(struct console *to, const struct console *from, const struct node *original)
{
    struct node *n = node_new(to, original->kind, original->name, original->strip.channels);
    if (!n || node_list(to, n)) {
        if (n)
            node_free(to, n);
        return -1;
    }
    if (original->port >= 0)
        n->port = claim_take(to, n->name, true, n->strip.channels);
    if (original->port >= 0 && n->port < 0)
        return -1;
    return node_fill(to, n, from, original);
}

static int send_copy(struct console *to, struct node *n, const struct console *from,
                     const struct model_send *original)
{
    struct model_send *s = calloc(1, sizeof *s);
    if (!s || list_add(&n->sends, s)) {
        free(s);
        return -1;
    }
    s->to = !original->to                  ? NULL
            : original->to == from->master ? to->master
                                           : node_find(to, NODE_BUS, original->to->name);
    s->route = original->route;
    s->level_db = original->level_db;
    s->pre = original->pre;
    ramp_init(&s->send.pre, 0);
    ramp_init(&s->send.post, 0);
    s->port = original->ports ? claim_take(to, n->out, false, original->ports) : -1;
    if (original->ports && s->port < 0)
        return -1;
    s->ports = original->ports;
    return 0;
}

static int sends_copy(struct console *to, struct node *n, const struct console *from,
                      const struct node *original)
{
    const struct model_send *route = route_find(original); /* that before it may still be there */
    for (uint32_t i = 0; i < original->sends.n; i++) {
        const struct model_send *s = original->sends.at[i];
        if (s->life != LIFE_LEAVING && (!s->route || s == route) && send_copy(to, n, from, s))
            return -1;
    }
    return 0;
}

static int nodes_copy(struct console *to, const struct console *from)
{
    for (uint32_t i = 0; i < from->nodes.n; i++) {
        const struct node *n = from->nodes.at[i];
        if (n->life != LIFE_LEAVING && node_copy(to, from, n))
            return -1;
    }
    for (uint32_t i = 0, k = 0; i < from->nodes.n; i++) { /* every bus is there now */
        const struct node *n = from->nodes.at[i];
        if (n->life != LIFE_LEAVING && sends_copy(to, to->nodes.at[k++], from, n))
            return -1;
    }
    return node_fill(to, to->master, from, from->master);
}

int console_copy(struct console *to, const struct console *from)
{
    if (console_set_folder(to, from->folder) || groups_copy(to, from) || markers_copy(to, from) ||
        nodes_copy(to, from) || scenes_share(to, from))
        return -1;
    memcpy(to->values, from->values, sizeof to->values);
    to->soloing = from->soloing;
    to->jack = from->jack;
    to->bars = from->bars;
    to->timebase = from->timebase;
    to->loop_from = from->loop_from;
    to->loop_to = from->loop_to;
    to->moving = to->relocates = false; /* nothing is to be opened for it */
    return 0;
}
