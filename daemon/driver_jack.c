/* driver_jack.c - a client of a JACK server, which may not be there yet or go at any time
 *
 * Three kinds of threads meet here. The control thread opens, registers, connects and closes.
 * JACK's audio thread runs `process` and reads what the control thread published: a port for each
 * place. JACK's notification thread tells that something has changed: it sets an atomic, wakes the
 * control thread and leaves all work to the next tick.
 *
 * No xrun callback: with one registered jack_client_close may take half a minute. A missed period
 * shows as a jump of jack_last_frame_time, and it was our own doing if we were busy for more than
 * half of the period before it. Frame times are 32 bits wide and wrap; only differences are used.
 */
#include "daemon/chore.h"
#include "daemon/driver.h"
#include "daemon/log.h"
#include "daemon/ports.h"
#include "daemon/reblock.h"
#include "daemon/wires.h"
#include "mixer/engine.h"

#include <errno.h>
#include <jack/jack.h>
#include <jack/metadata.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    SPARE = 32,         /* descriptors; jack_client_open hangs or crashes when it finds none */
    LOOKS = 20,         /* ticks during which a due connection is tried after news */
    CLOSE_SOON_MS = 50, /* a close is waited for so long by a tick, */
    CLOSE_END_MS = 3000 /* and so long when there is no other tick to come */
};
#define PATIENCE_NS 5000000000u /* freewheeling, per period; the server's own is 10 s */

/* A port of ours as JACK knows it. */
struct held {
    jack_port_t *port; /* NULL: none */
    char name[PORT_NAME_MAX];
    bool input;
};

/* One that has lost its place and goes as soon as `process` cannot be using it. */
struct loose {
    struct held held;
    uint64_t turn;
};

struct jack_driver {
    struct driver driver;
    struct driver_setup setup;
    struct engine *engine; /* between start and stop */
    struct reblock *reblock;
    uint32_t built_rate;   /* what the engine was built for */
    jack_client_t *client; /* NULL: not joined */
    bool active;
    struct chore *closing; /* of the client before, when it takes long */
    const char *trouble;   /* why joining fails, as it was logged last */
    struct wires *wires;
    uint32_t looks;
    uint64_t serial;  /* of the table of ports, as far as it was followed; 0: not */
    uint32_t latency; /* as it was told last */
    uint64_t reconnects;
    bool joined_before;
    struct held held[PORTS_MAX]; /* by place */
    struct loose loose[PORTS_MAX];
    uint32_t n_loose;

    /* Written by the control thread. */
    _Atomic(jack_port_t *) inputs[PORTS_MAX]; /* by place; pair with buffers_gather */
    _Atomic(jack_port_t *) outputs[PORTS_MAX];
    _Atomic uint32_t places; /* that were ever used: one more than the highest */
    _Atomic bool halted;     /* the engine is not to be called */
    uint64_t halt_turn;      /* the turn in which that was said */

    /* Written by the notification thread, `shut` and `changed` taken back by the control thread. */
    _Atomic bool shut, changed;
    _Atomic bool freewheeling;
    _Atomic uint32_t rate, period;

    /* Written by the audio thread. */
    _Atomic uint64_t turn; /* odd while `process` runs */
    _Atomic uint64_t xruns, own_xruns;

    /* The audio thread's alone while the client is active. */
    jack_client_t *clock;
    bool timed; /* `expected` is known */
    uint32_t expected, last_period;
    uint64_t busy_ns;
    uint64_t patience_ns; /* until when to wait for tracks */
    const float *in[PORTS_MAX];
    float *out[PORTS_MAX];
};

static const float *const no_input[PORTS_MAX];
static float *const no_output[PORTS_MAX];

static struct jack_driver *self_of(struct driver *d)
{
    return (struct jack_driver *)d;
}

