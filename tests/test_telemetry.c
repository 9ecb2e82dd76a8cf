/* test_telemetry.c - the figures against clocks whose answer is arithmetic
 *
 * Worlds are made up turn by turn. What PROTOCOL.md prints has two decimals: 48.00 means within
 * 0.005, and so do the checks.
 */
#include "tests/check.h"

#include "daemon/telemetry.h"

enum { NS = 1000000000 };

struct world {
    struct telemetry *t;
    double rate;
    uint32_t frames;  /* per turn */
    uint64_t frame;   /* the engine's */
    double due_ns;    /* of the next turn */
    uint32_t busy_ns; /* of every turn */
};

static struct world world_new(uint32_t rate, uint32_t frames)
{
    struct world w = { .t = telemetry_new(rate, 64), .rate = rate, .frames = frames };
    w.due_ns = 5e14; /* a clock that has run for days; a double holds it to the ns */
    w.busy_ns = 1000;
    return w;
}

static void turn(struct world *w, double late_ns)
{
    struct timing r = { .start_ns = (uint64_t)(w->due_ns + late_ns),
                        .frame = w->frame,
                        .frames = w->frames,
                        .busy_ns = w->busy_ns };
    for (uint32_t i = 0; i < STAGES; i++)
        r.stage_ns[i] = (i + 1) * 100 * (w->frames / 64);
    telemetry_feed(w->t, &r, 1);
    w->frame += w->frames;
    w->due_ns += w->frames / w->rate * NS;
}

static struct telemetry_figures figures_at(const struct world *w, double ns)
{
    struct telemetry_figures f;
    telemetry_figures(w->t, (uint64_t)ns, &f);
    return f;
}

/* Plays for so many seconds and checks OUT after each turn, once there is a full second. All turns
 * are late by up to jitter_ns, one in ten by up to rare_ns. */
static void check_steady(struct world *w, double seconds, double jitter_ns, double rare_ns)
{
    uint32_t seed = 1;
    double until = w->due_ns + seconds * NS, worst = 0;
    while (w->due_ns < until) {
        seed = seed * 1664525u + 1013904223u;
        turn(w, (seed >> 8) % 10 == 0 ? rare_ns : jitter_ns * (seed >> 8) / 0x1p24);
        struct telemetry_figures f = figures_at(w, w->due_ns);
        if (f.seconds > 0)
            worst = fmax(worst, fabs(f.out_ksps - w->rate / 1000));
    }
    if (worst > 0.005)
        CHECK_FAIL("%g Hz, %u frames: OUT is off by %g", w->rate, w->frames, worst);
}

static const uint32_t sizes[] = { 16, 64, 256, 1024, 8192 };

static void a_steady_world_has_its_rate(void)
{
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        static const uint32_t rates[] = { 44100, 48000, 96000 };
        for (int r = 0; r < 3; r++) {
            struct world w = world_new(rates[r], sizes[i]);
            check_steady(&w, 4, 0, 0);
            CHECK(figures_at(&w, w.due_ns).seconds >= 3);
            telemetry_free(w.t);
        }
    }
}

/* On a busy machine all are a little late and some by much; it is always made up for. */
static void wake_ups_that_are_late_cost_nothing(void)
{
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct world w = world_new(48000, sizes[i]);
        double turn_ns = sizes[i] / 48e3 * NS;
        turn(&w, 0);
        check_steady(&w, 20, fmin(1e5, turn_ns / 10), fmin(16e6, turn_ns * 0.9));
        telemetry_free(w.t);
    }
    struct world w = world_new(48000, 64); /* now and then late by twelve periods, then a burst */
    for (int i = 0; i < 4000; i++) {
        turn(&w, i % 500 < 12 && i > 12 ? (12 - i % 500) * 64 / 48e3 * NS : 0);
        struct telemetry_figures f = figures_at(&w, w.due_ns);
        if (f.seconds > 0 && fabs(f.out_ksps - 48) > 0.005)
            CHECK_FAIL("OUT is %g", f.out_ksps);
    }
    telemetry_free(w.t);
}

