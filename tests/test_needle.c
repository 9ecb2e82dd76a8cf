/* test_needle.c - levels for the eye: the needle's fall, bars and spark lines */
#include "ipc/needle.h"

#include "ipc/bar.h"
#include "tests/check.h"

#define MS 1000000u

static void rises_at_once_and_falls_20_db_in_1700_ms(void)
{
    struct needle n;
    needle_init(&n);
    CHECK(isinf(n.level_db) && isinf(n.hold_db));
    CHECK(!needle_move(&n, -10, 1000 * MS, 0));
    CHECK_NEAR(n.level_db, -10, 0);
    CHECK(needle_move(&n, -INFINITY, 1850 * MS, 850 * MS));
    CHECK_NEAR(n.level_db, -20, 1e-9);
    for (unsigned t = 1900; t <= 2700; t += 50)
        needle_move(&n, -INFINITY, t * MS, 50 * MS);
    CHECK_NEAR(n.level_db, -30, 1e-9);
    needle_move(&n, -25, 2750 * MS, 50 * MS);
    CHECK_NEAR(n.level_db, -25, 0);
}

static void the_mark_stays_two_seconds_then_falls(void)
{
    struct needle n;
    needle_init(&n);
    needle_move(&n, -3, 0, 0);
    CHECK(needle_move(&n, -40, 2000 * MS, 2000 * MS));
    CHECK_NEAR(n.hold_db, -3, 0);
    CHECK(needle_move(&n, -40, 2850 * MS, 850 * MS));
    CHECK_NEAR(n.hold_db, -13, 1e-9);
    needle_move(&n, -1, 2900 * MS, 50 * MS);
    CHECK_NEAR(n.hold_db, -1, 0);
}

static void comes_to_rest(void)
{
    struct needle n;
    needle_init(&n);
    needle_move(&n, 0, 0, 0);
    uint64_t t = 0;
    while (needle_move(&n, -INFINITY, t, 33 * MS) && t < 60000ull * MS)
        t += 33 * MS;
    CHECK(isinf(n.level_db) && isinf(n.hold_db));
    CHECK(t < 60000ull * MS);
}

static void bar_is(double share, unsigned cells, bool blocks, const char *want)
{
    struct text out = { 0 };
    bar_write(&out, share, cells, blocks);
    CHECK_STR(text_string(&out), want);
    text_clear(&out);
}

static void bars_are_exact_to_an_eighth(void)
{
    bar_is(0, 4, true, "    ");
    bar_is(1, 4, true, "████");
    bar_is(0.5, 4, true, "██  ");
    bar_is(5.0 / 32, 4, true, "▋   ");
    bar_is(0.5, 4, false, "##..");
    bar_is(NAN, 2, false, "..");
    bar_is(-1, 2, false, "..");
    bar_is(7, 2, false, "##");
    CHECK_NEAR(bar_share_db(-15), 0.75, 1e-9);
    CHECK_NEAR(bar_share_db(-INFINITY), 0, 0);
    CHECK_NEAR(bar_share_db(6), 1, 0);
}

static void spark_lines_grow(void)
{
    CHECK_STR(bar_spark(0, true), "▁");
    CHECK_STR(bar_spark(1, true), "█");
    CHECK_STR(bar_spark(4.0 / 7, true), "▅");
    CHECK_STR(bar_spark(NAN, true), " ");
    CHECK_STR(bar_spark(0, false), "_");
    CHECK_STR(bar_spark(9, false), "#");
}

int main(void)
{
    RUN(rises_at_once_and_falls_20_db_in_1700_ms);
    RUN(the_mark_stays_two_seconds_then_falls);
    RUN(comes_to_rest);
    RUN(bars_are_exact_to_an_eighth);
    RUN(spark_lines_grow);
    return check_done();
}