static void count(_Atomic uint64_t *counter)
{
    /* Relaxed: one writer, and nothing hangs on the number. */
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

/* ---- the audio thread */

static void time_watch(struct jack_driver *j, uint32_t n, bool waits)
{
    uint32_t now = jack_last_frame_time(j->clock);
    uint32_t rate = atomic_load_explicit(&j->rate, memory_order_relaxed);
    if (j->timed && !waits && n == j->last_period && (int32_t)(now - j->expected) > 0) {
        count(&j->xruns);
        if (j->busy_ns * rate > (uint64_t)n * 1000000000 / 2)
            count(&j->own_xruns);
    }
    j->timed = !waits; /* the first period after freewheeling may come at any time */
    j->expected = now + n;
    j->last_period = n;
}

static uint32_t buffers_gather(struct jack_driver *j, uint32_t n)
{
    uint32_t places = atomic_load_explicit(&j->places, memory_order_acquire);
    for (uint32_t p = 0; p < places; p++) {
        jack_port_t *input = atomic_load(&j->inputs[p]), *output = atomic_load(&j->outputs[p]);
        j->in[p] = input ? jack_port_get_buffer(input, n) : NULL;
        j->out[p] = output ? jack_port_get_buffer(output, n) : NULL;
    }
    return places;
}

static bool await_tracks(void *context)
{
    struct jack_driver *j = context;
    if (rt_now() > j->patience_ns || atomic_load(&j->halted))
        return false;
    j->setup.wait(j->setup.context);
    return true;
}

/* Bears no RT, because what it calls of JACK bears none: those read shared memory. */
static int process(jack_nframes_t n, void *arg)
{
    struct jack_driver *j = arg;
    uint64_t began = rt_now(), turn = atomic_load_explicit(&j->turn, memory_order_relaxed);
    /* Sequentially consistent with port_loosen and halt: either they see the odd number, or what
     * is loaded from here on is what they stored. */
    atomic_store(&j->turn, turn + 1);
    bool waits = atomic_load_explicit(&j->freewheeling, memory_order_relaxed);
    uint32_t places = buffers_gather(j, n);
    time_watch(j, n, waits);
    if (!atomic_load(&j->halted)) {
        j->patience_ns = began + PATIENCE_NS;
        reblock_wait(j->reblock, waits ? await_tracks : NULL, j);
        reblock_process(j->reblock, j->engine, j->in, j->out, places, n);
    } else {
        for (uint32_t p = 0; p < places; p++)
            if (j->out[p])
                memset(j->out[p], 0, sizeof(float) * n);
    }
    j->busy_ns = rt_now() - began;
    atomic_store(&j->turn, turn + 2);
    return 0;
}

/* Control. Has `process` been left since `turn` was read? */
static bool passed(struct jack_driver *j, uint64_t turn)
{
    return !(turn & 1) || atomic_load(&j->turn) != turn;
}

/* ---- the notification thread */

static void news(struct jack_driver *j, _Atomic bool *what)
{
    /* Release: pairs with the exchange in the tick. */
    atomic_store_explicit(what, true, memory_order_release);
    j->setup.wake(j->setup.context);
}

static void on_shutdown(void *arg)
{
    struct jack_driver *j = arg;
    news(j, &j->shut);
}

static int on_rate(jack_nframes_t rate, void *arg)
{
    struct jack_driver *j = arg;
    atomic_store_explicit(&j->rate, rate, memory_order_relaxed); /* published by the news */
    news(j, &j->changed);
    return 0;
}

static int on_period(jack_nframes_t n, void *arg)
{
    struct jack_driver *j = arg;
    atomic_store_explicit(&j->period, n, memory_order_relaxed); /* published by the news */
    news(j, &j->changed);
    return 0;
}

static void on_freewheel(int starting, void *arg)
{
    struct jack_driver *j = arg;
    /* Relaxed: the server restarts the audio thread's cycle after it. */
    atomic_store_explicit(&j->freewheeling, starting != 0, memory_order_relaxed);
}

static void on_port(jack_port_id_t port, int there, void *arg)
{
    struct jack_driver *j = arg;
    (void)port, (void)there;
    news(j, &j->changed);
}

static void on_connect(jack_port_id_t a, jack_port_id_t b, int connected, void *arg)
{
    struct jack_driver *j = arg;
    (void)a, (void)b, (void)connected;
    news(j, &j->changed);
}

/* What comes in at any input may leave by any output, `added` frames later. */
static void on_latency(jack_latency_callback_mode_t mode, void *arg)
{
    struct jack_driver *j = arg;
    bool capture = mode == JackCaptureLatency;
    _Atomic(jack_port_t *) *from = capture ? j->inputs : j->outputs;
    _Atomic(jack_port_t *) *to = capture ? j->outputs : j->inputs;
    uint32_t places = atomic_load_explicit(&j->places, memory_order_acquire);
    jack_latency_range_t all = { UINT32_MAX, 0 };
    for (uint32_t p = 0; p < places; p++) {
        jack_port_t *port = atomic_load(&from[p]);
        jack_latency_range_t range;
        if (!port || !jack_port_connected(port))
            continue;
        jack_port_get_latency_range(port, mode, &range);
        all.min = range.min < all.min ? range.min : all.min;
        all.max = range.max > all.max ? range.max : all.max;
    }
    if (all.min > all.max)
        all.min = 0; /* nothing is connected */
    uint32_t period = atomic_load_explicit(&j->period, memory_order_relaxed);
    uint32_t added = reblock_latency(j->reblock, period);
    all.min += added;
    all.max += added;
    for (uint32_t p = 0; p < places; p++) {
        jack_port_t *port = atomic_load(&to[p]);
        if (port)
            jack_port_set_latency_range(port, mode, &all);
    }
}

/* ---- ports */

static void port_loosen(struct jack_driver *j, uint32_t place)
{
    atomic_store(&j->inputs[place], NULL);
    atomic_store(&j->outputs[place], NULL);
    j->loose[j->n_loose++] = (struct loose){ j->held[place], atomic_load(&j->turn) };
    j->held[place].port = NULL;
}

static bool held_is(const struct held *h, const struct port *port)
{
    return h->port && port->used && h->input == port->input && !strcmp(h->name, port->name);
}

/* A port that lost its place and is claimed again keeps its connections. */
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
    char order[16];
    jack_uuid_t id = jack_port_uuid(made);
    snprintf(order, sizeof order, "%u", place);
    jack_set_property(j->client, id, JACK_METADATA_PRETTY_NAME,
                      ports_at(j->setup.ports, place)->pretty, "text/plain");
    jack_set_property(j->client, id, JACK_METADATA_ORDER, order,
                      "http://www.w3.org/2001/XMLSchema#int");
}

