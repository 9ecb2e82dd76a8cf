/* driver_null.c - a driver of silence: periods by the monotonic clock, no sound
 *
 * Period k begins k periods after the first, so that rounding never adds up. A wake-up that is late
 * by a whole period or more has missed as many: they are counted and never made up for, so there is
 * at most one turn at a time that comes early after the one before.
 */
#include "daemon/driver.h"
#include "daemon/ports.h"
#include "daemon/reblock.h"
#include "mixer/engine.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

enum { RATE_MIN = 8000, RATE_MAX = 384000, PERIOD_MIN = 16, PERIOD_MAX = 8192 };
enum { PRIORITY = 10, NS_PER_S = 1000000000 }; /* of SCHED_FIFO: JACK's own default */

struct null_driver {
    struct driver driver;
    uint32_t rate, period;
    struct reblock *reblock;
    struct engine *engine;
    pthread_t thread;
    bool started;           /* control's */
    _Atomic bool running;   /* written by control */
    _Atomic uint64_t xruns; /* written by the audio thread, as the next one */
    _Atomic uint64_t own_xruns;
};

/* No place has a buffer. */
static const float *const no_input[PORTS_MAX];
static float *const no_output[PORTS_MAX];

static struct driver *open_null(const struct driver_setup *setup, const char **why)
{
    if (setup->rate < RATE_MIN || setup->rate > RATE_MAX) {
        *why = "the rate must be 8000 to 384000 Hz";
        return NULL;
    }
    if (setup->period < PERIOD_MIN || setup->period > PERIOD_MAX) {
        *why = "the period must be 16 to 8192 frames";
        return NULL;
    }
    struct null_driver *n = calloc(1, sizeof *n);
    if (!n) {
        *why = "out of memory";
        return NULL;
    }
    n->driver.kind = &null_driver;
    n->rate = setup->rate;
    n->period = setup->period;
    return &n->driver;
}

static uint64_t duration(const struct null_driver *n, uint64_t periods)
{
    /* Seconds apart, so that the product fits for thousands of years. */
    uint64_t frames = periods * n->period;
    return frames / n->rate * NS_PER_S + frames % n->rate * NS_PER_S / n->rate;
}

static void sleep_until(uint64_t ns)
{
    struct timespec t = { .tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S) };
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
        ;
}

static void count(_Atomic uint64_t *counter, uint64_t more)
{
    /* Relaxed: one writer, and nothing hangs on the number. */
    atomic_fetch_add_explicit(counter, more, memory_order_relaxed);
}

static uint64_t cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

static void *audio_thread(void *arg)
{
    struct null_driver *n = arg;
    struct sched_param priority = { .sched_priority = PRIORITY };
    pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority); /* refused: without */
    pthread_setname_np(pthread_self(), "mixd-audio");
    uint64_t period_ns = duration(n, 1), first = rt_now(), periods = 0;
    bool slow = false; /* the engine took more than half of the last period, of our CPU's time */
    while (atomic_load_explicit(&n->running, memory_order_relaxed)) { /* joined after it */
        uint64_t due = first + duration(n, periods);
        sleep_until(due);
        uint64_t began = cpu_ns(), missed = (rt_now() - due) / period_ns;
        count(&n->xruns, missed);
        count(&n->own_xruns, slow ? missed : 0);
        periods += missed + 1;
        reblock_process(n->reblock, n->engine, no_input, no_output, 0, n->period);
        slow = cpu_ns() - began > period_ns / 2;
    }
    return NULL;
}

static int start_null(struct driver *d, struct engine *engine, const char **why)
{
    struct null_driver *n = (struct null_driver *)d;
    n->reblock = reblock_new(engine_quantum(engine), 0, false);
    n->engine = engine;
    atomic_store_explicit(&n->running, true, memory_order_relaxed); /* the thread comes after */
    int err = n->reblock ? pthread_create(&n->thread, NULL, audio_thread, n) : ENOMEM;
    if (err) {
        reblock_free(n->reblock);
        n->reblock = NULL;
        *why = err == ENOMEM ? "out of memory" : "cannot start the audio thread";
        return -err;
    }
    n->started = true;
    return 0;
}

static void stop_null(struct driver *d)
{
    struct null_driver *n = (struct null_driver *)d;
    if (!n || !n->started)
        return;
    atomic_store_explicit(&n->running, false, memory_order_relaxed); /* and joined */
    pthread_join(n->thread, NULL);
    reblock_free(n->reblock);
    n->reblock = NULL;
    n->started = false;
}

static void tick_null(struct driver *d)
{
    (void)d; /* nothing to lose, nothing to rejoin */
}

static void close_null(struct driver *d)
{
    stop_null(d);
    free(d);
}

static void figures_null(struct driver *d, struct driver_figures *out)
{
    struct null_driver *n = (struct null_driver *)d;
    *out = (struct driver_figures){
        .state = n->started ? DRIVER_RUNNING : DRIVER_STOPPED,
        .rate = n->rate,
        .period = n->period,
        .latency = n->reblock ? reblock_latency(n->reblock, n->period) : 0,
        .xruns = atomic_load_explicit(&n->xruns, memory_order_relaxed),
        .own_xruns = atomic_load_explicit(&n->own_xruns, memory_order_relaxed),
    };
}

const struct driver_kind null_driver = {
    .name = "null",
    .help = "no sound: periods by the clock of the machine",
    .open = open_null,
    .start = start_null,
    .stop = stop_null,
    .tick = tick_null,
    .close = close_null,
    .figures = figures_null,
};
