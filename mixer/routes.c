/* routes.c - sends and outputs: who feeds whom, without loops */
#include "mixer/model.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct model_send *send_find(const struct node *n, const struct node *to)
{
    for (uint32_t i = 0; i < n->sends.n; i++) {
        struct model_send *s = n->sends.at[i];
        if (!s->route && s->to == to && s->life != LIFE_LEAVING)
            return s;
    }
    return NULL;
}

bool node_reaches(const struct node *from, const struct node *to)
{
    for (uint32_t i = 0; i < from->sends.n; i++) {
        const struct model_send *s = from->sends.at[i];
        if (s->to && (s->to == to || node_reaches(s->to, to)))
            return true;
    }
    return false;
}

static int loop_refuse(const struct node *n, const struct node *to, struct refusal *why)
{
    char from[ADDRESS_SIZE], into[ADDRESS_SIZE];
    node_address(n, from);
    node_address(to, into);
    if (n == to)
        return refuse(why, FAULT_STATE, "a loop: %s would feed itself", from);
    return refuse(why, FAULT_STATE, "a loop: %s feeds %s already", into, from);
}

static struct model_send *send_new(struct console *c, struct node *n, struct node *to)
{
    struct model_send *s = calloc(1, sizeof *s);
    if (!s || list_add(&n->sends, s)) {
        free(s);
        return NULL;
    }
    s->to = to;
    s->port = -1;
    s->level_db = -INFINITY;
    ramp_init(&s->send.pre, 0);
    ramp_init(&s->send.post, 0);
    c->dirty = true;
    return s;
}

/* Fades it out; console_tick takes it off the desk after that. */
static void send_leave(struct console *c, struct node *n, struct model_send *s)
{
    s->life = LIFE_LEAVING;
    s->until = n->life == LIFE_COMING ? 0 : fade_end(c, ramp_frames(c));
    send_levels(c, n, s, NULL);
    c->dirty = true;
}

int send_set(struct console *c, struct node *n, struct node *to, double level_db,
             const struct console_change *change, struct refusal *why)
{
    struct model_send *s = send_find(n, to);
    if (!s && level_db == -INFINITY)
        return 0;
    if (!s && (n == to || node_reaches(to, n)))
        return loop_refuse(n, to, why);
    if (!s)
        s = send_new(c, n, to);
    if (!s)
        return refuse(why, FAULT_LIMIT, "out of memory");
    s->level_db = level_db;
    if (level_db == -INFINITY && !s->pre && change->frames == UINT32_MAX && !change->at)
        send_leave(c, n, s);
    else
        send_levels(c, n, s, change);
    return 0;
}

int send_set_pre(struct console *c, struct node *n, struct node *to, bool pre,
                 const struct console_change *change, struct refusal *why)
{
    struct model_send *s = send_find(n, to);
    if (!s && !pre)
        return 0;
    if (!s && (n == to || node_reaches(to, n)))
        return loop_refuse(n, to, why);
    if (!s)
        s = send_new(c, n, to);
    if (!s)
        return refuse(why, FAULT_LIMIT, "out of memory");
    s->pre = pre;
    send_levels(c, n, s, change);
    return 0;
}

/* Where the word of `out` leads: a mix (*to), own ports (*port >= 0), or nowhere. */
static int out_find(struct console *c, struct node *n, const char *out, struct node **to,
                    int32_t *port, struct refusal *why)
{
    *to = NULL;
    *port = -1;
    if (!strcmp(out, "none"))
        return 0;
    if (!strcmp(out, "master")) {
        *to = c->master;
        return 0;
    }
    if (!strncmp(out, "bus/", 4)) {
        *to = node_find(c, NODE_BUS, out + 4);
        if (!*to)
            return refuse(why, FAULT_UNKNOWN, "there is no %s", out);
        if (*to == n || node_reaches(*to, n))
            return loop_refuse(n, *to, why);
        return 0;
    }
    if (!name_valid(out, why))
        return -1;
    int place = c->setup.ports.claim(c->setup.ports.context, out, false, n->strip.channels);
    if (place == -EEXIST)
        return refuse(why, FAULT_EXISTS, "there are ports named %s already", out);
    if (place < 0)
        return refuse(why, FAULT_LIMIT, "no room for %u ports named %s", n->strip.channels, out);
    *port = place;
    return 0;
}

static struct model_send *route_find(const struct node *n)
{
    for (uint32_t i = 0; i < n->sends.n; i++) {
        struct model_send *s = n->sends.at[i];
        if (s->route && s->life != LIFE_LEAVING)
            return s;
    }
    return NULL;
}

int route_set(struct console *c, struct node *n, const char *out, struct refusal *why)
{
    struct model_send *before = route_find(n);
    struct node *to = NULL;
    int32_t port = 0; /* the master's own two places */
    if (before && !strcmp(n->out, out))
        return 0;
    if (n->kind != NODE_MASTER && out_find(c, n, out, &to, &port, why))
        return -1;
    char *word = strdup(out);
    struct model_send *s = word ? send_new(c, n, to) : NULL;
    if (!s) {
        free(word);
        if (n->kind != NODE_MASTER && port >= 0)
            c->setup.ports.drop(c->setup.ports.context, (uint32_t)port, n->strip.channels);
        return refuse(why, FAULT_LIMIT, "out of memory");
    }
    s->route = true;
    s->port = port;
    s->ports = n->kind != NODE_MASTER && port >= 0 ? n->strip.channels : 0;
    s->level_db = 0;
    free(n->out);
    n->out = word;
    if (before)
        send_leave(c, n, before);
    send_levels(c, n, s, NULL);
    return 0;
}
