/* convolver_plan.c - into which levels a response is cut, by what they are likely to cost
 *
 * A level's partitions run up to where the next one may begin, so a plan is a rising row of block
 * sizes. There are at most 2^13 of them; all are tried. The costs are constants, not measured at
 * start: measuring gives another plan, hence other bits, from one run to the next.
 */
#include "effects/convolver_plan.h"

#include "effects/fft.h"

#include <math.h>
#include <string.h>

/* In ns, on the x86-64 test machine with 16 lanes; plain vectors scale all by about the same. */
static const double CALL = 30;           /* keeping a level's books, per quantum */
static const double TRANSFORM = 20;      /* starting a transform */
static const double SPLITTING = 0.06;    /* of a transform, per number and halving */
static const double BIN = 0.35;          /* storing an input's spectrum, per bin */
static const double PRODUCT_NEAR = 0.10; /* per bin, spectra in the second-level cache */
static const double PRODUCT_FAR = 0.20;  /* and out of it */
static const double NEAR_BYTES = 1 << 20;

struct search {
    uint32_t quantum, inputs, outputs, cells;
    uint64_t frames;
    struct filter_level levels[CONVOLVER_LEVELS_MAX], *best;
    uint32_t n_best;
    double cost;
};

static double level_cost(const struct search *s, uint32_t block, uint32_t partitions)
{
    double transform = TRANSFORM + SPLITTING * block * log2(block);
    double products = (double)s->cells * partitions * block;
    double bytes = (double)(s->cells + s->inputs) * partitions * block * 2 * sizeof(float);
    double ns = (s->inputs + s->outputs) * transform + s->inputs * block * BIN +
                products * (bytes > NEAR_BYTES ? PRODUCT_FAR : PRODUCT_NEAR);
    return ns / block + CALL / s->quantum;
}

/* Tries all plans that go on from `n` levels whose last is `block`, costing `cost` without it. */
static void search_from(struct search *s, uint32_t n, uint32_t block, double cost)
{
    struct filter_level *l = &s->levels[n - 1];
    uint64_t left = s->frames - l->offset;
    l->block = block;
    l->partitions = (uint32_t)((left + block - 1) / block);
    l->ns_per_frame = level_cost(s, block, l->partitions);
    if (cost + l->ns_per_frame < s->cost) {
        s->cost = cost + l->ns_per_frame;
        s->n_best = n;
        memcpy(s->best, s->levels, n * sizeof *l);
    }
    for (uint32_t next = 2 * block; next <= FFT_MAX && n < CONVOLVER_LEVELS_MAX; next *= 2) {
        uint64_t offset = 2 * (uint64_t)next - s->quantum;
        if (offset >= s->frames)
            break;
        l->partitions = (uint32_t)((offset - l->offset) / block);
        l->ns_per_frame = level_cost(s, block, l->partitions);
        s->levels[n].offset = offset;
        search_from(s, n + 1, next, cost + l->ns_per_frame);
    }
}

uint32_t plan_levels(uint32_t quantum, uint64_t frames, uint32_t inputs, uint32_t outputs,
                     uint32_t cells, struct filter_level levels[CONVOLVER_LEVELS_MAX])
{
    struct search s = {
        .quantum = quantum,
        .inputs = inputs,
        .outputs = outputs,
        .cells = cells,
        .frames = frames,
        .best = levels,
        .cost = INFINITY,
    };
    search_from(&s, 1, quantum, 0);
    return s.n_best;
}
