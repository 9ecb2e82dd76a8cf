/* test_limiter.c - the ceiling holds, and below it nothing changes */
#include "tests/chance.h"
#include "tests/check.h"
#include "tests/rig.h"
#include "tests/signals.h"

enum { LENGTH = 1 << 15 };

static float in[3][LENGTH], out[3][LENGTH];
static float *const ch[] = { out[0], out[1], out[2] };

static struct effect *build(uint32_t rate, uint32_t quantum, uint32_t channels, double ceiling)
{
    struct effect_setup setup = { .rate = rate, .quantum = quantum, .channels = channels };
    const struct rig_value values[] = { { "ceiling", ceiling }, { NULL, 0 } };

    return rig_build("limiter", setup, values);
}

static float gain_of(double db)
{
    return (float)pow(10, db / 20);
}

static uint32_t seed = 7;

/* Noise, bursts of it, lone impulses and squares, up to 40 dB over full scale. */
static void make_hostile(float *p)
{
    uint32_t run = 0;
    float level = 0;

    signal_noise(p, LENGTH, chance(&seed, 1000000), 1);
    for (int i = 0; i < LENGTH; i++) {
        if (run-- == 0) {
            run = 1 + chance(&seed, chance(&seed, 2) ? 5 : 2000);
            level = powf(10, (float)chance(&seed, 100) / 20 - 3) * (float)(chance(&seed, 3) > 0);
            if (chance(&seed, 3) == 0)
                p[i] = chance(&seed, 2) ? 1 : -1;
        }
        p[i] = (chance(&seed, 50) == 0 ? 1 : p[i]) * level;
    }
}

static void test_nothing_is_above_the_ceiling(void)
{
    static const uint32_t rates[] = { 8000, 44100, 48000, 96000, 192000 };

    for (uint32_t round = 0; round < 60; round++) {
        double ceiling = -(double)chance(&seed, 30);
        uint32_t quantum = 16u << chance(&seed, 7), channels = 1 + chance(&seed, 3);
        struct effect *e = build(rates[round % 5], quantum, channels, ceiling);
        for (uint32_t c = 0; c < channels; c++) {
            make_hostile(in[c]);
            memcpy(out[c], in[c], sizeof in[c]);
        }
        rig_run(e, ch, channels, LENGTH, quantum);
        for (uint32_t c = 0; c < channels; c++)
            CHECK(signal_peak(out[c], LENGTH) <= gain_of(ceiling));
        effect_free(e);
    }
}

/* What came out is what went in times a gain that never moves by more than 1 per window, and one
 * gain for all channels: so no sample was clipped by itself. */
static void test_it_is_one_smooth_gain(void)
{
    for (int round = 0; round < 10; round++) {
        struct effect *e = build(48000, RIG_QUANTUM, 2, -1);
        uint32_t late = e->kind->latency(e);
        double last = 1;
        for (int c = 0; c < 2; c++) {
            make_hostile(in[c]);
            for (int i = 0; i < LENGTH; i++)
                in[c][i] += in[c][i] >= 0 ? 0.01f : -0.01f; /* so that a gain can be told */
            memcpy(out[c], in[c], sizeof in[c]);
        }
        rig_run(e, ch, 2, LENGTH, RIG_QUANTUM);
        for (uint32_t i = late; i < LENGTH; i++) {
            double gain = (double)out[0][i] / in[0][i - late];
            /* Gains are whole multiples of 2^-24, the least here 0.009: 7e-6 of it. */
            CHECK_NEAR(out[1][i] / in[1][i - late] / gain, 1, 2e-5);
            if (i > late)
                CHECK(fabs(gain - last) <= 1. / (late + 1) + 1e-6);
            last = gain;
        }
        effect_free(e);
    }
}

