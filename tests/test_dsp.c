/* test_dsp.c - every small loop against a plain one in double, at every length and alignment */
#include "effects/dsp.h"

#include "tests/check.h"
#include "tests/signals.h"

enum { LONGEST = 300, ROOM = LONGEST + 64, GUARD = 777 };

/* Blocks at any alignment, with guards before and behind that no loop may touch. */
static float memory[4][ROOM];
static float *out, *a, *b;
static double before[LONGEST];

static void prepare(uint32_t n, uint32_t shift)
{
    float **blocks[] = { &out, &a, &b };

    for (int i = 0; i < 3; i++) {
        for (int k = 0; k < ROOM; k++)
            memory[i][k] = GUARD;
        *blocks[i] = memory[i] + 16 + (shift * (uint32_t)(i + 1)) % 16;
        signal_noise(*blocks[i], n, n + shift + (uint32_t)i, 2);
    }
    for (uint32_t i = 0; i < n; i++)
        before[i] = out[i];
}

static void check_guards(uint32_t n)
{
    for (float *p = memory[0]; p < out; p++)
        CHECK(*p == GUARD);
    for (float *p = out + n; p < memory[0] + ROOM; p++)
        CHECK(*p == GUARD);
}

#define EVERY_CASE(n, shift)                \
    for (uint32_t n = 0; n <= LONGEST; n++) \
        for (uint32_t shift = 0; shift < 16; shift += 1 + n % 3)

/* One float multiplication and one addition: within a last bit of each. */
#define CLOSE 3e-7

static void test_add(void)
{
    EVERY_CASE(n, shift)
    {
        prepare(n, shift);
        dsp_add(out, a, 0.3f, n);
        for (uint32_t i = 0; i < n; i++)
            CHECK_NEAR(out[i], before[i] + (double)a[i] * 0.3f, CLOSE);
        check_guards(n);
    }
}

static void test_add_ramped(void)
{
    EVERY_CASE(n, shift)
    {
        prepare(n, shift);
        dsp_add_ramped(out, a, b, n);
        for (uint32_t i = 0; i < n; i++)
            CHECK_NEAR(out[i], before[i] + (double)a[i] * b[i], 2 * CLOSE);
        check_guards(n);
    }
}

static void test_scale_and_multiply(void)
{
    EVERY_CASE(n, shift)
    {
        prepare(n, shift);
        dsp_scale(out, -0.7f, n);
        for (uint32_t i = 0; i < n; i++)
            CHECK(out[i] == (float)(before[i] * -0.7f));
        check_guards(n);
        prepare(n, shift);
        dsp_multiply(out, a, n);
        for (uint32_t i = 0; i < n; i++)
            CHECK(out[i] == (float)(before[i] * a[i]));
        check_guards(n);
    }
}

static void test_tap(void)
{
    static float frames[64 * LONGEST];
    static const uint32_t counts[] = { 1, 2, 3, 4, 6, 8, 64 };

    signal_ramp(frames, 64 * LONGEST, 0);
    EVERY_CASE(n, shift)
    {
        uint32_t channels = counts[(n + shift) % 7], channel = (n * 5 + shift) % channels;
        prepare(n, shift);
        dsp_tap(out, frames, channels, channel, n);
        for (uint32_t i = 0; i < n; i++)
            CHECK(out[i] == frames[i * channels + channel]);
        check_guards(n);
    }
}

static void test_part(void)
{
    static float frames[2 * LONGEST], right[LONGEST + 1];

    signal_ramp(frames, 2 * LONGEST, 0);
    EVERY_CASE(n, shift)
    {
        prepare(n, shift);
        right[n] = -1;
        dsp_part(out, right, frames, n);
        for (uint32_t i = 0; i < n; i++)
            CHECK(out[i] == frames[2 * i] && right[i] == frames[2 * i + 1]);
        CHECK(right[n] == -1);
        check_guards(n);
    }
}

