/* rig.h - builds an effect with named values and runs it as the engine would */
#ifndef TESTS_RIG_H
#define TESTS_RIG_H

#include "effects/effect.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

enum { RIG_QUANTUM = 64, RIG_RATE = 48000 };

struct rig_value {
    const char *row;
    double value;
};

/* Never NULL; ends the test otherwise. `values` ends with a row of NULL; rows that are not named
 * get their defaults. */
static inline struct effect *rig_build(const char *kind, struct effect_setup setup,
                                       const struct rig_value *values)
{
    const struct effect_kind *k = effect_find(kind);
    double all[EFFECT_PARAMS_MAX];
    const char *why = "no such kind";

    for (uint32_t i = 0; k && i < k->n_params; i++)
        all[i] = k->params[i].def;
    for (; k && values && values->row; values++)
        all[effect_param(k, values->row)] = values->value;
    setup.values = all;
    struct effect *e = k ? k->build(&setup, &why) : NULL;
    if (!e) {
        printf("cannot build %s: %s\n", kind, why);
        exit(1);
    }
    return e;
}

/* Runs n samples, a multiple of the quantum, as the audio thread. */
static inline void rig_run(struct effect *e, float *const *ch, uint32_t channels, size_t n,
                           uint32_t quantum)
{
    float *part[EFFECT_CHANNELS_MAX];

    for (size_t at = 0; at < n; at += quantum) {
        for (uint32_t c = 0; c < channels; c++)
            part[c] = ch[c] + at;
        rt_enter();
        effect_process(e, part, quantum);
        rt_leave();
    }
}

static inline void rig_set(struct effect *e, const char *row, double value, uint32_t frames)
{
    rt_enter();
    effect_set(e, (uint32_t)effect_param(e->kind, row), value, frames, CURVE_LIN);
    rt_leave();
}

#endif
