/* turmoil.h - a model of a desk of which anything is asked at random, and what it must sound like
 *
 * It remembers what was asked of each strip; the rest is arithmetic.
 */
#ifndef TESTS_TURMOIL_H
#define TESTS_TURMOIL_H

#include "mixer/console.h"
#include "tests/chance.h"
#include "tests/check.h"
#include "tests/folder.h"
#include "tests/signals.h"
#include "tests/studio.h"
#include "tests/wavfile.h"

#include <stdarg.h>
#include <stdbool.h>

enum { RATE = 48000, CYCLE = 9600, FILES = 3, STRIPS = 4, BUSES = 3 };
enum { RAMP = 1920 /* 40 ms: the slower the ramps, the smaller the click that shows */ };

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

static inline const char *path_of(int file)
{
    char name[32];
    snprintf(name, sizeof name, "sine%d.wav", file);
    return in_folder(name);
}

static inline void write_files(void)
{
    static float x[CYCLE];
    for (int i = 0; i < FILES; i++) {
        signal_sine(x, CYCLE, (i + 1) * (double)RATE / CYCLE, RATE, AMPLITUDE);
        struct wavfile w = { RATE, 1, CYCLE, x };
        CHECK_INT(wavfile_write(path_of(i), &w, WAVFILE_FLOAT), 0);
    }
}

static inline int pick(struct model *m, int n)
{
    return (int)chance(&m->seed, (uint32_t)n);
}

static inline bool set(struct studio *s, struct model *m, const char *text, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static inline bool set(struct studio *s, struct model *m, const char *text, const char *format, ...)
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

static inline void strip_add(struct studio *s, struct model *m, int i)
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

static inline bool bus_used(const struct model *m, int bus)
{
    for (int i = 0; i < STRIPS; i++)
        if (m->strips[i].here && m->strips[i].out == bus)
            return true;
    return false;
}

static inline void bus_turn(struct studio *s, struct model *m)
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

static inline void strip_level(struct studio *s, struct model *m, int i)
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

static inline void strip_switch(struct studio *s, struct model *m, int i)
{
    struct model_strip *strip = &m->strips[i];
    static const char *const names[] = { "mute", "solo", "polarity" };
    bool *const values[] = { &strip->mute, &strip->solo, &strip->polarity };
    int which = pick(m, 3);
    if (set(s, m, "!", "strip/s%d/%s", i, names[which]))
        *values[which] = !*values[which];
}

static inline void strip_route(struct studio *s, struct model *m, int i)
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

static inline void strip_file(struct studio *s, struct model *m, int i)
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

static inline void strip_remove(struct studio *s, struct model *m, int i)
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
static inline void insert_turn(struct studio *s, struct model *m, int i)
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

static inline void transport_turn(struct studio *s, struct model *m)
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

static inline void bus_level(struct studio *s, struct model *m)
{
    int bus = pick(m, BUSES), value = -pick(m, 20);
    char text[16];
    snprintf(text, sizeof text, "%d", value);
    if (set(s, m, text, "bus/b%d/gain", bus))
        m->bus_db[bus] = value;
}

/* Asks for something; what is refused is remembered by nobody. */
static inline void step(struct studio *s, struct model *m)
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

static inline double gain_of(double db)
{
    return pow(10, db / 20);
}

/* Left side of the master, `frame` of the timeline. Buses have a balance at C. */
static inline double expected(const struct model *m, uint64_t frame)
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

#endif
