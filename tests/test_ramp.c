/* test_ramp.c - a value that never jumps */
#include "effects/ramp.h"

#include "tests/chance.h"
#include "tests/check.h"

enum { MOST = 5000 };

static uint32_t seed = 1;

/* The curves as their definitions say. */
static double expected(enum curve curve, double from, double to, uint32_t step, uint32_t length)
{
    double x = (double)step / length, floor_gain = pow(10, -90. / 20);

    if (step == length)
        return to;
    if (curve == CURVE_SCURVE)
        return from + (to - from) * (0.5 - 0.5 * cos(M_PI * x));
    if (curve == CURVE_LIN)
        return from + (to - from) * x;
    if (curve == CURVE_POWER)
        return hypot(from * cos(M_PI / 2 * x), to * sin(M_PI / 2 * x));
    double a = 20 * log10(fmax(from, floor_gain)), b = 20 * log10(fmax(to, floor_gain));
    return pow(10, (a + (b - a) * x) / 20);
}

static void test_curves_are_their_formulas(void)
{
    static const float ends[][2] = {
        { 0, 1 }, { 1, 0 }, { 0.25f, 4 }, { 8, 0.001f }, { 1, 1.001f }
    };
    static float g[MOST];

    for (size_t e = 0; e < sizeof ends / sizeof ends[0]; e++) {
        for (enum curve c = CURVE_LIN; c <= CURVE_POWER; c++) {
            for (uint32_t length = 1; length <= 4800; length = length * 3 + 1) {
                struct ramp r;
                ramp_init(&r, ends[e][0]);
                ramp_set(&r, ends[e][1], length, c);
                ramp_fill(&r, g, length + 10);
                /* Half a float's last bit for the rounding and a tenth for the series. */
                for (uint32_t i = 0; i < length; i++) {
                    double want = expected(c, ends[e][0], ends[e][1], i + 1, length);
                    CHECK_NEAR(g[i], want, 0.75 * 0x1p-23 * fmax(want, 0.001));
                }
                CHECK(g[length - 1] == ends[e][1]);
                for (uint32_t i = length; i < length + 10; i++)
                    CHECK(g[i] == ends[e][1]);
                CHECK(ramp_resting(&r));
            }
        }
    }
}

static void test_cuts_do_not_matter(void)
{
    static float whole[MOST], cut[MOST];

    for (int round = 0; round < 300; round++) {
        struct ramp a, b;
        float from = (float)chance(&seed, 1000) / 500 - 0.5f, to = (float)chance(&seed, 1000) / 250;
        uint32_t length = 1 + chance(&seed, 3000);
        enum curve curve = (enum curve)chance(&seed, 3);

        ramp_init(&a, from);
        ramp_set(&a, to, length, curve);
        b = a;
        ramp_fill(&a, whole, MOST);
        for (uint32_t at = 0; at < MOST;) {
            uint32_t n = chance(&seed, round % 2 ? 7 : 300);
            n = n < MOST - at ? n : MOST - at;
            ramp_fill(&b, cut + at, n);
            at += n;
        }
        CHECK(memcmp(whole, cut, sizeof whole) == 0);
    }
}

static void test_interruption_has_no_step(void)
{
    static float g[MOST];

    for (enum curve c = CURVE_LIN; c <= CURVE_POWER; c++) {
        struct ramp r;
        ramp_init(&r, 1);
        ramp_set(&r, 0.1f, 1000, c);
        ramp_fill(&r, g, 333);
        CHECK(r.value == g[332]);
        ramp_set(&r, 1, 1000, c);
        ramp_fill(&r, g + 333, 1000);
        /* The steepest of the curves: a factor of 10 in 1000 frames is 0.0023 of the value a step,
         * the raised cosine and the sine are pi/2 times steeper than the line. */
        for (int i = 1; i < 1333; i++)
            CHECK_NEAR(g[i], g[i - 1], 0.0024);
        CHECK(g[1332] == 1);
    }
}

