/* listen.c - PFL and AFL: a strip, an input or a bus on the headphones, without touching the show
 *
 * To listen is to send to the bus called listen, at 0 dB: before the fader and whatever is muted
 * (PFL), or behind it (AFL). The send is one like all others, and so is the bus: it usually goes to
 * ports of its own.
 */
#include "mixer/console_parts.h"

#include <math.h>

#define LISTEN_BUS "listen"

bool listens(const struct console *c, const struct node *n)
{
    const struct node *bus = node_find(c, NODE_BUS, LISTEN_BUS);
    return bus && bus != n;
}

enum listen listen_now(const struct console *c, const struct node *n)
{
    const struct node *bus = node_find(c, NODE_BUS, LISTEN_BUS);
    const struct model_send *s = bus ? send_find(n, bus) : NULL;
    if (!s || s->level_db == -INFINITY)
        return LISTEN_OFF;
    return s->pre ? LISTEN_PFL : LISTEN_AFL;
}

int listen_set(struct console *c, struct node *n, enum listen listen,
               const struct console_change *change, struct refusal *why)
{
    struct node *bus = node_find(c, NODE_BUS, LISTEN_BUS);
    if (!bus && listen == LISTEN_OFF)
        return 0;
    if (!bus) {
        refuse(why, FAULT_STATE, "there is no bus/" LISTEN_BUS " to listen on");
        return refuse_hint(why, "add bus " LISTEN_BUS " out=phones");
    }
    if (listen == LISTEN_OFF)
        return send_set(c, n, bus, -INFINITY, change, why) ||
               send_set_pre(c, n, bus, false, change, why);
    return send_set(c, n, bus, 0, change, why) ||
           send_set_pre(c, n, bus, listen == LISTEN_PFL, change, why);
}
