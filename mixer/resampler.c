/* resampler.c - a fixed change of rate, exact to the frame
 *
 * The filter is another's (converter.h); here are its places: where to begin again so that nothing
 * is heard of it, and how long the result is. No converter's notion of the end is used: we feed
 * zeros and count.
 */
#include "mixer/resampler.h"

#include "mixer/converter.h"

#include <stdlib.h>
#include <string.h>

struct resampler {
    struct converter *converter;
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
    if (from / to >= RESAMPLER_RATIO_MAX || to / from >= RESAMPLER_RATIO_MAX)
        return NULL;
    struct resampler *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->converter = converter_new(channels, from, to, quality);
    if (!r->converter) {
        free(r);
        return NULL;
    }
    uint64_t common = gcd(from, to);
    r->channels = channels;
    r->out_step = to / common;
    r->in_step = from / common;
    r->reach = converter_reach(quality) * (from > to ? (uint64_t)from / to + 1 : 1);
    return r;
}

void resampler_free(struct resampler *r)
{
    if (!r)
        return;
    converter_free(r->converter);
    free(r);
}

uint64_t resampler_seek(struct resampler *r, uint64_t frame)
{
    uint64_t steps = frame / r->out_step, back = (r->reach + r->in_step - 1) / r->in_step;
    steps = steps > back ? steps - back : 0;
    converter_restart(r->converter);
    r->skip = frame - steps * r->out_step;
    return steps > UINT64_MAX / r->in_step ? UINT64_MAX : steps * r->in_step;
}

void resampler_process(struct resampler *r, const float *in, uint32_t *n_in, float *out,
                       uint32_t *n_out)
{
    converter_process(r->converter, in, n_in, out, n_out);
    uint32_t drop = *n_out < r->skip ? *n_out : (uint32_t)r->skip;
    *n_out -= drop;
    r->skip -= drop;
    if (drop > 0)
        memmove(out, out + (size_t)drop * r->channels, (size_t)*n_out * r->channels * sizeof *out);
}

uint64_t resampler_length(const struct resampler *r, uint64_t frames)
{
    uint64_t whole = frames / r->in_step, rest = frames % r->in_step;
    if (frames == UINT64_MAX || whole >= UINT64_MAX / r->out_step - 1)
        return UINT64_MAX;
    return whole * r->out_step + (rest * r->out_step + r->in_step - 1) / r->in_step;
}
