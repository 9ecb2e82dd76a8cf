/* test_param.c - how a parameter's value is read and printed */
#include "effects/param.h"

#include "tests/check.h"

#include <errno.h>

enum { RATE = 48000 };

static const struct param level = { "gain", "dB", -INFINITY, 24, 0, "", .rampable = true };
static const struct param hertz = { "freq", "Hz", 20, 20000, 1000, "", .rampable = true };
static const struct param seconds = { "attack", "s", 0, 10, 0.01, "", .rampable = true };
static const struct param offset = { "offset", "s", -86400, 86400, 0, "", .rampable = true };
static const struct param pan = { "pan", "pan", -100, 100, 0, "", .rampable = true };
static const struct param mute = { "mute", "switch", 0, 1, 0, "", .rampable = false };
static const struct param wet = { "wet", "%", 0, 100, 50, "", .rampable = true };
static const struct param ratio = { "ratio", ":1", 1, 20, 4, "", .rampable = true };
static const struct param plain = { "q", "", 0.1, 1e6, 1, "", .rampable = true };
static const struct param shape = { "shape", "low|high|band pass", 0, 2, 0, "", .rampable = false };
static const struct param file = { "ir", "text", 0, 0, 0, "", .rampable = false };
static const struct param loudness = { "target", "LUFS", -70, 0, -23, "", .rampable = false };

struct reading {
    const struct param *p;
    const char *text;
    double value;
    const char *printed;
};

static const struct reading good[] = {
    { &level, "-6dB", -6, "-6dB" },
    { &level, "-6 dB", -6, "-6dB" },
    { &level, "-6DB", -6, "-6dB" },
    { &level, "-6", -6, "-6dB" },
    { &level, "+3db", 3, "3dB" },
    { &level, "-1.5dB", -1.5, "-1.5dB" },
    { &level, ".5dB", 0.5, "0.5dB" },
    { &level, "-0", 0, "0dB" },
    { &level, "-200dB", -200, "-200dB" },
    { &level, "-200.5dB", -INFINITY, "-inf" },
    { &level, "-1e999", -INFINITY, "-inf" },
    { &level, "-inf", -INFINITY, "-inf" },
    { &level, "-inf dB", -INFINITY, "-inf" },
    { &level, "-InfdB", -INFINITY, "-inf" },
    { &hertz, "120Hz", 120, "120Hz" },
    { &hertz, "120", 120, "120Hz" },
    { &hertz, "1.2kHz", 1200, "1.2kHz" },
    { &hertz, "1.2 khz", 1200, "1.2kHz" },
    { &hertz, "1000", 1000, "1kHz" },
    { &hertz, "999.5Hz", 999.5, "999.5Hz" },
    { &hertz, "1e3", 1000, "1kHz" },
    { &seconds, "2.5s", 2.5, "2.5s" },
    { &seconds, "2.5", 2.5, "2.5s" },
    { &seconds, "150ms", 0.15, "150ms" },
    { &seconds, "0.1 MS", 0.0001, "0.1ms" },
    { &seconds, "480f", 0.01, "10ms" },
    { &seconds, "1f", 1. / 48000, "0.0208333ms" },
    { &seconds, "0", 0, "0s" },
    { &seconds, "1000ms", 1, "1s" },
    { &offset, "1:23.456", 83.456, "1:23.456" },
    { &offset, "1:02:03", 3723, "1:02:03" },
    { &offset, "-1:20", -80, "-1:20" },
    { &offset, "-20ms", -0.02, "-20ms" },
    { &offset, "-0.00001ms", -1e-8, "0s" },
    { &offset, "59.999s", 59.999, "59.999s" },
    { &offset, "60", 60, "1:00" },
    { &pan, "L30", -30, "L30" },
    { &pan, "l30", -30, "L30" },
    { &pan, "C", 0, "C" },
    { &pan, "c", 0, "C" },
    { &pan, "R100", 100, "R100" },
    { &pan, "R0", 0, "C" },
    { &pan, "L0", 0, "C" },
    { &pan, "-12.5", -12.5, "L12.5" },
    { &mute, "on", 1, "on" },
    { &mute, "ON", 1, "on" },
    { &mute, "yes", 1, "on" },
    { &mute, "true", 1, "on" },
    { &mute, "1", 1, "on" },
    { &mute, "off", 0, "off" },
    { &mute, "no", 0, "off" },
    { &mute, "false", 0, "off" },
    { &mute, "0", 0, "off" },
    { &wet, "50%", 50, "50%" },
    { &wet, "50 %", 50, "50%" },
    { &wet, "33.3", 33.3, "33.3%" },
    { &ratio, "4:1", 4, "4:1" },
    { &ratio, "4", 4, "4:1" },
    { &ratio, "1.5:1", 1.5, "1.5:1" },
    { &plain, "0.707", 0.707, "0.707" },
    { &plain, "1e2", 100, "100" },
    { &plain, "123456", 123456, "123456" },
    { &shape, "low", 0, "low" },
    { &shape, "HIGH", 1, "high" },
    { &shape, "band pass", 2, "band pass" },
    { &loudness, "-23LUFS", -23, "-23LUFS" },
    { &loudness, "-14 lufs", -14, "-14LUFS" },
};

