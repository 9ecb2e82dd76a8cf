/* crew.c - helper threads that work ahead for the audio thread
 *
 * Jobs stand in an array that never moves, so that helpers may look at any of them at any time;
 * what changes hands is a job's state. With n helpers each sleeps n naps: together they look as
 * often as one would, and a period sees few threads woken however many there are.
 */
#include "effects/crew.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { JOBS = 1024, CACHE_LINE = 64, STACK = 1 << 18 };
/* Looks while a job takes its time: enough to find it in the first quarter of that. */
enum { LOOKS = 8 };
/* SCHED_FIFO, where it is permitted: before everything ordinary, below every JACK thread. */
enum { PRIORITY = 1 };
static const uint64_t SECOND_NS = 1000000000, LONG_NAP_NS = 50000000, SHORT_NAP_NS = 500000,
                      AWAIT_NS = 100000, STAYS_AWAKE_NS = 2000000000;

enum job_state {
    JOB_NONE, /* the place is free */
    JOB_OURS, /* the audio thread's */
    JOB_OPEN, /* offered */
    JOB_HELD, /* a helper is in it */
};

enum hold { HOLD_NONE, HOLD_ASKED, HOLD_ON };

struct job {
    /* Released with what was done so far, acquired by who goes on. OURS to OPEN: audio; OPEN to
     * OURS: audio; OPEN to HELD and on to OPEN or OURS: a helper; NONE: control. */
    _Alignas(CACHE_LINE) _Atomic uint32_t state;
    _Atomic uint64_t due; /* on the crew's clock; audio's */
    struct crew *crew;
    RT bool (*work)(void *what);
    void *what;
    uint64_t frames;
};

struct helper {
    struct crew *crew;
    pthread_t thread;
    bool running;         /* control's */
    _Atomic bool leaving; /* control's; the semaphore is posted after it */
    sem_t wake;
};

struct crew {
    uint32_t rate;
    struct job *jobs;
    uint32_t taken;          /* places with a job; control's */
    _Atomic uint32_t places; /* that ever had one; control's */
    _Atomic uint32_t helpers;
    _Atomic uint64_t nap_ns; /* of all helpers together; 0: there are no jobs; control's */
    _Atomic bool barred;     /* helpers begin nothing; audio's */
    _Atomic uint32_t active; /* helpers that look or work; each its own one */
    _Atomic uint64_t late;   /* audio's */
    _Atomic uint64_t shares; /* helpers' */
    _Atomic uint32_t hold;   /* of enum hold; helpers' while HOLD_ASKED, else control's */
    /* Audio's. */
    uint64_t clock; /* frame at which the next turn begins */
    uint32_t turn;
    bool waits;
    struct helper at[CREW_HELPERS_MAX];
};

/* ---- helpers */

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
static void helper_start(struct crew *c, struct helper *h)
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

static void helper_stop(struct helper *h)
{
    atomic_store_explicit(&h->leaving, true, memory_order_release);
    sem_post(&h->wake);
    pthread_join(h->thread, NULL);
    h->running = false;
}

/* ---- control */

/* As many threads as are wanted, once there is something to do for them. */
static void muster(struct crew *c)
{
    uint32_t wanted = c->taken ? crew_helpers(c) : 0;
    for (uint32_t i = 0; i < CREW_HELPERS_MAX; i++) {
        struct helper *h = &c->at[i];
        if (i < wanted && !h->running)
            helper_start(c, h);
        else if (i >= crew_helpers(c) && h->running)
            helper_stop(h);
    }
}

struct crew *crew_new(uint32_t rate)
{
    struct crew *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->rate = rate;
    for (uint32_t i = 0; i < CREW_HELPERS_MAX; i++)
        sem_init(&c->at[i].wake, 0, 0);
    c->jobs = aligned_alloc(CACHE_LINE, JOBS * sizeof *c->jobs);
    if (!c->jobs) {
        crew_free(c);
        return NULL;
    }
    memset(c->jobs, 0, JOBS * sizeof *c->jobs);
    return c;
}

void crew_free(struct crew *c)
{
    if (!c)
        return;
    crew_set_helpers(c, 0);
    for (uint32_t i = 0; i < CREW_HELPERS_MAX; i++)
        sem_destroy(&c->at[i].wake);
    free(c->jobs);
    free(c);
}

uint32_t crew_spare_cores(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores <= 1 ? 0 : cores > CREW_HELPERS_MAX ? CREW_HELPERS_MAX : (uint32_t)cores - 1;
}

void crew_set_helpers(struct crew *c, uint32_t n)
{
    atomic_store_explicit(&c->helpers, n, memory_order_relaxed); /* a lone fact */
    muster(c);
}

uint32_t crew_helpers(const struct crew *c)
{
    return atomic_load_explicit(&c->helpers, memory_order_relaxed);
}

