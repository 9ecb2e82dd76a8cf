/* predelay.h - a delay whose length moves by a crossfade: from where to where, and how far
 *
 * Only the length: whose past is read is the owner's. A new length that is asked for meanwhile
 * waits until the crossfade is over.
 */
#ifndef EFFECTS_PREDELAY_H
#define EFFECTS_PREDELAY_H

#include "effects/ramp.h"
#include "effects/rt.h"

#include <stdbool.h>
#include <stdint.h>

struct predelay {
    uint32_t now, next, asked; /* frames; heard at `now`, moving to `next`, then to `asked` */
    uint32_t asked_frames;     /* of the next crossfade */
    struct ramp fade;          /* the share of `next` */
};

/* Control, or audio while nothing is heard: at rest there. */
RT void predelay_init(struct predelay *p, uint32_t delay);
/* Audio, all below. `delay` is reached in a crossfade of `frames`. */
RT void predelay_set(struct predelay *p, uint32_t delay, uint32_t frames);
/* Once before each n frames. Is there a crossfade? Then share[] is that of `next` in each of them;
 * else `next` alone is heard. */
RT bool predelay_move(struct predelay *p, float *share, uint32_t n);
/* What was asked for is there at once: nothing is heard of it. */
RT void predelay_rest(struct predelay *p);

#endif