/* 0, or -1 when JACK refuses, as it does while one of that name is still loose. */
static int port_make(struct jack_driver *j, uint32_t place)
{
    const struct port *port = ports_at(j->setup.ports, place);
    jack_port_t *made = port_adopt(j, port);
    if (!made)
        made = jack_port_register(j->client, port->name, JACK_DEFAULT_AUDIO_TYPE,
                                  port->input ? JackPortIsInput : JackPortIsOutput, 0);
    if (!made)
        return -1;
    j->held[place] = (struct held){ .port = made, .input = port->input };
    memcpy(j->held[place].name, port->name, sizeof port->name);
    port_describe(j, made, place);
    atomic_store(port->input ? &j->inputs[place] : &j->outputs[place], made);
    return 0;
}

static void loose_sweep(struct jack_driver *j)
{
    for (uint32_t i = j->n_loose; i-- > 0;) {
        if (!passed(j, j->loose[i].turn))
            continue;
        jack_port_unregister(j->client, j->loose[i].held.port);
        j->loose[i] = j->loose[--j->n_loose];
    }
}

/* Follows the table of ports; what cannot be done yet is done on a later tick. */
static void ports_follow(struct jack_driver *j)
{
    struct ports *ports = j->setup.ports;
    uint64_t serial = ports_serial(ports);
    uint32_t end = ports_end(ports),
             places = atomic_load_explicit(&j->places, memory_order_relaxed);
    int refused = 0;
    if (serial == j->serial)
        return;
    for (uint32_t p = 0; p < places; p++)
        if (j->held[p].port && !held_is(&j->held[p], ports_at(ports, p)))
            port_loosen(j, p);
    for (uint32_t p = 0; p < end; p++)
        if (ports_at(ports, p)->used && !j->held[p].port)
            refused |= port_make(j, p);
    if (end > places) /* release: pairs with buffers_gather and on_latency */
        atomic_store_explicit(&j->places, end, memory_order_release);
    loose_sweep(j);
    j->serial = refused || j->n_loose ? 0 : serial;
    j->looks = LOOKS;
}

/* ---- connections */

