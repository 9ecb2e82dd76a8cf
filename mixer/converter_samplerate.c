/* converter_samplerate.c - the filter of a fixed change of rate, by libsamplerate
 *
 * libsamplerate takes the delay of its filter away by itself: it looks ahead before it gives
 * anything. Its own notion of the end is not used: it stops up to a frame early, depending on how
 * its position was rounded.
 */
#include "mixer/converter.h"

#include <samplerate.h>
#include <stdlib.h>

/* Half the coefficients over the steps per input frame, from libsamplerate's own tables
 * (src_sinc.c: 2464 / 128, 22438 / 491, 340239 / 2381), rounded up with room to spare. */
static const struct {
    int converter;
    uint32_t reach;
} kinds[] = {
    [QUALITY_FASTEST] = { SRC_SINC_FASTEST, 22 },
    [QUALITY_MEDIUM] = { SRC_SINC_MEDIUM_QUALITY, 48 },
    [QUALITY_BEST] = { SRC_SINC_BEST_QUALITY, 146 },
};

struct converter {
    SRC_STATE *state;
    double ratio; /* to / from */
};

struct converter *converter_new(uint32_t channels, uint32_t from, uint32_t to, enum quality quality)
{
    int error = 0;
    struct converter *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->ratio = (double)to / from;
    c->state = src_new(kinds[quality].converter, (int)channels, &error);
    if (!c->state) {
        free(c);
        return NULL;
    }
    return c;
}

void converter_free(struct converter *c)
{
    if (!c)
        return;
    src_delete(c->state);
    free(c);
}

uint32_t converter_reach(enum quality quality)
{
    return kinds[quality].reach;
}

void converter_restart(struct converter *c)
{
    src_reset(c->state);
}

void converter_process(struct converter *c, const float *in, uint32_t *n_in, float *out,
                       uint32_t *n_out)
{
    SRC_DATA data = {
        .data_in = in,
        .data_out = out,
        .input_frames = (long)*n_in,
        .output_frames = (long)*n_out,
        .src_ratio = c->ratio,
    };
    src_process(c->state, &data); /* fails only for arguments that resampler_new refuses */
    *n_in = (uint32_t)data.input_frames_used;
    *n_out = (uint32_t)data.output_frames_gen;
}
