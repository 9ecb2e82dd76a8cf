/* driver_jack_ports.c - a JACK port for every place in use
 *
 * The order of things: a new port is published when it is ready to be used; one that loses its
 * place is cleared from where a period looks, and unregistered when the turn that may have seen
 * it has passed. Until then its name is taken. One that is claimed again under its old name stays,
 * with its connections.
 */
#include "daemon/driver_jack_parts.h"
#include "daemon/log.h"
#include "daemon/reblock.h"

#include <string.h>

static void port_loosen(struct jack_driver *j, uint32_t place)
{
    atomic_store(&j->inputs[place], NULL);
    atomic_store(&j->outputs[place], NULL);
    j->loose[j->n_loose++] = (struct loose){ j->held[place], gate_turn(&j->gate) };
    j->held[place].port = NULL;
}

static bool held_is(const struct held *h, const struct port *port)
{
    return h->port && port->used && h->input == port->input && !strcmp(h->name, port->name);
}

static struct jackport *port_adopt(struct jack_driver *j, const struct port *port)
{
    for (uint32_t i = 0; i < j->n_loose; i++) {
        struct jackport *found = j->loose[i].held.port;
        if (!held_is(&j->loose[i].held, port))
            continue;
        j->loose[i] = j->loose[--j->n_loose];
        return found;
    }
    return NULL;
}

/* Did JACK refuse? It does when it is full, and while a loose port of that name is there. */
static bool port_make(struct jack_driver *j, uint32_t place)
{
    const struct port *port = ports_at(j->setup.ports, place);
    struct jackport *made = port_adopt(j, port);
    if (!made)
        made = jackclient_port_new(j->client, port->name, port->input);
    if (!made)
        return true;
    j->held[place] = (struct held){ .port = made, .input = port->input };
    memcpy(j->held[place].name, port->name, sizeof port->name);
    jackclient_port_describe(j->client, made, port->pretty, place);
    atomic_store(port->input ? &j->inputs[place] : &j->outputs[place], made);
    return false;
}

static void loose_sweep(struct jack_driver *j)
{
    for (uint32_t i = j->n_loose; i-- > 0;) {
        if (!gate_passed(&j->gate, j->loose[i].turn))
            continue;
        jackclient_port_free(j->client, j->loose[i].held.port);
        j->loose[i] = j->loose[--j->n_loose];
    }
}

void jack_ports_follow(struct jack_driver *j)
{
    struct ports *ports = j->setup.ports;
    uint32_t end = ports_end(ports);
    uint32_t places = atomic_load_explicit(&j->places, memory_order_relaxed); /* our own */
    bool refused = false;
    if (ports_serial(ports) == j->serial)
        return;
    for (uint32_t p = 0; p < places; p++)
        if (j->held[p].port && !held_is(&j->held[p], ports_at(ports, p)))
            port_loosen(j, p);
    for (uint32_t p = 0; p < end; p++)
        if (ports_at(ports, p)->used && !j->held[p].port)
            refused |= port_make(j, p);
    if (end > places) /* release: pairs with buffers_gather and on_latency */
        atomic_store_explicit(&j->places, end, memory_order_release);
    bool in_the_way = j->n_loose > 0;
    loose_sweep(j);
    if (refused && !in_the_way && !j->refused)
        log_warn("JACK refuses to make more ports");
    j->refused = refused && !in_the_way;
    j->serial = refused || j->n_loose ? 0 : ports_serial(ports);
    j->tries = JACK_TRIES;
}

void jack_ports_forget(struct jack_driver *j)
{
    for (uint32_t p = 0; p < PORTS_MAX; p++) {
        atomic_store(&j->inputs[p], NULL);
        atomic_store(&j->outputs[p], NULL);
        j->held[p].port = NULL;
    }
    j->n_loose = 0;
    j->serial = 0;
    j->refused = false;
}

void jack_latency_follow(struct jack_driver *j)
{
    uint32_t period = atomic_load_explicit(&j->period, memory_order_relaxed);
    uint32_t latency = reblock_latency(j->reblock, period);
    if (j->setup.latency)
        latency += j->setup.latency(j->setup.context);
    /* Relaxed: the callback that reads it is called by the line that follows. */
    if (atomic_exchange_explicit(&j->latency, latency, memory_order_relaxed) != latency)
        jackclient_retell_latency(j->client);
}
