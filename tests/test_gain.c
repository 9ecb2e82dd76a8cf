/* test_gain.c - level and polarity */
#include "tests/check.h"
#include "tests/rig.h"
#include "tests/signals.h"

enum { LENGTH = 9600 };

static float x[LENGTH], left[LENGTH], right[LENGTH];
static float *const ch[] = { left, right };

static const struct effect_setup pair = { .rate = RIG_RATE, .quantum = RIG_QUANTUM, .channels = 2 };

static void play(struct effect *e)
{
    signal_noise(x, LENGTH, 1, 1);
    memcpy(left, x, sizeof x);
    memcpy(right, x, sizeof x);
    rig_run(e, ch, 2, LENGTH, RIG_QUANTUM);
    CHECK(memcmp(left, right, sizeof left) == 0);
}

static void test_level_and_polarity(void)
{
    static const struct rig_value values[] = { { "level", -20 }, { "invert", 1 }, { NULL, 0 } };
    struct effect *e = rig_build("gain", pair, values);

    play(e);
    for (int i = 0; i < LENGTH; i++)
        CHECK(left[i] == x[i] * -0.1f);
    effect_free(e);
}

static void test_rest_passes_every_bit(void)
{
    struct effect *e = rig_build("gain", pair, NULL);

    play(e);
    CHECK(memcmp(left, x, sizeof x) == 0);
    effect_free(e);
}

static void test_movement_is_a_ramp(void)
{
    struct effect *e = rig_build("gain", pair, NULL);

    rig_set(e, "invert", 1, 4800);
    play(e);
    for (int i = 0; i < LENGTH; i++)
        CHECK_NEAR(left[i], x[i] * (1 - 2 * fmin((i + 1) / 4800., 1)), 1e-7);
    rig_set(e, "level", -INFINITY, 480);
    play(e);
    CHECK(left[470] != 0 && signal_peak(left + 480, LENGTH - 480) == 0);
    effect_free(e);
}

/* Who asks for no time at all gets the shortest that does not click. */
static void test_no_time_is_a_short_one(void)
{
    struct effect *e = rig_build("gain", pair, NULL);

    rig_set(e, "level", -INFINITY, 0);
    play(e);
    CHECK(left[EFFECT_GLIDE_MIN - 2] != 0 && left[EFFECT_GLIDE_MIN - 1] == 0);
    effect_free(e);
}

int main(void)
{
    RUN(test_level_and_polarity);
    RUN(test_rest_passes_every_bit);
    RUN(test_movement_is_a_ramp);
    RUN(test_no_time_is_a_short_one);
    return check_done();
}
