/* convolver_calibrate.h - measures what the convolver's steps cost on this machine */
#ifndef EFFECTS_CONVOLVER_CALIBRATE_H
#define EFFECTS_CONVOLVER_CALIBRATE_H

#include "effects/convolver.h"
#include "effects/convolver_costs.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* A matrix of `cells` responses of that length, and how to cut it. */
struct calibrate_task {
    uint32_t quantum, inputs, outputs, cells;
    uint64_t frames;
    uint32_t n_levels;
    struct filter_level levels[CONVOLVER_LEVELS_MAX];
};

/* Any thread but the audio thread; all. They take CPU time, and memory for a while. */

/* The tasks that are measured: 0..calibrate_count()-1. Short and long, of few levels and many. */
uint32_t calibrate_count(void);
void calibrate_task(uint32_t i, struct calibrate_task *t);

/* What it takes, in ns of the calling thread's CPU time per frame: the quickest of some turns.
 * Negative: out of memory. */
double calibrate_run(const struct calibrate_task *t);

/* Fits the costs to measured times: times[i] is what calibrate_run said of task i. Costs on which
 * little depends stay near the built-in ones, scaled as all the others are. */
struct costs calibrate_fit(const double *times);

/* All of that: some tenths of a second. *stop is looked at between tasks. False: it was told to
 * stop, or memory was short, or the figures make no sense; then *costs is as it was. */
bool calibrate(struct costs *costs, const _Atomic bool *stop);

#endif
