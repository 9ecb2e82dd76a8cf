/* xruns.h - missed periods, read from jumps of a server's frame time
 *
 * A frame time of 32 bits that wraps, of which only differences are used. A period is missed when
 * the next one begins later than where the last one ended. It was our own doing when we were busy
 * for more than half of that last one: then no one else can have had much of it.
 */
#ifndef DAEMON_XRUNS_H
#define DAEMON_XRUNS_H

#include "effects/rt.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct xruns {
    _Atomic uint64_t all, own; /* ever; audio thread's, read by any */
    /* The audio thread's alone. */
    bool timed;        /* `expected` is known */
    uint32_t expected; /* frame time of the next period */
    uint32_t frames;   /* of the last period */
    uint64_t busy_ns;  /* in it */
};

/* The thread that runs the audio, or before it does. What comes next follows on nothing: its first
 * period may begin at any time. The counts stay. */
RT void xruns_restart(struct xruns *x);

/* Audio. A period of n frames begins at frame time `now`. A change of n excuses a jump. */
RT void xruns_begin(struct xruns *x, uint32_t now, uint32_t n, uint32_t rate);
/* Audio. It ends, having taken that long. */
RT void xruns_end(struct xruns *x, uint64_t busy_ns);

#endif
