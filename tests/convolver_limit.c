/* convolver_limit.c - what a convolver's plan must cost at least on this machine, with FFTW */
#include "tests/convolver_limit.h"

#include "effects/convolver_kernel.h"
#include "effects/rt.h"
#include "tests/stopwatch.h"

#include <fftw3.h>
#include <math.h>
#include <string.h>

enum { TURNS = 5 };

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
        double begun = clock_ns(CLOCK_THREAD_CPUTIME_ID);
        for (uint32_t i = 0; i < count; i++) {
            fftwf_execute(there);
            fftwf_execute(back);
        }
        best = fmin(best, (clock_ns(CLOCK_THREAD_CPUTIME_ID) - begun) / count / 2);
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
        double begun = clock_ns(CLOCK_THREAD_CPUTIME_ID);
        for (uint32_t i = 0; i < count; i++)
            kept = sum(x, n);
        best = fmin(best, (clock_ns(CLOCK_THREAD_CPUTIME_ID) - begun) / count / (double)bytes);
    }
    (void)kept;
    fftwf_free(x);
    return best;
}

/* As wide as vectors get; where they are narrower, several of them. */
enum { LANES = 16, CHAINS = 8 };
typedef float wide __attribute__((vector_size(LANES * sizeof(float))));

/* Multiplies and adds in registers, n times CHAINS of them that do not wait for each other. */
CLONES static float multiply_add(uint32_t n, float by, float more)
{
    wide x = { 0 }, y = x + more;
    wide a = x, b = x + 1, c = x + 2, d = x + 3, e = x + 4, f = x + 5, g = x + 6, h = x + 7;
    x += by;
    for (uint32_t i = 0; i < n; i++) {
        a = a * x + y, b = b * x + y, c = c * x + y, d = d * x + y;
        e = e * x + y, f = f * x + y, g = g * x + y, h = h * x + y;
        __asm__ volatile("" ::: "memory"); /* the loop is not to be guessed */
    }
    wide all = a + b + c + d + e + f + g + h;
    return all[0] + all[LANES - 1];
}

/* ns for a complex product that is added to a sum: four real ones. */
static double product_ns(void)
{
    enum { COUNT = 200000 };
    volatile float by = 0.5f, kept;
    double best = INFINITY;
    for (int turn = 0; turn < TURNS; turn++) {
        double begun = clock_ns(CLOCK_THREAD_CPUTIME_ID);
        kept = multiply_add(COUNT, by, by);
        best = fmin(best, (clock_ns(CLOCK_THREAD_CPUTIME_ID) - begun) / COUNT / CHAINS / LANES * 4);
    }
    (void)kept;
    return best;
}

double convolver_limit(const struct filter_level *levels, uint32_t n, uint32_t inputs,
                       uint32_t outputs)
{
    double product = product_ns(), ns = 0;
    double all = 0; /* bytes of this level and those below, which push each other out */
    for (uint32_t i = 0; i < n; i++) {
        const struct filter_level *l = &levels[i];
        double bytes = (double)l->partitions * (inputs * outputs + inputs) * 2 * sizeof(float);
        all += bytes * l->block;
        double reading = bytes / KERNEL_AHEAD * byte_ns((size_t)all);
        double products = (double)l->partitions * inputs * outputs * product;
        ns += (inputs + outputs) * transform_ns(l->block) / l->block + fmax(reading, products);
    }
    return ns;
}
