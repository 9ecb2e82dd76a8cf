/* interpolator.h - material between its frames, at any rate, by libsamplerate
 *
 * Going on from where it is costs one filter; going elsewhere a few hundred frames more, so that
 * nothing is heard of it. Before the material's first frame, and behind its end, there are zeros.
 * One thread at a time, which may block.
 */
#ifndef MIXER_INTERPOLATOR_H
#define MIXER_INTERPOLATOR_H

#include "mixer/material.h"

#include <stdint.h>

struct interpolator;

/* `m` is borrowed. NULL: out of memory. */
struct interpolator *interpolator_new(struct material *m, uint32_t channels, enum quality quality);
void interpolator_free(struct interpolator *i); /* NULL is fine */

/* n frames at position, position + rate, ..: frames of the material, and fractions. */
void interpolator_read(struct interpolator *i, double position, double rate, float *out,
                       uint32_t n);

#endif
