/* stopwatch.h - clocks for benches, and what to make of many turns */
#ifndef TESTS_STOPWATCH_H
#define TESTS_STOPWATCH_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

/* Of any clock: CLOCK_MONOTONIC, or CPU time of the process or thread. */
static inline double clock_ns(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

/* Waits for `due` on the monotonic clock. */
static inline void sleep_until(double due)
{
    struct timespec t = { (time_t)(due / 1e9), (long)fmod(due, 1e9) };
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

static inline int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts x; n > 0. */
static inline double median(double *x, uint32_t n)
{
    qsort(x, n, sizeof *x, compare_doubles);
    return n % 2 ? x[n / 2] : (x[n / 2 - 1] + x[n / 2]) / 2;
}

#endif
