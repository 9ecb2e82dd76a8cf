/* delay.c - the past of one signal */
#include "effects/delay.h"

#include <math.h>

#define SILENCE 1e-10f /* -200 dBFS */

/* Delays that are written at one time should not meet in one set of the cache. */
enum { APART = 16 };

static uint32_t ring_of(uint32_t longest)
{
    uint32_t ring = DELAY_TWICE;
    while (ring < longest + DELAY_BLOCK)
        ring *= 2;
    return ring;
}

size_t delay_floats(uint32_t longest)
{
    return (size_t)ring_of(longest) + DELAY_TWICE + APART;
}

void delay_init(struct delay *d, float *memory, uint32_t longest)
{
    *d = (struct delay){ .past = memory, .mask = ring_of(longest) - 1 };
}

CLONES static float loudest(const float *x, uint32_t n)
{
    float peak = 0;
#pragma omp simd reduction(max : peak)
    for (uint32_t i = 0; i < n; i++) {
        float a = fabsf(x[i]);
        peak = a > peak ? a : peak;
    }
    return peak;
}

RT bool delay_sounds(const float *x, uint32_t n)
{
    return loudest(x, n) >= SILENCE;
}

RT bool delay_hush(float *x, uint32_t n)
{
    bool sounds = delay_sounds(x, n);
    if (!sounds)
        memset(x, 0, n * sizeof *x);
    return sounds;
}
