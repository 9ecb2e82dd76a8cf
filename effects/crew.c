/* crew.c - helper threads that work ahead for the audio thread
 *
 * Jobs stand in an array that never moves, so that helpers may look at any of them at any time;
 * what changes hands is a job's state.
 */
#include "effects/crew_parts.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Looks while a job takes its time: enough to find it in the first quarter of that. */
enum { LOOKS = 8 };
enum { AWAIT_NS = 100000 };
static const uint64_t SHORT_NAP_NS = 500000;

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
    c->jobs = aligned_alloc(CREW_LINE, CREW_JOBS * sizeof *c->jobs);
    if (!c->jobs) {
        crew_free(c);
        return NULL;
    }
    memset(c->jobs, 0, CREW_JOBS * sizeof *c->jobs);
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
    if (at == CREW_JOBS)
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
    nanosleep(&(struct timespec){ .tv_nsec = AWAIT_NS }, NULL);
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

RT void crew_put_off(struct crew *c, struct later *work, uint32_t size)
{
    work->next = NULL;
    if (c->first[size])
        c->last[size]->next = work;
    else
        c->first[size] = work;
    c->last[size] = work;
    c->owes = true;
}

RT bool crew_owes(const struct crew *c)
{
    return c->owes;
}

RT void crew_finish(struct crew *c)
{
    for (uint32_t size = 0; c->owes && size < CREW_SIZES; size++) {
        for (const struct later *work = c->first[size]; work; work = work->next)
            work->work(work->what);
        c->first[size] = NULL;
    }
    c->owes = false;
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
