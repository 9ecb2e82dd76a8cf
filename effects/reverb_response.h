/* reverb_response.h - an impulse response made ready for the reverb: checked, shaped, levelled
 *
 * All of it happens before the convolver sees the response, so none of it costs anything while
 * sounding.
 */
#ifndef EFFECTS_REVERB_RESPONSE_H
#define EFFECTS_REVERB_RESPONSE_H

#include "effects/effect.h"

#include <stdbool.h>
#include <stdint.h>

enum reverb_normalise { REVERB_OFF, REVERB_PEAK, REVERB_ENERGY };

/* How to shape; applied in this order. */
struct reverb_shape {
    double size;                     /* 1: as it is; 0.5: resampled to half the length */
    double lowcut_hz;                /* 12 dB an octave; 0: none */
    double highcut_hz;               /* 12 dB an octave; half the rate or more: none */
    double length_s;                 /* cut here, with a fade of 10 ms */
    double trim_db;                  /* cut where it stays below this, re its peak */
    bool swap;                       /* left for right, at the outputs */
    enum reverb_normalise normalise; /* peak: to 1; energy: noise keeps its level, see below */
};

enum { REVERB_CELLS_MAX = EFFECT_CHANNELS_MAX };

struct reverb_cell {
    uint32_t in, out, channel; /* the response's channel that leads from in to out */
    uint64_t frames;           /* up to its last that is not zero; at least 1 */
};

struct reverb_response {
    uint32_t channels;
    uint64_t frames;
    float *data;      /* planar */
    uint32_t n_cells; /* silent channels lead nowhere */
    struct reverb_cell cells[REVERB_CELLS_MAX];
};

/* Control. Which channel of the response leads where, for `channels` of sound:
 *     one channel      every channel through it, apart from each other
 *     as many          each through its own
 *     four, to two     true stereo: left to left, left to right, right to left, right to right
 * Energy: the sum of squares over all that leads to an output is 1 at the loudest output, so white
 * noise that differs from channel to channel keeps its level.
 * 0; or -EINVAL (no frames, silence, a number that is not finite, channels that do not fit) or
 * -ENOMEM, and *why. To be cleared either way. */
int reverb_response_init(struct reverb_response *r, const struct response *from, uint32_t rate,
                         uint32_t channels, const struct reverb_shape *shape, const char **why);
void reverb_response_clear(struct reverb_response *r);

#endif
