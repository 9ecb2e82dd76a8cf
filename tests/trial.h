/* trial.h - a convolver under test: responses, what is fed to it, and the definition in double */
#ifndef TESTS_TRIAL_H
#define TESTS_TRIAL_H

#include "effects/convolver.h"
#include "tests/check.h"

#include <stdbool.h>

/* The bound on the error, re full scale. Single precision is good for about -135. */
#define BOUND_DB -120.0

static uint64_t seed = 1;

static inline uint32_t dice(uint32_t sides)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((seed >> 33) % sides);
}

static inline float noise(void)
{
    return (float)dice(1u << 24) / (1 << 23) - 1.0f;
}

static inline float *noises(size_t n)
{
    float *x = malloc(n * sizeof *x);
    for (size_t i = 0; i < n; i++)
        x[i] = noise();
    return x;
}

/* A decaying response whose energy is 1, so that noise comes out as loud as it goes in. */
static inline float *response(size_t n)
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
    struct filter_cell cells[256];
    float *in[16], *out[16];
    uint64_t frames;
};

static inline void trial_cell(struct trial *t, uint32_t in, uint32_t out, uint64_t frames)
{
    t->cells[t->n_cells++] = (struct filter_cell){ in, out, response(frames), frames };
}

static inline void trial_input(struct trial *t, uint64_t frames)
{
    t->frames = frames / t->quantum * t->quantum;
    for (uint32_t i = 0; i < t->inputs; i++)
        t->in[i] = noises(t->frames);
    for (uint32_t o = 0; o < t->outputs; o++)
        t->out[o] = calloc(t->frames, sizeof(float));
}

static inline void feed(struct convolver *c, struct trial *t, uint64_t from, uint64_t to)
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

static inline struct convolver *trial_convolver(const struct trial *t)
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

static inline void trial_run(struct trial *t)
{
    struct convolver *c = trial_convolver(t);
    feed(c, t, 0, t->frames);
    convolver_free(c);
}

static inline void trial_clear(struct trial *t)
{
    for (uint32_t i = 0; i < t->n_cells; i++)
        free((float *)(uintptr_t)t->cells[i].taps);
    for (uint32_t i = 0; i < t->inputs; i++)
        free(t->in[i]);
    for (uint32_t o = 0; o < t->outputs; o++)
        free(t->out[o]);
}

/* The definition, in double: what output o should be at frame n. */
static inline double direct(const struct trial *t, uint32_t o, uint64_t n)
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
static inline double worst_error(const struct trial *t, uint64_t checks)
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

static inline void check_trial(struct trial *t, uint64_t checks)
{
    double db = 20 * log10(worst_error(t, checks) + 1e-20);
    if (!(db < BOUND_DB))
        CHECK_FAIL("quantum %u, %u x %u, %" PRIu64 " taps: error %.1f dB", t->quantum, t->inputs,
                   t->outputs, t->cells[0].frames, db);
}

#endif