/* In the middle of a second, and near its edge, where it counts in either but only once. */
static void a_missed_period_is_missing_once(void)
{
    for (size_t i = 1; i < sizeof sizes / sizeof *sizes; i++)
        for (double when = 0.5; when < 1.6; when += 0.05) {
            struct world w = world_new(48000, sizes[i]);
            double start = w.due_ns, sum = 0, least = 48;
            bool missed = false;
            for (uint64_t seconds = 0; seconds < 4;) {
                if (!missed && w.due_ns >= start + when * NS) {
                    missed = true;
                    w.due_ns += sizes[i] / 48e3 * NS;
                }
                turn(&w, 0);
                struct telemetry_figures f = figures_at(&w, w.due_ns);
                if (f.seconds > seconds) {
                    seconds = f.seconds;
                    sum += f.out_ksps;
                    least = fmin(least, f.out_ksps);
                }
            }
            CHECK_NEAR(sum, 4 * 48 - sizes[i] / 1000.0, 0.005);
            if (when == 0.5)
                CHECK_NEAR(least, 48 - sizes[i] / 1000.0, 0.005);
            telemetry_free(w.t);
        }
}

static void a_driver_that_stops_falls_to_nothing(void)
{
    for (size_t i = 1; i < sizeof sizes / sizeof *sizes; i++) {
        struct world w = world_new(48000, sizes[i]);
        struct telemetry_figures f = { 0 };
        double start = w.due_ns, sum = 0;
        for (uint64_t seconds = 0; seconds < 3; seconds = f.seconds) {
            /* Turns for 2.5 s; then only the clock goes on. */
            if (w.due_ns < start + 2.5 * NS)
                turn(&w, 0);
            else
                w.due_ns += 1e6;
            f = figures_at(&w, w.due_ns);
            sum += f.seconds > seconds ? f.out_ksps : 0;
            CHECK(f.seconds == 0 || f.seconds == 3 || fabs(f.out_ksps - 48) < 0.005);
        }
        CHECK(f.out_ksps > 23.9 && f.out_ksps < 24 + 0.001 * sizes[i]);
        CHECK_NEAR(sum, (double)w.frame / 1000, 0.005);
        f = figures_at(&w, start + 4.5 * NS);
        CHECK(f.out_ksps == 0 && f.cap_ksps == 0 && f.load_mean == 0 && f.load_max == 0);
        CHECK(f.stage[0].mean_us == 0);
        f = figures_at(&w, start + 86400.5 * NS); /* a day of nothing */
        CHECK_INT(f.seconds, 86400);
        w.due_ns = start + 86400.75 * NS; /* and on again, where the engine was */
        while (w.due_ns < start + 86404.5 * NS)
            turn(&w, 0);
        CHECK_NEAR(figures_at(&w, w.due_ns).out_ksps, 48, 0.005);
        telemetry_free(w.t);
    }
}

static void before_the_first_full_second_there_is_nothing(void)
{
    struct world w = world_new(48000, 64);
    struct telemetry_figures f = figures_at(&w, w.due_ns + 9e9);
    CHECK(f.seconds == 0 && f.out_ksps == 0);
    double start = w.due_ns;
    while (w.due_ns < start + 0.999 * NS)
        turn(&w, 0);
    f = figures_at(&w, w.due_ns);
    CHECK(f.seconds == 0 && f.out_ksps == 0 && f.cap_ksps == 0 && f.load_p50 == 0);
    telemetry_free(w.t);
}

