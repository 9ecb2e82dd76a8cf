/* finite.c - samples that are no numbers */
#include "mixer/finite.h"

#include "effects/rt.h"

#include <math.h>
#include <string.h>

/* An exponent of all ones is an infinity or no number. */
CLONES static uint32_t count(const float *x, size_t n)
{
    const uint32_t exponent = 0x7f800000u;
    uint32_t bad = 0;
#pragma omp simd reduction(+ : bad)
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        bad += (bits & exponent) == exponent;
    }
    return bad;
}

uint32_t finite_silence(float *x, size_t n)
{
    uint32_t bad = count(x, n);
    for (size_t i = 0; bad > 0 && i < n; i++)
        if (!isfinite(x[i]))
            x[i] = 0;
    return bad;
}
