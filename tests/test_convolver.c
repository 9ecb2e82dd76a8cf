/* test_convolver.c - the convolver against direct convolution in double */
#include "effects/convolver.h"
#include "effects/convolver_plan.h"
#include "effects/fft.h"
#include "tests/check.h"

#include <stdbool.h>

/* The bound on the error, re full scale. Single precision is good for about -135. */
#define BOUND_DB -120.0

static uint64_t seed = 1;

static uint32_t dice(uint32_t sides)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((seed >> 33) % sides);
}

static float noise(void)
{
    return (float)dice(1u << 24) / (1 << 23) - 1.0f;
}

static float *noises(size_t n)
{
    float *x = malloc(n * sizeof *x);
    for (size_t i = 0; i < n; i++)
        x[i] = noise();
    return x;
}

/* A decaying response whose energy is 1, so that noise comes out as loud as it goes in. */
static float *response(size_t n)
{
    float *h = noises(n);
    double energy = 0;
    for (size_t i = 0; i < n; i++) {
        h[i] *= (float)exp(-3.0 * (double)i / (double)n);
        energy += (double)h[i] * h[i];
    }
    for (size_t i = 0; i < n; i++)
        h[i] = (float)(h[i] / sqrt(energy));
    return h;
}

/* A matrix of responses, sound going in, and what came out. */
struct trial {
    uint32_t quantum, inputs, outputs, n_cells;
    struct filter_cell cells[64];
    float *in[16], *out[16];
    uint64_t frames;
};

static void trial_cell(struct trial *t, uint32_t in, uint32_t out, uint64_t frames)
{
    t->cells[t->n_cells++] = (struct filter_cell){ in, out, response(frames), frames };
}

static void trial_input(struct trial *t, uint64_t frames)
{
    t->frames = frames / t->quantum * t->quantum;
    for (uint32_t i = 0; i < t->inputs; i++)
        t->in[i] = noises(t->frames);
    for (uint32_t o = 0; o < t->outputs; o++)
        t->out[o] = calloc(t->frames, sizeof(float));
}

static void feed(struct convolver *c, struct trial *t, uint64_t from, uint64_t to)
{
    for (uint64_t at = from; at < to; at += t->quantum) {
        const float *in[16];
        float *out[16];
        for (uint32_t i = 0; i < t->inputs; i++)
            in[i] = t->in[i] + at;
        for (uint32_t o = 0; o < t->outputs; o++)
            out[o] = t->out[o] + at;
        rt_enter();
        convolver_process(c, in, out);
        rt_leave();
    }
}

static struct convolver *trial_convolver(const struct trial *t)
{
    struct filter *f = filter_new(&(struct filter_setup){
        .quantum = t->quantum,
        .inputs = t->inputs,
        .outputs = t->outputs,
        .cells = t->cells,
        .n_cells = t->n_cells,
    });
    struct convolver *c = convolver_new(f);
    filter_drop(f);
    return c;
}

static void trial_run(struct trial *t)
{
    struct convolver *c = trial_convolver(t);
    feed(c, t, 0, t->frames);
    convolver_free(c);
}

static void trial_clear(struct trial *t)
{
    for (uint32_t i = 0; i < t->n_cells; i++)
        free((float *)(uintptr_t)t->cells[i].taps);
    for (uint32_t i = 0; i < t->inputs; i++)
        free(t->in[i]);
    for (uint32_t o = 0; o < t->outputs; o++)
        free(t->out[o]);
}

/* The definition, in double: what output o should be at frame n. */
static double direct(const struct trial *t, uint32_t o, uint64_t n)
{
    double sum = 0;
    for (uint32_t c = 0; c < t->n_cells; c++) {
        const struct filter_cell *cell = &t->cells[c];
        const float *x = t->in[cell->in];
        for (uint64_t k = 0; cell->out == o && k < cell->frames && k <= n; k++)
            sum += (double)cell->taps[k] * x[n - k];
    }
    return sum;
}

/* The worst error of all outputs, at about `checks` frames of each, or at all of them, as a share
 * of the loudest output. */
static double worst_error(const struct trial *t, uint64_t checks)
{
    double worst = 0, peak = 1e-30;
    for (uint32_t o = 0; o < t->outputs; o++) {
        uint64_t step = t->frames > checks ? t->frames / checks : 1;
        for (uint64_t n = 0; n < t->frames; n += step == 1 ? 1 : 1 + dice((uint32_t)(2 * step))) {
            double e = fabs(t->out[o][n] - direct(t, o, n));
            worst = e > worst || isnan(e) ? e : worst;
            peak = fmax(peak, fabs((double)t->out[o][n]));
        }
    }
    return worst / peak;
}

