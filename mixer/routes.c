/* routes.c - sends and outputs: who feeds whom, without loops */
#include "mixer/console_parts.h"

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

/* Comes by every node once, however many ways lead to it. */
static bool walk(struct console *c, struct node *from, const struct node *to, bool leavers)
{
    from->visit = c->visits;
    for (uint32_t i = 0; i < from->sends.n; i++) {
        struct model_send *s = from->sends.at[i];
        struct node *next = s->life == LIFE_LEAVING && !leavers ? NULL : s->to;
        if (next && (next == to || (next->visit != c->visits && walk(c, next, to, leavers))))
            return true;
    }
    return false;
}

bool node_reaches(struct console *c, struct node *from, const struct node *to)
{
    c->visits++;
    return walk(c, from, to, true);
}

static int loop_refuse(struct console *c, struct node *n, struct node *to, struct refusal *why)
{
    char from[ADDRESS_SIZE], into[ADDRESS_SIZE];
    node_address(n, from);
    node_address(to, into);
    if (n == to)
        return refuse(why, FAULT_STATE, "a loop: %s would feed itself", from);
    c->visits++;
    if (walk(c, to, n, false))
        return refuse(why, FAULT_STATE, "a loop: %s feeds %s already", into, from);
    return refuse(why, FAULT_BUSY, "%s still fades out of %s; try again in a moment", into, from);
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

void send_leave(struct console *c, struct node *n, struct model_send *s,
                const struct console_change *change)
{
    uint32_t frames = change->frames == UINT32_MAX ? ramp_frames(c) : change->frames;
    if (s->life != LIFE_COMING)
        fade_out(c, &s->until, frames);
    s->life = LIFE_LEAVING;
    s->sent[0] = s->sent[1] = NAN; /* wherever they are and however slowly they go */
    send_levels(c, n, s, change);
    if (s->ports)
        claim_yield(c, s->port);
}

/* One that is silent and has nothing to remember is no send: it stands in nobody's way. */
static void send_settle(struct console *c, struct node *n, struct model_send *s,
                        const struct console_change *change)
{
    if (s->level_db == -INFINITY && !s->pre && !change->at)
        send_leave(c, n, s, change);
    else
        send_levels(c, n, s, change);
}

/* The send that there is, or a new one. NULL: it would feed back, or there is no memory; *why. */
static struct model_send *send_want(struct console *c, struct node *n, struct node *to,
                                    struct refusal *why)
{
    struct model_send *s = send_find(n, to);
    if (!s && (n == to || node_reaches(c, to, n))) {
        loop_refuse(c, n, to, why);
        return NULL;
    }
    if (!s && !(s = send_new(c, n, to)))
        refuse(why, FAULT_LIMIT, "out of memory");
    return s;
}

int send_set(struct console *c, struct node *n, struct node *to, double level_db,
             const struct console_change *change, struct refusal *why)
{
    if (!send_find(n, to) && level_db == -INFINITY)
        return 0;
    struct model_send *s = send_want(c, n, to, why);
    if (!s)
        return -1;
    s->level_db = level_db;
    send_settle(c, n, s, change);
    return 0;
}

int send_set_pre(struct console *c, struct node *n, struct node *to, bool pre,
                 const struct console_change *change, struct refusal *why)
{
    if (!send_find(n, to) && !pre)
        return 0;
    struct model_send *s = send_want(c, n, to, why);
    if (!s)
        return -1;
    s->pre = pre;
    send_settle(c, n, s, change);
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
        if (*to == n || node_reaches(c, *to, n))
            return loop_refuse(c, n, *to, why);
        return 0;
    }
    if (!name_valid(out, why))
        return -1;
    int place = claim_take(c, out, false, n->strip.channels);
    if (place < 0)
        return claim_refuse(place, out, why);
    *port = place;
    return 0;
}

struct model_send *route_find(const struct node *n)
{
    for (uint32_t i = n->sends.n; i-- > 0;) { /* the newest */
        struct model_send *s = n->sends.at[i];
        if (s->route && s->life != LIFE_LEAVING)
            return s;
    }
    return NULL;
}

void routes_relieve(struct console *c, struct node *n)
{
    const struct model_send *newest = route_find(n);
    for (uint32_t i = 0; i < n->sends.n; i++) {
        struct model_send *s = n->sends.at[i];
        if (s->route && s != newest && s->life == LIFE_HERE)
            send_leave(c, n, s, &gently);
    }
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
        if (n->kind != NODE_MASTER && port >= 0) {
            claim_yield(c, port);
            claim_drop(c, port);
        }
        return refuse(why, FAULT_LIMIT, "out of memory");
    }
    s->route = true;
    s->port = port;
    s->ports = n->kind != NODE_MASTER && port >= 0 ? n->strip.channels : 0;
    s->level_db = 0;
    free(n->out);
    n->out = word;
    if (before && before->life == LIFE_COMING)
        send_leave(c, n, before, &gently);
    else if (before && before->ports) /* routes_relieve fades it out when the new one is there */
        claim_yield(c, before->port);
    send_levels(c, n, s, &gently);
    return 0;
}