struct refusal {
    const struct param *p;
    const char *text;
    int error;
    const char *why;
};

static const struct refusal bad[] = {
    { &level, "6dq", -EINVAL, "\"6dq\" is not a level in dB" },
    { &level, "", -EINVAL, "\"\" is not a level in dB" },
    { &level, "dB", -EINVAL, "\"dB\" is not a level in dB" },
    { &level, "nan", -EINVAL, "\"nan\" is not a level in dB" },
    { &level, "inf", -EINVAL, "\"inf\" is not a level in dB" },
    { &level, "-infinity", -EINVAL, "\"-infinity\" is not a level in dB" },
    { &level, "-inf Hz", -EINVAL, "\"-inf Hz\" is not a level in dB" },
    { &level, "0x10", -EINVAL, "\"0x10\" is not a level in dB" },
    { &level, "0x1p3dB", -EINVAL, "\"0x1p3dB\" is not a level in dB" },
    { &level, "-6dB ", -EINVAL, "\"-6dB \" is not a level in dB" },
    { &level, " -6dB", -EINVAL, "\" -6dB\" is not a level in dB" },
    { &level, "-6  dB", -EINVAL, "\"-6  dB\" is not a level in dB" },
    { &level, "- 6dB", -EINVAL, "\"- 6dB\" is not a level in dB" },
    { &level, "--6dB", -EINVAL, "\"--6dB\" is not a level in dB" },
    { &level, "6,5dB", -EINVAL, "\"6,5dB\" is not a level in dB" },
    { &level, ".", -EINVAL, "\".\" is not a level in dB" },
    { &level, "1e", -EINVAL, "\"1e\" is not a level in dB" },
    { &level, "6dBB", -EINVAL, "\"6dBB\" is not a level in dB" },
    { &level, "30dB", -ERANGE, "\"30dB\" is not within -inf to 24dB" },
    { &level, "1e999", -ERANGE, "\"1e999\" is not within -inf to 24dB" },
    { &hertz, "19Hz", -ERANGE, "\"19Hz\" is not within 20Hz to 20kHz" },
    { &hertz, "1MHz", -EINVAL, "\"1MHz\" is not a frequency in Hz" },
    { &hertz, "1k", -EINVAL, "\"1k\" is not a frequency in Hz" },
    { &seconds, "-1s", -ERANGE, "\"-1s\" is not within 0s to 10s" },
    { &seconds, "11s", -ERANGE, "\"11s\" is not within 0s to 10s" },
    { &seconds, "99999999999999999999s", -ERANGE, NULL },
    { &seconds, "1h", -EINVAL, "\"1h\" is not a time" },
    { &seconds, "1.5f", -EINVAL, "\"1.5f\" is not a time" },
    { &seconds, "1e3s", -EINVAL, "\"1e3s\" is not a time" },
    { &pan, "X30", -EINVAL, "\"X30\" is not a pan position (L30, C, R100)" },
    { &pan, "L-30", -EINVAL, "\"L-30\" is not a pan position (L30, C, R100)" },
    { &pan, "L", -EINVAL, NULL },
    { &pan, "C5", -EINVAL, NULL },
    { &pan, "L30x", -EINVAL, NULL },
    { &pan, "R101", -ERANGE, "\"R101\" is not within L100 to R100" },
    { &mute, "maybe", -EINVAL, "\"maybe\" is not on or off" },
    { &mute, "2", -EINVAL, "\"2\" is not on or off" },
    { &wet, "101%", -ERANGE, "\"101%\" is not within 0% to 100%" },
    { &wet, "50%%", -EINVAL, "\"50%%\" is not a percentage" },
    { &ratio, "4:2", -EINVAL, "\"4:2\" is not a ratio (4:1)" },
    { &ratio, "0:1", -ERANGE, "\"0:1\" is not within 1:1 to 20:1" },
    { &plain, "1 2", -EINVAL, "\"1 2\" is not a number" },
    { &shape, "hig", -EINVAL, "\"hig\" is not one of low|high|band pass" },
    { &shape, "", -EINVAL, NULL },
    { &shape, "low|high", -EINVAL, NULL },
    { &file, "hall.wav", -EINVAL, NULL },
};

