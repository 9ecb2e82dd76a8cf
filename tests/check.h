/* check.h - the smallest test harness that says what it saw
 *
 * A test is a program: `int main(void)` calls RUN(function) for each case and ends with
 * `return check_done();`. Exit status: 0 passed, 1 failed, 77 skipped (CHECK_SKIP).
 */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int check_failures;
static const char *check_case = "";

#define CHECK_FAIL(...)                                                                            \
    (check_failures++, printf("%s:%d: %s: ", __FILE__, __LINE__, check_case),                     \
     printf(__VA_ARGS__), printf("\n"))

#define CHECK(claim)                                                                               \
    do {                                                                                           \
        if (!(claim))                                                                              \
            CHECK_FAIL("not so: %s", #claim);                                                      \
    } while (0)

#define CHECK_INT(got, want)                                                                       \
    do {                                                                                           \
        int64_t got_ = (int64_t)(got), want_ = (int64_t)(want);                                    \
        if (got_ != want_)                                                                         \
            CHECK_FAIL("%s is %" PRId64 ", not %" PRId64, #got, got_, want_);                      \
    } while (0)

#define CHECK_NEAR(got, want, tolerance)                                                           \
    do {                                                                                           \
        double got_ = (got), want_ = (want);                                                       \
        if (!(fabs(got_ - want_) <= (tolerance)))                                                  \
            CHECK_FAIL("%s is %.9g, not %.9g", #got, got_, want_);                                 \
    } while (0)

/* `gain` is linear; wanted and tolerance are in dB. */
#define CHECK_DB(gain, want, tolerance) CHECK_NEAR(20 * log10(gain), want, tolerance)

#define CHECK_STR(got, want)                                                                       \
    do {                                                                                           \
        const char *got_ = (got), *want_ = (want);                                                 \
        if (!got_ || strcmp(got_, want_) != 0)                                                     \
            CHECK_FAIL("%s is \"%s\", not \"%s\"", #got, got_ ? got_ : "(null)", want_);           \
    } while (0)

#define CHECK_SKIP(reason)                                                                         \
    do {                                                                                           \
        printf("%s\n", reason);                                                                    \
        exit(77);                                                                                  \
    } while (0)

#define RUN(function)                                                                              \
    do {                                                                                           \
        int before_ = check_failures;                                                              \
        check_case = #function;                                                                    \
        function();                                                                                \
        printf("%s %s\n", check_failures == before_ ? "ok    " : "FAILED", #function);             \
        fflush(stdout);                                                                            \
    } while (0)

static inline int check_done(void)
{
    return check_failures ? 1 : 0;
}

#endif
