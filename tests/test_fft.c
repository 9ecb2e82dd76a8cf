/* test_fft.c - the convolver's transforms and products, with every set of inner loops */
#include "effects/fft.h"
#include "tests/check.h"
#include "tests/signals.h"

/* A seed names one sequence for ever, so every call has its own. */
static float *noises(size_t n)
{
    static uint32_t seed;
    float *x = aligned_alloc(64, (n * sizeof *x + 63) / 64 * 64);
    signal_noise(x, n, ++seed, 1);
    return x;
}

/* Transforms 2n real numbers to n bins, (lanes real, lanes imaginary) and so on. */
static float *spectrum(const struct fft *f, uint32_t n, const float *x)
{
    float *z = aligned_alloc(64, 8 * n), *spectrum = aligned_alloc(64, 8 * n);
    memcpy(z, x, 2 * n * sizeof *z);
    for (uint32_t s = 0; s < fft_steps(f); s++)
        fft_forward(f, s, z, z + n, z, z + n, spectrum, KERNEL_GROUP * 2 * f->kernel->lanes);
    free(z);
    return spectrum;
}

/* The upper half of the product of x and y modulo (t^2n + 1), the way the convolver makes it. */
static float *product(const struct fft *f, uint32_t n, const float *x, const float *y)
{
    float *a = spectrum(f, n, x), *b = spectrum(f, n, y);
    float *z = aligned_alloc(64, 8 * n), *out = aligned_alloc(64, 4 * n);
    for (uint32_t i = 0, lanes = f->kernel->lanes; i < n; i++) {
        uint32_t re = i / lanes * 2 * lanes + i % lanes, im = re + lanes;
        z[i] = (float)((double)a[re] * b[re] - (double)a[im] * b[im]);
        z[n + i] = (float)((double)a[re] * b[im] + (double)a[im] * b[re]);
    }
    for (uint32_t s = 0; s < fft_steps(f); s++)
        fft_backward(f, s, z, z + n, out);
    free(a), free(b), free(z);
    return out;
}

static void check_transform(const struct fft *f, uint32_t n)
{
    float *x = noises(2 * n), *y = noises(2 * n), *out = product(f, n, x, y);
    double worst = 0;
    for (uint32_t k = n, step = n > 4096 ? n / 512 - 1 : 1; k < 2 * n; k += step) {
        double sum = 0;
        for (uint32_t i = 0; i < 2 * n; i++)
            sum += i <= k ? (double)x[i] * y[k - i] : -(double)x[i] * y[2 * n + k - i];
        worst = fmax(worst, fabs(sum - (double)out[k - n] / n));
    }
    /* Sums of 2n products of noise of variance 1/3 have a deviation of sqrt(2n) / 3; six of the
     * float's last bits is what the passes add up to. */
    if (!(worst / sqrt(2.0 * n) < 6 * 0x1p-24 * 3))
        CHECK_FAIL("%s, %u numbers: off by %g", f->kernel->name, n, worst / sqrt(2.0 * n));
    free(x), free(y), free(out);
}

/* Of every set of inner loops that this CPU can run. */
static void transforms_multiply(void)
{
    const struct kernel *kernel;
    for (uint32_t i = 0; (kernel = kernel_at(i)); i++) {
        for (uint32_t n = KERNEL_GROUP * kernel->lanes; n <= FFT_MAX; n *= 2) {
            struct pool pool = { 0 };
            struct fft f;
            fft_init(&f, n, kernel, &pool);
            CHECK(pool_open(&pool));
            fft_init(&f, n, kernel, &pool);
            check_transform(&f, n);
            pool_close(&pool);
        }
    }
}

/* One group of three outputs of a cell each, the last two a pair, in a ring that wraps around. */
static void products_are_the_definition(void)
{
    enum { SLOTS = 5, NEWEST = 3 };
    const struct kernel *kernel;
    for (uint32_t i = 0; (kernel = kernel_at(i)); i++) {
        uint32_t lanes = kernel->lanes, row = KERNEL_GROUP * 2 * lanes, bins = KERNEL_GROUP * lanes;
        float *x = noises(2 * SLOTS * row), *h = noises(13 * row);
        float y[3 * 2 * 64] __attribute__((aligned(64)));
        struct product_cell cells[] = {
            { .x = SLOTS * row, .h = 0, .count = 3, .out = 0 },
            { .x = 0, .h = 3 * row, .count = 5, .out = 1, .pair = 1 },
            { .x = 0, .h = 8 * row, .count = 5, .out = 2 },
        };
        struct product p = { cells, 3, NEWEST, SLOTS, x, h, 0, 0, y, bins };
        kernel->multiply(&p, 0, 1);
        for (uint32_t c = 0; c < 3; c++)
            for (uint32_t b = 0; b < bins; b++) {
                double re = 0, im = 0;
                uint32_t at = b / lanes * 2 * lanes + b % lanes;
                for (uint32_t k = 0; k < cells[c].count; k++) {
                    const float *a = x + cells[c].x + (NEWEST + k) % SLOTS * row + at;
                    const float *g = h + cells[c].h + k * row + at;
                    re += (double)a[0] * g[0] - (double)a[lanes] * g[lanes];
                    im += (double)a[0] * g[lanes] + (double)a[lanes] * g[0];
                }
                CHECK_NEAR(y[c * 2 * bins + b], re, 10 * 0x1p-23);
                CHECK_NEAR(y[(c * 2 + 1) * bins + b], im, 10 * 0x1p-23);
            }
        free(x), free(h);
    }
}

int main(void)
{
    RUN(transforms_multiply);
    RUN(products_are_the_definition);
    return check_done();
}
