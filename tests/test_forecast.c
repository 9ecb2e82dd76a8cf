/* test_forecast.c - the forecast of a starving track, on a clock and a disk made of arithmetic */
#include "tests/check.h"

#include "mixer/forecast.h"

enum { RATE = 48000, SIZE = 48000, TICK_MS = 20 };

/* Plays `ms` at RATE while `rate` frames per second come; the forecast at the end. */
static double play(struct forecast *f, uint64_t *ns, double *decoded, double *buffered, int ms,
                   double rate)
{
    for (int at = 0; at < ms; at += TICK_MS) {
        forecast_look(f, *ns, (uint64_t)*decoded);
        *ns += TICK_MS * 1000000ull;
        *decoded += rate * TICK_MS / 1000;
        *buffered += (rate - RATE) * TICK_MS / 1000;
    }
    return forecast_eta(f, *ns, (uint64_t)*decoded, (uint64_t)*buffered, SIZE, RATE);
}

static void what_is_known_of_nothing(void)
{
    struct forecast f = { 0 };
    CHECK(isinf(forecast_eta(&f, 5, 0, 0, SIZE, RATE)));
    forecast_look(&f, 1000, 0);
    CHECK(isinf(forecast_eta(&f, 1000, 0, 0, SIZE, RATE))); /* no time has passed */
}

static void a_disk_that_keeps_up(void)
{
    struct forecast f = { 0 };
    uint64_t ns = 7;
    double decoded = SIZE, buffered = 20000;
    CHECK(isinf(play(&f, &ns, &decoded, &buffered, 3000, RATE)));
    CHECK(isinf(play(&f, &ns, &decoded, &buffered, 100, 1.2 * RATE)));
}

static void a_disk_that_stands(void)
{
    struct forecast f = { 0 };
    uint64_t ns = 7;
    double decoded = SIZE, buffered = SIZE;
    CHECK(isinf(play(&f, &ns, &decoded, &buffered, 300, 0))); /* above five eighths */
    CHECK_NEAR(play(&f, &ns, &decoded, &buffered, 200, 0), 0.5, 0.001);
    CHECK_NEAR(play(&f, &ns, &decoded, &buffered, 400, 0), 0.1, 0.001);
    CHECK_NEAR(play(&f, &ns, &decoded, &buffered, 100, 0), 0, 0.001);
}

/* Half the rate: what is there lasts twice as long. Then it recovers. */
static void a_disk_that_is_slow(void)
{
    struct forecast f = { 0 };
    uint64_t ns = 7;
    double decoded = 10 * SIZE, buffered = SIZE;
    play(&f, &ns, &decoded, &buffered, 1000, RATE / 2.0);
    CHECK_NEAR(play(&f, &ns, &decoded, &buffered, 500, RATE / 2.0), 0.5, 0.005);
    CHECK(isinf(play(&f, &ns, &decoded, &buffered, 1200, RATE + 1000)));
}

/* Only the last second counts, however long it went well before. */
static void old_times_are_forgotten(void)
{
    struct forecast f = { 0 };
    uint64_t ns = 7;
    double decoded = SIZE, buffered = 29000;
    play(&f, &ns, &decoded, &buffered, 60000, RATE);
    CHECK_NEAR(play(&f, &ns, &decoded, &buffered, 200, 0), (29000 - 9600) / (RATE - 0.8 * RATE),
               0.15);
}

int main(void)
{
    RUN(what_is_known_of_nothing);
    RUN(a_disk_that_keeps_up);
    RUN(a_disk_that_stands);
    RUN(a_disk_that_is_slow);
    RUN(old_times_are_forgotten);
    return check_done();
}
