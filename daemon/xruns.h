/* xruns.h - missed periods, read from a server's frame time and from the clock
 *
 * A frame time of 32 bits that wraps, of which only differences are used: periods are missed when
 * the next one begins later than where the last one ended. But a server that was held up itself
 * goes on with its frame time as if nothing had been (so does the dummy driver, and any server in
 * synchronous mode): so the clock is looked at too. Where periods come half a period late or more
 * eight times in a row, and so do not make up for it, what they are late by was missed.
 *
 * They were our own doing when we were busy for more than half of the period before: then no one
 * else can have had much of it.
 */
#ifndef DAEMON_XRUNS_H
#define DAEMON_XRUNS_H

#include "effects/rt.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct xruns {
    _Atomic uint64_t all, own; /* periods, ever; audio thread's, read by any */
    /* The audio thread's alone. */
    bool timed;        /* `expected` and `last_ns` are known */
    uint32_t expected; /* frame time of the next period */
    uint32_t frames;   /* of the last period */
    uint64_t busy_ns;  /* in it */
    uint64_t last_ns;  /* when it began */
    int64_t late_ns;   /* behind the earliest that periods have come, 0 or more */
    uint32_t behind;   /* periods in a row that came half a period late or more */
    int64_t least_ns;  /* the least that one of those was late */
    bool busy_before;  /* we were, in the period before the first of those */
};

/* The thread that runs the audio, or before it does. What comes next follows on nothing: its first
 * period may begin at any time. The counts stay. */
RT void xruns_restart(struct xruns *x);

/* Audio. A period of n frames begins at frame time `now`, and at `now_ns` by the monotonic clock. A
 * change of n excuses a jump. */
RT void xruns_begin(struct xruns *x, uint32_t now, uint64_t now_ns, uint32_t n, uint32_t rate);
/* Audio. It ends, having taken that long. */
RT void xruns_end(struct xruns *x, uint64_t busy_ns);

#endif