static bool there(void *context, const char *port)
{
    struct jack_driver *j = context;
    return jack_port_by_name(j->client, port) != NULL;
}

/* A wire that was asked for need not be one of ours. */
static void look_at_asked(struct jack_driver *j)
{
    struct wire wire;
    for (uint32_t i = 0; wires_next(j->wires, &i, &wire);) {
        jack_port_t *from = wire.asked ? jack_port_by_name(j->client, wire.from) : NULL;
        if (from && jack_port_connected_to(from, wire.to))
            wires_see(j->wires, wire.from, wire.to);
    }
}

static void look(struct jack_driver *j)
{
    wires_look(j->wires);
    look_at_asked(j);
    for (uint32_t p = 0; p < atomic_load_explicit(&j->places, memory_order_relaxed); p++) {
        if (!j->held[p].port)
            continue;
        const char *own = jack_port_name(j->held[p].port);
        const char **others = jack_port_get_all_connections(j->client, j->held[p].port);
        for (uint32_t i = 0; others && others[i]; i++)
            wires_see(j->wires, j->held[p].input ? others[i] : own,
                      j->held[p].input ? own : others[i]);
        jack_free(others);
    }
    wires_looked(j->wires, rt_now(), j, there);
}

/* Makes what is due and possible. Is there more to try soon? */
static bool restore(struct jack_driver *j)
{
    struct wire wire;
    bool more = false;
    for (uint32_t i = 0; wires_next(j->wires, &i, &wire);) {
        if (!wire.due || !there(j, wire.from) || !there(j, wire.to))
            continue;
        /* Refused while the other client has registered its ports but is not active yet. */
        int err = jack_connect(j->client, wire.from, wire.to);
        if (err && err != EEXIST)
            more = true;
        else
            wires_see(j->wires, wire.from, wire.to);
    }
    return more;
}

static void wires_follow(struct jack_driver *j)
{
    if (!j->looks)
        return;
    look(j);
    j->looks = restore(j) ? j->looks - 1 : 0;
}

/* The graph knows the latency from callbacks that run when it changes; this change is ours. */
static void latency_tell(struct jack_driver *j)
{
    uint32_t period = atomic_load_explicit(&j->period, memory_order_relaxed);
    uint32_t latency = reblock_latency(j->reblock, period);
    if (latency != j->latency)
        jack_recompute_total_latencies(j->client);
    j->latency = latency;
}

/* ---- joining and leaving */

static pthread_t control;

/* What JACK prints. Its other threads may not log, and say nothing that the state does not. */
static void on_message(const char *text)
{
    if (pthread_equal(pthread_self(), control))
        log_debug("jack: %s", text);
}

static bool descriptors_spare(void)
{
    int fds[SPARE], n = 0;
    while (n < SPARE && (fds[n] = eventfd(0, EFD_CLOEXEC)) >= 0)
        n++;
    bool enough = n == SPARE;
    while (n > 0)
        close(fds[--n]);
    return enough;
}

static void trouble(struct jack_driver *j, const char *what)
{
    if (what && j->trouble != what)
        log_warn("cannot join the JACK server: %s", what);
    j->trouble = what;
}

static void client_open(struct jack_driver *j)
{
    jack_status_t status = 0;
    if (!descriptors_spare()) {
        trouble(j, "too few file descriptors are left");
        return;
    }
    atomic_store_explicit(&j->shut, false, memory_order_relaxed); /* its thread comes later */
    j->client = jack_client_open(j->setup.name,
                                 JackNoStartServer | JackUseExactName |
                                     (j->setup.server ? JackServerName : 0),
                                 &status, j->setup.server);
    if (!j->client) {
        trouble(j, status & JackNameNotUnique ? "another client has our name" : NULL);
        return;
    }
    trouble(j, NULL);
    jack_set_process_callback(j->client, process, j);
    jack_on_shutdown(j->client, on_shutdown, j);
    jack_set_sample_rate_callback(j->client, on_rate, j);
    jack_set_buffer_size_callback(j->client, on_period, j);
    jack_set_freewheel_callback(j->client, on_freewheel, j);
    jack_set_port_registration_callback(j->client, on_port, j);
    jack_set_port_connect_callback(j->client, on_connect, j);
    jack_set_latency_callback(j->client, on_latency, j);
    atomic_store_explicit(&j->rate, jack_get_sample_rate(j->client), memory_order_relaxed);
    atomic_store_explicit(&j->period, jack_get_buffer_size(j->client), memory_order_relaxed);
}

