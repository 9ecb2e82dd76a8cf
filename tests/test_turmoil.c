/* test_turmoil.c - thousands of random changes, seeded; afterwards all is as asked, and nothing
 * lost
 *
 * A model remembers what was asked of each strip. Sines sound all the while, so that a step in the
 * output greater than the sines and their ramps can make is a click. In the end what is heard is
 * compared with what the model says, from arithmetic alone; descriptors and threads are counted,
 * and memory is AddressSanitizer's to count.
 */
#include "mixer/console.h"
#include "mixer/engine.h"
#include "mixer/link.h"
#include "tests/chance.h"
#include "tests/check.h"
#include "tests/folder.h"
#include "tests/signals.h"
#include "tests/studio.h"
#include "tests/wavfile.h"

#include <dirent.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

enum { RATE = 48000, CYCLE = 9600, FILES = 3, STRIPS = 4, BUSES = 3, MOST = 16384, RUNS = 6 };
enum {
    STEPS = 1500,
    RAMP = 1920 /* 40 ms: the slower the ramps, the smaller the click that shows */
};

#define AMPLITUDE 0.05

/* What was asked of a strip. Its file is a sine of `file` + 1 cycles in CYCLE frames, that repeats,
 * so the frame of the timeline alone says what it plays. */
struct model_strip {
    bool here, mute, solo, polarity;
    int file, gain_db, pan, offset;
    int send[BUSES]; /* dB; 1: none */
    int out;         /* a bus, or -1: the master */
};

struct model {
    struct model_strip strips[STRIPS];
    bool buses[BUSES];
    int bus_db[BUSES];
    bool rolling;
    uint32_t seed;
    uint32_t done, refused;
};

static const char *path_of(int file)
{
    char name[32];
    snprintf(name, sizeof name, "sine%d.wav", file);
    return in_folder(name);
}

static void write_files(void)
{
    static float x[CYCLE];
    for (int i = 0; i < FILES; i++) {
        signal_sine(x, CYCLE, (i + 1) * (double)RATE / CYCLE, RATE, AMPLITUDE);
        struct wavfile w = { RATE, 1, CYCLE, x };
        CHECK_INT(wavfile_write(path_of(i), &w, WAVFILE_FLOAT), 0);
    }
}

static uint32_t entries(const char *path)
{
    uint32_t n = 0;
    DIR *dir = opendir(path);
    while (dir && readdir(dir))
        n++;
    closedir(dir);
    return n;
}

static int pick(struct model *m, int n)
{
    return (int)chance(&m->seed, (uint32_t)n);
}

/* ---- what is asked; what is refused is remembered by nobody */

