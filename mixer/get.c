/* get.c - what is there, and every value as it is written */
#include "mixer/console_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

void console_each_object(const struct console *c, void *context,
                         void (*each)(void *context, const char *address, const char *kind))
{
    char address[ADDRESS_SIZE], slot[2 * ADDRESS_SIZE];
    for (uint32_t i = 0; i <= c->nodes.n; i++) {
        const struct node *n = i < c->nodes.n ? c->nodes.at[i] : c->master;
        if (n->life == LIFE_LEAVING)
            continue;
        node_address(n, address);
        each(context, address, node_prefix(n->kind));
        for (uint32_t k = 0; k < n->plugs.n; k++) {
            const struct plug *p = n->plugs.at[k];
            if (p->leaving)
                continue;
            snprintf(slot, sizeof slot, "%s/%s", address, p->name);
            each(context, slot, p->kind->name);
        }
    }
    for (uint32_t i = 0; i < c->groups.n; i++) {
        snprintf(address, sizeof address, "group/%s", ((struct group *)c->groups.at[i])->name);
        each(context, address, "group");
    }
    for (uint32_t i = 0; i < c->markers.n; i++) {
        snprintf(address, sizeof address, "marker/%s", ((struct marker *)c->markers.at[i])->name);
        each(context, address, "marker");
    }
}

/* The node's value of a row: its number, and text where the row is text. */
static void node_value(const struct console *c, const struct node *n, uint32_t row,
                       struct console_value *v)
{
    v->number = row == NODE_LISTEN ? listen_now(c, n) : n->values[row];
    if (row == NODE_SOURCE)
        picked_text(
            &(struct picked_file){ .file = n->file, .first = n->first, .picked = n->picked },
            v->text);
    else if (row == NODE_OUT)
        snprintf(v->text, sizeof v->text, "%s", n->out);
    else if (row == NODE_GROUP)
        groups_text(n, v->text, sizeof v->text);
    v->saved = row == NODE_OUT     ? strcmp(n->out, "master") != 0
               : row == NODE_GROUP ? n->groups.n > 0
               : row == NODE_SOURCE || row == NODE_LISTEN || node_rows[row].fixed
                   ? false /* listening is a send */
                   : v->number != node_rows[row].def;
}

static void loop_text(const struct console *c, char *out, size_t size)
{
    char from[PARAM_TEXT], to[PARAM_TEXT];
    if (c->loop_from == c->loop_to)
        snprintf(out, size, "off");
    else
        snprintf(out, size, "%s %s", time_format(c->loop_from, c->setup.rate, from),
                 time_format(c->loop_to, c->setup.rate, to));
}

static void transport_value(const struct console *c, uint32_t row, struct console_value *v)
{
    v->number = transport_number(c, row);
    v->saved = !transport_rows[row].fixed && v->number != transport_rows[row].def;
    if (row == TRANSPORT_LOOP) {
        loop_text(c, v->text, sizeof v->text);
    } else if (row == TRANSPORT_SIGNATURE) {
        v->saved = c->bars.beats != 4 || c->bars.unit != 4;
        signature_format(&c->bars, v->text);
    }
}

/* What was asked for; of a fixed row, what the newest instance says of itself. */
static double plug_value(const struct plug *p, uint32_t row)
{
    const struct model_insert *newest = p->instances.n ? p->instances.at[p->instances.n - 1] : NULL;
    if (!p->kind->params[row].fixed || !p->kind->fact || !newest)
        return p->values[row];
    return p->kind->fact(newest->insert.effect, row);
}

static void plug_take(const struct target *t, struct console_value *v)
{
    v->number = plug_value(t->plug, t->row);
    v->saved = !t->param->fixed && v->number != t->param->def;
    if (row_is_text(t->param)) {
        snprintf(v->text, sizeof v->text, "%s", t->plug->file ? t->plug->file : "");
        v->saved = t->plug->file != NULL;
    }
}

static void target_value(const struct console *c, const struct target *t, struct console_value *v)
{
    const struct model_send *s = t->to ? send_find(t->node, t->to) : NULL;
    char text[PARAM_TEXT];
    v->row = t->param;
    v->text[0] = '\0';
    switch (t->kind) {
    case TARGET_NODE:
        node_value(c, t->node, t->row, v);
        break;
    case TARGET_SEND:
        v->number = s ? s->level_db : -INFINITY;
        v->saved = v->number != -INFINITY;
        break;
    case TARGET_PRE:
        v->number = s && s->pre;
        v->saved = v->number != 0;
        break;
    case TARGET_PLUG:
        plug_take(t, v);
        break;
    case TARGET_BYPASS:
        v->number = v->saved = t->plug->bypass;
        break;
    case TARGET_ENGINE:
        v->number = c->values[t->row];
        v->saved = !t->param->fixed && v->number != t->param->def;
        break;
    case TARGET_GROUP:
        v->number = t->group->values[t->row];
        v->saved = v->number != t->param->def;
        break;
    case TARGET_MORPH:
        v->number = c->morph;
        v->saved = false;
        break;
    case TARGET_MARKER:
        v->number = marker_value(c, t->marker, t->row);
        v->saved = v->number != t->param->def;
        break;
    case TARGET_TRANSPORT:
        transport_value(c, t->row, v);
        break;
    }
    if (row_is_text(t->param))
        return;
    const struct eve *eve = eve_find(c, t);
    if (eve) {
        v->number = eve->before;
        v->saved = !t->param->fixed && v->number != t->param->def;
    }
    snprintf(v->text, sizeof v->text, "%s", param_format(t->param, v->number, c->setup.rate, text));
}