static void client_close(void *client)
{
    jack_client_close(client);
}

/* From now on `process` leaves the engine alone, once it has left it. */
static void halt(struct jack_driver *j)
{
    atomic_store(&j->halted, true);
    j->halt_turn = atomic_load(&j->turn);
}

/* jack_client_close waits for callbacks and for a thread that may have died with a lock, so it is
 * not waited for without end: what takes longer goes on by itself, and nobody joins before it. */
static void leave(struct jack_driver *j, unsigned timeout_ms)
{
    if (!j->client)
        return;
    halt(j);
    wires_lose(j->wires, rt_now());
    for (uint32_t p = 0; p < PORTS_MAX; p++) {
        j->held[p].port = NULL;
        atomic_store_explicit(&j->inputs[p], NULL, memory_order_relaxed);
        atomic_store_explicit(&j->outputs[p], NULL, memory_order_relaxed);
    }
    j->n_loose = 0;
    j->serial = 0;
    j->closing = chore_new(client_close, j->client);
    j->client = NULL;
    j->active = false;
    if (j->closing && chore_done(j->closing, timeout_ms)) {
        chore_free(j->closing);
        j->closing = NULL;
    }
}

static void closing_reap(struct jack_driver *j, unsigned timeout_ms)
{
    if (!j->closing || !chore_done(j->closing, timeout_ms))
        return;
    chore_free(j->closing);
    j->closing = NULL;
}

static void activate(struct jack_driver *j)
{
    j->clock = j->client;
    j->timed = false;
    j->busy_ns = 0;
    atomic_store_explicit(&j->freewheeling, false, memory_order_relaxed); /* no callback runs yet */
    ports_follow(j);
    atomic_store(&j->halted, false);
    if (jack_activate(j->client)) {
        leave(j, CLOSE_SOON_MS);
        return;
    }
    j->active = true;
    j->looks = LOOKS;
    j->reconnects += j->joined_before;
    j->joined_before = true;
}

/* ---- what driver.h promises */

static void close_jack(struct driver *d);

static struct driver *open_jack(const struct driver_setup *setup, const char **why)
{
    struct jack_driver *j = calloc(1, sizeof *j);
    struct wires *wires = wires_new();
    if (!j || !wires) {
        free(j);
        wires_free(wires);
        *why = "out of memory";
        return NULL;
    }
    j->driver.kind = &jack_driver;
    j->setup = *setup;
    j->wires = wires;
    atomic_store(&j->halted, true);
    atomic_store(&j->rate, setup->rate);
    control = pthread_self();
    jack_set_error_function(on_message);
    jack_set_info_function(on_message);
    client_open(j);
    if (j->trouble) {
        *why = j->trouble;
        close_jack(&j->driver);
        return NULL;
    }
    return &j->driver;
}

static void tick_jack(struct driver *d)
{
    struct jack_driver *j = self_of(d);
    /* Acquire: pairs with news. */
    bool changed = atomic_exchange_explicit(&j->changed, false, memory_order_acquire);
    bool shut = atomic_exchange_explicit(&j->shut, false, memory_order_acquire);
    closing_reap(j, 0);
    if (shut || (j->active && atomic_load(&j->rate) != j->built_rate))
        leave(j, CLOSE_SOON_MS);
    if (!j->client && !j->closing)
        client_open(j);
    if (j->client && !j->active && j->engine && atomic_load(&j->rate) == j->built_rate)
        activate(j);
    if (j->active) {
        ports_follow(j);
        j->looks = changed ? LOOKS : j->looks;
        wires_follow(j);
        latency_tell(j);
    } else if (j->engine && passed(j, j->halt_turn)) {
        engine_process(j->engine, no_input, no_output, 0);
    }
}

static int start_jack(struct driver *d, struct engine *engine, const char **why)
{
    struct jack_driver *j = self_of(d);
    j->reblock = reblock_new(engine_quantum(engine), PORTS_MAX, false);
    if (!j->reblock) {
        *why = "out of memory";
        return -ENOMEM;
    }
    j->engine = engine;
    j->built_rate = atomic_load(&j->rate);
    tick_jack(d);
    return 0;
}

