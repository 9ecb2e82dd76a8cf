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
            const struct fft *f = fft_new(n, kernel), *same = fft_new(n, kernel);
            CHECK(f && f == same);
            fft_drop(same);
            check_transform(f, n);
            fft_drop(f);
        }
    }
}

/* A level of three cells on two inputs, and what its products need. */
enum {
    GROUPS = 6,
    VECTORS = GROUPS * KERNEL_GROUP,
    SLOTS = 7,
    CELLS = 3,
    INPUTS = 2,
    OUTPUTS = 2,
    BLOCKS = 30
};

static const struct {
    uint32_t in, count, out;
} shapes[CELLS] = { { 1, 7, 0 }, { 0, 2, 1 }, { 1, 6, 1 } };

/* By the definition, of all blocks so far, x[block]; part 0 real, 1 imaginary. */
static double sum_of_products(float *const *x, const float *const *h, uint32_t block, uint32_t out,
                              uint32_t lanes, size_t bin, int part)
{
    double sum = 0;
    for (uint32_t c = 0; c < CELLS; c++)
        for (uint32_t k = 0; shapes[c].out == out && k < shapes[c].count && k <= block; k++) {
            size_t at = bin / lanes * 2 * lanes + bin % lanes;
            const float *a = x[block - k] + shapes[c].in * VECTORS * 2 * lanes + at;
            const float *b = h[c] + k * VECTORS * 2 * lanes + at;
            sum += part == 0 ? (double)a[0] * b[0] - (double)a[lanes] * b[lanes]
                             : (double)a[0] * b[lanes] + (double)a[lanes] * b[0];
        }
    return sum;
}

/* Copies the rows of a spectrum, one per group, to where products have them. */
static void lay_out(float *to, size_t stride, const float *spectrum, uint32_t row)
{
    for (uint32_t t = 0; t < GROUPS; t++)
        memcpy(to + t * stride, spectrum + t * row, row * sizeof *to);
}

static void check_products(const struct kernel *kernel)
{
    uint32_t lanes = kernel->lanes, row = KERNEL_GROUP * 2 * lanes, spectrum = GROUPS * row, at = 0;
    struct product p = { .n_cells = CELLS, .slots = SLOTS, .sums = INPUTS * SLOTS * row };
    p.x_stride = p.sums + OUTPUTS * (KERNEL_AHEAD - 1) * row;
    p.h_stride = 16 * row;
    p.imaginary = VECTORS * lanes;
    p.x = aligned_alloc(64, GROUPS * p.x_stride * sizeof *p.x);
    p.y = aligned_alloc(64, OUTPUTS * spectrum * sizeof *p.y);
    memset(p.x, 0, GROUPS * p.x_stride * sizeof *p.x);
    float *h = noises(GROUPS * p.h_stride), *x[BLOCKS], *responses[CELLS];
    struct product_cell cells[CELLS];
    for (uint32_t c = 0; c < CELLS; c++) {
        responses[c] = noises(shapes[c].count * spectrum);
        cells[c] =
            (struct product_cell){ shapes[c].in * SLOTS * row, at, shapes[c].count, shapes[c].out };
        for (uint32_t k = 0; k < shapes[c].count; k++, at += row)
            lay_out(h + at, p.h_stride, responses[c] + k * spectrum, row);
    }
    p.h = h;
    p.cells = cells;
    for (uint32_t b = 0; b < BLOCKS; b++) {
        x[b] = noises(INPUTS * spectrum);
        p.newest = (p.newest + SLOTS - 1) % SLOTS;
        p.turn++;
        for (uint32_t i = 0; i < INPUTS; i++)
            lay_out(p.x + (i * SLOTS + p.newest) * row, p.x_stride, x[b] + i * spectrum, row);
        kernel->multiply(&p, 0, GROUPS / 2);
        kernel->multiply(&p, GROUPS / 2, GROUPS);
        for (uint32_t i = 0; i < OUTPUTS * spectrum; i++) {
            uint32_t part = i / (VECTORS * lanes);
            double sum = sum_of_products(x, (const float *const *)responses, b, part / 2, lanes,
                                         i % (VECTORS * lanes), part % 2);
            CHECK_NEAR(p.y[i], sum, 20 * 0x1p-23);
        }
    }
    for (uint32_t b = 0; b < BLOCKS; b++)
        free(x[b]);
    for (uint32_t c = 0; c < CELLS; c++)
        free(responses[c]);
    free(h), free(p.x), free(p.y);
}

/* Block after block, in rings that wrap around, whatever was summed ahead. */
static void products_are_the_definition(void)
{
    const struct kernel *kernel;
    for (uint32_t i = 0; (kernel = kernel_at(i)); i++)
        check_products(kernel);
}

int main(void)
{
    RUN(transforms_multiply);
    RUN(products_are_the_definition);
    return check_done();
}
