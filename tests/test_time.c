/* test_time.c - times, exact to the frame */
#include "effects/time.h"

#include "tests/check.h"

#include <errno.h>

struct reading {
    const char *text;
    uint32_t rate;
    int error;
    uint64_t frames;
};

static const struct reading readings[] = {
    { "0", 48000, 0, 0 },
    { "2.5s", 48000, 0, 120000 },
    { "2.5 S", 48000, 0, 120000 },
    { "2.5", 48000, 0, 120000 },
    { ".5", 48000, 0, 24000 },
    { "150ms", 48000, 0, 7200 },
    { "0.0104ms", 48000, 0, 0 }, /* 0.4992 of a frame */
    { "0.0105ms", 48000, 0, 1 }, /* 0.504 */
    { "1:23.456", 48000, 0, 4005888 },
    { "1:02:03", 48000, 0, 178704000 },
    { "90:00", 48000, 0, 259200000 },
    { "100:00:00.5", 44100, 0, 15876022050 },
    { "480f", 48000, 0, 480 },
    { "480 F", 44100, 0, 480 },
    { "1:00.00002267573696145", 44100, 0, 2646001 },     /* 1/44100 s, cut */
    { "9007199254740993f", 48000, 0, 9007199254740993 }, /* 2^53 + 1: no double */
    { "9223372036854775807f", 48000, 0, INT64_MAX },
    { "9223372036854775807f", UINT32_MAX, 0, INT64_MAX },
    { "192153584101141.162646", 48000, 0, 9223372036854775807 }, /* INT64_MAX / 48000, to 1 ns */
    { "9223372036854775808f", 48000, -ERANGE, 0 },
    { "18446744073709551616f", 48000, -ERANGE, 0 },
    { "99999999999999999999999999999999f", 48000, -ERANGE, 0 },
    { "192153584101142s", 48000, -ERANGE, 0 },
    { "9999999999999999999999ms", 1, -ERANGE, 0 },
    { "9999999999999999999:00:00", 1, -ERANGE, 0 },
    { "", 48000, -EINVAL, 0 },
    { "s", 48000, -EINVAL, 0 },
    { ".", 48000, -EINVAL, 0 },
    { "-1s", 48000, -EINVAL, 0 },
    { "-0", 48000, -EINVAL, 0 },
    { "+1s", 48000, -EINVAL, 0 },
    { "1e3", 48000, -EINVAL, 0 },
    { "0x10", 48000, -EINVAL, 0 },
    { "nan", 48000, -EINVAL, 0 },
    { "inf", 48000, -EINVAL, 0 },
    { "1.2.3", 48000, -EINVAL, 0 },
    { "1m", 48000, -EINVAL, 0 },
    { "1ss", 48000, -EINVAL, 0 },
    { "1s ", 48000, -EINVAL, 0 },
    { " 1s", 48000, -EINVAL, 0 },
    { "1.0f", 48000, -EINVAL, 0 },
    { "1:60", 48000, -EINVAL, 0 },
    { "1:60:00", 48000, -EINVAL, 0 },
    { "1:2:3:4", 48000, -EINVAL, 0 },
    { "1:", 48000, -EINVAL, 0 },
    { ":30", 48000, -EINVAL, 0 },
    { "1:.5", 48000, -EINVAL, 0 },
    { "1.5:30", 48000, -EINVAL, 0 },
    { "1:30s", 48000, -EINVAL, 0 },
    { "1:30 ", 48000, -EINVAL, 0 },
};

static void test_readings(void)
{
    for (size_t i = 0; i < sizeof readings / sizeof readings[0]; i++) {
        const struct reading *r = &readings[i];
        uint64_t frames = 0;
        int error = time_parse(r->text, r->rate, &frames);
        if (error != r->error || frames != r->frames)
            CHECK_FAIL("\"%s\" at %u: %d, %" PRIu64, r->text, r->rate, error, frames);
    }
}

static void test_seconds_are_not_rounded_to_frames(void)
{
    double s;

    CHECK_INT(time_parse_seconds("0.1ms", 48000, &s), 0);
    CHECK_NEAR(s, 0.0001, 1e-19);
    CHECK_INT(time_parse_seconds("1:00.25", 48000, &s), 0);
    CHECK(s == 60.25);
    CHECK_INT(time_parse_seconds("24f", 48000, &s), 0);
    CHECK(s == 0.0005);
    CHECK_INT(time_parse_seconds("-1", 48000, &s), -EINVAL);
}

static void test_spellings(void)
{
    char out[PARAM_TEXT];

    CHECK_STR(time_format(0, 48000, out), "0s");
    CHECK_STR(time_format(7200, 48000, out), "150ms");
    CHECK_STR(time_format(48, 48000, out), "1ms");
    CHECK_STR(time_format(48000, 48000, out), "1s");
    CHECK_STR(time_format(120000, 48000, out), "2.5s");
    CHECK_STR(time_format(48048, 48000, out), "1.001s");
    CHECK_STR(time_format(2880000 - 48, 48000, out), "59.999s");
    CHECK_STR(time_format(2880000, 48000, out), "1:00");
    CHECK_STR(time_format(4005888, 48000, out), "1:23.456");
    CHECK_STR(time_format(178704000, 48000, out), "1:02:03");
    CHECK_STR(time_format(1, 48000, out), "1f");
    CHECK_STR(time_format(12345, 48000, out), "12345f");
    CHECK_STR(time_format(UINT64_MAX, 48000, out), "18446744073709551615f");
    CHECK(strlen(time_format(UINT64_MAX, 1, out)) < PARAM_TEXT);
}

static void test_printing_inverts_reading(void)
{
    static const uint32_t rates[] = { 1, 7, 1000, 8000, 11025, 44100, 48000, 96000, 192000 };
    uint64_t seed = 1;
    char out[PARAM_TEXT];

    for (int i = 0; i < 200000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uint32_t rate = rates[i % 9];
        uint64_t frames = seed >> (1 + seed % 61), back = 0;
        if (i % 3 == 0) /* a whole millisecond, where the rate has such */
            frames = frames % (UINT64_C(1) << 40) * rate / 1000;
        int error = time_parse(time_format(frames, rate, out), rate, &back);
        if (error || back != frames)
            CHECK_FAIL("%" PRIu64 " at %u is \"%s\" is %" PRIu64, frames, rate, out, back);
    }
}

int main(void)
{
    RUN(test_readings);
    RUN(test_seconds_are_not_rounded_to_frames);
    RUN(test_spellings);
    RUN(test_printing_inverts_reading);
    return check_done();
}
