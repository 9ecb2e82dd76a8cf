/* chore.c - something that may hang, done on a thread of its own
 *
 * Both sides own it; the one that leaves last frees it.
 */
#include "daemon/chore.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

struct chore {
    void (*do_it)(void *arg);
    void *arg;
    _Atomic bool over; /* the worker's, read by over() */
    sem_t done;
    _Atomic unsigned owners;
};

static void leave(struct chore *c)
{
    /* Acquire and release: the last one sees all that the other one did. */
    if (atomic_fetch_sub_explicit(&c->owners, 1, memory_order_acq_rel) > 1)
        return;
    sem_destroy(&c->done);
    free(c);
}

static void *run(void *arg)
{
    struct chore *c = arg;
    c->do_it(c->arg);
    /* Release: pairs with over(). The semaphore would do, but ThreadSanitizer does not know
     * sem_clockwait. */
    atomic_store_explicit(&c->over, true, memory_order_release);
    sem_post(&c->done);
    leave(c);
    return NULL;
}

struct chore *chore_new(void (*do_it)(void *arg), void *arg)
{
    struct chore *c = calloc(1, sizeof *c);
    pthread_t thread;
    if (!c)
        return NULL;
    c->do_it = do_it;
    c->arg = arg;
    sem_init(&c->done, 0, 0);
    atomic_init(&c->owners, 2);
    if (pthread_create(&thread, NULL, run, c))
        run(c);
    else
        pthread_detach(thread);
    return c;
}

static bool over(struct chore *c)
{
    return atomic_load_explicit(&c->over, memory_order_acquire); /* what do_it did is visible */
}

bool chore_done(struct chore *c, unsigned timeout_ms)
{
    struct timespec when;
    clock_gettime(CLOCK_MONOTONIC, &when);
    long ns = when.tv_nsec + (long)(timeout_ms % 1000) * 1000000;
    when.tv_sec += (time_t)(timeout_ms / 1000) + ns / 1000000000;
    when.tv_nsec = ns % 1000000000;
    while (!over(c))
        if (sem_clockwait(&c->done, CLOCK_MONOTONIC, &when) < 0 && errno != EINTR)
            break;
    return over(c);
}

void chore_free(struct chore *c)
{
    if (c)
        leave(c);
}
