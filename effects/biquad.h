/* biquad.h - a filter of second order: designed, run, and moved without zipper noise
 *
 * The shapes are those of R. Bristow-Johnson's "Cookbook formulae for audio EQ biquad filter
 * coefficients". Coefficients and memory are double: with float ones a shelf at 30 Hz is noise.
 */
#ifndef EFFECTS_BIQUAD_H
#define EFFECTS_BIQUAD_H

#include "effects/rt.h"

#include <stdint.h>

enum biquad_shape {
    BIQUAD_LOW_PASS,
    BIQUAD_HIGH_PASS,
    BIQUAD_BELL,       /* `gain` at the frequency, 1 far from it */
    BIQUAD_LOW_SHELF,  /* `gain` far below the frequency, its square root there */
    BIQUAD_HIGH_SHELF, /* `gain` far above it */
};

/* H(z) = (b0 + b1/z + b2/z^2) / (1 + a1/z + a2/z^2) */
struct biquad {
    double b0, b1, b2, a1, a2;
};

/* What the filter remembers of one channel; all zero at first. */
struct biquad_memory {
    double s1, s2;
};

/* Any thread. `freq` as a share of the sample rate, kept within 1e-6 and 0.49; q > 0; gain > 0 in
 * amplitude, unused by the passes. With gain 1 the filter passes every bit. */
RT struct biquad biquad_design(enum biquad_shape shape, double freq, double q, double gain);

/* All below: audio. x[c] is n samples of channel c, in place, and m[c] its memory. A NaN or an
 * infinity that comes in is forgotten at the end of the call. */

RT void biquad_run(const struct biquad *b, struct biquad_memory *m, float *const *x,
                   uint32_t channels, uint32_t n);

/* The same while the coefficients go in a straight line from `from` to `to`, which the last sample
 * gets. Between two stable filters every step on the way is stable. */
RT void biquad_glide(const struct biquad *from, const struct biquad *to, struct biquad_memory *m,
                     float *const *x, uint32_t channels, uint32_t n);

#endif
