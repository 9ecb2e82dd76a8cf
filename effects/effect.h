/* effect.h - what every signal processor is: a row in the catalogue and a handful of functions
 *
 * To add an effect: one file that fills a struct effect_kind (gain.c is the one to read first), its
 * line in catalog.h and its row in catalog.c. Everything else (describe, help, sessions, the tests
 * that every effect must pass) follows from the tables.
 *
 * An effect processes whole quanta in place: planar float channels, full scale 1.0. It is built on
 * whichever thread has the time, handed to the audio thread by the control thread, comes back and
 * is freed there.
 */
#ifndef EFFECTS_EFFECT_H
#define EFFECTS_EFFECT_H

#include "effects/param.h"
#include "effects/ramp.h"
#include "effects/rt.h"

#include <stdint.h>

enum { EFFECT_CHANNELS_MAX = 64, EFFECT_PARAMS_MAX = 32 };
enum { EFFECT_GLIDE_MIN = 64 }; /* frames; a level that moves in fewer is heard as a click */

struct crew;
struct effect;

/* An impulse response at the engine's rate: planar, channel c at data + c * frames. Read-only and
 * owned by the caller, who may free it once it has been built with. */
struct response {
    uint32_t channels;
    uint64_t frames;
    const float *data;
};

struct effect_setup {
    uint32_t rate;                   /* Hz */
    uint32_t quantum;                /* frames per process call, a power of two from 16 to 1024 */
    uint32_t channels;               /* 1..EFFECT_CHANNELS_MAX, in and out */
    const double *values;            /* one per row of params, already in range; physical units */
    const struct response *response; /* of kinds with wants_response; else NULL */
};

struct effect_kind {
    const char *name;
    const char *help;
    const struct param *params; /* at most EFFECT_PARAMS_MAX rows */
    uint32_t n_params;
    /* Has a "text" row named "ir" whose file the console reads into setup.response. */
    bool wants_response;
    /* Control. True: a new value of this row needs a new instance, built and crossfaded. */
    bool (*rebuilds)(uint32_t param);

    /* Any thread but the audio thread. NULL and *why (static; lower case, no full stop) on failure.
     * The first member of what it returns is a struct effect with kind filled in. */
    struct effect *(*build)(const struct effect_setup *setup, const char **why);
    /* Control, at most once, before it is first processed. It may make use of helpers, who outlive
     * it. NULL: it has nothing for them to do. */
    void (*join)(struct effect *e, struct crew *crew);
    /* Any thread but the audio thread, which no longer has it. */
    void (*free)(struct effect *e);
    /* Audio. n is the quantum. Same input, same bits, on one machine. */
    RT void (*process)(struct effect *e, float *const *ch, uint32_t n);
    /* Audio. Moves a parameter to `value` (physical) over `frames`, without a click. Callers use
     * effect_set below, which asks for at least EFFECT_GLIDE_MIN frames; 0 jumps. */
    RT void (*set)(struct effect *e, uint32_t param, double value, uint32_t frames,
                   enum curve curve);
    /* Control. Added latency in frames. NULL: none. */
    uint32_t (*latency)(const struct effect *e);
    /* Any thread. Frames that it goes on sounding after its input has ended. NULL: none. */
    RT uint64_t (*tail)(const struct effect *e);
    /* Control. The value of a fixed row, which says something about this instance. NULL: there are
     * no such rows. */
    double (*fact)(const struct effect *e, uint32_t param);
    /* Control. Would one that is built now do the same in another way, such that it differs in its
     * rounding? NULL: never. */
    bool (*stale)(const struct effect *e);
    /* Any thread. How far the effect is holding the level down now, in dB, 0 or more, for meters
     * of dynamics processors. NULL: it does not. */
    RT float (*reduction)(const struct effect *e);
};

struct effect {
    const struct effect_kind *kind;
};

/* Any thread. The catalogue, sorted by name: rows 0..effect_count()-1; by name or NULL. */
uint32_t effect_count(void);
const struct effect_kind *effect_kind_at(uint32_t i);
const struct effect_kind *effect_find(const char *name);

/* Control. The row of a parameter, or -1. */
int effect_param(const struct effect_kind *kind, const char *name);

static inline RT void effect_process(struct effect *e, float *const *ch, uint32_t n)
{
    e->kind->process(e, ch, n);
}

static inline RT void effect_set(struct effect *e, uint32_t param, double value, uint32_t frames,
                                 enum curve curve)
{
    e->kind->set(e, param, value, frames > EFFECT_GLIDE_MIN ? frames : EFFECT_GLIDE_MIN, curve);
}

/* Control. NULL is fine. */
static inline void effect_free(struct effect *e)
{
    if (e)
        e->kind->free(e);
}

#endif
