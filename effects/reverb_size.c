/* reverb_size.c - a room made larger or smaller: its impulse response stretched by resampling
 *
 * A sinc under a Kaiser window, tabled finely and read with straight lines in between. It need not
 * be quick: it runs once per response.
 */
#include "effects/reverb_size.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    HALF = 32,  /* zero crossings on each side */
    FINE = 512, /* places in the table for each */
};
static const double BETA = 8;      /* of the window: stop band at -80 dB */
static const double CUTOFF = 0.95; /* of the lower half rate: room for the slope */

uint64_t reverb_size_frames(uint64_t frames, double size)
{
    double n = round((double)frames * size);
    return n < 1 ? 1 : (uint64_t)n;
}

/* The modified Bessel function of order 0, by its power series. */
static double bessel(double x)
{
    double sum = 1, term = 1;
    for (int k = 1; term > 1e-12 * sum; k++) {
        term *= x / (2 * k) * (x / (2 * k));
        sum += term;
    }
    return sum;
}

static double *sinc_table(void)
{
    double *t = malloc((HALF * FINE + 2) * sizeof *t);
    for (int i = 0; t && i < HALF * FINE + 2; i++) {
        double x = (double)i / FINE, edge = 1 - x * x / (HALF * HALF);
        double window = bessel(BETA * sqrt(edge > 0 ? edge : 0)) / bessel(BETA);
        t[i] = (i ? sin(M_PI * x) / (M_PI * x) : 1) * (x < HALF ? window : 0);
    }
    return t;
}

/* The sound between the frames, at `at`, without what is above `cutoff` of the half rate. */
static double between(const float *x, uint64_t frames, double at, double cutoff,
                      const double *table)
{
    double reach = HALF / cutoff, sum = 0;
    int64_t from = (int64_t)ceil(at - reach), to = (int64_t)floor(at + reach);
    if (from < 0)
        from = 0;
    if (to > (int64_t)frames - 1)
        to = (int64_t)frames - 1;
    for (int64_t i = from; i <= to; i++) {
        double place = fabs(at - (double)i) * cutoff * FINE;
        int64_t k = (int64_t)place;
        sum += x[i] * (table[k] + (place - (double)k) * (table[k + 1] - table[k]));
    }
    return sum * cutoff;
}

int reverb_size(float *out, const float *x, uint64_t frames, double size)
{
    if (size == 1) {
        memcpy(out, x, frames * sizeof *x);
        return 0;
    }
    double *table = sinc_table();
    if (!table)
        return -ENOMEM;
    uint64_t n = reverb_size_frames(frames, size);
    for (uint64_t i = 0; i < n; i++)
        out[i] = (float)between(x, frames, (double)i / size, CUTOFF * fmin(1, size), table);
    free(table);
    return 0;
}
