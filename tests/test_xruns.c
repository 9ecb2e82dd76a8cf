/* test_xruns.c - missed periods, by arithmetic */
#include "tests/check.h"

#include "daemon/xruns.h"

enum { RATE = 48000, N = 64 };
#define PERIOD_NS 1333333u /* 64 / 48000 s */

/* On a clock that knows of nothing but the frames. */
static void period(struct xruns *x, uint32_t at, uint32_t n, uint64_t busy_ns)
{
    static uint64_t clock_ns, last;
    clock_ns += (uint64_t)(int64_t)(int32_t)(at - (uint32_t)last) * 62500 / 3; /* 1 / 48 kHz */
    last = at;
    CHECK(xruns_begin(x, at, clock_ns, n, RATE));
    xruns_end(x, at, busy_ns);
}

/* The frame time goes on in order; the clock says when. */
static void period_at(struct xruns *x, uint32_t i, double when_in_periods, uint64_t busy_ns)
{
    CHECK(xruns_begin(x, i * N, (uint64_t)(when_in_periods * 64e9 / RATE), N, RATE));
    xruns_end(x, i * N, busy_ns);
}

/* A server that was held up for five periods goes on with its frame time as before. */
static void what_the_clock_alone_has_seen(void)
{
    struct xruns x = { 0 };
    for (uint32_t i = 0; i < 100; i++)
        period_at(&x, i, i + 10.0, 0);
    for (uint32_t i = 100; i < 200; i++)
        period_at(&x, i, i + 15.0, 0);
    CHECK_INT(x.all, 5);
    CHECK_INT(x.suspect, 0);
    for (uint32_t i = 200; i < 300; i++)
        period_at(&x, i, i + 16.0, 0);
    CHECK_INT(x.all, 6);
    period_at(&x, 300, 316, PERIOD_NS * 2);
    for (uint32_t i = 301; i < 400; i++)
        period_at(&x, i, i + 18.0, 0);
    CHECK_INT(x.all, 8);
    CHECK_INT(x.suspect, 2);
}

/* Late wake-ups that are made up for are no missed periods, however late they were. */
static void lateness_that_is_made_up_for(void)
{
    struct xruns x = { 0 };
    for (uint32_t i = 0; i < 1000; i++) {
        double late = i % 50 < 4 ? 4 - i % 50 : 0; /* 4, 3, 2, 1 periods, then in time again */
        period_at(&x, i, i + 10 + late, 0);
    }
    CHECK_INT(x.all, 0);
}

/* A card that is slower than its nominal rate by 500 ppm, and periods that jitter by a quarter. */
static void a_slow_card_misses_nothing(void)
{
    struct xruns x = { 0 };
    for (uint32_t i = 0; i < 100000; i++)
        period_at(&x, i, i * 1.0005 + (i % 7) / 28.0, 0);
    CHECK_INT(x.all, 0);
}

static void periods_that_follow_on_each_other_miss_nothing(void)
{
    struct xruns x = { 0 };
    for (uint32_t i = 0; i < 1000; i++)
        period(&x, 12345 + i * N, N, PERIOD_NS * 2);
    CHECK_INT(x.all, 0);
    CHECK_INT(x.suspect, 0);
}

static void a_jump_is_as_many_periods_as_it_is_long(void)
{
    struct xruns x = { 0 };
    period(&x, 0, N, 0);
    period(&x, N + 1, N, 0);
    period(&x, 2 * N + 1, N, 0);
    CHECK_INT(x.all, 1);
    period(&x, 3 * N + 1 + 1000 * N, N, 0);
    CHECK_INT(x.all, 1001);
    CHECK_INT(x.suspect, 0);
    for (uint32_t i = 1; i < 100; i++)
        period(&x, (1003 + i) * N + 1, N, 0);
    CHECK_INT(x.all, 1001);
}

/* More than half of the period before the jump; 666,666 ns are half of it. */
static void it_is_ours_when_we_took_more_than_half(void)
{
    struct xruns x = { 0 };
    period(&x, 0, N, PERIOD_NS / 2 - 1);
    period(&x, 2 * N, N, PERIOD_NS / 2 + 1);
    CHECK_INT(x.all, 1);
    CHECK_INT(x.suspect, 0);
    period(&x, 4 * N, N, 0);
    CHECK_INT(x.all, 2);
    CHECK_INT(x.suspect, 1);
}

/* A period that ends when the server is some periods on: it came too late, and those between never
 * came. The server calls for the last of them. */
static void a_period_that_outlasts_itself(void)
{
    struct xruns x = { 0 };
    period(&x, 0, N, 0);
    for (uint32_t on = 1; on <= 3; on += 2) {
        uint64_t before = x.all;
        uint32_t at = x.expected;
        CHECK(xruns_begin(&x, at, at * UINT64_C(62500) / 3, N, RATE));
        xruns_end(&x, at + on * N, PERIOD_NS * on);
        CHECK_INT(x.all, before + on);
        CHECK_INT(x.suspect, before + on);
        for (uint32_t i = 0; i < 20; i++)
            period(&x, at + (on + i) * N, N, 0);
        CHECK_INT(x.all, before + on);
    }
    uint32_t at = x.expected;
    CHECK(xruns_begin(&x, at, at * UINT64_C(62500) / 3, N, RATE));
    xruns_end(&x, at + N, PERIOD_NS / 4); /* it began late, and was not long */
    CHECK_INT(x.all, 5);
    CHECK_INT(x.suspect, 4);
    period(&x, at + 2 * N, N, 0); /* and at + N did not come at all */
    CHECK_INT(x.all, 6);
}

