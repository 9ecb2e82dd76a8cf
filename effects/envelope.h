/* envelope.h - a level that rises at one pace and falls at another */
#ifndef EFFECTS_ENVELOPE_H
#define EFFECTS_ENVELOPE_H

#include "effects/rt.h"

#include <stdint.h>

/* One pole: in the time called attack (rising) or release (falling) the way to the target shrinks
 * to 1/e = 37 %. All zero is an envelope at 0 that follows at once. */
struct envelope {
    double attack, release; /* what is left of the way after one sample */
    double value;           /* now */
};

/* Any thread. `seconds` above 0, as the share that is left after one sample at `rate` Hz. */
RT double envelope_pole(double seconds, double rate);

/* Audio. Replaces x, the targets, by what the envelope makes of them. Targets are finite. */
RT void envelope_follow(struct envelope *e, float *x, uint32_t n);

#endif
