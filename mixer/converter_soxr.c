/* converter_soxr.c - the filter of a fixed change of rate, by libsoxr
 *
 * libsoxr takes the delay of its filter away by itself, and its filters have linear phase. To
 * restart is to build it anew, filters and all, so a converter that has seen no input is left as
 * it is: opening a file and seeking to where it begins builds once.
 */
#include "mixer/converter.h"

#include <soxr.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The library does not tell how long its filters are. test_resampler's seeks are below -110 dB with
 * 128 frames, at every quality and ratio there, and not with 96: so twice that. */
enum { REACH = 256 };

static const unsigned long recipes[] = {
    [QUALITY_FASTEST] = SOXR_16_BITQ,
    [QUALITY_MEDIUM] = SOXR_HQ, /* 20 bits */
    [QUALITY_BEST] = SOXR_VHQ,  /* 28 bits */
};

struct converter {
    soxr_t state; /* NULL: out of memory at the last restart */
    uint32_t channels, from, to;
    enum quality quality;
    bool fresh; /* has seen no input */
};

static void build(struct converter *c)
{
    soxr_error_t error = NULL;
    /* The finer clock: a rate that is no simple ratio of the other must not drift in an hour. */
    soxr_quality_spec_t quality = soxr_quality_spec(recipes[c->quality], SOXR_HI_PREC_CLOCK);
    soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
    c->state = soxr_create(c->from, c->to, c->channels, &error, NULL, &quality, &runtime);
    if (error) {
        soxr_delete(c->state);
        c->state = NULL;
    }
    c->fresh = true;
}

struct converter *converter_new(uint32_t channels, uint32_t from, uint32_t to, enum quality quality)
{
    struct converter *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->channels = channels;
    c->from = from;
    c->to = to;
    c->quality = quality;
    build(c);
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
    soxr_delete(c->state);
    free(c);
}

uint32_t converter_reach(enum quality quality)
{
    (void)quality;
    return REACH;
}

void converter_restart(struct converter *c)
{
    if (c->fresh && c->state)
        return;
    soxr_delete(c->state);
    build(c);
}

/* The library takes in a frame at least, and as many as what is wanted comes from, whatever it
 * holds already: so that is given out first, else it would grow with each call. */
static bool process(struct converter *c, const float *in, size_t n_in, size_t *used, float *out,
                    size_t n_out, size_t *made)
{
    size_t more = 0;
    if (soxr_process(c->state, in, 0, used, out, n_out, made))
        return false;
    bool well = *made == n_out || !soxr_process(c->state, in, n_in, used, out + *made * c->channels,
                                                n_out - *made, &more);
    *made += more;
    return well;
}

void converter_process(struct converter *c, const float *in, uint32_t *n_in, float *out,
                       uint32_t *n_out)
{
    size_t used = 0, made = 0;
    c->fresh = false;
    if (!c->state || !process(c, in, *n_in, &used, out, *n_out, &made)) {
        memset(out, 0, (size_t)*n_out * c->channels * sizeof *out);
        used = 0;
        made = *n_out;
    }
    *n_in = (uint32_t)used;
    *n_out = (uint32_t)made;
}
