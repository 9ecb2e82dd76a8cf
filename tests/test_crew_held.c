/* test_crew_held.c - a helper thread that is held up stops nobody, and what it lacks is faded */
#include "tests/crewed.h"

#include "effects/convolver_pace.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

enum { RATE = 48000, QUANTUM = 64 };

/* A response that a sine of HUM rings, so that nothing of its output is steeper than that sine is:
 * a level's part of it is at most the sum of its taps. */
#define HUM 50.0
enum { SOUND = 600000 };

struct hold {
    uint64_t frames;
    float *taps, *in, *want, *got;
    struct crew *crew;
    struct convolver *c;
    uint64_t at;
};

static struct hold hold_new(uint64_t frames)
{
    struct hold h = { .frames = frames,
                      .taps = malloc(frames * sizeof *h.taps),
                      .in = malloc(SOUND * sizeof *h.in),
                      .want = calloc(SOUND, sizeof *h.want),
                      .got = calloc(SOUND, sizeof *h.got),
                      .crew = crew_new(RATE) };
    signal_sine(h.taps, frames, HUM, RATE, 1.0 / (double)frames);
    signal_sine(h.in, SOUND, HUM, RATE, 1);
    struct convolver *alone = convolver_of(h.taps, frames, QUANTUM, NULL);
    process(alone, NULL, h.in, h.want, 0, SOUND / QUANTUM * QUANTUM, QUANTUM);
    convolver_free(alone);
    crew_set_helpers(h.crew, 1);
    h.c = convolver_of(h.taps, frames, QUANTUM, h.crew);
    return h;
}

static void hold_free(struct hold *h)
{
    convolver_free(h->c);
    crew_free(h->crew);
    free(h->taps);
    free(h->in);
    free(h->want);
    free(h->got);
}

static void hold_turn(struct hold *h)
{
    crew_turn(h->crew, QUANTUM, false);
    process(h->c, h->crew, h->in, h->got, h->at, h->at + QUANTUM, QUANTUM);
    h->at += QUANTUM;
}

/* With the helper in its sleep, awake or working, but never in anybody's way. */
static void hold_run(struct hold *h, uint64_t until)
{
    while (h->at < until) {
        hold_turn(h);
        await_idle(h->crew);
    }
}

/* Goes on until the helper is held up in the next job, and then for `frames` without it. */
static void hold_up(struct hold *h, uint64_t frames)
{
    await_idle(h->crew);
    crew_hold(h->crew, true);
    while (crew_idle(h->crew))
        hold_turn(h);
    while (!crew_holds(h->crew))
        crew_await();
    for (uint64_t until = h->at + frames; h->at < until;)
        hold_turn(h);
}

/* The steepest that the difference to what is wanted may be: a level's part, at most the sum of
 * its taps (the mean of a sine's magnitude is 2/pi), while it is faded; and its own slope. */
static double slope_bound(void)
{
    double part = 2 / M_PI, own = 2 * sin(M_PI * HUM / RATE);
    return part * (1.0 / PACE_FADE_OUT + own) + 1e-5;
}

static void check_slope(const struct hold *h)
{
    double steepest = 0, most = 0;
    for (uint64_t n = 1; n < h->at; n++) {
        double now = (double)h->got[n] - (double)h->want[n];
        double before = (double)h->got[n - 1] - (double)h->want[n - 1];
        steepest = fmax(steepest, fabs(now - before));
        most = fabs(now) > most ? fabs(now) : most; /* GCC 12 for arm64 chokes on fmax */
    }
    if (steepest > slope_bound())
        CHECK_FAIL("a step of %g, %g is allowed", steepest, slope_bound());
    CHECK(most > 5 * slope_bound()); /* a step would have been seen */
}

