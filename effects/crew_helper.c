/* crew_helper.c - a helper's thread: looks for the job that is due first, works, sleeps
 *
 * With n helpers each sleeps n naps: together they look as often as one would, and a period sees
 * few threads woken however many there are.
 */
#include "effects/crew_parts.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <time.h>

/* SCHED_FIFO, where it is permitted: before everything ordinary, below every JACK thread. */
enum { PRIORITY = 1, STACK = 1 << 18 };
static const uint64_t STAYS_AWAKE_NS = 2000000000;

static struct timespec timespec_of(uint64_t ns)
{
    return (struct timespec){ (time_t)(ns / SECOND_NS), (long)(ns % SECOND_NS) };
}

static void nap_until(struct helper *h, uint64_t ns)
{
    struct timespec t = timespec_of(ns);
    while (sem_clockwait(&h->wake, CLOCK_MONOTONIC, &t) < 0 && errno == EINTR)
        ;
}

/* The offered job that is due first, now held; NULL: none. */
static struct job *claim(struct crew *c)
{
    for (;;) {
        struct job *first = NULL;
        uint64_t first_due = UINT64_MAX;
        /* Acquire: partner crew_add, which filled these places. */
        uint32_t n = atomic_load_explicit(&c->places, memory_order_acquire);
        for (uint32_t i = 0; i < n; i++) {
            struct job *j = &c->jobs[i];
            /* Relaxed: a guess. The exchange below knows. */
            if (atomic_load_explicit(&j->state, memory_order_relaxed) != JOB_OPEN)
                continue;
            uint64_t due = atomic_load_explicit(&j->due, memory_order_relaxed);
            if (due < first_due || !first) {
                first = j;
                first_due = due;
            }
        }
        if (!first)
            return NULL;
        uint32_t open = JOB_OPEN;
        if (atomic_compare_exchange_strong_explicit(&first->state, &open, JOB_HELD,
                                                    memory_order_acquire, memory_order_relaxed))
            return first;
    }
}

static void work_share(struct crew *c, struct job *j)
{
    uint32_t asked = HOLD_ASKED;
    atomic_compare_exchange_strong_explicit(&c->hold, &asked, HOLD_ON, memory_order_relaxed,
                                            memory_order_relaxed);
    while (asked == HOLD_ASKED && crew_holds(c))
        crew_await();
    rt_enter();
    bool more = j->work(j->what);
    rt_leave();
    atomic_fetch_add_explicit(&c->shares, 1, memory_order_relaxed);
    /* Release: partners job_ours, job_take, claim, crew_drop. */
    atomic_store_explicit(&j->state, more ? JOB_OPEN : JOB_OURS, memory_order_release);
}

/* One share of the job that needs it most. False: there is none. */
static bool help(struct crew *c)
{
    /* Sequentially consistent against crew_rests: either it sees us, or we see the bar. */
    atomic_fetch_add_explicit(&c->active, 1, memory_order_seq_cst);
    bool barred = atomic_load_explicit(&c->barred, memory_order_seq_cst);
    struct job *j = barred ? NULL : claim(c);
    if (j)
        work_share(c, j);
    atomic_fetch_sub_explicit(&c->active, 1, memory_order_release);
    return j != NULL;
}

/* When to look again, `idle` ns after the last job was found. */
static uint64_t nap_ns(struct crew *c, uint64_t idle)
{
    uint64_t nap = atomic_load_explicit(&c->nap_ns, memory_order_relaxed);
    if (nap == 0)
        return 3600 * SECOND_NS; /* crew_add wakes us */
    if (idle > STAYS_AWAKE_NS && nap < LONG_NAP_NS)
        nap = LONG_NAP_NS;
    uint32_t helpers = crew_helpers(c);
    return nap * (helpers ? helpers : 1); /* none: we are about to be told to leave */
}

static void *run(void *arg)
{
    struct helper *h = arg;
    struct crew *c = h->crew;
    struct sched_param priority = { .sched_priority = PRIORITY };
    pthread_setname_np(pthread_self(), "mixd-helper");
    pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority); /* refused: without */
    uint64_t found = rt_now();
    /* Acquire: partner helper_stop. */
    while (!atomic_load_explicit(&h->leaving, memory_order_acquire)) {
        bool helped = help(c);
        uint64_t now = rt_now();
        if (helped)
            found = now;
        else
            nap_until(h, now + nap_ns(c, now - found));
    }
    return NULL;
}

/* Signals are for others; the stack is small, because all memory may be locked. */
void helper_start(struct crew *c, struct helper *h)
{
    sigset_t all, before;
    pthread_attr_t attr;
    h->crew = c;
    atomic_store_explicit(&h->leaving, false, memory_order_relaxed); /* the thread comes after */
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    h->running = pthread_create(&h->thread, &attr, run, h) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attr);
}

void helper_stop(struct helper *h)
{
    atomic_store_explicit(&h->leaving, true, memory_order_release);
    sem_post(&h->wake);
    pthread_join(h->thread, NULL);
    h->running = false;
}
