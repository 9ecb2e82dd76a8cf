/* xruns.c - missed periods, read from jumps of a server's frame time */
#include "daemon/xruns.h"

#define NS_PER_S 1000000000u

RT void xruns_restart(struct xruns *x)
{
    x->timed = false;
}

static RT void count(_Atomic uint64_t *counter)
{
    /* Relaxed: one writer, and nothing hangs on the number. */
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

RT void xruns_begin(struct xruns *x, uint32_t now, uint32_t n, uint32_t rate)
{
    /* As a signed number: a clock that was set back a little has missed nothing. */
    bool missed = x->timed && n == x->frames && (int32_t)(now - x->expected) > 0;
    if (missed)
        count(&x->all);
    if (missed && x->busy_ns * rate > (uint64_t)n * NS_PER_S / 2)
        count(&x->own);
    x->timed = true;
    x->expected = now + n;
    x->frames = n;
}

RT void xruns_end(struct xruns *x, uint64_t busy_ns)
{
    x->busy_ns = busy_ns;
}
