/* resampler.c - a fixed change of rate, exact to the frame, by libsamplerate
 *
 * libsamplerate takes the delay of its filter away by itself: it looks ahead before it gives
 * anything. Its own notion of the end is not used: it stops up to a frame early, depending on how
 * its position was rounded. We feed zeros and count.
 */
#include "mixer/resampler.h"

#include <samplerate.h>
#include <stdlib.h>
#include <string.h>

/* Input frames on either side of an output frame that the filters reach when the rate rises: half
 * the coefficients over the steps per input frame, from libsamplerate's own tables (src_sinc.c:
 * 2464 / 128, 22438 / 491, 340239 / 2381), rounded up with room to spare. */
static const struct {
    int converter;
    uint32_t reach;
} kinds[] = {
    [QUALITY_FASTEST] = { SRC_SINC_FASTEST, 22 },
    [QUALITY_MEDIUM] = { SRC_SINC_MEDIUM_QUALITY, 48 },
    [QUALITY_BEST] = { SRC_SINC_BEST_QUALITY, 146 },
};

struct resampler {
    SRC_STATE *state;
    double ratio; /* to / from */
    uint32_t channels;
    uint64_t out_step; /* so many output frames */
    uint64_t in_step;  /*  span exactly so many input frames, and no fewer do */
    uint64_t reach;    /* input frames that the filter wants on either side */
    uint64_t skip;     /* output frames to drop: between the restart and what seek asked for */
};

static uint64_t gcd(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

struct resampler *resampler_new(uint32_t channels, uint32_t from, uint32_t to, enum quality quality)
{
    int error = 0;
    if (from / to >= RESAMPLER_RATIO_MAX || to / from >= RESAMPLER_RATIO_MAX)
        return NULL;
    struct resampler *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->state = src_new(kinds[quality].converter, (int)channels, &error);
    if (!r->state) {
        free(r);
        return NULL;
    }
    uint64_t common = gcd(from, to);
    r->channels = channels;
    r->ratio = (double)to / from;
    r->out_step = to / common;
    r->in_step = from / common;
    r->reach = kinds[quality].reach * (from > to ? (uint64_t)from / to + 1 : 1);
    return r;
}

void resampler_free(struct resampler *r)
{
    if (!r)
        return;
    src_delete(r->state);
    free(r);
}

uint64_t resampler_seek(struct resampler *r, uint64_t frame)
{
    uint64_t steps = frame / r->out_step, back = (r->reach + r->in_step - 1) / r->in_step;
    steps = steps > back ? steps - back : 0;
    src_reset(r->state);
    r->skip = frame - steps * r->out_step;
    return steps > UINT64_MAX / r->in_step ? UINT64_MAX : steps * r->in_step;
}

void resampler_process(struct resampler *r, const float *in, uint32_t *n_in, float *out,
                       uint32_t *n_out)
{
    SRC_DATA data = {
        .data_in = in,
        .data_out = out,
        .input_frames = (long)*n_in,
        .output_frames = (long)*n_out,
        .src_ratio = r->ratio,
    };
    src_process(r->state, &data); /* fails only for arguments that resampler_new refuses */
    uint32_t made = (uint32_t)data.output_frames_gen;
    uint32_t drop = made < r->skip ? made : (uint32_t)r->skip;
    *n_in = (uint32_t)data.input_frames_used;
    *n_out = made - drop;
    r->skip -= drop;
    if (drop > 0)
        memmove(out, out + (size_t)drop * r->channels, (size_t)*n_out * r->channels * sizeof *out);
}

uint64_t resampler_length(const struct resampler *r, uint64_t frames)
{
    uint64_t whole = frames / r->in_step, rest = frames % r->in_step;
    if (whole >= UINT64_MAX / r->out_step - 1)
        return UINT64_MAX;
    return whole * r->out_step + (rest * r->out_step + r->in_step - 1) / r->in_step;
}