/* The shortest job says how often helpers look. */
static void fit_nap(struct crew *c)
{
    uint64_t frames = UINT64_MAX, nap;
    for (uint32_t i = 0; i < atomic_load_explicit(&c->places, memory_order_relaxed); i++) {
        const struct job *j = &c->jobs[i];
        bool there = atomic_load_explicit(&j->state, memory_order_relaxed) != JOB_NONE;
        if (there && j->frames < frames)
            frames = j->frames;
    }
    nap = c->taken ? frames * SECOND_NS / c->rate / LOOKS : 0;
    if (nap > LONG_NAP_NS)
        nap = LONG_NAP_NS;
    if (c->taken && nap < SHORT_NAP_NS)
        nap = SHORT_NAP_NS;
    if (nap == atomic_exchange_explicit(&c->nap_ns, nap, memory_order_relaxed))
        return;
    for (uint32_t i = 0; i < CREW_HELPERS_MAX; i++)
        if (c->at[i].running)
            sem_post(&c->at[i].wake);
}

struct job *crew_add(struct crew *c, RT bool (*work)(void *what), void *what, uint64_t frames)
{
    uint32_t at = 0, places = atomic_load_explicit(&c->places, memory_order_relaxed);
    while (at < places &&
           atomic_load_explicit(&c->jobs[at].state, memory_order_relaxed) != JOB_NONE)
        at++;
    if (at == JOBS)
        return NULL;
    struct job *j = &c->jobs[at];
    j->crew = c;
    j->work = work;
    j->what = what;
    j->frames = frames;
    atomic_store_explicit(&j->state, JOB_OURS, memory_order_release);
    if (at == places)
        atomic_store_explicit(&c->places, places + 1, memory_order_release);
    c->taken++;
    fit_nap(c);
    muster(c);
    return j;
}

void crew_drop(struct job *j)
{
    if (!j)
        return;
    uint32_t state = JOB_OPEN;
    /* Acquire: partner work_share. What fails says whose it is, open or ours, for the next try. */
    while (!atomic_compare_exchange_weak_explicit(&j->state, &state, JOB_NONE, memory_order_acquire,
                                                  memory_order_relaxed)) {
        if (state != JOB_HELD)
            continue;
        crew_await();
        state = JOB_OPEN;
    }
    j->crew->taken--;
    fit_nap(j->crew);
}

uint64_t crew_late(const struct crew *c)
{
    return atomic_load_explicit(&c->late, memory_order_relaxed);
}

uint64_t crew_shares(const struct crew *c)
{
    return atomic_load_explicit(&c->shares, memory_order_relaxed);
}

bool crew_idle(const struct crew *c)
{
    for (uint32_t i = 0; i < atomic_load_explicit(&c->places, memory_order_acquire); i++) {
        uint32_t state = atomic_load_explicit(&c->jobs[i].state, memory_order_relaxed);
        if (state == JOB_OPEN || state == JOB_HELD)
            return false;
    }
    return true;
}

void crew_hold(struct crew *c, bool hold)
{
    atomic_store_explicit(&c->hold, hold ? HOLD_ASKED : HOLD_NONE, memory_order_relaxed);
}

bool crew_holds(const struct crew *c)
{
    return atomic_load_explicit(&c->hold, memory_order_relaxed) == HOLD_ON;
}

/* ---- audio */

RT void crew_turn(struct crew *c, uint32_t frames, bool waits)
{
    c->clock += frames;
    c->turn = frames;
    c->waits = waits;
    if (!waits && atomic_load_explicit(&c->barred, memory_order_relaxed)) /* ours alone */
        atomic_store_explicit(&c->barred, false, memory_order_relaxed);
}

RT bool crew_rests(struct crew *c)
{
    atomic_store_explicit(&c->barred, true, memory_order_seq_cst); /* partner: help */
    return atomic_load_explicit(&c->active, memory_order_seq_cst) == 0;
}

void crew_await(void)
{
    struct timespec t = timespec_of(AWAIT_NS);
    nanosleep(&t, NULL);
}

RT bool crew_helps(const struct crew *c)
{
    return !c->waits && crew_helpers(c) > 0;
}

RT bool crew_waits(const struct crew *c)
{
    return c->waits;
}

RT uint32_t crew_turn_frames(const struct crew *c)
{
    return c->turn;
}

RT void crew_count_late(struct crew *c)
{
    atomic_fetch_add_explicit(&c->late, 1, memory_order_relaxed);
}

RT void job_offer(struct job *j, uint64_t frames)
{
    atomic_store_explicit(&j->due, j->crew->clock + frames, memory_order_relaxed);
    atomic_store_explicit(&j->state, JOB_OPEN, memory_order_release); /* partner: claim */
}

RT bool job_ours(const struct job *j)
{
    /* Acquire: partner work_share. */
    return atomic_load_explicit(&j->state, memory_order_acquire) == JOB_OURS;
}

RT bool job_take(struct job *j)
{
    uint32_t open = JOB_OPEN;
    return atomic_compare_exchange_strong_explicit(&j->state, &open, JOB_OURS, memory_order_acquire,
                                                   memory_order_acquire) ||
           open == JOB_OURS;
}
