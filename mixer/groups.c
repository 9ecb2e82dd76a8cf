/* groups.c - strips, inputs and buses that are turned up, muted and soloed together */
#include "mixer/groups.h"

#include "mixer/console.h"
#include "mixer/console_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GROUPS_MOST = 256 };

struct group *group_find(const struct console *c, const char *name)
{
    for (uint32_t i = 0; i < c->groups.n; i++) {
        struct group *g = c->groups.at[i];
        if (!strcmp(g->name, name))
            return g;
    }
    return NULL;
}

static bool is_member(const struct node *n, const struct group *g)
{
    for (uint32_t i = 0; i < n->groups.n; i++)
        if (n->groups.at[i] == g)
            return true;
    return false;
}

/* ---- what members are told */

double groups_gain(const struct node *n)
{
    double gain = 1;
    for (uint32_t i = 0; i < n->groups.n; i++)
        gain *= db_to_gain(((struct group *)n->groups.at[i])->values[GROUP_GAIN]);
    return gain;
}

static bool any_has(const struct node *n, enum group_param row)
{
    for (uint32_t i = 0; i < n->groups.n; i++)
        if (((struct group *)n->groups.at[i])->values[row] != 0)
            return true;
    return false;
}

bool groups_mute(const struct node *n)
{
    return any_has(n, GROUP_MUTE);
}

bool groups_solo(const struct node *n)
{
    return any_has(n, GROUP_SOLO);
}

void group_set(struct console *c, struct group *g, enum group_param row, double value,
               const struct console_change *change)
{
    g->values[row] = value;
    for (uint32_t i = 0; row != GROUP_SOLO && i < c->nodes.n; i++)
        if (is_member(c->nodes.at[i], g))
            node_levels(c, c->nodes.at[i], change);
    if (row == GROUP_SOLO)
        gates_levels(c, change);
}

/* ---- who is in it */

void groups_text(const struct node *n, char *out, size_t size)
{
    size_t at = 0;
    snprintf(out, size, "none");
    for (uint32_t i = 0; i < n->groups.n && at < size; i++)
        at += (size_t)snprintf(out + at, size - at, "%s%s", i ? "," : "",
                               ((struct group *)n->groups.at[i])->name);
}

/* Reads names with commas between. */
static int groups_read(const struct console *c, const char *text, struct list *groups,
                       struct refusal *why)
{
    for (const char *name = text; *name;) {
        char one[NAME_SIZE] = "";
        size_t length = strcspn(name, ",");
        struct group *g = NULL;
        if (length < sizeof one) {
            memcpy(one, name, length);
            g = group_find(c, one);
        }
        if (!g) {
            refuse(why, FAULT_UNKNOWN, "there is no group %.*s", (int)length, name);
            return refuse_hint(why, "add group %.*s", (int)length, name);
        }
        struct node already = { .groups = *groups };
        if (!is_member(&already, g) && list_add(groups, g))
            return refuse(why, FAULT_LIMIT, "out of memory");
        name += length + (name[length] == ',');
    }
    return 0;
}

int groups_join(struct console *c, struct node *n, const char *text, struct refusal *why)
{
    struct list groups = { 0 };
    if (strcmp(text, "none") != 0 && groups_read(c, text, &groups, why)) {
        list_clear(&groups);
        return -1;
    }
    bool soloed = groups_solo(n);
    list_clear(&n->groups);
    n->groups = groups;
    if (soloed != groups_solo(n))
        gates_levels(c, &gently);
    node_levels(c, n, &gently);
    return 0;
}

/* ---- coming and going */

int console_add_group(struct console *c, const char *name, const struct console_key *keys,
                      uint32_t n, struct refusal *why)
{
    if (!name_valid(name, why))
        return -1;
    if (group_find(c, name))
        return refuse(why, FAULT_EXISTS, "there is a group/%s already", name);
    struct group *g = c->groups.n < GROUPS_MOST ? calloc(1, sizeof *g) : NULL;
    if (!g || list_add(&c->groups, g)) {
        free(g);
        return refuse(why, FAULT_LIMIT, "no room for more than %d groups", GROUPS_MOST);
    }
    strcpy(g->name, name); /* a valid one fits */
    for (uint32_t i = 0; i < n; i++) {
        struct console_change change = { .frames = UINT32_MAX };
        char address[ADDRESS_SIZE];
        struct target t;
        snprintf(address, sizeof address, "group/%s/%.20s", name, keys[i].key);
        int err = target_find(c, address, &t, why)
                      ? refuse_key(why, "group", keys[i].key)
                      : console_set(c, address, keys[i].value, &change, why);
        if (err) {
            list_remove(&c->groups, g);
            free(g);
            return -1;
        }
    }
    return 0;
}

int console_remove_group(struct console *c, const char *name, struct refusal *why)
{
    struct group *g = group_find(c, name);
    if (!g)
        return refuse(why, FAULT_UNKNOWN, "there is no group/%s", name);
    list_remove(&c->groups, g);
    for (uint32_t i = 0; i < c->nodes.n; i++) {
        struct node *n = c->nodes.at[i];
        if (!is_member(n, g))
            continue;
        list_remove(&n->groups, g);
        node_levels(c, n, &gently);
    }
    gates_levels(c, &gently);
    eves_forget(c, g);
    free(g);
    post_flush(c);
    return 0;
}

void console_each_group(const struct console *c, void *context,
                        void (*each)(void *context, const char *name))
{
    for (uint32_t i = 0; i < c->groups.n; i++)
        each(context, ((struct group *)c->groups.at[i])->name);
}

void groups_clear(struct console *c)
{
    for (uint32_t i = 0; i < c->groups.n; i++)
        free(c->groups.at[i]);
    list_clear(&c->groups);
}
