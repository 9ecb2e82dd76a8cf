/* reblock.h - cuts the world's periods into the engine's quanta
 *
 * A period that is a multiple of the quantum passes straight through. From the first one that is
 * not, everything is gathered in small buffers, at the price of one quantum of latency; a driver
 * that may ask the engine for frames ahead of time (render) pays none. Once frames are gathered
 * they stay so whatever periods follow, because going back would lose the quantum under way: no
 * change of period loses or repeats a frame.
 */
#ifndef DAEMON_REBLOCK_H
#define DAEMON_REBLOCK_H

#include "effects/rt.h"

#include <stdbool.h>
#include <stdint.h>

struct engine;
struct reblock;

/* Control. For `places` port places that may have buffers. `ahead`: the inputs are silent and the
 * engine may run ahead of the period, so there is no latency. NULL: out of memory. */
struct reblock *reblock_new(uint32_t quantum, uint32_t places, bool ahead);
void reblock_free(struct reblock *r); /* NULL is fine */

/* The thread that calls reblock_process. For a world that is not real time: where a track lacks the
 * frames of the next quantum, `wait` is called until it has them or `wait` gives up and returns
 * false. NULL: real time, as in the beginning. */
void reblock_wait(struct reblock *r, bool (*wait)(void *context), void *context);

/* Any thread. Frames of latency for periods of that many frames: 0 or the quantum. */
RT uint32_t reblock_latency(const struct reblock *r, uint32_t period);

/* Audio. At which frame of a period of n frames the first of what the engine makes next goes out:
 * 0, or up to a quantum where frames are gathered. Live only. */
RT uint32_t reblock_lag(const struct reblock *r, uint32_t n);

/* Audio. One period of n frames: in[] and out[] have PORTS_MAX entries, of which the first `places`
 * may be other than NULL; zeroes the out buffers and has the engine add to them. An in buffer may
 * not be an out buffer. */
RT void reblock_process(struct reblock *r, struct engine *e, const float *const *in,
                        float *const *out, uint32_t places, uint32_t n);

#endif
