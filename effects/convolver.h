/* convolver.h - a matrix of impulse responses, applied quantum by quantum with no added latency
 *
 * A filter is what the responses became: a plan of levels and their spectra. It is built on the
 * control thread, never changes, and any number of convolvers share it. A convolver is one sound
 * going through it, with its memory of the past.
 *
 *     struct filter *f = filter_new(&setup, &why);
 *     struct convolver *c = convolver_new(f);
 *     filter_drop(f);                          (the convolver keeps it)
 *     convolver_process(c, in, out);           (audio thread, once a quantum)
 *     convolver_free(c);
 *
 * How it works. A response is cut into partitions of growing size: level 0's are a quantum long and
 * are computed in the quantum that brings the input; a level of block B begins 2B - quantum frames
 * into the response, so it has B frames of time for each block, and spreads that work evenly over
 * the B / quantum calls, or helper threads do it (convolver_pace.h). What the past makes of a block
 * is summed for four blocks at a time, so that response and past are read from memory a quarter as
 * often (convolver_kernel.h); convolvers of one filter go through its response side by side,
 * wherever in their blocks they are, so that it is read once for all of them. All transforms of one
 * size have the same tables, whatever the filter; those of convolvers with one crew go through
 * their steps one after another, behind all heads of the quantum. Work is due by frames, not by the
 * clock: the same input gives the same bits on one machine, however calls are timed, whoever does
 * the work, and whoever shares the filter.
 */
#ifndef EFFECTS_CONVOLVER_H
#define EFFECTS_CONVOLVER_H

#include "effects/rt.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    CONVOLVER_CHANNELS_MAX = 64, /* inputs, outputs */
    CONVOLVER_LEVELS_MAX = 12,
    CONVOLVER_QUANTUM_MIN = 16,
    CONVOLVER_QUANTUM_MAX = 1024,
};

/* taps[0..frames-1] lead from input `in` to output `out`. Cells with the same taps pointer and
 * length share their spectra. No two cells have the same in and out; pairs without a cell are
 * silent and free. */
struct filter_cell {
    uint32_t in, out;
    const float *taps;
    uint64_t frames; /* 1 .. FILTER_FRAMES_MAX */
};

enum { FILTER_FRAMES_MAX = 1 << 26 };

struct filter_setup {
    uint32_t quantum; /* a power of two, CONVOLVER_QUANTUM_MIN .. CONVOLVER_QUANTUM_MAX */
    uint32_t inputs, outputs;
    const struct filter_cell *cells;
    uint32_t n_cells; /* at least 1 */
};

/* For people: how a filter is laid out. */
struct filter_level {
    uint32_t block, partitions;
    uint64_t offset;     /* frames into the response */
    double ns_per_frame; /* predicted, on a machine like the one that the model was made on */
};

struct crew;
struct filter;
struct convolver;

/* Any thread but the audio thread, like the next four. Copies what it needs of the taps, which must
 * be finite. One that was made from the same setup and is still kept is kept once more, so that all
 * who use a response share its spectra. NULL: out of memory. */
struct filter *filter_new(const struct filter_setup *setup);
/* Every new, keep and convolver_new is undone by one drop or convolver_free. */
struct filter *filter_keep(struct filter *f);
void filter_drop(struct filter *f); /* NULL is fine */

/* Any thread. Length of the longest response. */
uint64_t filter_frames(const struct filter *f);
/* Any thread. Returns how many levels there are and describes them. */
uint32_t filter_levels(const struct filter *f, struct filter_level levels[CONVOLVER_LEVELS_MAX]);

/* Silent until it is fed. NULL: out of memory. */
struct convolver *convolver_new(struct filter *f);
/* Control, at most once and before it is fed. From now on its background work is put off to the
 * crew's crew_finish at the end of the quantum, and helpers may do that of its long blocks. What
 * they have not done in time is silent for that long, faded out and in. NULL is fine, and so is
 * never: then convolver_process does it all. */
void convolver_join(struct convolver *c, struct crew *crew);
/* As filter_new. Waits for the helper that may be at work on it. */
void convolver_free(struct convolver *c); /* NULL is fine */

/* Control. Would its filter be laid out otherwise, were it made now, by the costs in force? */
bool convolver_stale(const struct convolver *c);

/* Audio. One quantum of every input to one quantum of every output; outputs may be inputs. Input
 * must be finite. Quanta under -200 dBFS count as silence; silence is nearly free once the response
 * has rung out, and then the output is exactly zero. */
RT void convolver_process(struct convolver *c, const float *const *in, float *const *out);

#endif
