/* xruns.c - missed periods, read from a server's frame time and from the clock */
#include "daemon/xruns.h"

#define NS_PER_S 1000000000u

enum {
    BEHIND = 8,   /* periods: a server with several buffers makes up for a late wake-up sooner */
    CREEP = 1000, /* a sound card may be slower than its rate by one part in so many */
};

RT void xruns_restart(struct xruns *x)
{
    x->timed = x->again = false;
    x->late_ns = 0;
    x->behind = 0;
}

static RT void add(_Atomic uint64_t *counter, uint64_t n)
{
    /* Relaxed: one writer, and nothing hangs on the numbers. */
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

/* excess_ns: how much longer than half a period we were busy before them, or 0. */
static RT void count(struct xruns *x, uint64_t periods, uint64_t excess_ns)
{
    add(&x->all, periods);
    if (periods == 0 || excess_ns == 0)
        return;
    add(&x->excess_ns, excess_ns);
    add(&x->suspect, periods);
}

static RT uint64_t excess_of(uint64_t busy_ns, uint64_t period_ns)
{
    return busy_ns > period_ns / 2 ? busy_ns - period_ns / 2 : 0;
}

/* Periods from one frame time to another, if it is later: as a signed number, so that a clock that
 * was set back a little has missed nothing. */
static RT uint32_t periods_between(uint32_t from, uint32_t to, uint32_t n)
{
    int32_t jump = (int32_t)(to - from);
    if (jump <= 0)
        return 0;
    uint32_t periods = ((uint32_t)jump + n / 2) / n;
    return periods > 0 ? periods : 1;
}

/* By the frame time. What is counted here is no longer late by the clock. */
static RT void jump_count(struct xruns *x, uint32_t now, uint32_t n, int64_t period_ns,
                          uint64_t excess_ns)
{
    uint32_t missed = periods_between(x->expected, now, n);
    count(x, missed, excess_ns);
    x->late_ns -= missed * period_ns;
}

/* By the clock. */
static RT void lateness_count(struct xruns *x, int64_t period_ns, uint64_t excess_ns)
{
    x->late_ns -= period_ns / CREEP;
    if (x->late_ns < 0)
        x->late_ns = 0;
    if (x->late_ns < period_ns / 2) {
        x->behind = 0;
        return;
    }
    if (x->behind++ == 0) {
        x->excess_before_ns = excess_ns;
        x->least_ns = x->late_ns;
    }
    if (x->late_ns < x->least_ns)
        x->least_ns = x->late_ns;
    if (x->behind < BEHIND)
        return;
    int64_t missed = (x->least_ns + period_ns / 2) / period_ns;
    count(x, (uint64_t)missed, x->excess_before_ns);
    x->late_ns -= missed * period_ns;
    x->behind = 0;
}

RT bool xruns_begin(struct xruns *x, uint32_t now, uint64_t now_ns, uint32_t n, uint32_t rate)
{
    int64_t period_ns = (int64_t)n * NS_PER_S / (rate > 0 ? rate : 1);
    uint64_t excess_ns = excess_of(x->busy_ns, (uint64_t)period_ns);
    bool same = x->timed && n == x->frames;
    x->again = same && now == x->began && !x->again; /* twice: its frame time stands still */
    if (x->again)
        return false;
    if (same) {
        x->late_ns += (int64_t)(now_ns - x->last_ns) - period_ns;
        jump_count(x, now, n, period_ns, excess_ns);
        lateness_count(x, period_ns, excess_ns);
    } else {
        xruns_restart(x);
    }
    x->timed = true;
    x->began = now;
    x->expected = now + n;
    x->last_ns = now_ns;
    x->frames = n;
    x->period_ns = (uint64_t)period_ns;
    return true;
}

/* Of the periods that have begun meanwhile we are called for the last, which is no jump then. */
RT void xruns_end(struct xruns *x, uint32_t now, uint64_t busy_ns)
{
    uint32_t missed = periods_between(x->began, now, x->frames);
    x->busy_ns = busy_ns;
    add(&x->busy_all_ns, busy_ns);
    if (missed) {
        count(x, missed, excess_of(busy_ns, x->period_ns));
        x->expected = now;
        x->late_ns -= (missed - 1) * (int64_t)x->period_ns;
    }
}

static uint64_t more(_Atomic uint64_t *counter, uint64_t *judged)
{
    uint64_t now = atomic_load_explicit(counter, memory_order_relaxed), n = now - *judged;
    *judged = now;
    return n;
}

uint64_t xruns_judge(struct xruns *x, uint64_t cpu_ns)
{
    uint64_t suspect = more(&x->suspect, &x->judged.suspect);
    uint64_t excess_ns = more(&x->excess_ns, &x->judged.excess_ns);
    uint64_t busy_ns = more(&x->busy_all_ns, &x->judged.busy_ns);
    uint64_t had_ns = cpu_ns < x->judged.cpu_ns ? cpu_ns : cpu_ns - x->judged.cpu_ns;
    x->judged.cpu_ns = cpu_ns;
    if (suspect > 0 && (busy_ns < excess_ns || busy_ns - excess_ns < had_ns))
        x->own += suspect;
    return x->own;
}