static void stop_jack(struct driver *d)
{
    struct jack_driver *j = self_of(d);
    if (!j || !j->engine)
        return;
    if (j->active)
        leave(j, CLOSE_END_MS);
    closing_reap(j, CLOSE_END_MS);
    j->engine = NULL;
    if (j->closing)
        log_error("the JACK client does not close");
    else
        reblock_free(j->reblock);
    j->reblock = NULL;
}

static void close_jack(struct driver *d)
{
    struct jack_driver *j = self_of(d);
    if (!j)
        return;
    stop_jack(d);
    leave(j, CLOSE_END_MS);
    wires_free(j->wires);
    if (!j->closing) /* else callbacks may still look at it: it stays */
        free(j);
}

static void figures_jack(struct driver *d, struct driver_figures *out)
{
    struct jack_driver *j = self_of(d);
    uint32_t period = atomic_load_explicit(&j->period, memory_order_relaxed);
    *out = (struct driver_figures){
        .state = j->active                 ? DRIVER_RUNNING
                 : j->engine || !j->client ? DRIVER_LOST
                                           : DRIVER_STOPPED,
        .rate = atomic_load_explicit(&j->rate, memory_order_relaxed),
        .period = period,
        .latency = j->reblock ? reblock_latency(j->reblock, period) : 0,
        .xruns = atomic_load_explicit(&j->xruns, memory_order_relaxed),
        .own_xruns = atomic_load_explicit(&j->own_xruns, memory_order_relaxed),
        .reconnects = j->reconnects,
        .dsp_load = j->active ? jack_cpu_load(j->client) : 0,
        .freewheeling = j->active && atomic_load_explicit(&j->freewheeling, memory_order_relaxed),
    };
}

static int connect_jack(struct driver *d, const char *from, const char *to)
{
    struct jack_driver *j = self_of(d);
    int err = wires_ask(j->wires, from, to);
    if (err == -ENOMEM)
        return err;
    if (!j->active)
        return -ENOTCONN;
    ports_follow(j);
    if (!there(j, from) || !there(j, to))
        return -ENOENT;
    err = jack_connect(j->client, from, to);
    if (err && err != EEXIST) {
        wires_forget(j->wires, from, to);
        return -EINVAL;
    }
    wires_see(j->wires, from, to);
    return err ? -EEXIST : 0;
}

static int disconnect_jack(struct driver *d, const char *from, const char *to)
{
    struct jack_driver *j = self_of(d);
    bool known = wires_forget(j->wires, from, to);
    if (!j->active)
        return known ? -ENOTCONN : -ENOENT;
    if (!there(j, from) || !there(j, to))
        return known ? 0 : -ENOENT;
    return jack_disconnect(j->client, from, to) && !known ? -EEXIST : 0;
}

static void each_port_jack(struct driver *d, void *context,
                           void (*port)(void *context, const char *name, bool output, bool own),
                           void (*wire)(void *context, const char *from, const char *to, bool live))
{
    struct jack_driver *j = self_of(d);
    const char **names = NULL;
    struct wire w;
    if (j->active) {
        names = jack_get_ports(j->client, NULL, JACK_DEFAULT_AUDIO_TYPE, 0);
        look(j);
    }
    for (uint32_t i = 0; names && names[i]; i++) {
        jack_port_t *p = jack_port_by_name(j->client, names[i]);
        if (p)
            port(context, names[i], jack_port_flags(p) & JackPortIsOutput,
                 jack_port_is_mine(j->client, p));
    }
    jack_free(names);
    for (uint32_t i = 0; wires_next(j->wires, &i, &w);)
        wire(context, w.from, w.to, w.live);
}

const struct driver_kind jack_driver = {
    .name = "jack",
    .help = "a client of a JACK server",
    .open = open_jack,
    .start = start_jack,
    .stop = stop_jack,
    .tick = tick_jack,
    .close = close_jack,
    .figures = figures_jack,
    .connect = connect_jack,
    .disconnect = disconnect_jack,
    .each_port = each_port_jack,
};
