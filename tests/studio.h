/* studio.h - link, engine and console wired for a test that plays the audio thread itself */
#ifndef TESTS_STUDIO_H
#define TESTS_STUDIO_H

#include "mixer/console.h"
#include "mixer/engine.h"
#include "mixer/link.h"

#include <stdint.h>

enum { STUDIO_PORTS = 66 };

struct studio {
    uint32_t rate, quantum;
    struct link *link;
    struct engine *engine;
    struct console *console;
    uint32_t ports;                /* places claimed so far; 0 and 1 are the master's */
    uint32_t dropped;              /* how many of them were given back; they are not used again */
    const float *in[STUDIO_PORTS]; /* what studio_run gives the engine, from frame `fed` on */
    char report[512];              /* the last thing the console reported */
};

/* Aborts the test when memory is short. `cache`: the console's folder of that name. */
void studio_open(struct studio *s, uint32_t rate, uint32_t quantum);
void studio_open_cached(struct studio *s, uint32_t rate, uint32_t quantum, const char *cache);
void studio_close(struct studio *s);

/* Ticks the console, and lets the engine obey (make one quantum when that is needed for a fade to
 * end), until everything is settled. */
void studio_settle(struct studio *s);

/* Makes n frames (a multiple of the quantum) in periods of `period` (likewise), waiting for the
 * tracks as the render driver does. out[place]: n frames each, or NULL. Ticks in between. */
void studio_run(struct studio *s, float *const *out, uint32_t n, uint32_t period);

/* "strip drums source=a.wav gain=-3dB" and the like; the test fails if it is refused. */
void studio_add(struct studio *s, const char *line);
/* Sets a value at once or over frames; returns the frame. The test fails if it is refused. */
uint64_t studio_set(struct studio *s, const char *address, const char *value, uint32_t frames);

#endif