static void test_good(void)
{
    char out[PARAM_TEXT];

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        const struct reading *r = &good[i];
        double v = NAN;
        const char *why = "";
        int error = param_parse(r->p, r->text, RATE, &v, &why);
        if (error || !(v == r->value || fabs(v - r->value) <= 1e-15 * fabs(r->value)))
            CHECK_FAIL("\"%s\" reads as %.17g (%d, %s)", r->text, v, error, why);
        CHECK_STR(param_format(r->p, r->value, RATE, out), r->printed);
    }
}

static void test_bad(void)
{
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const struct refusal *r = &bad[i];
        double v = 7;
        const char *why = NULL;
        int error = param_parse(r->p, r->text, RATE, &v, &why);
        if (error != r->error)
            CHECK_FAIL("\"%s\": %d, not %d", r->text, error, r->error);
        CHECK(v == 7 && why);
        if (r->why)
            CHECK_STR(why, r->why);
    }
}

static void test_long_text_is_cut_between_characters(void)
{
    double v;
    const char *why;
    char text[200];

    memset(text, '1', sizeof text);
    memcpy(text + 47, "\xc3\xa4", 2); /* an umlaut across the limit of 48 bytes */
    text[199] = '\0';
    CHECK_INT(param_parse(&level, text, RATE, &v, &why), -EINVAL);
    CHECK(strlen(why) < 100);
    CHECK(strstr(why, "1...\" is not a level in dB"));
}

static void test_ranges(void)
{
    char out[128];

    CHECK_STR(param_range(&level, RATE, out, sizeof out), "-inf to 24dB");
    CHECK_STR(param_range(&hertz, RATE, out, sizeof out), "20Hz to 20kHz");
    CHECK_STR(param_range(&mute, RATE, out, sizeof out), "on|off");
    CHECK_STR(param_range(&shape, RATE, out, sizeof out), "low|high|band pass");
    CHECK_STR(param_range(&file, RATE, out, sizeof out), "text");
    CHECK_STR(param_range(&hertz, RATE, out, 5), "20Hz");
}

/* A limit of 2/3 is printed as 0.666667, which is over it, and must be taken all the same. */
static void test_printed_limits_are_in_range(void)
{
    const struct param thirds = { "x", "", -2. / 3, 2. / 3, 0, "", .rampable = true };
    char out[PARAM_TEXT];
    const char *why;
    double v;

    CHECK_INT(param_parse(&thirds, param_format(&thirds, 2. / 3, RATE, out), RATE, &v, &why), 0);
    CHECK(v == 2. / 3);
    CHECK_INT(param_parse(&thirds, param_format(&thirds, -2. / 3, RATE, out), RATE, &v, &why), 0);
    CHECK(v == -2. / 3);
    CHECK_INT(param_parse(&thirds, "0.667", RATE, &v, &why), -ERANGE);
}

static uint64_t seed = 42;