/* Called late for 64, it finds 128, and is called for that once more. */
static void a_period_that_is_called_for_twice(void)
{
    struct xruns x = { 0 };
    period(&x, 0, N, 0);
    period(&x, 2 * N, N, 0);
    CHECK_INT(x.all, 1);
    CHECK(!xruns_begin(&x, 2 * N, 3 * PERIOD_NS, N, RATE));
    for (uint32_t i = 3; i < 30; i++)
        period(&x, i * N, N, 0);
    CHECK_INT(x.all, 1);
}

static void a_frame_time_that_stands_still_is_no_reason_to_stand_still(void)
{
    struct xruns x = { 0 };
    bool begun[4];
    for (uint32_t i = 0; i < 4; i++)
        begun[i] = xruns_begin(&x, 7, (uint64_t)i * PERIOD_NS, N, RATE);
    CHECK(begun[0] && !begun[1] && begun[2] && !begun[3]);
    CHECK_INT(x.all, 0);
}

static void the_clock_wraps_after_a_day(void)
{
    struct xruns x = { 0 };
    uint32_t now = UINT32_MAX - 5 * N - 7;
    for (int i = 0; i < 20; i++, now += N)
        period(&x, now, N, 0);
    CHECK_INT(x.all, 0);
    period(&x, now + N, N, 0);
    CHECK_INT(x.all, 1);

    struct xruns at_the_wrap = { 0 };
    period(&at_the_wrap, UINT32_MAX - N + 1, N, 0);
    period(&at_the_wrap, N, N, 0); /* 0 was due */
    CHECK_INT(at_the_wrap.all, 1);
}

static void a_clock_set_back_has_missed_nothing(void)
{
    struct xruns x = { 0 };
    period(&x, 10000, N, 0);
    period(&x, 10000 + N - 3, N, 0);
    period(&x, 10000 + 2 * N - 3, N, 0);
    CHECK_INT(x.all, 0);
}

static void a_new_length_or_a_new_beginning_excuses_a_jump(void)
{
    struct xruns x = { 0 };
    period(&x, 0, N, 0);
    period(&x, 50000, 2 * N, 0);
    period(&x, 50000 + 2 * N, 2 * N, 0);
    CHECK_INT(x.all, 0);
    xruns_restart(&x);
    period(&x, 7, 2 * N, 0);
    period(&x, 7 + 2 * N, 2 * N, 0);
    CHECK_INT(x.all, 0);
    period(&x, 7 + 6 * N, 2 * N, 0);
    CHECK_INT(x.all, 1);
}

/* Suspected three times: with the CPU all the while, without it for as long as we were too busy,
 * and after the thread was replaced by another, which has had it. */
static void who_had_the_cpu_is_guilty(void)
{
    struct xruns x = { 0 };
    uint64_t long_ns = PERIOD_NS / 2 + 1000;
    period(&x, 0, N, 5000);
    period(&x, N, N, long_ns);
    CHECK_INT(xruns_judge(&x, 5000 + long_ns + 777), 0); /* nothing was missed */
    period(&x, 3 * N, N, long_ns);
    CHECK_INT(xruns_judge(&x, 2 * (5000 + long_ns)), 1);
    period(&x, 5 * N, N, long_ns);
    CHECK_INT(xruns_judge(&x, 2 * (5000 + long_ns) + long_ns - 1000), 1);
    period(&x, 7 * N, N, long_ns);
    CHECK_INT(xruns_judge(&x, long_ns), 2);
    period(&x, 10 * N, N, 0);
    CHECK_INT(xruns_judge(&x, UINT64_MAX), 4);
    CHECK_INT(x.all, 5);
    CHECK_INT(xruns_judge(&x, UINT64_MAX), 4);
}

int main(void)
{
    RUN(periods_that_follow_on_each_other_miss_nothing);
    RUN(what_the_clock_alone_has_seen);
    RUN(lateness_that_is_made_up_for);
    RUN(a_slow_card_misses_nothing);
    RUN(a_jump_is_as_many_periods_as_it_is_long);
    RUN(it_is_ours_when_we_took_more_than_half);
    RUN(a_period_that_outlasts_itself);
    RUN(a_period_that_is_called_for_twice);
    RUN(a_frame_time_that_stands_still_is_no_reason_to_stand_still);
    RUN(the_clock_wraps_after_a_day);
    RUN(a_clock_set_back_has_missed_nothing);
    RUN(a_new_length_or_a_new_beginning_excuses_a_jump);
    RUN(who_had_the_cpu_is_guilty);
    return check_done();
}
