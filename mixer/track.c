/* track.c - one file being played: from its opening to its end
 *
 * A track has two owners, control and its decoder's thread, and the last to leave frees it: closing
 * never waits for a disk.
 */
#include "mixer/track_parts.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    STACK = 128 * 1024, /* bytes; no decoder was seen to use more than 40,000 */
    AWAIT_MS = 100,
};

static _Atomic uint32_t serials; /* track_open's; tracks opened so far */
static _Atomic uint32_t threads; /* every decoder's; decoders alive */

static void track_free(struct track *t)
{
    sem_destroy(&t->wake);
    sem_destroy(&t->news);
    pipe_reader_free(t->reader);
    ring_free(t->ring);
    free(t->block);
    free(t->hold);
    for (uint32_t k = 0; k < t->n_problems; k++)
        free(atomic_load_explicit(&t->problems[k], memory_order_relaxed));
    for (uint32_t k = 0; t->entries && k < t->plan.n_entries; k++)
        free((char *)t->entries[k].path);
    free(t->entries);
    free(t->path);
    free(t);
}

/* Acquire and release: the last owner sees all that the other one did. */
static void leave(struct track *t)
{
    if (atomic_fetch_sub_explicit(&t->owners, 1, memory_order_acq_rel) == 1)
        track_free(t);
}

bool track_stopping(const struct track *t)
{
    return atomic_load_explicit(&t->stopping, memory_order_acquire); /* pairs with track_close */
}

static void *decode(void *arg)
{
    struct track *t = arg;
    pthread_setname_np(pthread_self(), "mixd-track");
    track_decode(t);
    leave(t);
    atomic_fetch_sub_explicit(&threads, 1, memory_order_relaxed);
    return NULL;
}

/* Detached, with a small stack, and deaf to signals from birth. 0 or -errno. */
static int start_decoder(struct track *t)
{
    pthread_t thread;
    pthread_attr_t attr;
    sigset_t all, before;
    sigfillset(&all);
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    atomic_fetch_add_explicit(&threads, 1, memory_order_relaxed);
    int error = pthread_create(&thread, &attr, decode, t);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attr);
    if (error)
        atomic_fetch_sub_explicit(&threads, 1, memory_order_relaxed);
    return -error;
}

/* Copies what the plan names. False: out of memory. */
static bool copy_names(struct track *t)
{
    struct track_plan *p = &t->plan;
    t->path = strdup(p->path);
    t->entries = calloc((size_t)p->n_entries + 1, sizeof *t->entries);
    if (!t->path || !t->entries)
        return false;
    for (uint32_t k = 0; k < p->n_entries; k++) {
        t->entries[k] = p->entries[k];
        t->entries[k].path = strdup(p->entries[k].path);
    }
    p->path = t->path;
    p->entries = t->entries;
    for (uint32_t k = 0; k < p->n_entries; k++)
        if (!t->entries[k].path)
            return false;
    return true;
}

static struct track *build(const struct track_plan *plan)
{
    struct stream_plan line = track_stream(plan);
    struct track *t = aligned_alloc(TRACK_LINE, sizeof *t);
    if (!t)
        return NULL;
    memset(t, 0, sizeof *t);
    t->plan = *plan;
    t->serial = atomic_fetch_add_explicit(&serials, 1, memory_order_relaxed);
    t->lead = stream_lead(&line);
    t->quantum = t->rise = (uint16_t)plan->quantum;
    atomic_init(&t->end, t->lead == NEVER ? 0 : NEVER);
    atomic_init(&t->promised, NEVER);
    atomic_init(&t->anchor, NEVER);
    atomic_init(&t->moment, NEVER);
    atomic_init(&t->asked, rt_now());
    atomic_init(&t->owners, 2);
    t->lead = t->lead == NEVER ? 0 : t->lead;
    sem_init(&t->wake, 0, 0);
    sem_init(&t->news, 0, 0);
    if (copy_names(t) && (!plan->pipe || track_pipe_begin(t)))
        return t;
    track_free(t);
    return NULL;
}

struct track *track_open(const struct track_plan *plan, const char **why)
{
    assert(plan->rate > 0 && plan->quantum > 0);
    struct track *t = build(plan);
    if (!t) {
        *why = "out of memory";
        return NULL;
    }
    if (start_decoder(t) < 0) {
        *why = "cannot start a decoder thread";
        track_free(t);
        return NULL;
    }
    return t;
}

void track_close(struct track *t)
{
    if (!t)
        return;
    /* Release: pairs with track_stopping. */
    atomic_store_explicit(&t->stopping, true, memory_order_release);
    track_wake(t);
    if (t->reader)
        pipe_stir(t->reader);
    leave(t);
}

uint32_t track_decoders(void)
{
    return atomic_load_explicit(&threads, memory_order_relaxed);
}

/* ---- waking each other */

/* The decoder has something to tell; one token is enough however much it is. */
void track_tell(struct track *t)
{
    if (!atomic_exchange_explicit(&t->told, true, memory_order_acq_rel))
        sem_post(&t->news);
}

static struct timespec in_ms(uint64_t ms)
{
    struct timespec when;
    clock_gettime(CLOCK_MONOTONIC, &when);
    when.tv_sec += (time_t)(ms / 1000);
    when.tv_nsec += (long)(ms % 1000) * 1000000;
    when.tv_sec += when.tv_nsec / 1000000000;
    when.tv_nsec %= 1000000000;
    return when;
}

bool track_sleep(sem_t *s, uint64_t ms)
{
    struct timespec when = in_ms(ms == NEVER ? 0 : ms);
    int status;
    do
        status = ms == NEVER ? sem_wait(s) : sem_clockwait(s, CLOCK_MONOTONIC, &when);
    while (status < 0 && errno == EINTR);
    return status == 0;
}

/* Release and acquire: whoever set something before waking is seen by the one who wakes up. */
void track_wake(struct track *t)
{
    if (!atomic_exchange_explicit(&t->woken, true, memory_order_acq_rel))
        sem_post(&t->wake);
}

void track_await(struct track *t)
{
    if (track_sleep(&t->news, AWAIT_MS))
        atomic_exchange_explicit(&t->told, false, memory_order_acq_rel);
}
