/* test_turmoil.c - thousands of random changes, seeded; afterwards all is as asked, and nothing
 * lost
 *
 * A model remembers what was asked of each strip. Sines sound all the while, so that a step in the
 * output greater than the sines and their ramps can make is a click. In the end what is heard is
 * compared with what the model says, from arithmetic alone; descriptors and threads are counted,
 * and memory is AddressSanitizer's to count.
 */
#include "mixer/engine.h"
#include "mixer/link.h"
#include "tests/turmoil.h"

#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

enum { MOST = 16384, RUNS = 6, STEPS = 1500 };

static uint32_t entries(const char *path)
{
    uint32_t n = 0;
    DIR *dir = opendir(path);
    while (dir && readdir(dir))
        n++;
    closedir(dir);
    return n;
}

/* Periods of any size; the console gets its tick after some of them. */
static void run(struct studio *s, struct model *m, float *x, uint32_t n)
{
    const float *in[STUDIO_PORTS] = { 0 };
    for (uint32_t done = 0; done < n;) {
        uint32_t now = (1 + (uint32_t)pick(m, 8)) * s->quantum;
        now = now < n - done ? now : n - done;
        float *out[STUDIO_PORTS] = { x + done };
        memset(x + done, 0, sizeof *x * now);
        while (!engine_ready(s->engine, now))
            engine_await(s->engine);
        engine_process(s->engine, in, out, now);
        if (pick(m, 3))
            console_tick(s->console);
        done += now;
    }
}

static void settle(struct studio *s, struct model *m, float *x, double *worst)
{
    do {
        console_tick(s->console);
        run(s, m, x + 1, 64);
        *worst = fmax(*worst, signal_max_step(x, 65));
        x[0] = x[64];
        nanosleep(&(struct timespec){ .tv_nsec = 20000 }, NULL);
    } while (!console_settled(s->console));
}

/* The greatest step that may be: every strip at 0 dB by every way there is, the fastest sine, and
 * every ramp in the way at once from end to end: fader, gate, pan, send, bus, bus gate, the roll of
 * the transport, one way; polarity and a crossfade of two sines, twice that. Any strip that was cut
 * off at its peak would be a greater one. */
static double step_limit(void)
{
    double all = STRIPS * AMPLITUDE * (1 + BUSES);
    return all * (2 * M_PI * FILES / CYCLE + (7. + 2 * 2) / RAMP);
}

/* All that was asked for, and nothing else, is heard. */
static void check_end(struct studio *s, struct model *m, float *x, double *worst)
{
    if (!m->rolling)
        console_play(s->console, RAMP, 0);
    struct refusal why;
    CHECK_INT(console_loop(s->console, 0, 0, &why), 0);
    settle(s, m, x, worst);
    run(s, m, x, 4096); /* every ramp has ended */
    const struct status *status = console_status(s->console);
    uint64_t frame = status->position + link_horizon(s->link) - status->frame;
    run(s, m, x, MOST);
    double off = 0;
    for (uint32_t i = 0; i < MOST; i++)
        off = fmax(off, fabs(x[i] - expected(m, frame + i)));
    if (!(20 * log10(off) < -110)) /* a sum of some twenty products of floats */
        CHECK_FAIL("seed at the end %u: off by %g", m->seed, off);
    CHECK_STR(s->report, "");
    CHECK(m->done == STEPS && m->refused < STEPS);
}

static void turmoil(uint32_t seed)
{
    static float x[MOST + 1];
    struct model m = { .seed = seed };
    struct studio s;
    double worst = 0;
    studio_open(&s, RATE, 64);
    studio_set(&s, "engine/ramp", "40ms", UINT32_MAX);
    studio_set(&s, "engine/xfade", "40ms", UINT32_MAX);
    studio_settle(&s);
    x[0] = 0;
    for (int i = 0; i < STEPS; i++) {
        step(&s, &m);
        if (pick(&m, 4) == 0)
            continue; /* several changes at once */
        uint32_t n = 64 * (1 + (uint32_t)pick(&m, 12));
        run(&s, &m, x + 1, n);
        worst = fmax(worst, signal_max_step(x, n + 1));
        x[0] = x[n];
        if (pick(&m, 16) == 0)
            settle(&s, &m, x, &worst);
    }
    settle(&s, &m, x, &worst);
    if (!(worst <= step_limit()))
        CHECK_FAIL("seed %u: a step of %g, not %g at most", seed, worst, step_limit());
    check_end(&s, &m, x, &worst);
    studio_close(&s);
}

static void turmoil_leaves_no_trace(void)
{
    uint32_t descriptors = entries("/proc/self/fd");
    for (uint32_t seed = 1; seed <= RUNS; seed++)
        turmoil(seed);
    while (track_decoders() > 0) /* they end by themselves */
        nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    CHECK_INT(entries("/proc/self/fd"), descriptors);
}

/* The same with an audio thread of its own: what one half may not see of the other is for
 * ThreadSanitizer to tell. */
struct player {
    struct engine *engine;
    _Atomic bool stop;
};

static void *player_run(void *arg)
{
    struct player *p = arg;
    float x[64];
    const float *in[STUDIO_PORTS] = { 0 };
    float *out[STUDIO_PORTS] = { x };
    while (!atomic_load_explicit(&p->stop, memory_order_relaxed)) {
        engine_process(p->engine, in, out, 64);
        nanosleep(&(struct timespec){ .tv_nsec = 20000 }, NULL);
    }
    return NULL;
}

static void turmoil_beside_the_audio_thread(void)
{
    static float x[MOST + 1];
    struct model m = { .seed = 77 };
    struct studio s;
    double worst = 0;
    pthread_t thread;
    studio_open(&s, RATE, 64);
    studio_settle(&s);
    struct player p = { .engine = s.engine };
    if (pthread_create(&thread, NULL, player_run, &p))
        abort();
    for (int i = 0; i < STEPS; i++) {
        step(&s, &m);
        console_tick(s.console);
        if (pick(&m, 4) == 0)
            nanosleep(&(struct timespec){ .tv_nsec = 100000 * pick(&m, 20) }, NULL);
    }
    atomic_store_explicit(&p.stop, true, memory_order_relaxed);
    pthread_join(thread, NULL);
    settle(&s, &m, x, &worst);
    check_end(&s, &m, x, &worst);
    studio_close(&s);
}

int main(void)
{
    write_files();
    RUN(turmoil_leaves_no_trace);
    RUN(turmoil_beside_the_audio_thread);
    return check_done();
}
