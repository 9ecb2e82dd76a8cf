/* dsp.c - the small loops of which every block is made */
#include "effects/dsp.h"

#include "effects/series.h"

#include <math.h>
#include <string.h>

#define DB_PER_LOG2 6.02059991327962390 /* 20 log10(2) */
#define EXPONENT    0x7f800000u         /* all ones in a float that is infinite or NaN */

CLONES RT void dsp_add(float *restrict out, const float *restrict x, float gain, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        out[i] += x[i] * gain;
}

CLONES RT void dsp_add_ramped(float *restrict out, const float *restrict x,
                              const float *restrict gain, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        out[i] += x[i] * gain[i];
}

CLONES RT void dsp_scale(float *x, float gain, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        x[i] *= gain;
}

CLONES RT void dsp_multiply(float *restrict x, const float *restrict gain, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        x[i] *= gain[i];
}

/* Mono and stereo are the common files: with a stride known to the compiler they are shuffles,
 * with one that is not they are gathers. */
CLONES RT void dsp_tap(float *restrict out, const float *restrict frames, uint32_t channels,
                       uint32_t channel, uint32_t n)
{
    const float *x = frames + channel;

    if (channels == 1)
        memcpy(out, x, n * sizeof *x);
    else if (channels == 2)
        for (uint32_t i = 0; i < n; i++)
            out[i] = x[2 * (size_t)i];
    else
        for (uint32_t i = 0; i < n; i++)
            out[i] = x[(size_t)channels * i];
}

CLONES RT void dsp_part(float *restrict left, float *restrict right, const float *restrict frames,
                        uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        left[i] = frames[2 * (size_t)i];
        right[i] = frames[2 * (size_t)i + 1];
    }
}

CLONES RT void dsp_blend(float *restrict now, const float *restrict was, const float *restrict t,
                         uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        now[i] = t[i] * now[i] + (1 - t[i]) * was[i];
}

CLONES RT void dsp_raise(float *restrict out, const float *restrict x, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        float a = fabsf(x[i]);
        out[i] = a > out[i] ? a : out[i];
    }
}

/* Two loops, because in one the compiler would work out the logarithms of both limits beforehand
 * and branch around the rest, which does not vectorise. */
CLONES RT void dsp_to_db(float *x, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        float low = x[i] > 1e-10f ? x[i] : 1e-10f;
        x[i] = low < 1e10f ? low : 1e10f;
    }
    for (uint32_t i = 0; i < n; i++)
        x[i] = (float)(DB_PER_LOG2 * series_log2(x[i]));
}

CLONES RT void dsp_to_gain(float *x, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        x[i] = (float)series_exp2(x[i] * (1 / DB_PER_LOG2));
}

CLONES RT struct dsp_level dsp_measure(const float *x, uint32_t n)
{
    float peak = 0, sum = 0;

#pragma omp simd reduction(max : peak) reduction(+ : sum)
    for (uint32_t i = 0; i < n; i++) {
        float a = fabsf(x[i]);
        peak = a > peak ? a : peak;
        sum += a * a;
    }
    return (struct dsp_level){ peak, sum };
}

CLONES static uint32_t count_wild(const float *x, uint32_t n)
{
    uint32_t wild = 0;

#pragma omp simd reduction(+ : wild)
    for (uint32_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        wild += (bits & EXPONENT) == EXPONENT;
    }
    return wild;
}

RT uint32_t dsp_scrub(float *x, uint32_t n)
{
    uint32_t wild = count_wild(x, n);

    for (uint32_t i = 0; wild > 0 && i < n; i++)
        if (!isfinite(x[i]))
            x[i] = 0;
    return wild;
}
