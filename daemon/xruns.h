/* xruns.h - missed periods, read from a server's frame time and from the clock
 *
 * A frame time of 32 bits that wraps, of which only differences are used. It is that of the period
 * that the server is in. A server that is not synchronous does not wait for us: where its frame
 * time has gone on when we end a period, or has gone on too far when we begin one, the periods that
 * it has left behind went out without us. It calls once for each, and remembers one call at most:
 * who is called late finds the frame time of the period after, and is then called for that one too.
 *
 * But a server that was held up itself goes on with its frame time as if nothing had been (so does
 * the dummy driver, and any server in synchronous mode): so the clock is looked at too. Where
 * periods come half a period late or more eight times in a row, and so do not make up for it, what
 * they are late by was missed.
 *
 * They were our own doing when we were busy for more than half of the period before: then no one
 * else can have had much of it. But by the clock we are also busy while somebody else has our CPU,
 * and to ask for the time that a thread has had is a system call: so the audio thread only suspects
 * itself, and the control thread judges by what it has been busy for and has had no CPU for.
 */
#ifndef DAEMON_XRUNS_H
#define DAEMON_XRUNS_H

#include "effects/rt.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct xruns {
    /* Audio's, read by any: periods, ever; those of which we may be guilty, how much longer than
     * half a period we were busy before these; and how long we have been busy, ever. */
    _Atomic uint64_t all, suspect, excess_ns, busy_all_ns;
    /* The control thread's alone. */
    uint64_t own;
    struct {
        uint64_t suspect, excess_ns, busy_ns, cpu_ns;
    } judged;
    /* The audio thread's alone. */
    bool timed;                  /* `expected` and `last_ns` are known */
    uint32_t began;              /* frame time of the last period */
    uint32_t expected;           /* and of the next one */
    uint32_t frames;             /* of the last period */
    bool again;                  /* the last call was for the period before it */
    uint64_t period_ns, busy_ns; /* of it, and how much of that we were busy */
    uint64_t last_ns;            /* when it began */
    int64_t late_ns;             /* behind the earliest that periods have come, 0 or more */
    uint32_t behind;             /* periods in a row that came half a period late or more */
    int64_t least_ns;            /* the least that one of those was late */
    uint64_t excess_before_ns;   /* of the period before the first of those */
};

/* The thread that runs the audio, or before it does. What comes next follows on nothing: its first
 * period may begin at any time. The counts stay. */
RT void xruns_restart(struct xruns *x);

/* Audio. A period of n frames begins at frame time `now`, and at `now_ns` by the monotonic clock. A
 * change of n excuses a jump. False: it is the period before once more; nothing was counted, and
 * xruns_end is not to be called. */
RT bool xruns_begin(struct xruns *x, uint32_t now, uint64_t now_ns, uint32_t n, uint32_t rate);
/* Audio. It ends at frame time `now`, having taken that long. */
RT void xruns_end(struct xruns *x, uint32_t now, uint64_t busy_ns);

/* Control, some times a second: the longer between two calls, the less sure. The periods that we
 * have missed by our own doing, ever. cpu_ns: CPU time that the audio thread has had, ever; less
 * than the last time: it is another thread; UINT64_MAX: nobody knows, and we are guilty. */
uint64_t xruns_judge(struct xruns *x, uint64_t cpu_ns);

#endif
