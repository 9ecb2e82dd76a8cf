/* walk.c - everything that is there, one after the other */
#include "mixer/console_parts.h"

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

struct walk {
    const struct console *c;
    const struct console_sieve *sieve;
    void *context;
    void (*each)(void *context, const struct console_value *v);
    struct console_value value;
    struct node *buses[LINK_METERS];
    uint32_t n_buses;
    const struct node *twin; /* of the node that is walked over, on the other desk; or NULL */
    char address[2 * ADDRESS_SIZE];
};

/* Appends to an address; the new end. */
static char *add(char *end, const char *part)
{
    size_t n = strlen(part);
    memcpy(end, part, n + 1);
    return end + n;
}

/* The same parameter on the other desk; false: it has none such. */
static bool twin_find(const struct walk *w, const struct target *t, struct target *twin)
{
    const struct console *other = w->sieve->unlike;
    *twin = *t;
    if (t->node && !w->twin)
        return false;
    twin->node = (struct node *)w->twin;
    if (t->to && !(twin->to = node_find(other, NODE_BUS, t->to->name)))
        return false;
    if (t->plug && !(twin->plug = plug_find(w->twin, t->plug->name)))
        return false;
    if (t->kind == TARGET_PLUG && twin->plug->kind != t->plug->kind)
        return false;
    if (t->group && !(twin->group = group_find(other, t->group->name)))
        return false;
    return !t->marker || (twin->marker = marker_find(other, t->marker->name));
}

static bool alike(const struct walk *w, const struct target *t)
{
    struct target twin;
    struct console_value a, b;
    if (!twin_find(w, t, &twin))
        return false;
    if (!row_is_text(t->param))
        return target_now(w->c, t) == target_now(w->sieve->unlike, &twin);
    a.text[0] = b.text[0] = '\0';
    target_text(w->c, t, &a);
    target_text(w->sieve->unlike, &twin, &b);
    return !strcmp(a.text, b.text);
}

static bool always(const struct target *t)
{
    return t->kind == TARGET_NODE && (t->row == NODE_SOURCE || t->row == NODE_CHANNELS);
}

static void walk_give(struct walk *w, const struct target *t)
{
    const struct console_sieve *s = w->sieve;
    if ((s->wants && !s->wants(w->context, w->address)) || (s->unlike && alike(w, t)))
        return;
    target_number(w->c, t, &w->value);
    if (s->saved && !w->value.saved && !always(t))
        return;
    if (!s->numbers)
        target_text(w->c, t, &w->value);
    w->value.address = w->address;
    w->each(w->context, &w->value);
}

/* `end`: of the node's address with the slash behind it; here and below. */
static void walk_sends(struct walk *w, struct node *n, char *end)
{
    end = add(end, "send/");
    for (uint32_t i = 0; n->kind != NODE_MASTER && i < w->n_buses; i++) {
        struct node *to = w->buses[i];
        if (to == n)
            continue;
        struct target t = { .kind = TARGET_SEND, .node = n, .to = to, .param = &send_row };
        char *behind = add(end, to->name);
        walk_give(w, &t);
        t.kind = TARGET_PRE;
        t.param = &pre_row;
        add(add(behind, "/"), pre_row.name);
        walk_give(w, &t);
    }
}

static void walk_plugs(struct walk *w, struct node *n, char *end)
{
    for (uint32_t i = 0; i < n->plugs.n; i++) {
        struct plug *p = n->plugs.at[i];
        if (p->leaving)
            continue;
        struct target t = { .node = n, .plug = p };
        char *behind = add(add(end, p->name), "/");
        for (uint32_t row = 0; row <= p->kind->n_params; row++) {
            bool last = row == p->kind->n_params;
            t.kind = last ? TARGET_BYPASS : TARGET_PLUG;
            t.row = row;
            t.param = last ? &bypass_row : &p->kind->params[row];
            add(behind, t.param->name);
            walk_give(w, &t);
        }
    }
}

