/* driver_jack_life.c - joining a JACK server, which may not be there yet or go at any time */
#include "daemon/chore.h"
#include "daemon/driver_jack_parts.h"
#include "daemon/log.h"
#include "daemon/reblock.h"
#include "daemon/wires.h"
#include "mixer/engine.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

/* jack_client_open hangs or crashes when it runs out of descriptors. */
enum { SPARE_DESCRIPTORS = 32 };
/* Opening and closing are waited for so long by a tick, and so long where none follows. */
enum { TICK_MS = 30, LONG_MS = 3000 };

/* How long the end of a server is awaited after it has said that it is going, which is all that one
 * says that was killed. */
#define FAREWELL_NS 400000000u

static const float *const no_input[PORTS_MAX];
static float *const no_output[PORTS_MAX];

static bool taken(_Atomic bool *what)
{
    return atomic_exchange_explicit(what, false,
                                    memory_order_acquire); /* pairs with tell in driver_jack.c */
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

/* Waits for it that long, and forgets it if it is done. */
static void chore_reap(struct chore **chore, unsigned timeout_ms)
{
    if (!*chore || !chore_done(*chore, timeout_ms))
        return;
    chore_free(*chore);
    *chore = NULL;
}

static void welcome(struct jack_driver *j)
{
    j->client = j->opened;
    j->opened = NULL;
    atomic_store_explicit(&j->shut, false, memory_order_relaxed); /* of the client before */
    atomic_store_explicit(&j->going, false, memory_order_relaxed);
    j->going_ns = 0;
    jackclient_listen(j);
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
        j->opening = chore_new(jackclient_open, j);
    chore_reap(&j->opening, timeout_ms);
    if (j->opening)
        return;
    trouble(j, j->opened ? NULL : j->reason);
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
    jack_line_forget(j);
    j->closing = chore_new(jackclient_close, j->client); /* out of memory: the client stays, mute */
    j->client = NULL;
    j->active = false;
    j->going_ns = 0;
    chore_reap(&j->closing, timeout_ms);
}

static void activate(struct jack_driver *j)
{
    atomic_store_explicit(&j->freewheeling, false, memory_order_relaxed); /* no callback yet */
    jack_ports_follow(j);
    gate_open(&j->gate);
    if (jackclient_activate(j)) {
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

/* Lost, but for the client, which cannot be closed yet. */
static void farewell(struct jack_driver *j)
{
    gate_close(&j->gate);
    wires_lose(j->wires, rt_now());
    j->active = false;
    j->going_ns = rt_now() + FAREWELL_NS;
}

/* CPU time that the audio thread has had, as xruns_judge wants it. */
static uint64_t cpu_ns(struct jack_driver *j)
{
    clockid_t clock = atomic_load_explicit(&j->cpu_clock, memory_order_relaxed);
    struct timespec t;
    if (clock == 0 || clock_gettime(clock, &t) != 0) /* it has ended with its server */
        return UINT64_MAX;
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void jack_tick(struct driver *d)
{
    struct jack_driver *j = (struct jack_driver *)d;
    bool changed = taken(&j->changed), shut = taken(&j->shut);
    chore_reap(&j->closing, 0);
    if (taken(&j->going) && j->client)
        farewell(j);
    shut |= j->going_ns && rt_now() > j->going_ns;
    if (shut || (j->active && rate_of(j) != j->built_rate))
        leave(j, TICK_MS);
    if (!j->client && !j->closing)
        join(j, TICK_MS);
    if (j->client && !j->active && !j->going_ns && j->engine && rate_of(j) == j->built_rate)
        activate(j);
    xruns_judge(&j->xruns, cpu_ns(j));
    if (j->active) {
        if (changed)
            j->tries = JACK_TRIES;
        jack_ports_follow(j);
        jack_wires_follow(j);
        jack_latency_follow(j);
    } else if (j->engine && gate_empty(&j->gate)) {
        engine_go_alone(j->engine);
        engine_process(j->engine, no_input, no_output, 0);
    }
}

void jack_stop(struct driver *d)
{
    struct jack_driver *j = (struct jack_driver *)d;
    if (!j || !j->engine)
        return;
    if (j->active || j->going_ns)
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

void jack_close(struct driver *d)
{
    struct jack_driver *j = (struct jack_driver *)d;
    if (!j)
        return;
    jack_stop(d);
    chore_reap(&j->opening, LONG_MS);
    if (!j->opening && j->opened)
        j->client = j->opened; /* too late */
    leave(j, LONG_MS);
    wires_free(j->wires);
    if (!j->opening && !j->closing)
        free(j);
}

struct driver *jack_open(const struct driver_setup *setup, const char **why)
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
    jackclient_mute();
    join(j, LONG_MS);
    return &j->driver;
}

int jack_start(struct driver *d, struct engine *engine, const char **why)
{
    struct jack_driver *j = (struct jack_driver *)d;
    j->reblock = reblock_new(engine_quantum(engine), PORTS_MAX, false);
    if (!j->reblock) {
        *why = "out of memory";
        return -ENOMEM;
    }
    j->engine = engine;
    j->built_rate = rate_of(j);
    jack_tick(d);
    return 0;
}

static enum driver_state state_of(const struct jack_driver *j)
{
    if (j->active)
        return DRIVER_RUNNING;
    return j->engine || !j->client ? DRIVER_LOST : DRIVER_STOPPED;
}

void jack_figures(struct driver *d, struct driver_figures *out)
{
    struct jack_driver *j = (struct jack_driver *)d;
    uint32_t period = atomic_load_explicit(&j->period, memory_order_relaxed);
    *out = (struct driver_figures){
        .state = state_of(j),
        .rate = rate_of(j),
        .period = period,
        .latency = j->reblock ? reblock_latency(j->reblock, period) : 0,
        .xruns = atomic_load_explicit(&j->xruns.all, memory_order_relaxed),
        .own_xruns = j->xruns.own,
        .reconnects = j->joined > 1 ? j->joined - 1 : 0,
        .dsp_load = j->active ? jackclient_load(j->client) : 0,
        .freewheeling = j->active && atomic_load_explicit(&j->freewheeling, memory_order_relaxed),
    };
}