static void check_trial(struct trial *t, uint64_t checks)
{
    double db = 20 * log10(worst_error(t, checks) + 1e-20);
    if (!(db < BOUND_DB))
        CHECK_FAIL("quantum %u, %u x %u, %" PRIu64 " taps: error %.1f dB", t->quantum, t->inputs,
                   t->outputs, t->cells[0].frames, db);
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
    for (uint32_t k = n; k<2 * n; k += n> 4096 ? 1 + dice(n / 512) : 1) {
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

/* A group's sums of products for 2 outputs of 3 cells in all, the second one of which is a pair. */
static void products_are_the_definition(void)
{
    enum { SLOTS = 5, NEWEST = 3 };
    const struct kernel *kernel;
    for (uint32_t i = 0; (kernel = kernel_at(i)); i++) {
        uint32_t lanes = kernel->lanes, row = KERNEL_GROUP * 2 * lanes, bins = KERNEL_GROUP * lanes;
        float *x = aligned_alloc(64, 2 * SLOTS * row * 4), *h = aligned_alloc(64, 13 * row * 4);
        float y[3 * 2 * 64] __attribute__((aligned(64)));
        for (uint32_t k = 0; k < 2 * SLOTS * row; k++)
            x[k] = noise();
        for (uint32_t k = 0; k < 13 * row; k++)
            h[k] = noise();
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

static void lengths_and_quanta(void)
{
    static const uint64_t lengths[] = { 1, 2, 63, 64, 65, 1000, 1023, 5000, 48000 };
    for (uint32_t quantum = 16; quantum <= 1024; quantum *= 2) {
        for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
            struct trial t = { .quantum = quantum, .inputs = 1, .outputs = 1 };
            trial_cell(&t, 0, 0, lengths[i]);
            trial_input(&t, 2 * lengths[i] + 6000);
            trial_run(&t);
            check_trial(&t, lengths[i] > 10000 ? 500 : 3000);
            trial_clear(&t);
        }
    }
}

static void six_seconds_of_true_stereo(void)
{
    for (uint32_t quantum = 64; quantum <= 1024; quantum *= 16) {
        struct trial t = { .quantum = quantum, .inputs = 2, .outputs = 2 };
        for (uint32_t c = 0; c < 4; c++)
            trial_cell(&t, c / 2, c % 2, 288000);
        trial_input(&t, 400000);
        trial_run(&t);
        check_trial(&t, 300);
        trial_clear(&t);
    }
}

/* Any matrix, with cells of different lengths, and empty ones. */
static void matrices(void)
{
    for (int round = 0; round < 20; round++) {
        struct trial t = { .quantum = 16u << dice(7),
                           .inputs = 1 + dice(8),
                           .outputs = 1 + dice(8) };
        uint32_t chance = 1 + dice(4);
        for (uint32_t c = 0; c < t.inputs * t.outputs; c++)
            if (dice(chance) == 0 || c == 0)
                trial_cell(&t, c % t.inputs, c / t.inputs, 1 + dice(4000));
        trial_input(&t, 8000);
        trial_run(&t);
        check_trial(&t, 400);
        trial_clear(&t);
    }
}

static void an_impulse_gives_the_response(void)
{
    struct trial t = { .quantum = 64, .inputs = 1, .outputs = 1 };
    trial_cell(&t, 0, 0, 20000);
    trial_input(&t, 60000);
    uint64_t at = 12345;
    memset(t.in[0], 0, t.frames * sizeof(float));
    t.in[0][at] = 1;
    trial_run(&t);
    for (uint64_t n = 0; n < t.frames; n++) {
        bool sounds = n >= at && n < at + 20000;
        double e = fabs(t.out[0][n] - (sounds ? (double)t.cells[0].taps[n - at] : 0));
        if (e > 1e-6 || (!sounds && e != 0)) {
            CHECK_FAIL("frame %" PRIu64 " is off by %g", n, e);
            break;
        }
    }
    trial_clear(&t);
}

/* Sound, silence long enough for everything to fall asleep, then sound again at an odd moment. */
static void silence_is_slept_through(void)
{
    struct trial t = { .quantum = 64, .inputs = 2, .outputs = 2 };
    trial_cell(&t, 0, 0, 9000);
    trial_cell(&t, 1, 0, 500);
    trial_cell(&t, 1, 1, 30000);
    trial_input(&t, 300000);
    for (uint32_t i = 0; i < 2; i++)
        memset(t.in[i] + 7001 + 10 * i, 0, 190001 * sizeof(float));
    trial_run(&t);
    check_trial(&t, 3000);
    for (uint64_t n = 7011 + 190001 - 64; n > 7011 + 30000; n--)
        if (t.out[0][n] != 0 || t.out[1][n] != 0) {
            CHECK_FAIL("frame %" PRIu64 " is not zero", n);
            break;
        }
    trial_clear(&t);
}

/* Convolvers that share a filter, and turns that mix them, do not disturb each other. */
static void sharing_changes_no_bit(void)
{
    struct trial t = { .quantum = 128, .inputs = 1, .outputs = 1 };
    trial_cell(&t, 0, 0, 30000);
    trial_input(&t, 50000);
    trial_run(&t);
    struct trial u = t;
    u.out[0] = calloc(t.frames, sizeof(float));
    struct filter *f = filter_new(&(struct filter_setup){ 128, 1, 1, t.cells, 1 });
    struct convolver *a = convolver_new(f), *b = convolver_new(f);
    filter_drop(f);
    float *scratch[1] = { noises(128) };
    for (uint64_t at = 0; at < t.frames; at += 128) {
        feed(a, &u, at, at + 128);
        const float *in[1] = { t.in[0] + (at + 4096) % (t.frames - 128) };
        convolver_process(b, in, scratch);
    }
    convolver_free(a);
    convolver_free(b);
    CHECK(memcmp(t.out[0], u.out[0], t.frames * sizeof(float)) == 0);
    free(scratch[0]);
    free(u.out[0]);
    trial_clear(&t);
}

/* Silences stretches of random lengths of the inputs from frame `at` on. */
static void pause_at_random(struct trial *t, uint64_t at)
{
    for (uint64_t n; at < t->frames; at += n) {
        bool silent = dice(2);
        n = 1 + dice(silent && dice(2) ? 60000 : 3000);
        n = n < t->frames - at ? n : t->frames - at;
        for (uint32_t i = 0; silent && i < t->inputs; i++)
            memset(t->in[i] + at, 0, n * sizeof(float));
    }
}

/* Whatever is fed, with whatever pauses, is the convolution; and a convolver that has slept through
 * a silence gives the same bits as one that is new. */
static void any_sequence_is_right(void)
{
    /* A multiple of every block, and longer than any response here and what it takes to sleep. */
    enum { SOUND = 30000, WAKE = 4 << 16 };
    for (int round = 0; round < 25; round++) {
        struct trial t = { .quantum = 16u << dice(7),
                           .inputs = 1 + dice(2),
                           .outputs = 1 + dice(2) };
        for (uint32_t c = 0; c < t.inputs * t.outputs; c++)
            trial_cell(&t, c % t.inputs, c / t.inputs, 1 + dice(1u << (4 + dice(13))));
        trial_input(&t, WAKE + 90000);
        for (uint32_t i = 0; i < t.inputs; i++)
            memset(t.in[i] + SOUND, 0, (WAKE - SOUND) * sizeof(float));
        pause_at_random(&t, WAKE);
        trial_run(&t);
        check_trial(&t, 600);
        struct convolver *fresh = trial_convolver(&t);
        struct trial again = t;
        for (uint32_t o = 0; o < t.outputs; o++)
            again.out[o] = calloc(t.frames, sizeof(float));
        feed(fresh, &again, WAKE, t.frames);
        for (uint32_t o = 0; o < t.outputs; o++) {
            CHECK(memcmp(t.out[o] + WAKE, again.out[o] + WAKE, (t.frames - WAKE) * 4) == 0);
            free(again.out[o]);
        }
        convolver_free(fresh);
        trial_clear(&t);
    }
}

static void plans_cover_the_response(void)
{
    for (int round = 0; round < 300; round++) {
        uint32_t quantum = 16u << dice(7);
        uint64_t frames = 1 + dice(1u << (4 + dice(19)));
        struct filter_level l[CONVOLVER_LEVELS_MAX];
        uint32_t n = plan_levels(quantum, frames, 1 + dice(3), 1 + dice(3), 1 + dice(9), l);
        uint64_t covered = 0;
        for (uint32_t i = 0; i < n; i++) {
            CHECK_INT(l[i].offset, covered);
            CHECK_INT(l[i].offset, i == 0 ? 0 : 2 * l[i].block - quantum);
            covered += (uint64_t)l[i].block * l[i].partitions;
        }
        CHECK_INT(l[0].block, quantum);
        CHECK(covered >= frames && covered - l[n - 1].block < frames);
    }
}

int main(void)
{
    RUN(transforms_multiply);
    RUN(products_are_the_definition);
    RUN(plans_cover_the_response);
    RUN(lengths_and_quanta);
    RUN(matrices);
    RUN(six_seconds_of_true_stereo);
    RUN(an_impulse_gives_the_response);
    RUN(silence_is_slept_through);
    RUN(sharing_changes_no_bit);
    RUN(any_sequence_is_right);
    return check_done();
}
