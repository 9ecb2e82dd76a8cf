/* interpolator.c - material between its frames, at any rate, by libsamplerate
 *
 * libsamplerate begins exactly on an input frame. To begin between two, it is set off so far ahead
 * that its filter will be full, at the rate that brings it to the wanted place in whole steps, and
 * what it gives on the way is dropped. From then on its place is known here to rounding.
 */
#include "mixer/interpolator.h"

#include <math.h>
#include <samplerate.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1024, RUN_UP = 384 /* frames, over twice the longest filter's half */ };

/* A step back or forth of so little is rounding. */
#define SAME_PLACE 1e-4

static const int kinds[] = { SRC_SINC_FASTEST, SRC_SINC_MEDIUM_QUALITY, SRC_SINC_BEST_QUALITY };

struct interpolator {
    struct material *material;
    uint32_t channels;
    SRC_STATE *state;
    double next;  /* the position of what it would give next; NAN: nowhere yet */
    int64_t feed; /* the frame of the material that it is fed next */
    uint32_t filled, used;
    float *block;   /* of the material */
    float *dropped; /* what comes on the way */
};

struct interpolator *interpolator_new(struct material *m, uint32_t channels, enum quality quality)
{
    int error;
    struct interpolator *i = calloc(1, sizeof *i);
    if (!i)
        return NULL;
    i->material = m;
    i->channels = channels;
    i->next = NAN;
    i->state = src_new(kinds[quality], (int)channels, &error);
    i->block = malloc((size_t)BLOCK * channels * sizeof *i->block);
    i->dropped = malloc((size_t)RUN_UP * channels * sizeof *i->dropped);
    if (i->state && i->block && i->dropped)
        return i;
    interpolator_free(i);
    return NULL;
}

void interpolator_free(struct interpolator *i)
{
    if (!i)
        return;
    if (i->state)
        src_delete(i->state);
    free(i->block);
    free(i->dropped);
    free(i);
}

/* The next block of the material, with zeros where it is not. */
static void refill(struct interpolator *i)
{
    uint32_t before = i->feed < 0 ? (uint32_t)(-i->feed < BLOCK ? -i->feed : BLOCK) : 0;
    uint32_t got = before;
    if (before < BLOCK)
        got += material_read(i->material, (uint64_t)(i->feed + before),
                             i->block + (size_t)before * i->channels, BLOCK - before);
    memset(i->block, 0, (size_t)before * i->channels * sizeof *i->block);
    memset(i->block + (size_t)got * i->channels, 0,
           (size_t)(BLOCK - got) * i->channels * sizeof *i->block);
    i->feed += BLOCK;
    i->filled = BLOCK;
    i->used = 0;
}

static void make(struct interpolator *i, double rate, float *out, uint32_t n)
{
    src_set_ratio(i->state, 1 / rate); /* at once; src_process would glide */
    for (uint32_t done = 0; done < n;) {
        if (i->used == i->filled)
            refill(i);
        SRC_DATA data = { .data_in = i->block + (size_t)i->used * i->channels,
                          .data_out = out + (size_t)done * i->channels,
                          .input_frames = (long)(i->filled - i->used),
                          .output_frames = (long)(n - done),
                          .src_ratio = 1 / rate };
        src_process(i->state, &data); /* fails only for arguments that are never given */
        i->used += (uint32_t)data.input_frames_used;
        done += (uint32_t)data.output_frames_gen;
    }
}

static void begin_at(struct interpolator *i, double position)
{
    double start = floor(position) - RUN_UP;
    src_reset(i->state);
    i->feed = (int64_t)start;
    i->filled = i->used = 0;
    make(i, (position - start) / RUN_UP, i->dropped, RUN_UP);
}

void interpolator_read(struct interpolator *i, double position, double rate, float *out, uint32_t n)
{
    if (!(fabs(position - i->next) < SAME_PLACE))
        begin_at(i, position);
    make(i, rate, out, n);
    i->next = position + n * rate;
}
