/* ramp.h - a value that never jumps
 *
 * Every level in the house is a ramp: a click cannot be forgotten in, because there is no other
 * way to change a gain. A ramp moves one step per sample, so what it gives does not depend on how
 * the frames are cut into calls.
 */
#ifndef EFFECTS_RAMP_H
#define EFFECTS_RAMP_H

#include "effects/rt.h"

#include <stdbool.h>
#include <stdint.h>

enum curve {
    CURVE_LIN,    /* straight in amplitude */
    CURVE_DB,     /* straight in dB; silence counts as -90 dB on the way and is exact at the end */
    CURVE_SCURVE, /* raised cosine in amplitude: 0.5 - 0.5 cos(pi x) */
    CURVE_POWER,  /* raised cosine in power: 0 to 1 is a sine, 1 to 0 a cosine, so that what fades
                     out and what fades in always make 1 together; from or to negative: CURVE_LIN */
};

struct ramp {
    float value;     /* now; what the last sample got */
    float from, to;  /* ends of the movement under way */
    uint32_t done;   /* frames of it behind us; done == length: at rest */
    uint32_t length; /* frames of the whole movement */
    enum curve curve;
};

/* Control, before the audio thread sees it. At rest at `value`. */
void ramp_init(struct ramp *r, float value);

/* Audio. Moves from the present value to `to` in `frames` frames (0: at the next sample). */
RT void ramp_set(struct ramp *r, float to, uint32_t frames, enum curve curve);

/* Any thread that may read *r. */
static inline bool ramp_resting(const struct ramp *r)
{
    return r->done == r->length;
}

/* Audio. Writes the next n values to g[0..n-1] and moves on. At rest g is filled with the value. */
RT void ramp_fill(struct ramp *r, float *g, uint32_t n);

/* Audio. Multiplies x[0..n-1] by the next n values; at rest with value 1 it touches nothing. */
RT void ramp_scale(struct ramp *r, float *x, uint32_t n);

#endif
