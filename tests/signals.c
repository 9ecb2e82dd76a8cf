/* signals.c - test signals, and measures of them in double precision */
#include "tests/signals.h"

#include <math.h>
#include <string.h>

#define GRID 0x1p-19
#define RAMP 0x1p-24 /* a float between 0.5 and 1 steps by this */

/* Marsaglia's xorshift (2003), triple 13, 17, 5. Its state must not be 0, and neighbouring seeds
 * begin alike, hence the multiplication by Knuth's odd constant. */
static uint32_t seeded(uint32_t seed)
{
    uint32_t state = (seed + 1) * 2654435761u;
    return state ? state : 1;
}

static double next(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state * 0x1p-31 - 1;
}

void signal_sine(float *out, size_t n, double hz, double rate, double amplitude)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (float)(amplitude * sin(2 * M_PI * fmod(hz * (double)i / rate, 1)));
}

void signal_noise(float *out, size_t n, uint32_t seed, double amplitude)
{
    uint32_t state = seeded(seed);
    for (size_t i = 0; i < n; i++)
        out[i] = (float)(amplitude * next(&state));
}

void signal_grid(float *out, size_t n, uint32_t seed, double amplitude)
{
    uint32_t state = seeded(seed);
    for (size_t i = 0; i < n; i++)
        out[i] = (float)(rint(amplitude * next(&state) / GRID) * GRID);
}

void signal_impulse(float *out, size_t n, size_t at)
{
    memset(out, 0, n * sizeof *out);
    if (at < n)
        out[at] = 1;
}

void signal_ramp(float *out, size_t n, uint64_t first)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (float)((double)(first + i) * RAMP);
}

double signal_ramp_frame(float sample)
{
    return sample / RAMP;
}

double signal_rms(const float *in, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)in[i] * in[i];
    return n ? sqrt(sum / (double)n) : 0;
}

/* The greater magnitude; NaN wins and stays, so that no measure hides one. */
static double greater(double most, double x)
{
    return fabs(x) <= most || isnan(most) ? most : fabs(x);
}

double signal_peak(const float *in, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = greater(most, in[i]);
    return most;
}

double signal_max_step(const float *in, size_t n)
{
    double most = 0;
    for (size_t i = 1; i < n; i++)
        most = greater(most, (double)in[i] - in[i - 1]);
    return most;
}

double signal_residual_db(const float *a, const float *b, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = greater(most, (double)a[i] - b[i]);
    return 20 * log10(most);
}

size_t signal_onset(const float *in, size_t n)
{
    size_t i = 0;
    while (i < n && in[i] == 0)
        i++;
    return i;
}
