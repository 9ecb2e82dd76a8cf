/* test_biquad.c - a filter of second order */
#include "effects/biquad.h"

#include "tests/analog.h"
#include "tests/check.h"
#include "tests/signals.h"

#include <stdbool.h>

enum { LENGTH = 1 << 16 };

static float x[LENGTH], y[LENGTH], z[LENGTH];

struct design {
    enum biquad_shape shape;
    double freq, q, gain;
};

static const struct design designs[] = {
    { BIQUAD_LOW_PASS, 0.02, 0.7071, 1 },
    { BIQUAD_LOW_PASS, 0.4, 0.7071, 1 },
    { BIQUAD_LOW_PASS, 0.1, 8, 1 },
    { BIQUAD_HIGH_PASS, 0.0004, 0.7071, 1 },
    { BIQUAD_HIGH_PASS, 0.04, 0.5, 1 },
    { BIQUAD_HIGH_PASS, 0.3, 2, 1 },
    { BIQUAD_BELL, 0.001, 1, 4 },
    { BIQUAD_BELL, 0.02, 16, 15.8 },
    { BIQUAD_BELL, 0.05, 0.1, 0.063 },
    { BIQUAD_BELL, 0.45, 2, 0.25 },
    { BIQUAD_LOW_SHELF, 0.002, 0.7071, 15.8 },
    { BIQUAD_LOW_SHELF, 0.01, 2, 0.063 },
    { BIQUAD_LOW_SHELF, 0.3, 0.3, 2 },
    { BIQUAD_HIGH_SHELF, 0.2, 0.7071, 4 },
    { BIQUAD_HIGH_SHELF, 0.05, 0.3, 0.063 },
    { BIQUAD_HIGH_SHELF, 0.42, 2, 3 },
};
enum { DESIGNS = sizeof designs / sizeof designs[0] };

static struct biquad design(const struct design *d)
{
    return biquad_design(d->shape, d->freq, d->q, d->gain);
}

static void test_responses_are_the_analog_ones(void)
{
    for (int i = 0; i < DESIGNS; i++) {
        const struct design *d = &designs[i];
        struct biquad b = design(d);
        struct biquad_memory m = { 0 };
        float *ch[] = { x };
        signal_impulse(x, LENGTH, 0);
        biquad_run(&b, &m, ch, 1, LENGTH);
        for (double hz = 0.0002; hz < 0.5; hz *= 1.37) {
            double want = analog_response(d->shape, d->freq, d->q, d->gain, hz);
            /* The impulse response is rounded to floats: 6e-8 of its largest, in every sample. */
            CHECK_NEAR(measured_response(x, LENGTH, hz), want, 2e-6 * fmax(1, d->gain));
        }
    }
}

static void test_gain_1_passes_every_bit(void)
{
    for (enum biquad_shape s = BIQUAD_BELL; s <= BIQUAD_HIGH_SHELF; s++) {
        for (double freq = 0.0003; freq < 0.5; freq *= 1.1) {
            struct biquad b = biquad_design(s, freq, 0.7071, 1);
            struct biquad_memory m = { 0 };
            float *ch[] = { y };
            signal_noise(x, 1000, 1, 1);
            memcpy(y, x, 1000 * sizeof *x);
            biquad_run(&b, &m, ch, 1, 1000);
            CHECK(memcmp(x, y, 1000 * sizeof *x) == 0);
        }
    }
}

static void test_channels_are_strangers(void)
{
    struct biquad b = design(&designs[7]), to = design(&designs[8]);
    struct biquad_memory alone = { 0 }, m[3] = { 0 };
    float *one[] = { z }, *three[] = { x, x + 2000, y };

    signal_noise(x, 2000, 1, 1);
    signal_noise(x + 2000, 2000, 2, 1);
    for (int third = 0; third < 3; third++) { /* the same noise as first, second, third of three */
        float *order[] = { three[third], three[(third + 1) % 3], three[(third + 2) % 3] };
        signal_noise(y, 2000, 3, 1);
        signal_noise(z, 2000, 3, 1);
        memset(m, 0, sizeof m);
        alone = m[0];
        biquad_run(&b, m, order, 3, 1000);
        biquad_run(&b, &alone, one, 1, 1000);
        for (int c = 0; c < 3; c++)
            order[c] += 1000;
        one[0] = z + 1000;
        biquad_glide(&b, &to, m, order, 3, 1000);
        biquad_glide(&b, &to, &alone, one, 1, 1000);
        CHECK(memcmp(y, z, 2000 * sizeof *y) == 0);
        one[0] = z;
    }
}

