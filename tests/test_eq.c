/* test_eq.c - the equaliser: its response, its rest, its movements */
#include "tests/analog.h"
#include "tests/check.h"
#include "tests/rig.h"
#include "tests/signals.h"

enum { LENGTH = 1 << 16 };

static float x[LENGTH], y[LENGTH];

static const struct effect_setup mono = { .rate = RIG_RATE, .quantum = RIG_QUANTUM, .channels = 1 };

static double db(double level)
{
    return pow(10, level / 20);
}

static void test_bands_multiply(void)
{
    static const struct rig_value values[] = {
        { "hp.freq", 80 },    { "low.freq", 150 },  { "low.gain", 9 },     { "low.q", 0.9 },
        { "mid1.freq", 500 }, { "mid1.gain", -12 }, { "mid1.q", 3 },       { "mid2.freq", 3000 },
        { "mid2.gain", 4 },   { "mid2.q", 0.6 },    { "high.freq", 9000 }, { "high.gain", -7 },
        { "high.q", 0.5 },    { "lp.freq", 15000 }, { NULL, 0 },
    };
    struct effect *e = rig_build("eq", mono, values);
    float *ch[] = { x };

    signal_impulse(x, LENGTH, 0);
    rig_run(e, ch, 1, LENGTH, RIG_QUANTUM);
    for (double hz = 20; hz < 23000; hz *= 1.1) {
        double w = hz / RIG_RATE;
        double want = analog_response(BIQUAD_HIGH_PASS, 80. / RIG_RATE, M_SQRT1_2, 1, w) *
                      analog_response(BIQUAD_LOW_SHELF, 150. / RIG_RATE, 0.9, db(9), w) *
                      analog_response(BIQUAD_BELL, 500. / RIG_RATE, 3, db(-12), w) *
                      analog_response(BIQUAD_BELL, 3000. / RIG_RATE, 0.6, db(4), w) *
                      analog_response(BIQUAD_HIGH_SHELF, 9000. / RIG_RATE, 0.5, db(-7), w) *
                      analog_response(BIQUAD_LOW_PASS, 15000. / RIG_RATE, M_SQRT1_2, 1, w);
        CHECK_NEAR(measured_response(x, LENGTH, w), want, 3e-6);
    }
    effect_free(e);
}

static void test_flat_passes_every_bit(void)
{
    struct effect *e = rig_build("eq", mono, NULL);
    float *ch[] = { y };

    signal_noise(x, LENGTH, 1, 1);
    memcpy(y, x, sizeof y);
    rig_run(e, ch, 1, LENGTH, RIG_QUANTUM);
    CHECK(memcmp(x, y, sizeof x) == 0);
    effect_free(e);
}

/* There and back for every band: once the memories have run out it is as if nothing had been. */
static void test_back_to_flat_passes_every_bit(void)
{
    static const struct rig_value moves[] = { { "hp.freq", 200 },   { "low.gain", 12 },
                                              { "mid1.gain", -12 }, { "mid2.gain", 20 },
                                              { "high.gain", -24 }, { "lp.freq", 3000 } };
    struct effect *e = rig_build("eq", mono, NULL);
    float *ch[] = { y };

    for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++) {
        const struct param *p = &e->kind->params[effect_param(e->kind, moves[i].row)];
        signal_noise(x, LENGTH, 1, 0.5);
        memcpy(y, x, sizeof y);
        rig_set(e, p->name, moves[i].value, 480);
        ch[0] = y;
        rig_run(e, ch, 1, LENGTH / 4, RIG_QUANTUM);
        CHECK(signal_residual_db(x, y, LENGTH / 4) > -20);
        rig_set(e, p->name, p->def, 480);
        ch[0] = y + LENGTH / 4;
        rig_run(e, ch, 1, 3 * LENGTH / 4, RIG_QUANTUM);
        CHECK(memcmp(x + LENGTH * 7 / 8, y + LENGTH * 7 / 8, LENGTH / 8 * sizeof *x) == 0);
    }
    effect_free(e);
}

static double max_bend(const float *p, size_t n)
{
    double most = 0;

    for (size_t i = 2; i < n; i++) {
        double bend = fabs((double)p[i] - 2. * p[i - 1] + p[i - 2]);
        most = bend > most ? bend : most; /* GCC 12 for arm64 chokes on fmax */
    }
    return most;
}

/* A step of the gain, however small, bends the curve by the step. A 50 Hz sine of 0.5 that has been
 * raised by 12 dB bends by 2 w^2 = 8.5e-5; a gain that went in steps of 16 frames, 0.02 dB each on
 * the average, would bend by 0.004 of the level more. */
static void test_movement_has_no_zipper(void)
{
    struct effect *e = rig_build("eq", mono, (struct rig_value[]){ { "low.freq", 1000 }, { 0 } });
    float *ch[] = { x };
    const double w = 2 * M_PI * 50 / RIG_RATE;

    signal_sine(x, LENGTH, 50, RIG_RATE, 0.5);
    rig_run(e, ch, 1, 9600, RIG_QUANTUM);
    rt_enter();
    effect_set(e, (uint32_t)effect_param(e->kind, "low.gain"), 12, 9600, CURVE_SCURVE);
    rt_leave();
    ch[0] = x + 9600;
    rig_run(e, ch, 1, 24000 - 9600, RIG_QUANTUM);
    CHECK_DB(signal_peak(x + 22000, 2000), 12 - 6.02, 0.1);
    CHECK(max_bend(x, 24000) < 1.2 * 0.5 * db(12) * w * w);
    effect_free(e);
}

/* A high-pass that goes off while a constant goes in: the constant comes back as slowly as the
 * movement was asked to be, not in a step. */
static void test_pass_goes_off_gently(void)
{
    struct effect *e = rig_build("eq", mono, (struct rig_value[]){ { "hp.freq", 40 }, { 0 } });
    float *ch[] = { x };

    for (int i = 0; i < LENGTH; i++)
        x[i] = 0.5f;
    rig_run(e, ch, 1, 32768, RIG_QUANTUM);
    CHECK(fabsf(x[32767]) < 1e-4f);
    rig_set(e, "hp.freq", 10, 4800);
    ch[0] = x + 32768;
    rig_run(e, ch, 1, 32768, RIG_QUANTUM);
    CHECK(signal_max_step(x + 32767, 32768) < 2 * 0.5 / 4800);
    CHECK(x[LENGTH - 1] == 0.5f);
    effect_free(e);
}

static void test_frequencies_over_half_the_rate(void)
{
    struct effect_setup slow = { .rate = 8000, .quantum = 16, .channels = 1 };
    struct effect *e =
        rig_build("eq", slow,
                  (struct rig_value[]){
                      { "high.freq", 20000 }, { "high.gain", 24 }, { "lp.freq", 19000 }, { 0 } });
    float *ch[] = { x };

    signal_noise(x, LENGTH, 1, 1);
    rig_run(e, ch, 1, LENGTH, 16);
    CHECK(signal_peak(x, LENGTH) < 20);
    effect_free(e);
}

int main(void)
{
    RUN(test_bands_multiply);
    RUN(test_flat_passes_every_bit);
    RUN(test_back_to_flat_passes_every_bit);
    RUN(test_movement_has_no_zipper);
    RUN(test_pass_goes_off_gently);
    RUN(test_frequencies_over_half_the_rate);
    return check_done();
}
