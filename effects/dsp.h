/* dsp.h - the small loops of which every block is made
 *
 * Planar float samples, any n (0 too), any alignment; arguments marked restrict do not overlap.
 * Every loop is compiled for several instruction sets (CLONES in rt.h). What is done sample by
 * sample gives the same bits with each; the sums in dsp_measure may differ in their last bits, so
 * they feed meters, never sound.
 */
#ifndef EFFECTS_DSP_H
#define EFFECTS_DSP_H

#include "effects/rt.h"

#include <stdint.h>

/* All: audio, and whatever thread else makes blocks. */

/* out += x * gain */
RT void dsp_add(float *restrict out, const float *restrict x, float gain, uint32_t n);

/* out += x * gain, a gain for each sample */
RT void dsp_add_ramped(float *restrict out, const float *restrict x, const float *restrict gain,
                       uint32_t n);

/* x *= gain */
RT void dsp_scale(float *x, float gain, uint32_t n);

/* x *= gain, a gain for each sample */
RT void dsp_multiply(float *restrict x, const float *restrict gain, uint32_t n);

/* out = one channel (0..channels-1) of n interleaved frames */
RT void dsp_tap(float *restrict out, const float *restrict frames, uint32_t channels,
                uint32_t channel, uint32_t n);

/* The two channels of n interleaved frames. */
RT void dsp_part(float *restrict left, float *restrict right, const float *restrict frames,
                 uint32_t n);
/* now = t * now + (1 - t) * was: a crossfade to `now` while t goes from 0 to 1 */
RT void dsp_blend(float *restrict now, const float *restrict was, const float *restrict t,
                  uint32_t n);

/* out = max(out, |x|); a NaN in x counts for nothing */
RT void dsp_raise(float *restrict out, const float *restrict x, uint32_t n);

/* x = 20 log10(x) for x >= 0, held within -200 and 200 dB; to 1e-5 dB */
RT void dsp_to_db(float *x, uint32_t n);

/* x = 10^(x/20) for x within -700 and 700 dB; to 1e-7 of itself; 0 dB is exactly 1 */
RT void dsp_to_gain(float *x, uint32_t n);

struct dsp_level {
    float peak;        /* greatest |x|; 0 for n = 0 */
    float sum_squares; /* to about 1e-6 of itself */
};

/* Of finite samples: scrub first. */
RT struct dsp_level dsp_measure(const float *x, uint32_t n);

/* Makes NaN and infinities 0. Returns how many there were; x is only written if there was one. */
RT uint32_t dsp_scrub(float *x, uint32_t n);

#endif
