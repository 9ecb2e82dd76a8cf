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
/* Opening and closing are waited for so long by a tick, and so long where none follows. */
enum { TICK_MS = 30, LONG_MS = 3000 };

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

/* What JACK prints has no context: there is one control thread, and it alone may log. Of what the
 * others are told the state says enough. */
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

static void open_client(void *driver)
{
    struct jack_driver *j = driver;
    jack_options_t options = JackNoStartServer | JackUseExactName;
    if (j->setup.server)
        options |= JackServerName;
    j->opened = jack_client_open(j->setup.name, options, &j->status, j->setup.server);
}

static void close_client(void *client)
{
    jack_client_close(client);
}

/* Waits for it that long, and forgets it if it is done. */
static void chore_reap(struct chore **chore, unsigned timeout_ms)
{
    if (!*chore || !chore_done(*chore, timeout_ms))
        return;
    chore_free(*chore);
    *chore = NULL;
}

static const char *reason(jack_status_t status)
{
    if (status & JackNameNotUnique)
        return "another client has our name";
    return status & JackVersionError ? "it speaks another version of the protocol" : NULL;
}

static void welcome(struct jack_driver *j)
{
    j->client = j->opened;
    j->opened = NULL;
    atomic_store_explicit(&j->shut, false, memory_order_relaxed); /* of the client before */
    listen(j);
    atomic_store_explicit(&j->rate, jack_get_sample_rate(j->client), memory_order_relaxed);
    atomic_store_explicit(&j->period, jack_get_buffer_size(j->client), memory_order_relaxed);
}

/* Tries to join, waiting for it that long at most; what takes longer is looked at by the next call.
 */
static void join(struct jack_driver *j, unsigned timeout_ms)
{
    if (j->opening)
        timeout_ms = 0;
    else if (!descriptors_spare()) {
        trouble(j, "too few file descriptors are left");
        return;
    } else
        j->opening = chore_new(open_client, j);
    chore_reap(&j->opening, timeout_ms);
    if (j->opening)
        return;
    trouble(j, j->opened ? NULL : reason(j->status));
    if (j->opened)
        welcome(j);
}

/* The client goes; nobody joins before it is gone. */
static void leave(struct jack_driver *j, unsigned timeout_ms)
{
    if (!j->client)
        return;
    gate_close(&j->gate);
    wires_lose(j->wires, rt_now());
    jack_ports_forget(j);
    j->closing = chore_new(close_client, j->client); /* out of memory: the client stays, mute */
    j->client = NULL;
    j->active = false;
    chore_reap(&j->closing, timeout_ms);
}

static void activate(struct jack_driver *j)
{
    jack_process_prepare(j);
    atomic_store_explicit(&j->freewheeling, false, memory_order_relaxed); /* no callback yet */
    jack_ports_follow(j);
    gate_open(&j->gate);
    if (jack_activate(j->client)) {
        trouble(j, "it does not let us begin");
        leave(j, TICK_MS);
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
    chore_reap(&j->closing, 0);
    if (shut || (j->active && rate_of(j) != j->built_rate))
        leave(j, TICK_MS);
    if (!j->client && !j->closing)
        join(j, TICK_MS);
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
        leave(j, LONG_MS);
    else
        chore_reap(&j->closing, LONG_MS);
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
    chore_reap(&j->opening, LONG_MS);
    if (!j->opening && j->opened)
        j->client = j->opened; /* too late */
    leave(j, LONG_MS);
    wires_free(j->wires);
    if (!j->opening && !j->closing)
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
    join(j, LONG_MS);
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