static uint64_t random_bits(void)
{
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return seed;
}

/* Anywhere in the row, on a straight or a logarithmic scale, or on a round number. */
static double random_value(const struct param *p)
{
    double min = isinf(p->min) ? -210 : p->min;
    double u = (double)(random_bits() >> 11) * 0x1p-53, v = min + u * (p->max - min);

    switch (random_bits() % 4) {
    case 0:
        return fmin(fmax(pow(10, u * 14 - 9), p->min), p->max);
    case 1:
        return fmin(fmax(nearbyint(v * 1000) / 1000, p->min), p->max);
    case 2:
        return fmin(fmax(nearbyint(v), p->min), p->max);
    default:
        return v;
    }
}

static void test_printing_inverts_reading(void)
{
    static const struct param *const rows[] = { &level, &hertz, &seconds, &offset, &pan,     &mute,
                                                &wet,   &ratio, &plain,   &shape,  &loudness };
    static const uint32_t rates[] = { 8000, 44100, 48000, 192000, 1000, 12345 };

    for (int i = 0; i < 200000; i++) {
        const struct param *p = rows[random_bits() % (sizeof rows / sizeof rows[0])];
        uint32_t rate = rates[random_bits() % 6];
        double v = random_value(p), back = NAN;
        char first[PARAM_TEXT], second[PARAM_TEXT];
        const char *why = "";
        if (param_parse(p, param_format(p, v, rate, first), rate, &back, &why) != 0) {
            CHECK_FAIL("%s: %.17g prints as \"%s\": %s", p->unit, v, first, why);
            continue;
        }
        if (strcmp(param_format(p, back, rate, second), first) != 0)
            CHECK_FAIL("%s: %.17g prints as \"%s\", then \"%s\"", p->unit, v, first, second);
        bool same = p == &mute || p == &shape || (v < -200 && isinf(back));
        if (p == &seconds || p == &offset)
            same = llround(fabs(v) * rate) == llround(fabs(back) * rate) && v * back >= 0;
        if (!same && !(fabs(back - v) <= 5.000001e-6 * fabs(v) + 1e-9))
            CHECK_FAIL("%s: %.17g became %.17g at %u", p->unit, v, back, rate);
    }
}

/* Whole numbers are not left to printf, but read as if they were. */
static void test_whole_numbers(void)
{
    const struct param row = { .name = "number", .unit = "bpm" };
    char text[PARAM_TEXT], wanted[PARAM_TEXT];
    for (int i = -1200000; i <= 1200000; i += i % 10 ? 1 : 97) {
        snprintf(text, sizeof text, "%.6g", (double)i);
        snprintf(wanted, sizeof wanted, "%.0fbpm", strtod(text, NULL));
        CHECK_STR(param_format(&row, i, 48000, text), wanted);
    }
}

static void test_steps(void)
{
    const struct param fine = { "q", "", 0.1, 16, 1, "", .step = 0.1 };
    CHECK(param_step(&level) == 0.5 && param_step(&seconds) == 0.01 && param_step(&plain) == 1);
    CHECK(param_step(&fine) == 0.1);
    CHECK(param_step(&mute) == 0 && param_step(&shape) == 0 && param_step(&file) == 0);
}

static void test_decibels(void)
{
    CHECK_NEAR(db_to_gain(-20), 0.1, 1e-16);
    CHECK_NEAR(db_to_gain(6), 1.9952623149688795, 1e-15);
    CHECK(db_to_gain(-INFINITY) == 0 && db_to_gain(0) == 1);
    CHECK_NEAR(gain_to_db(0.5), -6.0205999132796239, 1e-14);
    CHECK(gain_to_db(0) == -INFINITY && gain_to_db(1) == 0);
}

int main(void)
{
    RUN(test_good);
    RUN(test_bad);
    RUN(test_long_text_is_cut_between_characters);
    RUN(test_ranges);
    RUN(test_printed_limits_are_in_range);
    RUN(test_printing_inverts_reading);
    RUN(test_whole_numbers);
    RUN(test_steps);
    RUN(test_decibels);
    return check_done();
}
