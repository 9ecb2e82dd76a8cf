/* test_xruns.c - missed periods, by arithmetic */
#include "tests/check.h"

#include "daemon/xruns.h"

enum { RATE = 48000, N = 64 };
#define PERIOD_NS 1333333u /* 64 / 48000 s */

static void period(struct xruns *x, uint32_t at, uint32_t n, uint64_t busy_ns)
{
    xruns_begin(x, at, n, RATE);
    xruns_end(x, busy_ns);
}

static void periods_that_follow_on_each_other_miss_nothing(void)
{
    struct xruns x = { 0 };
    for (uint32_t i = 0; i < 1000; i++)
        period(&x, 12345 + i * N, N, PERIOD_NS * 2);
    CHECK_INT(x.all, 0);
    CHECK_INT(x.own, 0);
}

static void a_jump_is_one_however_long(void)
{
    struct xruns x = { 0 };
    period(&x, 0, N, 0);
    period(&x, N + 1, N, 0);
    period(&x, 2 * N + 1, N, 0);
    CHECK_INT(x.all, 1);
    period(&x, 3 * N + 1 + 1000000, N, 0);
    CHECK_INT(x.all, 2);
    CHECK_INT(x.own, 0);
}

/* More than half of the period before the jump; 666,666 ns are half of it. */
static void it_is_ours_when_we_took_more_than_half(void)
{
    struct xruns x = { 0 };
    period(&x, 0, N, PERIOD_NS / 2 - 1);
    period(&x, 2 * N, N, PERIOD_NS / 2 + 1);
    CHECK_INT(x.all, 1);
    CHECK_INT(x.own, 0);
    period(&x, 4 * N, N, 0);
    CHECK_INT(x.all, 2);
    CHECK_INT(x.own, 1);
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

int main(void)
{
    RUN(periods_that_follow_on_each_other_miss_nothing);
    RUN(a_jump_is_one_however_long);
    RUN(it_is_ours_when_we_took_more_than_half);
    RUN(the_clock_wraps_after_a_day);
    RUN(a_clock_set_back_has_missed_nothing);
    RUN(a_new_length_or_a_new_beginning_excuses_a_jump);
    return check_done();
}
