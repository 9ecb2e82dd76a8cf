/* test_convolver.c - the convolver against direct convolution in double */
#include "effects/convolver.h"
#include "effects/convolver_plan.h"
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

/* However long the silence before it was, sound gives the same bits. */
static void waking_is_beginning(void)
{
    struct trial t = { .quantum = 64, .inputs = 2, .outputs = 2 };
    trial_cell(&t, 0, 0, 30000);
    trial_cell(&t, 1, 1, 20000);
    trial_input(&t, 30000);
    float *fresh[2] = { t.out[0], t.out[1] };
    trial_run(&t);
    struct convolver *c = trial_convolver(&t);
    float *silence = calloc(64, sizeof *silence);
    for (uint32_t turn = 0; turn < 6; turn++) {
        for (uint32_t o = 0; o < 2; o++)
            t.out[o] = calloc(t.frames, sizeof(float));
        feed(c, &t, 0, t.frames);
        for (uint32_t o = 0; o < 2; o++) {
            CHECK(memcmp(fresh[o], t.out[o], t.frames * sizeof(float)) == 0);
            free(t.out[o]);
        }
        float rest[2][64];
        const float *in[2] = { silence, silence };
        float *out[2] = { rest[0], rest[1] };
        for (uint32_t i = 0; i < 2000 + turn; i++)
            convolver_process(c, in, out);
    }
    t.out[0] = fresh[0], t.out[1] = fresh[1];
    convolver_free(c);
    free(silence);
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

/* Whoever asks for the same filter gets the same; whatever differs makes another. */
static void equal_responses_are_shared(void)
{
    float *taps = response(1000), *copy = malloc(1000 * sizeof *copy);
    memcpy(copy, taps, 1000 * sizeof *copy);
    struct filter_cell a = { 0, 0, taps, 1000 }, b = { 0, 0, copy, 1000 };
    struct filter_setup setup = { 64, 1, 1, &a, 1 }, other = { 64, 1, 1, &b, 1 };
    struct filter *f = filter_new(&setup), *g = filter_new(&other);
    CHECK(f == g);
    filter_drop(f);
    copy[999] = nextafterf(copy[999], 2);
    struct filter *h = filter_new(&other);
    CHECK(h != g);
    other.quantum = 128;
    struct filter *i = filter_new(&other);
    CHECK(i != g && i != h);
    filter_drop(g), filter_drop(h), filter_drop(i);
    free(taps), free(copy);
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
    RUN(plans_cover_the_response);
    RUN(lengths_and_quanta);
    RUN(matrices);
    RUN(six_seconds_of_true_stereo);
    RUN(an_impulse_gives_the_response);
    RUN(silence_is_slept_through);
    RUN(waking_is_beginning);
    RUN(sharing_changes_no_bit);
    RUN(equal_responses_are_shared);
    RUN(any_sequence_is_right);
    return check_done();
}