static void test_blend(void)
{
    EVERY_CASE(n, shift)
    {
        prepare(n, shift);
        for (uint32_t i = 0; i < n; i++)
            b[i] = (float)i / (float)(n > 1 ? n - 1 : 1);
        dsp_blend(out, a, b, n);
        for (uint32_t i = 0; i < n; i++)
            CHECK_NEAR(out[i], before[i] * b[i] + a[i] * (1. - b[i]), 2 * CLOSE);
        if (n > 1)
            CHECK(out[0] == a[0] && out[n - 1] == (float)before[n - 1]);
        check_guards(n);
    }
}

static void test_raise(void)
{
    EVERY_CASE(n, shift)
    {
        prepare(n, shift);
        for (uint32_t i = 0; i < n; i++)
            out[i] = fabsf(out[i]);
        if (n > 0)
            a[n - 1] = NAN;
        dsp_raise(out, a, n);
        for (uint32_t i = 0; i < n; i++)
            CHECK(out[i] == (float)fmax(fabs(before[i]), fabs((double)a[i])));
        check_guards(n);
    }
}

static void test_decibels(void)
{
    EVERY_CASE(n, shift)
    {
        prepare(n, shift);
        for (uint32_t i = 0; i < n; i++) /* from -180 to 180 dB */
            out[i] = (float)pow(10, 4.5 * before[i]);
        memcpy(b, out, n * sizeof *b);
        dsp_to_db(out, n);
        for (uint32_t i = 0; i < n; i++)
            CHECK_NEAR(out[i], 20 * log10((double)b[i]), 1e-5);
        dsp_to_gain(out, n);
        for (uint32_t i = 0; i < n; i++) /* a float near 180 dB has steps of 1.5e-5 dB */
            CHECK_NEAR(out[i] / b[i], 1, 2e-6);
        check_guards(n);
        for (uint32_t i = 0; i < n; i++)
            out[i] = (float)before[i] * 90;
        dsp_to_gain(out, n);
        for (uint32_t i = 0; i < n; i++)
            CHECK_NEAR(out[i] / pow(10, (double)((float)before[i] * 90) / 20), 1, 1e-7);
    }
    float ends[] = { 0, 1, INFINITY, NAN, 0.5f };
    dsp_to_db(ends, 5);
    CHECK(fabsf(ends[0] + 200) < 1e-4f && ends[1] == 0 && fabsf(ends[2] - 200) < 1e-4f);
    CHECK(fabsf(ends[3] + 200) < 1e-4f);
    float zero = 0;
    dsp_to_gain(&zero, 1);
    CHECK(zero == 1);
}

static void test_measure(void)
{
    EVERY_CASE(n, shift)
    {
        double peak = 0, sum = 0;
        prepare(n, shift);
        if (n > 2)
            out[n / 2] = shift % 2 ? 1 : -3;
        for (uint32_t i = 0; i < n; i++) {
            double x = fabs((double)out[i]);
            peak = fmax(peak, x);
            sum += x * x;
        }
        struct dsp_level level = dsp_measure(out, n);
        CHECK(level.peak == (float)peak);
        CHECK_NEAR(level.sum_squares, sum, 3e-6 * sum);
    }
}

static void test_scrub(void)
{
    static const float wild[] = { NAN, -NAN, INFINITY, -INFINITY };

    EVERY_CASE(n, shift)
    {
        uint32_t count = 0;
        prepare(n, shift);
        for (uint32_t i = shift; shift % 4 && i < n; i += 1 + shift * 3)
            out[i] = wild[count++ % 4];
        if (n > 0 && shift == 0)
            out[n - 1] = 3.4e38f; /* large is not infinite */
        CHECK_INT(dsp_scrub(out, n), count);
        for (uint32_t i = 0; i < n; i++) {
            bool hit = shift % 4 && i >= shift && (i - shift) % (1 + shift * 3) == 0;
            CHECK(hit ? out[i] == 0 : out[i] == (float)before[i] || out[i] == 3.4e38f);
        }
        check_guards(n);
    }
}

int main(void)
{
    RUN(test_add);
    RUN(test_add_ramped);
    RUN(test_scale_and_multiply);
    RUN(test_tap);
    RUN(test_part);
    RUN(test_blend);
    RUN(test_raise);
    RUN(test_decibels);
    RUN(test_measure);
    RUN(test_scrub);
    return check_done();
}