/* The difference equation, with coefficients that go in straight lines. */
static void test_glide_is_a_straight_way(void)
{
    struct biquad from = design(&designs[6]), to = design(&designs[9]);
    struct biquad_memory m = { 0 };
    float *ch[] = { y };
    double s1 = 0, s2 = 0;
    const int n = 48;

    signal_noise(x, (size_t)n, 5, 1);
    memcpy(y, x, (size_t)n * sizeof *x);
    biquad_glide(&from, &to, &m, ch, 1, (uint32_t)n);
    for (int i = 0; i < n; i++) {
        double t = (i + 1.) / n, u = 1 - t;
        double out = (u * from.b0 + t * to.b0) * x[i] + s1;
        s1 = (u * from.b1 + t * to.b1) * x[i] - (u * from.a1 + t * to.a1) * out + s2;
        s2 = (u * from.b2 + t * to.b2) * x[i] - (u * from.a2 + t * to.a2) * out;
        CHECK_NEAR(y[i], out, 1e-6);
    }
}

static void test_cuts_do_not_matter(void)
{
    struct biquad b = design(&designs[11]);
    struct biquad_memory whole = { 0 }, cut = { 0 };
    float *ch[] = { y };

    signal_noise(y, 4096, 9, 1);
    memcpy(z, y, 4096 * sizeof *z);
    biquad_run(&b, &whole, ch, 1, 4096);
    for (uint32_t at = 0, n; at < 4096; at += n) {
        n = 4096 - at < 37 ? 4096 - at : 37;
        ch[0] = z + at;
        biquad_run(&b, &cut, ch, 1, n);
    }
    CHECK(memcmp(y, z, 4096 * sizeof *z) == 0);
}

/* From any design to any other and back, 16 samples each: no way may lead out of bounds. The worst
 * static response here is 15.8 x 8 in a row; a filter that is not stable passes any bound. */
static void test_wild_glides_stay_bounded(void)
{
    struct biquad_memory m = { 0 };
    struct biquad now = design(&designs[0]);
    uint32_t seed = 1;

    signal_noise(x, LENGTH, 4, 1);
    for (uint32_t at = 0; at < LENGTH; at += 16) {
        seed = seed * 1664525u + 1013904223u;
        struct biquad next = design(&designs[(seed >> 16) % DESIGNS]);
        float *ch[] = { x + at };
        biquad_glide(&now, &next, &m, ch, 1, 16);
        now = next;
    }
    CHECK(signal_peak(x, LENGTH) < 1000);
}

static void test_a_nan_is_forgotten(void)
{
    static const float wild[] = { NAN, INFINITY, -INFINITY };
    struct biquad b = design(&designs[7]);

    for (int i = 0; i < 3; i++) {
        struct biquad_memory m[2] = { 0 };
        float *ch[] = { x, y };
        signal_noise(x, 64, 1, 1);
        signal_noise(y, 64, 2, 1);
        memcpy(z, y, 64 * sizeof *z);
        x[20] = wild[i];
        biquad_run(&b, m, ch, 2, 64);
        CHECK(m[0].s1 == 0 && m[0].s2 == 0 && m[1].s1 != 0);
        CHECK(isfinite(signal_peak(y, 64)));
        signal_noise(x, 64, 1, 1);
        biquad_run(&b, m, ch, 2, 64);
        CHECK(isfinite(signal_peak(x, 64)));
    }
}

int main(void)
{
    RUN(test_responses_are_the_analog_ones);
    RUN(test_gain_1_passes_every_bit);
    RUN(test_channels_are_strangers);
    RUN(test_glide_is_a_straight_way);
    RUN(test_cuts_do_not_matter);
    RUN(test_wild_glides_stay_bounded);
    RUN(test_a_nan_is_forgotten);
    return check_done();
}