static void test_no_time_is_at_once(void)
{
    struct ramp r;
    float g[3];

    ramp_init(&r, 0.5f);
    ramp_set(&r, 0.25f, 0, CURVE_LIN);
    CHECK(ramp_resting(&r));
    ramp_fill(&r, g, 3);
    CHECK(g[0] == 0.25f && g[2] == 0.25f && r.value == 0.25f);
}

static void test_signs_in_db(void)
{
    static float g[100];
    struct ramp r;

    ramp_init(&r, -1);
    ramp_set(&r, 1, 100, CURVE_DB); /* through zero there is only the line */
    ramp_fill(&r, g, 100);
    CHECK_NEAR(g[24], -0.5, 1e-6);
    CHECK(g[99] == 1);
    ramp_init(&r, -1);
    ramp_set(&r, -0.01f, 100, CURVE_DB);
    ramp_fill(&r, g, 100);
    CHECK_NEAR(g[49], -0.1, 1e-6);
    ramp_init(&r, 0);
    ramp_set(&r, 1e-5f, 100, CURVE_DB); /* -100 dB: never louder on the way than at its end */
    ramp_fill(&r, g, 100);
    for (int i = 0; i < 100; i++)
        CHECK(g[i] >= 0 && g[i] <= 1e-5f);
    ramp_set(&r, r.value, 100, CURVE_DB);
    CHECK(ramp_resting(&r));
}

static void test_scale_multiplies(void)
{
    static float x[MOST], g[MOST];
    struct ramp a, b;

    for (int i = 0; i < MOST; i++)
        x[i] = 3;
    ramp_init(&a, 1);
    ramp_set(&a, 0.25f, 777, CURVE_DB);
    b = a;
    ramp_fill(&b, g, MOST);
    for (uint32_t at = 0; at < MOST; at += 500)
        ramp_scale(&a, x + at, 500);
    for (int i = 0; i < MOST; i++)
        CHECK(x[i] == 3 * g[i]);
}

/* A negative sample times 0 is -0, a muted one is 0: which of them it is must not depend on cuts.
 */
static void test_scale_cuts_do_not_matter(void)
{
    static float whole[MOST], cut[MOST];

    for (int round = 0; round < 100; round++) {
        struct ramp a, b;
        for (int i = 0; i < MOST; i++)
            whole[i] = cut[i] = i % 3 ? -1 : 2;
        ramp_init(&a, 0.7f);
        ramp_set(&a, (float)chance(&seed, 2), 1 + chance(&seed, 3000), CURVE_LIN);
        b = a;
        ramp_scale(&a, whole, MOST);
        for (uint32_t at = 0, n; at < MOST; at += n) {
            n = chance(&seed, 300);
            n = n < MOST - at ? n : MOST - at;
            ramp_scale(&b, cut + at, n);
        }
        CHECK(memcmp(whole, cut, sizeof whole) == 0);
    }
}

static void test_rest_at_one_and_at_zero(void)
{
    float x[3] = { NAN, INFINITY, 1 };
    struct ramp r;

    ramp_init(&r, 1);
    ramp_scale(&r, x, 3);
    CHECK(isnan(x[0]) && isinf(x[1]) && x[2] == 1);
    ramp_init(&r, 0);
    ramp_scale(&r, x, 3);
    CHECK(x[0] == 0 && x[1] == 0 && x[2] == 0);
}

static void test_a_movement_of_hours(void)
{
    float g[64];
    struct ramp r;
    uint32_t length = UINT32_MAX;

    ramp_init(&r, 0);
    ramp_set(&r, 1, length, CURVE_LIN);
    r.done = length - 32;
    ramp_fill(&r, g, 64);
    CHECK_NEAR(g[0], 1, 1e-7);
    CHECK(g[31] == 1 && g[63] == 1 && ramp_resting(&r));
}

int main(void)
{
    RUN(test_curves_are_their_formulas);
    RUN(test_cuts_do_not_matter);
    RUN(test_interruption_has_no_step);
    RUN(test_no_time_is_at_once);
    RUN(test_signs_in_db);
    RUN(test_scale_multiplies);
    RUN(test_scale_cuts_do_not_matter);
    RUN(test_rest_at_one_and_at_zero);
    RUN(test_a_movement_of_hours);
    return check_done();
}