/* May something below this address be wanted? */
static bool leads_on(const struct walk *w, const char *end)
{
    size_t length = (size_t)(end - w->address), head = w->sieve->head_length;
    return !strncmp(w->address, w->sieve->head, length < head ? length : head);
}

static void walk_node(struct walk *w, struct node *n)
{
    char *end = add(w->address, node_prefix(n->kind));
    if (n->kind != NODE_MASTER)
        end = add(add(end, "/"), n->name);
    end = add(end, "/");
    if (w->sieve->head && !leads_on(w, end))
        return;
    if (w->sieve->unlike)
        w->twin = node_find(w->sieve->unlike, n->kind, n->name);
    for (uint32_t row = 0; row < NODE_PARAMS; row++) {
        if (!node_has(n->kind, row) || (row == NODE_LISTEN && !listens(w->c, n)))
            continue;
        struct target t = { .kind = TARGET_NODE, .node = n, .row = row, .param = &node_rows[row] };
        add(end, node_rows[row].name);
        walk_give(w, &t);
    }
    walk_sends(w, n, end);
    walk_plugs(w, n, end);
}

static void walk_rows(struct walk *w, enum target_kind kind, const char *base,
                      const struct param *rows, uint32_t n)
{
    char *end = add(w->address, base);
    for (uint32_t row = 0; row < n; row++) {
        struct target t = { .kind = kind, .row = row, .param = &rows[row] };
        add(end, rows[row].name);
        walk_give(w, &t);
    }
}

static void walk_groups(struct walk *w)
{
    for (uint32_t i = 0; i < w->c->groups.n; i++) {
        struct target t = { .kind = TARGET_GROUP, .group = w->c->groups.at[i] };
        char *end = add(add(add(w->address, "group/"), t.group->name), "/");
        for (t.row = 0; t.row < GROUP_PARAMS; t.row++) {
            t.param = &group_rows[t.row];
            add(end, t.param->name);
            walk_give(w, &t);
        }
    }
}

/* A marker's first row is the marker itself. */
static void walk_markers(struct walk *w)
{
    for (uint32_t i = 0; i < w->c->markers.n; i++) {
        struct target t = { .kind = TARGET_MARKER, .marker = w->c->markers.at[i] };
        char *end = add(add(w->address, "marker/"), t.marker->name);
        for (t.row = 0; t.row < MARKER_PARAMS; t.row++) {
            t.param = &marker_rows[t.row];
            if (t.row)
                add(add(end, "/"), t.param->name);
            walk_give(w, &t);
        }
    }
}

static void walk_all(struct walk *w)
{
    const struct console *c = w->c;
    walk_rows(w, TARGET_ENGINE, "engine/", engine_rows, ENGINE_PARAMS);
    walk_rows(w, TARGET_TRANSPORT, "transport/", transport_rows, TRANSPORT_PARAMS);
    for (uint32_t i = 0; i < c->nodes.n; i++) {
        struct node *n = c->nodes.at[i];
        if (n->life != LIFE_LEAVING)
            walk_node(w, n);
    }
    walk_node(w, c->master);
    w->twin = NULL;
    walk_groups(w);
    walk_markers(w);
    if (*c->morph_from) /* else there is nothing that it could move */
        walk_rows(w, TARGET_MORPH, "scene/", &morph_row, 1);
}

void console_sift_values(const struct console *c, const struct console_sieve *sieve, void *context,
                         void (*each)(void *context, const struct console_value *v))
{
    struct walk w = { .c = c, .sieve = sieve, .context = context, .each = each };
    for (uint32_t i = 0; i < c->nodes.n; i++) {
        struct node *n = c->nodes.at[i];
        if (n->kind == NODE_BUS && n->life != LIFE_LEAVING)
            w.buses[w.n_buses++] = n;
    }
    walk_all(&w);
}

void console_each_value(const struct console *c, void *context,
                        void (*each)(void *context, const struct console_value *v))
{
    console_sift_values(c, &(struct console_sieve){ .wants = NULL }, context, each);
}
