/* convolver_level.h - one partition size of a convolver: what is shared, and one sound's share
 *
 * A level is the responses' part, a stage the sound's. A stage takes in a block of every input,
 * makes spectra of them, multiplies, and makes a block of every output, in slices of work that its
 * caller paces. Internal to the convolver.
 */
#ifndef EFFECTS_CONVOLVER_LEVEL_H
#define EFFECTS_CONVOLVER_LEVEL_H

#include "effects/convolver.h"
#include "effects/fft.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Only inputs and outputs with a cell in this level have a place in it. */
struct level {
    struct filter_level shape;
    uint32_t block, partitions;
    uint32_t n_in, n_out;
    uint32_t in[CONVOLVER_CHANNELS_MAX], out[CONVOLVER_CHANNELS_MAX]; /* place to channel */
    const struct fft *fft;
    struct product_cell *cells; /* sorted by out; out is a place */
    uint32_t n_cells;
    float *h;                  /* spectra, group by group */
    size_t x_stride, h_stride; /* of a group */
    size_t sums;               /* where in a group of a stage's x its sums ahead are */
    uint32_t groups;
    /* The group that was multiplied last by any of those who share the level; written by all of
     * them, relaxed, for every group is as good to begin with: this one is likely at hand. */
    _Atomic uint32_t *hand;
    /* Work of a block at most, in numbers times splittings; how much less it is, by the block's
     * turn; and the products' part of it, per group by its age. */
    uint64_t work, spared[KERNEL_AHEAD], group_work[KERNEL_AHEAD];
};

/* What building needs for a while. */
struct level_scratch {
    uint32_t *at; /* one per cell of the setup */
    float *z;     /* two blocks of the largest level */
};

/* Control. The part of `setup` that `shape` says; l->fft is there, a transform of its block. The
 * setup's cells are sorted by output. In an open pool the spectra are made. */
void level_init(struct level *l, const struct filter_level *shape, const struct filter_setup *setup,
                struct pool *pool, struct level_scratch *scratch);

enum stage_phase { STAGE_SPLIT, STAGE_MULTIPLY, STAGE_JOIN, STAGE_DONE };

struct stage {
    const struct level *level;
    float *x;    /* rings of spectra of past blocks, and sums ahead, group by group */
    float *work; /* transforms under way: of inputs first, of outputs then */
    float *y[2]; /* blocks of the outputs: one being made, one being heard */
    bool silent[2];
    uint32_t making; /* index into y */
    uint32_t slot;   /* of the newest spectrum */
    uint32_t turn;   /* number of the block */
    uint32_t quiet;  /* silent windows in a row */
    enum stage_phase phase;
    uint32_t place, step; /* within the phase */
    uint32_t first;       /* group of the products; after the last one comes 0 */
    uint64_t done;        /* work done of this block */
    uint64_t end;         /* frame after the block */
};

/* Control. */
void stage_init(struct stage *s, const struct level *level, struct pool *pool);

/* Audio. Begins the work on the block that ends at frame `end`, a multiple of the block; what the
 * last one made can be heard from now on. silent: the inputs have been silent for two blocks. */
RT void stage_begin(struct stage *s, uint64_t end, bool silent);
/* Audio. Works until at least `target` of the block's work is done. past: per channel, a ring of
 * mask + 1 frames of input, at least four blocks. */
RT void stage_work(struct stage *s, uint64_t target, float *const *past, uint64_t mask);
/* Audio. Block y[which] of output `place`, or NULL: silence. */
RT const float *stage_output(const struct stage *s, uint32_t which, uint32_t place);

#endif
