/* convolver_limit.c - what a convolver's plan must cost at least on this machine, with FFTW */
#include "tests/convolver_limit.h"

#include "effects/rt.h"

#include <fftw3.h>
#include <math.h>
#include <string.h>
#include <time.h>

enum { TURNS = 5 };

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

/* The mean of a forward and a backward real transform of 2 * block numbers. */
static double transform_ns(uint32_t block)
{
    int size = (int)(2 * block);
    float *x = fftwf_alloc_real((size_t)size);
    fftwf_complex *y = fftwf_alloc_complex(block + 1);
    fftwf_plan there = fftwf_plan_dft_r2c_1d(size, x, y, FFTW_MEASURE);
    fftwf_plan back = fftwf_plan_dft_c2r_1d(size, y, x, FFTW_MEASURE);
    double best = INFINITY;
    for (int turn = 0; turn < TURNS; turn++) {
        uint32_t count = (1u << 18) / block + 1;
        memset(x, 0, (size_t)size * sizeof *x); /* numbers must not grow into infinities */
        double begun = now_ns();
        for (uint32_t i = 0; i < count; i++) {
            fftwf_execute(there);
            fftwf_execute(back);
        }
        best = fmin(best, (now_ns() - begun) / count / 2);
    }
    fftwf_destroy_plan(there);
    fftwf_destroy_plan(back);
    fftwf_free(x);
    fftwf_free(y);
    return best;
}

CLONES static float sum(const float *x, size_t n)
{
    float total = 0;
#pragma omp simd reduction(+ : total)
    for (size_t i = 0; i < n; i++)
        total += x[i];
    return total;
}

/* ns to read one byte of `bytes` that are read over and over. */
static double byte_ns(size_t bytes)
{
    size_t n = bytes / sizeof(float);
    float *x = fftwf_alloc_real(n);
    volatile float kept;
    double best = INFINITY;
    memset(x, 0, bytes);
    for (int turn = 0; turn < TURNS; turn++) {
        uint32_t count = (uint32_t)((1u << 25) / bytes + 1);
        double begun = now_ns();
        for (uint32_t i = 0; i < count; i++)
            kept = sum(x, n);
        best = fmin(best, (now_ns() - begun) / count / (double)bytes);
    }
    (void)kept;
    fftwf_free(x);
    return best;
}

double convolver_limit(const struct filter_level *levels, uint32_t n, uint32_t inputs,
                       uint32_t outputs)
{
    double ns = 0, all = 0; /* bytes of this level and those below, which push each other out */
    for (uint32_t i = 0; i < n; i++) {
        const struct filter_level *l = &levels[i];
        double bytes = (double)l->partitions * (inputs * outputs + inputs) * 2 * sizeof(float);
        all += bytes * l->block;
        ns += (inputs + outputs) * transform_ns(l->block) / l->block + bytes * byte_ns((size_t)all);
    }
    return ns;
}