int console_get(const struct console *c, const char *address, struct console_value *v,
                struct refusal *why)
{
    struct target t;
    if (target_find(c, address, &t, why))
        return -1;
    v->address = address;
    target_value(c, &t, v);
    return 0;
}

struct walk {
    const struct console *c;
    void *context;
    void (*each)(void *context, const struct console_value *v);
    struct console_value value;
    char address[2 * ADDRESS_SIZE];
};

static void walk_give(struct walk *w, const struct target *t)
{
    w->value.address = w->address;
    target_value(w->c, t, &w->value);
    w->each(w->context, &w->value);
}

static void walk_sends(struct walk *w, struct node *n, const char *base)
{
    if (n->kind == NODE_MASTER)
        return;
    for (uint32_t i = 0; i < w->c->nodes.n; i++) {
        struct node *to = w->c->nodes.at[i];
        if (to->kind != NODE_BUS || to->life == LIFE_LEAVING || to == n)
            continue;
        struct target t = { .kind = TARGET_SEND, .node = n, .to = to, .param = &send_row };
        snprintf(w->address, sizeof w->address, "%s/send/%s", base, to->name);
        walk_give(w, &t);
        t.kind = TARGET_PRE;
        t.param = &pre_row;
        snprintf(w->address, sizeof w->address, "%s/send/%s/pre", base, to->name);
        walk_give(w, &t);
    }
}

static void walk_plugs(struct walk *w, struct node *n, const char *base)
{
    for (uint32_t i = 0; i < n->plugs.n; i++) {
        struct plug *p = n->plugs.at[i];
        if (p->leaving)
            continue;
        struct target t = { .node = n, .plug = p };
        for (uint32_t row = 0; row <= p->kind->n_params; row++) {
            bool last = row == p->kind->n_params;
            t.kind = last ? TARGET_BYPASS : TARGET_PLUG;
            t.row = row;
            t.param = last ? &bypass_row : &p->kind->params[row];
            snprintf(w->address, sizeof w->address, "%s/%s/%s", base, p->name, t.param->name);
            walk_give(w, &t);
        }
    }
}

static void walk_node(struct walk *w, struct node *n)
{
    char base[ADDRESS_SIZE];
    node_address(n, base);
    for (uint32_t row = 0; row < NODE_PARAMS; row++) {
        if (!node_has(n->kind, row) || (row == NODE_LISTEN && !listens(w->c, n)))
            continue;
        struct target t = { .kind = TARGET_NODE, .node = n, .row = row, .param = &node_rows[row] };
        snprintf(w->address, sizeof w->address, "%s/%s", base, node_rows[row].name);
        walk_give(w, &t);
    }
    walk_sends(w, n, base);
    walk_plugs(w, n, base);
}

static void walk_rows(struct walk *w, enum target_kind kind, const char *base,
                      const struct param *rows, uint32_t n)
{
    for (uint32_t row = 0; row < n; row++) {
        struct target t = { .kind = kind, .row = row, .param = &rows[row] };
        snprintf(w->address, sizeof w->address, "%s/%s", base, rows[row].name);
        walk_give(w, &t);
    }
}

static void walk_groups(struct walk *w)
{
    char base[ADDRESS_SIZE];
    for (uint32_t i = 0; i < w->c->groups.n; i++) {
        struct target t = { .kind = TARGET_GROUP, .group = w->c->groups.at[i] };
        snprintf(base, sizeof base, "group/%s", t.group->name);
        for (t.row = 0; t.row < GROUP_PARAMS; t.row++) {
            t.param = &group_rows[t.row];
            snprintf(w->address, sizeof w->address, "%s/%s", base, t.param->name);
            walk_give(w, &t);
        }
    }
}

/* A marker's first row is the marker itself. */
static void walk_markers(struct walk *w)
{
    for (uint32_t i = 0; i < w->c->markers.n; i++) {
        struct target t = { .kind = TARGET_MARKER, .marker = w->c->markers.at[i] };
        for (t.row = 0; t.row < MARKER_PARAMS; t.row++) {
            t.param = &marker_rows[t.row];
            snprintf(w->address, sizeof w->address, "marker/%s%s%s", t.marker->name,
                     t.row ? "/" : "", t.row ? t.param->name : "");
            walk_give(w, &t);
        }
    }
}

void console_each_value(const struct console *c, void *context,
                        void (*each)(void *context, const struct console_value *v))
{
    struct walk w = { .c = c, .context = context, .each = each };
    walk_rows(&w, TARGET_ENGINE, "engine", engine_rows, ENGINE_PARAMS);
    walk_rows(&w, TARGET_TRANSPORT, "transport", transport_rows, TRANSPORT_PARAMS);
    for (uint32_t i = 0; i < c->nodes.n; i++) {
        struct node *n = c->nodes.at[i];
        if (n->life != LIFE_LEAVING)
            walk_node(&w, n);
    }
    walk_node(&w, c->master);
    walk_groups(&w);
    walk_markers(&w);
    if (*c->morph_from) /* else there is nothing that it could move */
        walk_rows(&w, TARGET_MORPH, "scene", &morph_row, 1);
}
