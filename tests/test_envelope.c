/* test_envelope.c - a level that rises at one pace and falls at another */
#include "effects/envelope.h"

#include "tests/check.h"

enum { RATE = 48000, LENGTH = 4800 };

static float x[LENGTH];

static void fill(float value)
{
    for (int i = 0; i < LENGTH; i++)
        x[i] = value;
}

static void test_both_paces(void)
{
    struct envelope e = { envelope_pole(0.01, RATE), envelope_pole(0.05, RATE), 0 };

    fill(2);
    envelope_follow(&e, x, LENGTH);
    for (int i = 0; i < LENGTH; i++)
        CHECK_NEAR(x[i], 2 - 2 * exp(-(i + 1) / 480.), 2e-7);
    double top = e.value;
    fill(-1);
    envelope_follow(&e, x, LENGTH);
    for (int i = 0; i < LENGTH; i++)
        CHECK_NEAR(x[i], -1 + (top + 1) * exp(-(i + 1) / 2400.), 2e-7);
}

static void test_no_attack_is_at_once(void)
{
    struct envelope e = { 0, envelope_pole(1, RATE), 0 };

    fill(0.3f);
    x[0] = 0.7f;
    envelope_follow(&e, x, 2);
    CHECK(x[0] == 0.7f && x[1] < 0.7f && x[1] > 0.69f);
}

static void test_cuts_do_not_matter(void)
{
    struct envelope whole = { 0.9, 0.999, 0 }, cut = whole;
    static float y[LENGTH];

    for (int i = 0; i < LENGTH; i++)
        x[i] = y[i] = (float)(i * 7919 % 1009) / 1009;
    envelope_follow(&whole, x, LENGTH);
    for (uint32_t at = 0; at < LENGTH; at += 48)
        envelope_follow(&cut, y + at, 48);
    CHECK(memcmp(x, y, sizeof x) == 0);
}

int main(void)
{
    RUN(test_both_paces);
    RUN(test_no_attack_is_at_once);
    RUN(test_cuts_do_not_matter);
    return check_done();
}
