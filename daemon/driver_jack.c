/* driver_jack.c - a client of a JACK server, which may not be there yet or go at any time
 *
 * No xrun callback: with one registered jack_client_close may take half a minute. Missed periods
 * are read from the frame time instead (xruns.h).
 */
#include "daemon/chore.h"
#include "daemon/driver_jack_parts.h"
#include "daemon/log.h"
#include "daemon/reblock.h"
#include "daemon/wires.h"
#include "mixer/engine.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* jack_client_open hangs or crashes when it runs out of descriptors. */
enum { SPARE_DESCRIPTORS = 32 };
/* A close is waited for so long by a tick, and so long when there is no other tick to come. */
enum { CLOSE_SOON_MS = 50, CLOSE_END_MS = 3000 };

static const float *const no_input[PORTS_MAX];
static float *const no_output[PORTS_MAX];

/* Notification: sets what the tick takes back, and has it come soon. */
static void tell(struct jack_driver *j, _Atomic bool *what)
{
    atomic_store_explicit(what, true, memory_order_release); /* pairs with taken */
    j->setup.wake(j->setup.context);
}

static bool taken(_Atomic bool *what)
{
    return atomic_exchange_explicit(what, false, memory_order_acquire); /* pairs with tell */
}

static void on_shutdown(void *driver)
{
    struct jack_driver *j = driver;
    tell(j, &j->shut);
}

static int on_rate(jack_nframes_t rate, void *driver)
{
    struct jack_driver *j = driver;
    atomic_store_explicit(&j->rate, rate, memory_order_relaxed); /* published by tell */
    tell(j, &j->changed);
    return 0;
}

static int on_period(jack_nframes_t n, void *driver)
{
    struct jack_driver *j = driver;
    atomic_store_explicit(&j->period, n, memory_order_relaxed); /* published by tell */
    tell(j, &j->changed);
    return 0;
}

static void on_freewheel(int starting, void *driver)
{
    struct jack_driver *j = driver;
    /* Relaxed: a period that misses it is only processed as the ones before. */
    atomic_store_explicit(&j->freewheeling, starting != 0, memory_order_relaxed);
}

static void on_port(jack_port_id_t port, int there, void *driver)
{
    struct jack_driver *j = driver;
    (void)port, (void)there;
    tell(j, &j->changed);
}

static void on_connect(jack_port_id_t a, jack_port_id_t b, int connected, void *driver)
{
    struct jack_driver *j = driver;
    (void)a, (void)b, (void)connected;
    tell(j, &j->changed);
}

/* JACK's messages have no context: there is one control thread, and what its other threads say the
 * state says too. */
static pthread_t control;

static void on_message(const char *text)
{
    if (pthread_equal(pthread_self(), control))
        log_debug("jack: %s", text);
}

static bool descriptors_spare(void)
{
    int fds[SPARE_DESCRIPTORS], n = 0;
    while (n < SPARE_DESCRIPTORS && (fds[n] = eventfd(0, EFD_CLOEXEC)) >= 0)
        n++;
    bool enough = n == SPARE_DESCRIPTORS;
    while (n > 0)
        close(fds[--n]);
    return enough;
}

/* Why we cannot join, logged when it changes. A server that is not there is no trouble. */
static void trouble(struct jack_driver *j, const char *what)
{
    if (what && j->trouble != what)
        log_warn("cannot join the JACK server: %s", what);
    j->trouble = what;
}

static void listen(struct jack_driver *j)
{
    jack_set_process_callback(j->client, jack_process, j);
    jack_on_shutdown(j->client, on_shutdown, j);
    jack_set_sample_rate_callback(j->client, on_rate, j);
    jack_set_buffer_size_callback(j->client, on_period, j);
    jack_set_freewheel_callback(j->client, on_freewheel, j);
    jack_set_port_registration_callback(j->client, on_port, j);
    jack_set_port_connect_callback(j->client, on_connect, j);
    jack_set_latency_callback(j->client, jack_on_latency, j);
}

static void join(struct jack_driver *j)
{
    jack_status_t status = 0;
    jack_options_t options = JackNoStartServer | JackUseExactName;
    if (!descriptors_spare()) {
        trouble(j, "too few file descriptors are left");
        return;
    }
    if (j->setup.server)
        options |= JackServerName;
    atomic_store_explicit(&j->shut, false, memory_order_relaxed); /* of the client before */
    j->client = jack_client_open(j->setup.name, options, &status, j->setup.server);
    if (!j->client) {
        trouble(j, status & JackNameNotUnique ? "another client has our name" : NULL);
        return;
    }
    trouble(j, NULL);
    listen(j);
    atomic_store_explicit(&j->rate, jack_get_sample_rate(j->client), memory_order_relaxed);
    atomic_store_explicit(&j->period, jack_get_buffer_size(j->client), memory_order_relaxed);
}

static void client_close(void *client)
{
    jack_client_close(client);
}

