/* driver_jack_wires.c - connections: what is there, what is remembered, what is made again */
#include "daemon/driver_jack_parts.h"

#include "daemon/wires.h"

#include <errno.h>
#include <stddef.h>

static bool there(void *driver, const char *port)
{
    struct jack_driver *j = driver;
    return jackclient_has(j->client, port);
}

/* A wire that was asked for need not be one of ours. */
static void look_at_asked(struct jack_driver *j)
{
    struct wire wire;
    for (uint32_t i = 0; wires_next(j->wires, &i, &wire);) {
        if (!wire.asked || !there(j, wire.from) || !there(j, wire.to))
            continue;
        if (jackclient_connected(j->client, wire.from, wire.to))
            wires_see(j->wires, wire.from, wire.to);
    }
}

static void look_at_port(struct jack_driver *j, const struct held *held)
{
    const char *own = jackclient_port_name(held->port);
    const char **others = jackclient_connections(j->client, held->port);
    for (uint32_t i = 0; others && others[i]; i++)
        wires_see(j->wires, held->input ? others[i] : own, held->input ? own : others[i]);
    jackclient_names_free(others);
}

static void look(struct jack_driver *j)
{
    uint32_t places = atomic_load_explicit(&j->places, memory_order_relaxed); /* our own */
    wires_look(j->wires);
    look_at_asked(j);
    for (uint32_t p = 0; p < places; p++)
        if (j->held[p].port)
            look_at_port(j, &j->held[p]);
    wires_looked(j->wires, rt_now(), j, there);
}

/* Makes what is due and possible. Is there more to try soon? */
static bool make(struct jack_driver *j)
{
    struct wire wire;
    bool more = false;
    for (uint32_t i = 0; wires_next(j->wires, &i, &wire);) {
        if (!wire.due || !there(j, wire.from) || !there(j, wire.to))
            continue;
        /* Refused while another client has registered its ports but is not active yet. */
        int err = jackclient_connect(j->client, wire.from, wire.to);
        if (err && err != EEXIST)
            more = true;
        else
            wires_see(j->wires, wire.from, wire.to);
    }
    return more;
}

void jack_wires_follow(struct jack_driver *j)
{
    if (!j->tries)
        return;
    look(j);
    j->tries = make(j) ? j->tries - 1 : 0;
}

int jack_wires_connect(struct driver *d, const char *from, const char *to)
{
    struct jack_driver *j = (struct jack_driver *)d;
    int err = wires_ask(j->wires, from, to);
    if (err == -ENOMEM)
        return err;
    if (!j->active)
        return -ENOTCONN;
    jack_ports_follow(j); /* they may have been claimed a moment ago */
    if (!there(j, from) || !there(j, to))
        return -ENOENT;
    err = jackclient_connect(j->client, from, to);
    if (err && err != EEXIST) {
        wires_forget(j->wires, from, to);
        return -EINVAL;
    }
    wires_see(j->wires, from, to);
    return err ? -EEXIST : 0;
}

int jack_wires_disconnect(struct driver *d, const char *from, const char *to)
{
    struct jack_driver *j = (struct jack_driver *)d;
    bool known = wires_forget(j->wires, from, to);
    if (!j->active)
        return known ? -ENOTCONN : -ENOENT;
    if (!there(j, from) || !there(j, to))
        return known ? 0 : -ENOENT;
    return jackclient_disconnect(j->client, from, to) && !known ? -EEXIST : 0;
}

void jack_wires_each_port(struct driver *d, void *context,
                          void (*port)(void *context, const char *name, bool output, bool own),
                          void (*wire)(void *context, const char *from, const char *to, bool live))
{
    struct jack_driver *j = (struct jack_driver *)d;
    const char **names = NULL;
    struct wire w;
    if (j->active) {
        jack_ports_follow(j);
        look(j);
        names = jackclient_ports(j->client);
    }
    for (uint32_t i = 0; names && names[i]; i++) {
        bool output, own;
        if (jackclient_port_is(j->client, names[i], &output, &own))
            port(context, names[i], output, own);
    }
    jackclient_names_free(names);
    for (uint32_t i = 0; wires_next(j->wires, &i, &w);)
        wire(context, w.from, w.to, w.live);
}
