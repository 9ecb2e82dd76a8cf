/* biquad.c - a filter of second order: designed, run, and moved without zipper noise
 *
 * Transposed direct form II: two memories a channel, and of the direct forms the one that minds
 * moving coefficients least. Each sample waits for the one before it, so two channels are run side
 * by side: the second one fits into the waits of the first.
 */
#include "effects/biquad.h"

#include <math.h>
#include <stddef.h>

#define PI       3.14159265358979323846
#define FREQ_MIN 1e-6
#define FREQ_MAX 0.49
#define RUNAWAY  1e30 /* no memory of finite sound is so large */

static double clamp(double x, double min, double max)
{
    return fmin(fmax(x, min), max);
}

static struct biquad scaled(double b0, double b1, double b2, double a0, double a1, double a2)
{
    return (struct biquad){ b0 / a0, b1 / a0, b2 / a0, a1 / a0, a2 / a0 };
}

/* The names are the cookbook's. `c` is the cosine, its sign turned for the high shelf, which is the
 * low one with z mirrored. */
static struct biquad design_shelf(double A, double c, double alpha, double mirror)
{
    double up = A + 1, down = A - 1, root = 2 * sqrt(A) * alpha;

    c *= mirror;
    return scaled(A * (up - down * c + root), mirror * 2 * A * (down - up * c),
                  A * (up - down * c - root), up + down * c + root, mirror * -2 * (down + up * c),
                  up + down * c - root);
}

RT struct biquad biquad_design(enum biquad_shape shape, double freq, double q, double gain)
{
    double w = 2 * PI * clamp(freq, FREQ_MIN, FREQ_MAX);
    double c = cos(w), alpha = sin(w) / (2 * q), A = sqrt(gain);
    double rest = 2 * sin(w / 2) * sin(w / 2); /* 1 - c, without the loss when c is nearly 1 */

    switch (shape) {
    case BIQUAD_LOW_PASS:
        return scaled(rest / 2, rest, rest / 2, 1 + alpha, -2 * c, 1 - alpha);
    case BIQUAD_HIGH_PASS:
        return scaled((1 + c) / 2, -1 - c, (1 + c) / 2, 1 + alpha, -2 * c, 1 - alpha);
    case BIQUAD_LOW_SHELF:
        return design_shelf(A, c, alpha, 1);
    case BIQUAD_HIGH_SHELF:
        return design_shelf(A, c, alpha, -1);
    case BIQUAD_BELL:
        break;
    }
    return scaled(1 + alpha * A, -2 * c, 1 - alpha * A, 1 + alpha / A, -2 * c, 1 - alpha / A);
}

static inline float step(const struct biquad *b, struct biquad_memory *m, float in)
{
    double x = in, y = b->b0 * x + m->s1;

    m->s1 = b->b1 * x - b->a1 * y + m->s2;
    m->s2 = b->b2 * x - b->a2 * y;
    return (float)y;
}

static inline void advance(struct biquad *b, const struct biquad *by)
{
    b->b0 += by->b0;
    b->b1 += by->b1;
    b->b2 += by->b2;
    b->a1 += by->a1;
    b->a2 += by->a2;
}

/* One channel, or two of them. `by` is NULL when the coefficients rest; it and `pair` are constants
 * where this is called, so each of the four cases is a loop of its own. */
static inline void run(struct biquad b, const struct biquad *by, struct biquad_memory *m,
                       float *const *x, bool pair, uint32_t n)
{
    struct biquad_memory left = m[0], right = m[pair];
    float *l = x[0], *r = x[pair];

    for (uint32_t i = 0; i < n; i++) {
        if (by)
            advance(&b, by);
        l[i] = step(&b, &left, l[i]);
        if (pair)
            r[i] = step(&b, &right, r[i]);
    }
    m[0] = left;
    if (pair)
        m[1] = right;
}

static void forget_runaways(struct biquad_memory *m, uint32_t channels)
{
    for (uint32_t c = 0; c < channels; c++)
        if (!(fabs(m[c].s1) < RUNAWAY && fabs(m[c].s2) < RUNAWAY))
            m[c] = (struct biquad_memory){ 0 };
}

RT void biquad_run(const struct biquad *b, struct biquad_memory *m, float *const *x,
                   uint32_t channels, uint32_t n)
{
    uint32_t c = 0;

    for (; c + 2 <= channels; c += 2)
        run(*b, NULL, m + c, x + c, true, n);
    if (c < channels)
        run(*b, NULL, m + c, x + c, false, n);
    forget_runaways(m, channels);
}

RT void biquad_glide(const struct biquad *from, const struct biquad *to, struct biquad_memory *m,
                     float *const *x, uint32_t channels, uint32_t n)
{
    const struct biquad by = { (to->b0 - from->b0) / n, (to->b1 - from->b1) / n,
                               (to->b2 - from->b2) / n, (to->a1 - from->a1) / n,
                               (to->a2 - from->a2) / n };
    uint32_t c = 0;

    for (; c + 2 <= channels; c += 2)
        run(*from, &by, m + c, x + c, true, n);
    if (c < channels)
        run(*from, &by, m + c, x + c, false, n);
    forget_runaways(m, channels);
}
