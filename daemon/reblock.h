/* reblock.h - cuts the world's periods into the engine's quanta
 *
 * A period that is a multiple of the quantum passes straight through. Any other is gathered in
 * small buffers, at the price of one quantum of latency; a driver that may ask the engine for
 * frames ahead of time (render) pays none.
 */
#ifndef DAEMON_REBLOCK_H
#define DAEMON_REBLOCK_H

#include "effects/rt.h"

#include <stdbool.h>
#include <stdint.h>

struct engine;
struct reblock;

/* Control. For `places` port places at most. `ahead`: the inputs are silent and the engine may run
 * ahead of the period, so there is no latency. NULL: out of memory. */
struct reblock *reblock_new(uint32_t quantum, uint32_t places, bool ahead);
void reblock_free(struct reblock *r);

/* Any thread. Frames of latency for periods of that many frames: 0 or the quantum. */
RT uint32_t reblock_latency(const struct reblock *r, uint32_t period);

/* Audio. One period of n frames: in[] and out[] by port place, `places` of them, NULL entries
 * allowed; zeroes the out buffers and has the engine add to them. */
RT void reblock_process(struct reblock *r, struct engine *e, const float *const *in,
                        float *const *out, uint32_t places, uint32_t n);

#endif
