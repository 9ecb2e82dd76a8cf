/* analog.h - the filters that biquads imitate, as their analog formulas say
 *
 * From the cookbook's prototypes H(s). The bilinear transform maps z = e^(jw) to
 * s = j tan(w/2) / tan(w0/2), so the digital filter's response at w is the analog one's at that s.
 * This uses no digital coefficient, so it can tell a wrong one.
 */
#ifndef TESTS_ANALOG_H
#define TESTS_ANALOG_H

#include "effects/biquad.h"

#include <complex.h>
#include <math.h>
#include <stddef.h>

/* `hz` and `freq` as shares of the rate; gain in amplitude. Returns |H|. */
static inline double analog_response(enum biquad_shape shape, double freq, double q, double gain,
                                     double hz)
{
    double complex s = I * tan(M_PI * hz) / tan(M_PI * freq);
    double A = sqrt(gain), r = sqrt(A) / q;

    switch (shape) {
    case BIQUAD_LOW_PASS:
        return cabs(1 / (s * s + s / q + 1));
    case BIQUAD_HIGH_PASS:
        return cabs(s * s / (s * s + s / q + 1));
    case BIQUAD_LOW_SHELF:
        return cabs(A * (s * s + r * s + A) / (A * s * s + r * s + 1));
    case BIQUAD_HIGH_SHELF:
        return cabs(A * (A * s * s + r * s + 1) / (s * s + r * s + A));
    case BIQUAD_BELL:
        break;
    }
    return cabs((s * s + s * A / q + 1) / (s * s + s / (A * q) + 1));
}

/* |sum x[i] e^(-j 2 pi hz i)|: what an impulse response does at one frequency. */
static inline double measured_response(const float *x, size_t n, double hz)
{
    double complex sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += x[i] * cexp(-2 * I * M_PI * fmod(hz * (double)i, 1));
    return cabs(sum);
}

#endif
