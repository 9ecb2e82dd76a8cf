/* driver_jack_ports.c - a JACK port for every place in use
 *
 * The order of things: a new port is published when it is ready to be used; one that loses its
 * place is cleared from where jack_process looks, and unregistered when the turn that may have seen
 * it has passed. Until then its name is taken. One that is claimed again under its old name stays,
 * with its connections.
 */
#include "daemon/driver_jack_parts.h"
#include "daemon/log.h"
#include "daemon/reblock.h"

#include <jack/metadata.h>
#include <stdio.h>
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

static jack_port_t *port_adopt(struct jack_driver *j, const struct port *port)
{
    for (uint32_t i = 0; i < j->n_loose; i++) {
        jack_port_t *found = j->loose[i].held.port;
        if (!held_is(&j->loose[i].held, port))
            continue;
        j->loose[i] = j->loose[--j->n_loose];
        return found;
    }
    return NULL;
}

static void port_describe(struct jack_driver *j, jack_port_t *made, uint32_t place)
{
    const struct port *port = ports_at(j->setup.ports, place);
    jack_uuid_t id = jack_port_uuid(made);
    char order[16];
    snprintf(order, sizeof order, "%u", place);
    jack_set_property(j->client, id, JACK_METADATA_PRETTY_NAME, port->pretty, "text/plain");
    jack_set_property(j->client, id, JACK_METADATA_ORDER, order,
                      "http://www.w3.org/2001/XMLSchema#int");
}

/* Did JACK refuse? It does when it is full, and while a loose port of that name is there. */
static bool port_make(struct jack_driver *j, uint32_t place)
{
    const struct port *port = ports_at(j->setup.ports, place);
    unsigned long direction = port->input ? JackPortIsInput : JackPortIsOutput;
    jack_port_t *made = port_adopt(j, port);
    if (!made)
        made = jack_port_register(j->client, port->name, JACK_DEFAULT_AUDIO_TYPE, direction, 0);
    if (!made)
        return true;
    j->held[place] = (struct held){ .port = made, .input = port->input };
    memcpy(j->held[place].name, port->name, sizeof port->name);
    port_describe(j, made, place);
    atomic_store(port->input ? &j->inputs[place] : &j->outputs[place], made);
    return false;
}

static void loose_sweep(struct jack_driver *j)
{
    for (uint32_t i = j->n_loose; i-- > 0;) {
        if (!gate_passed(&j->gate, j->loose[i].turn))
            continue;
        jack_port_unregister(j->client, j->loose[i].held.port);
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
    if (end > places) /* release: pairs with buffers_gather and jack_on_latency */
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
        jack_recompute_total_latencies(j->client);
}

/* The latencies of what is connected to those ports, over all; 0 to 0 where nothing is. */
static jack_latency_range_t latency_over(_Atomic(jack_port_t *) *ports, uint32_t places,
                                         jack_latency_callback_mode_t mode)
{
    jack_latency_range_t all = { UINT32_MAX, 0 };
    for (uint32_t p = 0; p < places; p++) {
        jack_port_t *port = atomic_load(&ports[p]);
        jack_latency_range_t range;
        if (!port || !jack_port_connected(port))
            continue;
        jack_port_get_latency_range(port, mode, &range);
        all.min = range.min < all.min ? range.min : all.min;
        all.max = range.max > all.max ? range.max : all.max;
    }
    return all.min > all.max ? (jack_latency_range_t){ 0, 0 } : all;
}

/* What comes in at any input may leave by any output. */
void jack_on_latency(jack_latency_callback_mode_t mode, void *driver)
{
    struct jack_driver *j = driver;
    bool capture = mode == JackCaptureLatency;
    uint32_t places = atomic_load_explicit(&j->places, memory_order_acquire); /* ports_make */
    uint32_t added = atomic_load_explicit(&j->latency, memory_order_relaxed); /* latency_follow */
    jack_latency_range_t range = latency_over(capture ? j->inputs : j->outputs, places, mode);
    range.min += added;
    range.max += added;
    for (uint32_t p = 0; p < places; p++) {
        jack_port_t *port = atomic_load(capture ? &j->outputs[p] : &j->inputs[p]);
        if (port)
            jack_port_set_latency_range(port, mode, &range);
    }
}