static bool set(struct studio *s, struct model *m, const char *text, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static bool set(struct studio *s, struct model *m, const char *text, const char *format, ...)
{
    char address[128];
    struct refusal why;
    struct console_change change = { .frames = UINT32_MAX };
    va_list args;
    va_start(args, format);
    vsnprintf(address, sizeof address, format, args);
    va_end(args);
    bool done = console_set(s->console, address, text, &change, &why) == 0;
    m->refused += !done;
    return done;
}

static void strip_add(struct studio *s, struct model *m, int i)
{
    struct model_strip *strip = &m->strips[i];
    struct refusal why;
    int file = pick(m, FILES), gain = -pick(m, 12);
    char name[8], gain_text[16];
    snprintf(name, sizeof name, "s%d", i);
    snprintf(gain_text, sizeof gain_text, "%ddB", gain);
    struct console_key keys[] = { { "source", path_of(file) },
                                  { "loop", "on" },
                                  { "gain", gain_text } };
    int err = console_add_strip(s->console, name, keys, 3, &why);
    CHECK_INT(err, strip->here ? -1 : 0);
    if (err)
        return;
    *strip = (struct model_strip){ .here = true, .file = file, .gain_db = gain, .out = -1 };
    for (int b = 0; b < BUSES; b++)
        strip->send[b] = 1;
}

static bool bus_used(const struct model *m, int bus)
{
    for (int i = 0; i < STRIPS; i++)
        if (m->strips[i].here && m->strips[i].out == bus)
            return true;
    return false;
}

static void bus_turn(struct studio *s, struct model *m)
{
    struct refusal why;
    int bus = pick(m, BUSES);
    char name[16];
    snprintf(name, sizeof name, "bus/b%d", bus);
    if (!m->buses[bus]) {
        CHECK_INT(console_add_bus(s->console, name + 4, NULL, 0, &why), 0);
        m->buses[bus] = true;
        m->bus_db[bus] = 0;
        return;
    }
    CHECK_INT(console_remove(s->console, name, &why), bus_used(m, bus) ? -1 : 0);
    if (bus_used(m, bus))
        return;
    m->buses[bus] = false;
    for (int i = 0; i < STRIPS; i++)
        m->strips[i].send[bus] = 1;
}

static void strip_level(struct studio *s, struct model *m, int i)
{
    struct model_strip *strip = &m->strips[i];
    int value = -pick(m, 12), pan = pick(m, 201) - 100;
    char text[16];
    if (pick(m, 2)) {
        snprintf(text, sizeof text, "%d", value);
        if (set(s, m, text, "strip/s%d/gain", i))
            strip->gain_db = value;
    } else {
        snprintf(text, sizeof text, "%d", pan);
        if (set(s, m, text, "strip/s%d/pan", i))
            strip->pan = pan;
    }
}

static void strip_switch(struct studio *s, struct model *m, int i)
{
    struct model_strip *strip = &m->strips[i];
    static const char *const names[] = { "mute", "solo", "polarity" };
    bool *const values[] = { &strip->mute, &strip->solo, &strip->polarity };
    int which = pick(m, 3);
    if (set(s, m, "!", "strip/s%d/%s", i, names[which]))
        *values[which] = !*values[which];
}

static void strip_route(struct studio *s, struct model *m, int i)
{
    struct model_strip *strip = &m->strips[i];
    int bus = pick(m, BUSES), level = -pick(m, 30);
    char text[16];
    switch (pick(m, 3)) {
    case 0:
        if (set(s, m, "master", "strip/s%d/out", i))
            strip->out = -1;
        break;
    case 1:
        snprintf(text, sizeof text, "bus/b%d", bus);
        if (set(s, m, text, "strip/s%d/out", i))
            strip->out = bus;
        break;
    default:
        snprintf(text, sizeof text, level < -25 ? "-inf" : "%d", level);
        if (set(s, m, text, "strip/s%d/send/b%d", i, bus))
            strip->send[bus] = level < -25 ? 1 : level;
    }
}

static void strip_file(struct studio *s, struct model *m, int i)
{
    struct refusal why;
    struct model_strip *strip = &m->strips[i];
    int file = pick(m, FILES), offset = pick(m, CYCLE);
    char text[16];
    snprintf(text, sizeof text, "strip/s%d", i);
    if (pick(m, 2)) {
        int err = console_load(s->console, text, path_of(file), &why);
        CHECK_INT(err, strip->here ? 0 : -1);
        strip->file = file;
        return;
    }
    snprintf(text, sizeof text, "%df", offset);
    if (set(s, m, text, "strip/s%d/offset", i))
        strip->offset = offset;
}

static void strip_remove(struct studio *s, struct model *m, int i)
{
    struct refusal why;
    char address[16];
    snprintf(address, sizeof address, "strip/s%d", i);
    CHECK_INT(console_remove(s->console, address, &why), m->strips[i].here ? 0 : -1);
    m->strips[i].here = false;
    if (pick(m, 2))
        strip_add(s, m, i); /* at once, by the same name */
}

/* An effect that changes nothing: what it is for is to come and go. */
static void insert_turn(struct studio *s, struct model *m, int i)
{
    struct refusal why;
    char address[32], slot[64];
    snprintf(address, sizeof address, "strip/s%d/x", i);
    if (console_remove(s->console, address, &why) == 0 && pick(m, 2))
        return;
    address[strlen(address) - 2] = '\0';
    int err = console_insert(s->console, address, "gain", "x", NULL, NULL, 0, slot, &why);
    CHECK_INT(err, m->strips[i].here ? 0 : -1);
    if (!err && pick(m, 2))
        set(s, m, "!", "strip/s%d/x/bypass", i);
}

static void transport_turn(struct studio *s, struct model *m)
{
    struct refusal why;
    uint64_t from = (uint64_t)pick(m, 100000);
    switch (pick(m, 4)) {
    case 0:
        console_locate(s->console, from, &why);
        break;
    case 1:
        console_loop(s->console, from, from + (uint64_t)pick(m, 5) * CYCLE, &why);
        break;
    default:
        m->rolling = !m->rolling;
        if (!m->rolling)
            console_stop(s->console, RAMP, 0);
        else
            console_play(s->console, RAMP, 0);
    }
}

static void bus_level(struct studio *s, struct model *m)
{
    int bus = pick(m, BUSES), value = -pick(m, 20);
    char text[16];
    snprintf(text, sizeof text, "%d", value);
    if (set(s, m, text, "bus/b%d/gain", bus))
        m->bus_db[bus] = value;
}

static void step(struct studio *s, struct model *m)
{
    int i = pick(m, STRIPS);
    static void (*const turns[])(struct studio * s, struct model * m, int i) = {
        strip_add,   strip_level, strip_level, strip_level,  strip_switch,
        strip_route, strip_route, strip_file,  strip_remove, insert_turn,
    };
    int turn = pick(m, 14);
    m->done++;
    if (turn < 10)
        turns[turn](s, m, i);
    else if (turn == 10)
        bus_turn(s, m);
    else if (turn == 11)
        bus_level(s, m);
    else
        transport_turn(s, m);
}

/* ---- what should be heard */

static double gain_of(double db)
{
    return pow(10, db / 20);
}

/* Left side of the master, `frame` of the timeline. Buses have a balance at C. */
static double expected(const struct model *m, uint64_t frame)
{
    double sum = 0;
    bool solo = false;
    for (int i = 0; i < STRIPS; i++)
        solo |= m->strips[i].here && m->strips[i].solo;
    for (int i = 0; i < STRIPS; i++) {
        const struct model_strip *s = &m->strips[i];
        if (!s->here || s->mute || (solo && !s->solo) || frame < (uint64_t)s->offset)
            continue;
        uint64_t at = (frame - (uint64_t)s->offset) % CYCLE;
        double x = (float)(AMPLITUDE * sin(2 * M_PI * (s->file + 1) * (double)at / CYCLE));
        x *= gain_of(s->gain_db) * (s->polarity ? -1 : 1) * cos((s->pan + 100) / 200. * M_PI / 2);
        sum += x * (s->out < 0 ? 1 : gain_of(m->bus_db[s->out]));
        for (int b = 0; b < BUSES; b++)
            if (s->send[b] <= 0)
                sum += x * gain_of(s->send[b]) * gain_of(m->bus_db[b]);
    }
    return sum;
}

/* ---- a run */

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
