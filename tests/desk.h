/* desk.h - a desk that plays files from a folder of the test's own, heard at its first port */
#ifndef TESTS_DESK_H
#define TESTS_DESK_H

#include "mixer/console.h"
#include "mixer/engine.h"
#include "mixer/link.h"
#include "tests/check.h"
#include "tests/folder.h"
#include "tests/signals.h"
#include "tests/studio.h"
#include "tests/wavfile.h"

#include <stdio.h>
#include <time.h>

enum { DESK_RATE = 48000, DESK_QUANTUM = 64, DESK_FADE = 480 /* engine/ramp and engine/xfade */ };

/* One channel at `rate`. */
static inline void desk_write(const char *name, uint32_t rate, float *data, size_t frames)
{
    struct wavfile w = { rate, 1, frames, data };
    CHECK_INT(wavfile_write(in_folder(name), &w, WAVFILE_FLOAT), 0);
}

/* A file whose frame k says first + k. */
static inline void desk_write_ramp(const char *name, size_t frames, uint64_t first)
{
    float *x = malloc(frames * sizeof *x);
    signal_ramp(x, frames, first);
    desk_write(name, DESK_RATE, x, frames);
    free(x);
}

static inline void desk_strip(struct studio *s, const char *name, const char *file,
                              const char *keys)
{
    char line[512];
    snprintf(line, sizeof line, "strip %s source=%s %s", name, in_folder(file), keys);
    studio_add(s, line);
}

/* Heard at the first port as it is. */
static inline void desk_add(struct studio *s, const char *name, const char *file, const char *keys)
{
    char more[256];
    snprintf(more, sizeof more, "pan=L100 %s", keys);
    desk_strip(s, name, file, more);
}

static inline void desk_roll(struct studio *s)
{
    studio_settle(s);
    console_play(s->console, 0, 0);
}

/* And on for a fifth of a second. */
static inline void desk_start(struct studio *s)
{
    desk_roll(s);
    studio_run(s, NULL, DESK_RATE / 5, DESK_QUANTUM);
}

/* n frames of the first port, waiting for decoders. */
static inline void desk_hear(struct studio *s, float *x, uint32_t n)
{
    studio_run(s, (float *[STUDIO_PORTS]){ x }, n, DESK_QUANTUM);
}

/* n frames of the first port, made without a tick of the console. */
static inline void desk_alone(struct studio *s, float *x, uint32_t n)
{
    const float *in[STUDIO_PORTS] = { 0 };
    for (uint32_t done = 0; done < n; done += s->quantum) {
        float *out[STUDIO_PORTS] = { x + done };
        memset(x + done, 0, sizeof *x * s->quantum);
        engine_process(s->engine, in, out, s->quantum);
    }
}

/* Makes frames until all is settled, at least n and at most `most`; returns how many. */
static inline uint32_t desk_settle(struct studio *s, float *x, uint32_t n, uint32_t most)
{
    uint32_t done = 0;
    while (done < most && (done < n || !console_settled(s->console))) {
        desk_hear(s, x + done, DESK_QUANTUM);
        done += DESK_QUANTUM;
        nanosleep(&(struct timespec){ .tv_nsec = 100000 }, NULL); /* decoders have their turn */
    }
    CHECK(console_settled(s->console));
    return done;
}

static inline void desk_figures_take(void *context, const char *address,
                                     const struct track_figures *f)
{
    (void)address;
    CHECK_INT(f->decoded, f->played + f->skipped + f->buffered);
    *(struct track_figures *)context = *f;
}

/* Of the last strip that has any. */
static inline struct track_figures desk_figures(struct studio *s)
{
    struct track_figures f = { 0 };
    console_each_track(s->console, &f, desk_figures_take);
    return f;
}

static inline struct console_totals desk_totals(struct studio *s)
{
    struct console_totals t;
    console_totals(s->console, &t);
    return t;
}

#endif
