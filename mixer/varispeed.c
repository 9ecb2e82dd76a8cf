/* varispeed.c - material along a pace: what lies at each frame of the timeline */
#include "mixer/varispeed.h"

#include "mixer/interpolator.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct varispeed {
    struct material *material;
    struct interpolator *interpolator; /* NULL: not needed so far */
    struct pace pace;
    uint32_t channels, xfade;
    enum quality quality;
    float *seam;      /* xfade frames of what would have gone on behind a jump */
    uint64_t seam_at; /* the jump; UINT64_MAX: none */
};

struct varispeed *varispeed_new(struct material *m, uint32_t channels, enum quality quality,
                                uint32_t xfade, const struct pace *pace)
{
    struct varispeed *v = calloc(1, sizeof *v);
    if (!v)
        return NULL;
    *v = (struct varispeed){ .material = m,
                             .pace = *pace,
                             .channels = channels,
                             .xfade = xfade,
                             .quality = quality,
                             .seam_at = UINT64_MAX };
    return v;
}

void varispeed_free(struct varispeed *v)
{
    if (!v)
        return;
    interpolator_free(v->interpolator);
    free(v->seam);
    free(v);
}

void varispeed_set_pace(struct varispeed *v, const struct pace *pace)
{
    v->pace = *pace;
    v->seam_at = UINT64_MAX;
}

const struct pace *varispeed_pace(const struct varispeed *v)
{
    return &v->pace;
}

/* n frames from a position on at one rate. Returns how many there are. */
static uint32_t read_run(struct varispeed *v, double position, double rate, float *out, uint32_t n)
{
    if (rate == 1 && position >= 0 && position == nearbyint(position))
        return material_read(v->material, (uint64_t)position, out, n);
    if (!v->interpolator)
        v->interpolator = interpolator_new(v->material, v->channels, v->quality);
    if (!v->interpolator) /* out of memory: silence keeps its place */
        memset(out, 0, (size_t)n * v->channels * sizeof *out);
    else
        interpolator_read(v->interpolator, position, rate, out, n);
    uint64_t length = material_length(v->material);
    double left = length == UINT64_MAX ? INFINITY : ceil(((double)length - position) / rate);
    return left >= n ? n : left > 0 ? (uint32_t)left : 0;
}

/* n frames along one leg. */
static uint32_t read_leg(struct varispeed *v, const struct pace_leg *leg, uint64_t from, float *out,
                         uint32_t n)
{
    uint32_t done = 0;
    while (done < n) {
        double rate;
        uint64_t run;
        double position = pace_leg_position(leg, from + done, &rate, &run);
        uint32_t want = n - done < run ? n - done : (uint32_t)run;
        uint32_t got = read_run(v, position, rate, out + (size_t)done * v->channels, want);
        done += got;
        if (got < want)
            break;
    }
    return done;
}

/* Fetches what would have gone on behind the jump that begins leg k. */
static void seam_fetch(struct varispeed *v, uint32_t k)
{
    const struct pace_leg *jump = &v->pace.leg[k];
    size_t samples = (size_t)v->xfade * v->channels;
    if (v->seam_at == jump->at)
        return;
    if (!v->seam)
        v->seam = malloc((samples + 1) * sizeof *v->seam);
    if (!v->seam)
        return;
    memset(v->seam, 0, samples * sizeof *v->seam);
    read_leg(v, &v->pace.leg[k - 1], jump->at, v->seam, v->xfade);
    v->seam_at = jump->at;
}

/* out holds n frames of leg k: blends in what fades out there. */
static void seam_blend(struct varispeed *v, uint64_t at, uint64_t from, float *out, uint32_t n)
{
    for (uint32_t i = 0; v->seam && i < n && from - at + i < v->xfade; i++) {
        uint64_t frame = from - at + i;
        float g = (float)(frame + 1) / (float)(v->xfade + 1);
        for (uint32_t c = 0; c < v->channels; c++) {
            float *x = &out[(size_t)i * v->channels + c];
            *x = (1 - g) * v->seam[frame * v->channels + c] + g * *x;
        }
    }
}

uint32_t varispeed_read(struct varispeed *v, uint64_t from, float *out, uint32_t n)
{
    uint32_t done = 0;
    while (done < n) {
        uint64_t now = from + done;
        float *to = out + (size_t)done * v->channels;
        uint32_t k = pace_leg_at(&v->pace, now);
        const struct pace_leg *leg = &v->pace.leg[k];
        uint64_t left = k + 1 < v->pace.n ? v->pace.leg[k + 1].at - now : UINT64_MAX;
        uint32_t want = n - done < left ? n - done : (uint32_t)left;
        bool seam = leg->jumps && k > 0 && now < leg->at + v->xfade;
        if (seam)
            seam_fetch(v, k);
        uint32_t got = read_leg(v, leg, now, to, want);
        if (seam)
            seam_blend(v, leg->at, now, to, got);
        done += got;
        if (got < want)
            break;
    }
    return done;
}

uint64_t varispeed_end(const struct varispeed *v, uint64_t from)
{
    uint64_t length = material_length(v->material);
    return length == UINT64_MAX ? length : pace_reaches(&v->pace, (double)length, from);
}
