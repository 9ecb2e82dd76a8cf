/* delay.c - the past of one signal */
#include "effects/delay.h"

#define SILENCE   1e-10f      /* -200 dBFS */
#define MAGNITUDE 0x7fffffffu /* a float without its sign */

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

/* On the bits, which are in the order of the magnitudes: a reduction of whole numbers is free. */
CLONES RT bool delay_sounds(const float *x, uint32_t n)
{
    const float silence = SILENCE;
    uint32_t least, any = 0;
    memcpy(&least, &silence, sizeof least);
#pragma omp simd reduction(| : any)
    for (uint32_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        any |= (bits & MAGNITUDE) >= least;
    }
    return any != 0;
}

RT bool delay_hush(float *x, uint32_t n)
{
    bool sounds = delay_sounds(x, n);
    if (!sounds)
        memset(x, 0, n * sizeof *x);
    return sounds;
}
