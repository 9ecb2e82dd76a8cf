/* reverb_size.h - a room made larger or smaller: its impulse response stretched by resampling */
#ifndef EFFECTS_REVERB_SIZE_H
#define EFFECTS_REVERB_SIZE_H

#include <stdint.h>

/* Control. Frames that `frames` become at `size` (1: as many); at least 1. */
uint64_t reverb_size_frames(uint64_t frames, double size);

/* Control. Resamples x to reverb_size_frames(frames, size) frames in out. Sizes from 0.1 to 10;
 * what passes is flat to 0.1 dB up to 0.9 of the lower of both half rates, what would alias is down
 * by 80 dB. At 1 it copies. 0 or -ENOMEM. */
int reverb_size(float *out, const float *x, uint64_t frames, double size);

#endif