static void test_below_the_ceiling_only_late(void)
{
    struct effect *e = build(44100, 128, 2, -1);
    uint32_t late = e->kind->latency(e);

    CHECK(late > 0 && late <= 0.0015 * 44100);
    for (int c = 0; c < 2; c++) {
        signal_noise(in[c], LENGTH, (uint32_t)c, gain_of(-1));
        memcpy(out[c], in[c], sizeof in[c]);
    }
    rig_run(e, ch, 2, LENGTH, 128);
    CHECK_INT(signal_onset(out[0], LENGTH), late + signal_onset(in[0], LENGTH));
    for (int c = 0; c < 2; c++)
        CHECK(memcmp(out[c] + late, in[c], (LENGTH - late) * sizeof(float)) == 0);
    CHECK(e->kind->reduction(e) == 0);
    effect_free(e);
}

/* A level that stays 20 dB over comes out at the ceiling, not under it; when it is gone the cut
 * goes back to 1/e in the release time (and the window's), and in the end every bit passes again.
 */
static void test_levels_and_release(void)
{
    struct effect *e = build(48000, RIG_QUANTUM, 1, -6);
    uint32_t late = e->kind->latency(e);

    for (int i = 0; i < LENGTH; i++)
        out[0][i] = i < 4800 ? gain_of(14) : 0.001f;
    rig_run(e, ch, 1, LENGTH, RIG_QUANTUM);
    CHECK_DB(out[0][4799], -6, 0.0001);
    CHECK_DB(out[0][2000], -6, 0.0001);
    double cut = 1 - out[0][4800 + late + 4800] / 0.001;
    CHECK_NEAR(cut, 0.9 * exp(-1), 0.01); /* half a window later is 0.7 % of the release */
    for (int i = 0; i < 4; i++) {
        for (int k = 0; k < LENGTH; k++)
            out[0][k] = 0.001f;
        rig_run(e, ch, 1, LENGTH, RIG_QUANTUM);
    }
    CHECK(out[0][LENGTH - 1] == 0.001f && e->kind->reduction(e) == 0);
    effect_free(e);
}

static void test_reduction_is_told(void)
{
    struct effect *e = build(48000, RIG_QUANTUM, 1, -10);

    for (int i = 0; i < 4800; i++)
        out[0][i] = 1;
    rig_run(e, ch, 1, 4800, RIG_QUANTUM);
    CHECK_NEAR(e->kind->reduction(e), 10, 0.0001);
    effect_free(e);
}

/* The ceiling moves with the sound: latency frames after it was asked for. */
static void test_ceiling_moves(void)
{
    struct effect *e = build(48000, RIG_QUANTUM, 1, 0);
    uint32_t late = e->kind->latency(e);

    for (int i = 0; i < LENGTH; i++)
        out[0][i] = i % 2 ? 3 : -3;
    rig_run(e, ch, 1, 6400, RIG_QUANTUM);
    rig_set(e, "ceiling", -20, 480);
    float *rest[] = { out[0] + 6400 };
    rig_run(e, rest, 1, 6400, RIG_QUANTUM);
    for (uint32_t i = 0; i < 6400; i++) {
        double done = i < late ? 0 : fmin((i - late + 1) / 480., 1);
        CHECK(fabsf(rest[0][i]) <= 1 - 0.9 * done + 1e-6);
    }
    CHECK_DB(fabs(rest[0][3000]), -20, 0.0001);
    effect_free(e);
}

static void test_rates_without_a_window(void)
{
    struct effect *e = build(500, 16, 1, -1);

    CHECK_INT(e->kind->latency(e), 0);
    make_hostile(out[0]);
    rig_run(e, ch, 1, LENGTH, 16);
    CHECK(signal_peak(out[0], LENGTH) <= gain_of(-1));
    effect_free(e);
}

int main(void)
{
    RUN(test_nothing_is_above_the_ceiling);
    RUN(test_it_is_one_smooth_gain);
    RUN(test_below_the_ceiling_only_late);
    RUN(test_levels_and_release);
    RUN(test_reduction_is_told);
    RUN(test_ceiling_moves);
    RUN(test_rates_without_a_window);
    return check_done();
}