/* One turn in fifty is heavy: it shows in p99 and max, not in p50. */
static void load_is_the_share_of_what_a_turn_covers(void)
{
    struct world w = world_new(48000, 480); /* 10 ms each */
    double start = w.due_ns;
    for (int i = 0; i < 120; i++) {
        w.busy_ns = i % 50 == 7 ? 9000000 : i == 90 ? 9500000 : 1000000;
        turn(&w, 0);
    }
    struct telemetry_figures f = figures_at(&w, start + 1.1 * NS);
    CHECK_INT(f.seconds, 1);
    CHECK_NEAR(f.load_p50, 10, 1e-6);
    CHECK_NEAR(f.load_p99, 90, 1e-6); /* the 99th of 100: 97 at 10, 90, 90, 95 */
    CHECK_NEAR(f.load_max, 95, 1e-6);
    CHECK_NEAR(f.load_mean, (97 * 10 + 2 * 90 + 95) / 100.0, 1e-6);
    /* 48,000 frames in 97 + 18 + 9.5 ms */
    CHECK_NEAR(f.cap_ksps, 48 / 0.1245, 1e-3);
    telemetry_free(w.t);
}

/* Turns of different lengths: a turn of four quanta at four times the cost is the same load. */
static void stages_are_per_quantum(void)
{
    struct world w = world_new(48000, 64);
    double start = w.due_ns;
    for (int i = 0; w.due_ns < start + 1.2 * NS; i++) {
        w.frames = i % 2 ? 256 : 64;
        w.busy_ns = w.frames * 1000;
        turn(&w, 0);
    }
    struct telemetry_figures f = figures_at(&w, start + 1.2 * NS);
    for (int i = 0; i < STAGES; i++) {
        CHECK_NEAR(f.stage[i].mean_us, (i + 1) * 0.1, 1e-9);
        CHECK_NEAR(f.stage[i].max_us, (i + 1) * 0.1, 1e-9);
        CHECK_NEAR(f.stage[i].p99_us, (i + 1) * 0.1, 1e-9);
    }
    CHECK_NEAR(f.load_mean, 4.8, 1e-9); /* 1 us per frame of 20.8 us */
    CHECK_NEAR(f.load_max, 4.8, 1e-9);
    CHECK_NEAR(f.cap_ksps, 1000, 1e-6);
    telemetry_free(w.t);
}

/* Periods that are no multiple of the quantum: one turn or two in each, at the same time. */
static void re_blocked_periods_have_their_rate(void)
{
    struct world w = world_new(48000, 64);
    double period_ns = 100 / 48e3 * NS, start = w.due_ns;
    uint64_t gathered = 0;
    for (int i = 0; i < 3000; i++) {
        for (gathered += 100; gathered >= 64; gathered -= 64) {
            w.due_ns = start + i * period_ns;
            turn(&w, 0);
        }
        struct telemetry_figures f = figures_at(&w, start + i * period_ns);
        if (f.seconds > 0 && fabs(f.out_ksps - 48) > 0.005)
            CHECK_FAIL("OUT is %g", f.out_ksps);
    }
    CHECK(figures_at(&w, w.due_ns).seconds >= 5);
    telemetry_free(w.t);
}

/* Faster than what the memory of turns is made for: nothing overflows, and it is fast. */
static void freewheeling_is_fast(void)
{
    struct world w = world_new(48000, 256);
    double start = w.due_ns;
    for (int i = 0; i < 4 * 48000; i++) {
        turn(&w, 0);
        w.due_ns = start + i * 256 / (256.0 * 48000) * NS; /* 256 times real time */
    }
    CHECK_NEAR(figures_at(&w, w.due_ns).out_ksps, 256 * 48, 256 * 48 * 0.1);
    telemetry_free(w.t);
}

int main(void)
{
    RUN(a_steady_world_has_its_rate);
    RUN(wake_ups_that_are_late_cost_nothing);
    RUN(a_missed_period_is_missing_once);
    RUN(a_driver_that_stops_falls_to_nothing);
    RUN(before_the_first_full_second_there_is_nothing);
    RUN(load_is_the_share_of_what_a_turn_covers);
    RUN(stages_are_per_quantum);
    RUN(re_blocked_periods_have_their_rate);
    RUN(freewheeling_is_fast);
    return check_done();
}
