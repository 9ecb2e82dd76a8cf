/* address.c - which parameter, node or effect an address means */
#include "mixer/console_parts.h"

#include <stdio.h>
#include <string.h>

/* Copies the part of *rest up to the next slash; *rest goes behind it, or to NULL at the end. */
static bool part_take(const char **rest, char part[NAME_SIZE])
{
    const char *slash = *rest ? strchr(*rest, '/') : NULL;
    size_t n = !*rest ? 0 : slash ? (size_t)(slash - *rest) : strlen(*rest);
    if (n == 0 || n >= NAME_SIZE)
        return false;
    memcpy(part, *rest, n);
    part[n] = '\0';
    *rest = slash ? slash + 1 : NULL;
    return true;
}

/* The node at the beginning of an address; *rest is what follows its name, or NULL. */
static struct node *node_take(const struct console *c, const char **rest)
{
    char part[NAME_SIZE];
    if (!part_take(rest, part))
        return NULL;
    if (!strcmp(part, node_prefix(NODE_MASTER)))
        return c->master;
    for (uint32_t kind = 0; kind < NODE_MASTER; kind++)
        if (!strcmp(part, node_prefix(kind)))
            return part_take(rest, part) ? node_find(c, kind, part) : NULL;
    return NULL;
}

static bool rows_find(const struct param *rows, uint32_t n, const char *name, struct target *t)
{
    for (uint32_t i = 0; i < n; i++) {
        if (strcmp(rows[i].name, name) != 0)
            continue;
        t->row = i;
        t->param = &rows[i];
        return true;
    }
    return false;
}

static bool send_target(const struct console *c, const char *rest, struct target *t)
{
    char part[NAME_SIZE];
    if (!part_take(&rest, part))
        return false;
    t->to = node_find(c, NODE_BUS, part);
    t->kind = rest ? TARGET_PRE : TARGET_SEND;
    t->param = rest ? &pre_row : &send_row;
    return t->to && (!rest || !strcmp(rest, pre_row.name));
}

static bool plug_target(const char *slot, const char *rest, struct target *t)
{
    t->plug = plug_find(t->node, slot);
    if (!t->plug || !rest)
        return false;
    t->kind = TARGET_PLUG;
    if (rows_find(t->plug->kind->params, t->plug->kind->n_params, rest, t))
        return true;
    t->kind = TARGET_BYPASS;
    t->param = &bypass_row;
    return !strcmp(rest, bypass_row.name);
}

static bool node_target(const struct console *c, const char *rest, struct target *t)
{
    char part[NAME_SIZE];
    if (!part_take(&rest, part))
        return false;
    if (!rest) {
        t->kind = TARGET_NODE;
        return rows_find(node_rows, NODE_PARAMS, part, t) && node_has(t->node->kind, t->row);
    }
    if (!strcmp(part, "send"))
        return send_target(c, rest, t);
    return plug_target(part, rest, t);
}

static bool marker_target(const struct console *c, const char *rest, struct target *t)
{
    char part[NAME_SIZE];
    if (!part_take(&rest, part))
        return false;
    t->kind = TARGET_MARKER;
    t->marker = marker_find(c, part);
    t->row = MARKER_POSITION;
    t->param = &marker_rows[MARKER_POSITION];
    if (!t->marker || !rest)
        return t->marker != NULL;
    return rows_find(marker_rows, MARKER_PARAMS, rest, t) && t->row != MARKER_POSITION;
}

static bool group_target(const struct console *c, const char *rest, struct target *t)
{
    char part[NAME_SIZE];
    if (!part_take(&rest, part) || !rest)
        return false;
    t->kind = TARGET_GROUP;
    t->group = group_find(c, part);
    return t->group && rows_find(group_rows, GROUP_PARAMS, rest, t);
}

int target_find(const struct console *c, const char *address, struct target *t, struct refusal *why)
{
    *t = (struct target){ 0 };
    const char *rest = address;
    if (!strncmp(address, "engine/", 7)) {
        t->kind = TARGET_ENGINE;
        if (rows_find(engine_rows, ENGINE_PARAMS, address + 7, t))
            return 0;
    } else if (!strncmp(address, "transport/", 10)) {
        t->kind = TARGET_TRANSPORT;
        if (rows_find(transport_rows, TRANSPORT_PARAMS, address + 10, t))
            return 0;
    } else if (!strncmp(address, "group/", 6)) {
        if (group_target(c, address + 6, t))
            return 0;
    } else if (!strncmp(address, "scene/", 6)) {
        t->kind = TARGET_MORPH;
        if (rows_find(&morph_row, 1, address + 6, t))
            return 0;
    } else if (!strncmp(address, "marker/", 7)) {
        if (marker_target(c, address + 7, t))
            return 0;
    } else if ((t->node = node_take(c, &rest)) && rest) {
        if (node_target(c, rest, t))
            return 0;
    } else if (t->node) {
        refuse(why, FAULT_UNKNOWN, "%s is no parameter", address);
        return refuse_hint(why, "%s/gain", address);
    }
    return refuse(why, FAULT_UNKNOWN, "there is no %s", address);
}

int object_find(const struct console *c, const char *address, struct node **node,
                struct plug **plug, struct refusal *why)
{
    const char *rest = address;
    struct target parameter;
    *plug = NULL;
    *node = node_take(c, &rest);
    if (*node && !rest)
        return 0;
    if (*node && (*plug = plug_find(*node, rest)))
        return 0;
    if (!target_find(c, address, &parameter, why) && parameter.kind != TARGET_MARKER)
        return refuse(why, FAULT_TYPE, "%s is a parameter", address);
    return refuse(why, FAULT_UNKNOWN, "there is no %s", address);
}
