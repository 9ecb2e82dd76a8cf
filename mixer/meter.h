/* meter.h - peak, power and clips of up to two channels, measured on the audio thread
 *
 * Peak and power are kept since the console last took a reading, so that a slow reader misses no
 * peak; counts only grow.
 */
#ifndef MIXER_METER_H
#define MIXER_METER_H

#include "effects/rt.h"

#include <stdint.h>

enum { METER_CHANNELS = 2 };

struct meter {
    float peak[METER_CHANNELS];    /* linear, 1.0 is full scale */
    float squares[METER_CHANNELS]; /* sum of squares over `frames` */
    uint32_t frames;
    uint32_t channels; /* 1 or 2 that mean something */
    uint64_t clips;    /* samples over full scale, ever */
    uint64_t nans;     /* non-finite samples replaced by silence, ever */
};

/* Audio. Takes in n samples of channel c, as they sound after multiplication by `gain`. Channels
 * from METER_CHANNELS on fold onto those before them. */
RT void meter_feed(struct meter *m, uint32_t c, const float *x, float gain, uint32_t n);
/* Audio. n frames went by (once per quantum, whatever the channels). */
RT void meter_count(struct meter *m, uint32_t n);
/* Audio. Takes later readings of the same signal into *m: maxima and sums join, counts are newer.
 */
RT void meter_merge(struct meter *m, const struct meter *later);
/* Audio. Forgets peak and power; the counts stay. */
RT void meter_reset(struct meter *m);

#endif
