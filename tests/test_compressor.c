/* test_compressor.c - static curve, times, link */
#include "tests/check.h"
#include "tests/rig.h"
#include "tests/signals.h"

enum { LENGTH = 1 << 17 };

static float x[LENGTH], y[LENGTH];

static const struct effect_setup mono = { .rate = RIG_RATE, .quantum = RIG_QUANTUM, .channels = 1 };
static const struct effect_setup pair = { .rate = RIG_RATE, .quantum = RIG_QUANTUM, .channels = 2 };

static void fill(float *p, size_t n, double db)
{
    for (size_t i = 0; i < n; i++)
        p[i] = (float)pow(10, db / 20);
}

/* What comes out for a level that stays: the two lines, and the parabola between them. */
static double curve(double in, double threshold, double ratio, double knee)
{
    double over = in - threshold;

    if (over <= -knee / 2)
        return in;
    if (over >= knee / 2)
        return threshold + over / ratio;
    return in + (1 / ratio - 1) * (over + knee / 2) * (over + knee / 2) / (2 * knee);
}

static void test_static_curve(void)
{
    static const double cases[][4] = {
        { -18, 3, 6, 0 },   { -18, 3, 0, 0 }, { -40, 20, 24, 12 },
        { -6, 1.5, 10, 3 }, { 0, 4, 0, -6 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const double *c = cases[i];
        const struct rig_value values[] = {
            { "threshold", c[0] }, { "ratio", c[1] },    { "knee", c[2] }, { "makeup", c[3] },
            { "attack", 0.0001 },  { "release", 0.005 }, { NULL, 0 }
        };
        struct effect *e = rig_build("compressor", mono, values);
        for (double in = -70; in <= 12; in += 1.7) {
            float *ch[] = { x };
            fill(x, 9600, in); /* 40 releases: settled */
            rig_run(e, ch, 1, 9600, RIG_QUANTUM);
            double want = curve(in, c[0], c[1], c[2]);
            CHECK_DB(x[9599], want + c[3], 0.001);
            CHECK_NEAR(e->kind->reduction(e), in - want, 0.001);
        }
        effect_free(e);
    }
}

/* A step from far under the threshold to 20 dB over it, at 2:1 without a knee: 10 dB in the end,
 * and 1 - 1/e of that when the attack is over; then back. */
static void test_times(void)
{
    const struct rig_value values[] = { { "threshold", -20 }, { "ratio", 2 },     { "knee", 0 },
                                        { "attack", 0.02 },   { "release", 0.1 }, { NULL, 0 } };
    struct effect *e = rig_build("compressor", mono, values);
    float *ch[] = { x };

    fill(x, 9600, -60);
    fill(x + 9600, 48000, 0);
    fill(x + 57600, 48000, -60);
    rig_run(e, ch, 1, 105600, RIG_QUANTUM);
    CHECK_DB(x[9599], -60, 0.001);
    CHECK_DB(x[9600 + 960 - 1], -10 * (1 - exp(-1)), 0.001);
    CHECK_DB(x[9600 + 2 * 960 - 1], -10 * (1 - exp(-2)), 0.001);
    CHECK_DB(x[57599], -10, 0.001);
    CHECK_DB(x[57600 + 4800 - 1], -60 - 10 * exp(-1), 0.001);
    CHECK_DB(x[57600 + 9600 - 1], -60 - 10 * exp(-2), 0.001);
    effect_free(e);
}

static void test_channels_are_turned_down_as_one(void)
{
    for (int loud = 0; loud < 2; loud++) {
        struct effect *e = rig_build("compressor", pair, NULL);
        float *ch[] = { loud ? y : x, loud ? x : y };
        signal_noise(x, 9600, 1, 1);
        fill(y, 9600, -60);
        rig_run(e, ch, 2, 9600, RIG_QUANTUM);
        double reduction = e->kind->reduction(e);
        CHECK(reduction > 3);
        CHECK_DB(signal_peak(y + 9600 - RIG_QUANTUM, RIG_QUANTUM), -60 - reduction, 1);
        fill(x, 96000, -60);
        fill(y, 96000, -60);
        rig_run(e, ch, 2, 96000, RIG_QUANTUM);
        CHECK(memcmp(x, y, 96000 * sizeof *x) == 0);
        effect_free(e);
    }
}

static void test_below_the_knee_passes_every_bit(void)
{
    struct effect *e = rig_build("compressor", mono, NULL);
    float *ch[] = { y };

    signal_noise(x, LENGTH, 1, pow(10, -21.1 / 20)); /* the knee begins at -18 - 3 */
    memcpy(y, x, sizeof y);
    rig_run(e, ch, 1, LENGTH, RIG_QUANTUM);
    CHECK(memcmp(x, y, sizeof x) == 0);
    CHECK(e->kind->reduction(e) == 0);
    effect_free(e);
}

/* A new make-up gain takes the frames that it was given. */
static void test_makeup_moves(void)
{
    struct effect *e = rig_build("compressor", mono, NULL);
    float *ch[] = { x };

    fill(x, 9600, -40);
    rig_set(e, "makeup", 12, 4800);
    rig_run(e, ch, 1, 9600, RIG_QUANTUM);
    CHECK_NEAR(x[2399], 0.01 * (1 + (pow(10, 0.6) - 1) / 2), 1e-6);
    CHECK_DB(x[4799], -28, 0.001);
    CHECK(signal_max_step(x, 9600) < 1.01 * 0.01 * (pow(10, 0.6) - 1) / 4800);
    effect_free(e);
}

/* A threshold that goes down by 40 dB in a second, with an envelope so fast that it follows: 10 dB
 * after half of it at 2:1. */
static void test_threshold_moves(void)
{
    const struct rig_value values[] = { { "threshold", 0 },   { "ratio", 2 },       { "knee", 0 },
                                        { "attack", 0.0001 }, { "release", 0.005 }, { NULL, 0 } };
    struct effect *e = rig_build("compressor", mono, values);
    float *ch[] = { x };

    fill(x, 96000, 0);
    rig_set(e, "threshold", -40, 48000);
    rig_run(e, ch, 1, 96000, RIG_QUANTUM);
    CHECK_DB(x[11999], -5, 0.01);
    CHECK_DB(x[23999], -10, 0.01);
    CHECK_DB(x[48999], -20, 0.01);
    effect_free(e);
}

int main(void)
{
    RUN(test_static_curve);
    RUN(test_times);
    RUN(test_channels_are_turned_down_as_one);
    RUN(test_below_the_knee_passes_every_bit);
    RUN(test_makeup_moves);
    RUN(test_threshold_moves);
    return check_done();
}