static void one_that_is_held_up_is_faded(void)
{
    struct hold h = hold_new(300000);
    hold_run(&h, 200000);
    CHECK(memcmp(h.got, h.want, h.at * sizeof(float)) == 0);
    hold_up(&h, RATE); /* a second */
    CHECK(crew_late(h.crew) > 0);
    crew_hold(h.crew, false);
    uint64_t released = h.at, late = crew_late(h.crew);
    hold_run(&h, 420000);
    check_slope(&h);
    CHECK(crew_late(h.crew) <= late + late / 2 + 2); /* it works four times as fast meanwhile */
    uint64_t exact = released + 3 * 65536;
    hold_run(&h, SOUND - QUANTUM);
    CHECK(memcmp(h.got + exact, h.want + exact, (h.at - exact) * sizeof(float)) == 0);
    hold_free(&h);
}

/* Until its input is no longer there: then it is silent until what it lost no longer matters. */
static void one_that_is_held_up_for_long_comes_back(void)
{
    struct hold h = hold_new(60000);
    hold_run(&h, 30000);
    hold_up(&h, 200000);
    crew_hold(h.crew, false);
    uint64_t exact = h.at + h.frames + 3 * 8192;
    hold_run(&h, SOUND - QUANTUM);
    check_slope(&h);
    CHECK(exact < h.at);
    CHECK(memcmp(h.got + exact, h.want + exact, (h.at - exact) * sizeof(float)) == 0);
    hold_free(&h);
}

/* One who may wait is told to, and then loses nothing. */
static void who_waits_loses_nothing(void)
{
    struct hold h = hold_new(300000);
    hold_up(&h, 0);
    for (int i = 0; i < 10; i++)
        CHECK(!crew_rests(h.crew));
    crew_hold(h.crew, false);
    while (h.at < SOUND - QUANTUM) {
        await_rest(h.crew);
        crew_turn(h.crew, QUANTUM, true);
        process(h.c, h.crew, h.in, h.got, h.at, h.at + QUANTUM, QUANTUM);
        h.at += QUANTUM;
    }
    CHECK(memcmp(h.got, h.want, h.at * sizeof(float)) == 0);
    CHECK_INT(crew_late(h.crew), 0);
    hold_free(&h);
}

struct freeing {
    struct crew *crew;
    _Atomic bool begun, released;
};

static void *release_later(void *arg)
{
    struct freeing *f = arg;
    while (!atomic_load(&f->begun))
        crew_await();
    for (int i = 0; i < 20; i++) /* who does not wait is gone by now */
        crew_await();
    atomic_store(&f->released, true);
    crew_hold(f->crew, false);
    return NULL;
}

static void freeing_waits_for_the_helper(void)
{
    struct hold h = hold_new(300000);
    struct freeing f = { .crew = h.crew };
    pthread_t thread;
    hold_up(&h, 0);
    pthread_create(&thread, NULL, release_later, &f);
    atomic_store(&f.begun, true);
    convolver_free(h.c);
    CHECK(atomic_load(&f.released));
    pthread_join(thread, NULL);
    h.c = NULL;
    hold_free(&h);
}

static void *send_all_away(void *crew)
{
    crew_set_helpers(crew, 0);
    return NULL;
}

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* While one is held up in its last share, the others, who are to leave after it, sleep. Ones that
 * do not would spin before everything ordinary, and the thread that sends them away is ordinary. */
static void who_is_sent_away_sleeps_until_then(void)
{
    struct hold h = hold_new(300000);
    pthread_t thread;
    hold_up(&h, 0);
    crew_set_helpers(h.crew, CREW_HELPERS_MAX); /* the first is the one that is held */
    pthread_create(&thread, NULL, send_all_away, h.crew);
    while (crew_helpers(h.crew) > 0)
        crew_await();
    double before = cpu_seconds();
    nanosleep(&(struct timespec){ .tv_nsec = 500000000 }, NULL); /* more than any nap */
    CHECK(cpu_seconds() - before < 0.2);
    crew_hold(h.crew, false);
    pthread_join(thread, NULL);
    hold_free(&h);
}

int main(void)
{
    RUN(one_that_is_held_up_is_faded);
    RUN(one_that_is_held_up_for_long_comes_back);
    RUN(who_waits_loses_nothing);
    RUN(freeing_waits_for_the_helper);
    RUN(who_is_sent_away_sleeps_until_then);
    return check_done();
}