static void closing_wait(struct jack_driver *j, unsigned timeout_ms)
{
    if (!j->closing || !chore_done(j->closing, timeout_ms))
        return;
    chore_free(j->closing);
    j->closing = NULL;
}

/* jack_client_close waits for callbacks, and for locks with which a thread of its may have died; so
 * it has a thread of its own. While it hangs nobody joins, since JACK may hold its locks. */
static void leave(struct jack_driver *j, unsigned timeout_ms)
{
    if (!j->client)
        return;
    gate_close(&j->gate);
    wires_lose(j->wires, rt_now());
    jack_ports_forget(j);
    j->closing = chore_new(client_close, j->client); /* out of memory: the client stays, mute */
    j->client = NULL;
    j->active = false;
    closing_wait(j, timeout_ms);
}

static void activate(struct jack_driver *j)
{
    jack_process_prepare(j);
    atomic_store_explicit(&j->freewheeling, false, memory_order_relaxed); /* no callback yet */
    jack_ports_follow(j);
    gate_open(&j->gate);
    if (jack_activate(j->client)) {
        trouble(j, "it does not let us begin");
        leave(j, CLOSE_SOON_MS);
        return;
    }
    j->active = true;
    j->joined++;
}

static uint32_t rate_of(struct jack_driver *j)
{
    return atomic_load_explicit(&j->rate, memory_order_relaxed);
}

static void tick_jack(struct driver *d)
{
    struct jack_driver *j = (struct jack_driver *)d;
    bool changed = taken(&j->changed), shut = taken(&j->shut);
    closing_wait(j, 0);
    if (shut || (j->active && rate_of(j) != j->built_rate))
        leave(j, CLOSE_SOON_MS);
    if (!j->client && !j->closing)
        join(j);
    if (j->client && !j->active && j->engine && rate_of(j) == j->built_rate)
        activate(j);
    if (j->active) {
        if (changed)
            j->tries = JACK_TRIES;
        jack_ports_follow(j);
        jack_wires_follow(j);
        jack_latency_follow(j);
    } else if (j->engine && gate_empty(&j->gate)) {
        engine_process(j->engine, no_input, no_output, 0);
    }
}

static void stop_jack(struct driver *d)
{
    struct jack_driver *j = (struct jack_driver *)d;
    if (!j || !j->engine)
        return;
    if (j->active)
        leave(j, CLOSE_END_MS);
    closing_wait(j, CLOSE_END_MS);
    j->engine = NULL;
    if (j->closing) { /* its callbacks may still use what they know: it stays */
        log_error("the JACK client does not close");
        return;
    }
    reblock_free(j->reblock);
    j->reblock = NULL;
}

static void close_jack(struct driver *d)
{
    struct jack_driver *j = (struct jack_driver *)d;
    if (!j)
        return;
    stop_jack(d);
    leave(j, CLOSE_END_MS);
    wires_free(j->wires);
    if (!j->closing)
        free(j);
}

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
    gate_init(&j->gate);
    atomic_init(&j->rate, setup->rate);
    control = pthread_self();
    jack_set_error_function(on_message);
    jack_set_info_function(on_message);
    join(j);
    return &j->driver;
}

static int start_jack(struct driver *d, struct engine *engine, const char **why)
{
    struct jack_driver *j = (struct jack_driver *)d;
    j->reblock = reblock_new(engine_quantum(engine), PORTS_MAX, false);
    if (!j->reblock) {
        *why = "out of memory";
        return -ENOMEM;
    }
    j->engine = engine;
    j->built_rate = rate_of(j);
    tick_jack(d);
    return 0;
}

static enum driver_state state_of(const struct jack_driver *j)
{
    if (j->active)
        return DRIVER_RUNNING;
    return j->engine || !j->client ? DRIVER_LOST : DRIVER_STOPPED;
}

static void figures_jack(struct driver *d, struct driver_figures *out)
{
    struct jack_driver *j = (struct jack_driver *)d;
    uint32_t period = atomic_load_explicit(&j->period, memory_order_relaxed);
    *out = (struct driver_figures){
        .state = state_of(j),
        .rate = rate_of(j),
        .period = period,
        .latency = j->reblock ? reblock_latency(j->reblock, period) : 0,
        .xruns = atomic_load_explicit(&j->xruns.all, memory_order_relaxed),
        .own_xruns = atomic_load_explicit(&j->xruns.own, memory_order_relaxed),
        .reconnects = j->joined > 1 ? j->joined - 1 : 0,
        .dsp_load = j->active ? jack_cpu_load(j->client) : 0,
        .freewheeling = j->active && atomic_load_explicit(&j->freewheeling, memory_order_relaxed),
    };
}

const struct driver_kind jack_driver = {
    .name = "jack",
    .help = "a client of a JACK server, which may come and go",
    .open = open_jack,
    .start = start_jack,
    .stop = stop_jack,
    .tick = tick_jack,
    .close = close_jack,
    .figures = figures_jack,
    .connect = jack_wires_connect,
    .disconnect = jack_wires_disconnect,
    .each_port = jack_wires_each_port,
};
