/* ramp.c - a value that never jumps
 *
 * Each sample is computed from its place in the movement alone, not from the sample before it, in
 * double and by the same operations in every clone: so the bits do not depend on how the frames are
 * cut into calls, and the loops vectorise.
 */
#include "effects/ramp.h"

#include "effects/dsp.h"
#include "effects/series.h"

#include <math.h>
#include <string.h>

#define FLOOR 3.16227766e-5f /* -90 dB: what silence counts as on the way of CURVE_DB */
#define PI    3.14159265358979323846

enum { CHUNK = 256 }; /* values that ramp_scale keeps on the stack */

/* g[i] is the curve at step `first` + i; a movement has `length` steps and ends with step length.
 */
CLONES static void fill_lin(const struct ramp *r, float *restrict g, uint32_t n)
{
    double from = r->from, way = (double)r->to - from, step = 1. / r->length, first = r->done + 1.;

    for (uint32_t i = 0; i < n; i++)
        g[i] = (float)(from + way * (step * (first + (double)(int32_t)i)));
}

CLONES static void fill_scurve(const struct ramp *r, float *restrict g, uint32_t n)
{
    double from = r->from, way = (double)r->to - from, step = 1. / r->length, first = r->done + 1.;

    for (uint32_t i = 0; i < n; i++) {
        double x = step * (first + (double)(int32_t)i);
        g[i] = (float)(from + way * (0.5 + 0.5 * series_sin(PI * (x - 0.5))));
    }
}

CLONES static void fill_power(const struct ramp *r, float *restrict g, uint32_t n)
{
    double from = r->from, to = r->to, step = 1. / r->length, first = r->done + 1.;

    for (uint32_t i = 0; i < n; i++) {
        double x = step * (first + (double)(int32_t)i);
        double out = from * series_sin(PI / 2 * (1 - x)), in = to * series_sin(PI / 2 * x);
        g[i] = (float)sqrt(out * out + in * in);
    }
}

CLONES static void fill_exp(float *restrict g, uint32_t n, double from, double step, double first)
{
    for (uint32_t i = 0; i < n; i++)
        g[i] = (float)series_exp2(from + step * (first + (double)(int32_t)i));
}

static void fill_db(const struct ramp *r, float *g, uint32_t n)
{
    bool negative = r->from < 0 || r->to < 0;
    double from = log2(fmax(fabs((double)r->from), FLOOR));
    double to = log2(fmax(fabs((double)r->to), FLOOR));

    fill_exp(g, n, from, (to - from) / r->length, r->done + 1.);
    for (uint32_t i = 0; negative && i < n; i++)
        g[i] = -g[i];
}

void ramp_init(struct ramp *r, float value)
{
    *r = (struct ramp){ .value = value, .from = value, .to = value };
}

/* A curve in dB has no way through zero, nor one between two values that both count as silence. */
static bool has_db_way(float from, float to)
{
    return from * to >= 0 && (fabsf(from) > FLOOR || fabsf(to) > FLOOR);
}

RT void ramp_set(struct ramp *r, float to, uint32_t frames, enum curve curve)
{
    if (frames == 0 || to == r->value) {
        ramp_init(r, to);
        return;
    }
    r->from = r->value;
    r->to = to;
    r->done = 0;
    r->length = frames;
    bool bent = (curve == CURVE_DB && has_db_way(r->from, to)) || curve == CURVE_SCURVE ||
                (curve == CURVE_POWER && r->from >= 0 && to >= 0);
    r->curve = bent ? curve : CURVE_LIN;
}

/* The next n values of a movement that has so many left. */
static void advance(struct ramp *r, float *g, uint32_t n)
{
    if (r->curve == CURVE_DB)
        fill_db(r, g, n);
    else if (r->curve == CURVE_SCURVE)
        fill_scurve(r, g, n);
    else if (r->curve == CURVE_POWER)
        fill_power(r, g, n);
    else
        fill_lin(r, g, n);
    r->done += n;
    if (r->done == r->length)
        g[n - 1] = r->to;
    r->value = g[n - 1];
}

RT void ramp_fill(struct ramp *r, float *g, uint32_t n)
{
    uint32_t left = r->length - r->done, moving = n < left ? n : left;

    if (moving > 0)
        advance(r, g, moving);
    for (uint32_t i = moving; i < n; i++)
        g[i] = r->to;
}

RT void ramp_scale(struct ramp *r, float *x, uint32_t n)
{
    float g[CHUNK];

    while (n > 0 && !ramp_resting(r)) {
        uint32_t left = r->length - r->done, most = left < CHUNK ? left : CHUNK;
        uint32_t k = n < most ? n : most;
        advance(r, g, k);
        dsp_multiply(x, g, k);
        x += k;
        n -= k;
    }
    if (r->value == 0)
        memset(x, 0, n * sizeof *x); /* muted is silent, even of a NaN */
    else if (r->value != 1)
        dsp_scale(x, r->value, n);
}
