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

/* In ns, fitted to five hundred measured plans on the x86-64 test machine with 16 lanes, to within
 * a tenth. What counts are ratios: other vectors scale the arithmetic by about the same. */
static const double CALL = 25;         /* a level's books, per quantum */
static const double TRANSFORM = 22;    /* starting a transform */
static const double SPLITTING = 0.07;  /* per number and halving */
static const double PRODUCT = 0.057;   /* per bin, out of the first-level cache */
static const double NEAR_BYTE = 0.003; /* more, out of the second */
static const double FAR_BYTE = 0.0345; /* of products that stream from beyond it */
static const double FAR_PASS = 0.75;   /* of a transform whose block does, per number */
/* What a level finds again in a cache: this much may be touched in between. */
static const double FIRST_BYTES = 30e3, SECOND_BYTES = 1.25e6, BEYOND_BYTES = 3.4e6;

struct search {
    uint32_t quantum, inputs, outputs, cells;
    uint64_t frames;
    struct filter_level levels[CONVOLVER_LEVELS_MAX], *best;
    uint32_t n_best;
    double cost;
};

/* Bytes of one pass over a level's spectra. */
static double spectra_bytes(const struct search *s, const struct filter_level *l)
{
    return (double)(s->cells + s->inputs) * l->partitions * l->block * 2 * sizeof(float);
}

static double level_bytes(const struct search *s, const struct filter_level *l)
{
    return spectra_bytes(s, l) + 16.0 * l->block * (s->inputs + s->outputs);
}

/* What all levels touch from one block of level l to its next. */
static double bytes_between(const struct search *s, uint32_t n, const struct filter_level *l)
{
    double bytes = 0;
    for (uint32_t k = 0; k < n; k++)
        bytes += level_bytes(s, &s->levels[k]) * fmin(1, (double)l->block / s->levels[k].block);
    return bytes;
}

static double level_cost(const struct search *s, uint32_t n, const struct filter_level *l)
{
    double between = bytes_between(s, n, l), block = l->block, transforms = s->inputs + s->outputs;
    double far = fmax(0, fmin(1, (between - SECOND_BYTES) / (BEYOND_BYTES - SECOND_BYTES)));
    double bytes = spectra_bytes(s, l) / block, products = (double)s->cells * l->partitions;
    double near = products * PRODUCT + (between > FIRST_BYTES ? bytes * NEAR_BYTE : 0);
    return transforms * (TRANSFORM / block + SPLITTING * log2(block) + far * FAR_PASS) + near +
           far * (fmax(near, bytes * FAR_BYTE) - near) + CALL / s->quantum;
}

static void weigh(struct search *s, uint32_t n)
{
    double cost = 0;
    for (uint32_t i = 0; i < n; i++)
        cost += s->levels[i].ns_per_frame = level_cost(s, n, &s->levels[i]);
    if (cost >= s->cost)
        return;
    s->cost = cost;
    s->n_best = n;
    memcpy(s->best, s->levels, n * sizeof *s->levels);
}

/* Tries all plans that go on from `n` levels, the last of which has its block and offset. */
static void search_from(struct search *s, uint32_t n)
{
    struct filter_level *l = &s->levels[n - 1];
    l->partitions = (uint32_t)((s->frames - l->offset + l->block - 1) / l->block);
    weigh(s, n);
    for (uint32_t next = 2 * l->block; next <= FFT_MAX && n < CONVOLVER_LEVELS_MAX; next *= 2) {
        uint64_t offset = 2 * (uint64_t)next - s->quantum;
        if (offset >= s->frames)
            break;
        l->partitions = (uint32_t)((offset - l->offset) / l->block);
        s->levels[n] = (struct filter_level){ .block = next, .offset = offset };
        search_from(s, n + 1);
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
        .levels = { { .block = quantum } },
        .best = levels,
        .cost = INFINITY,
    };
    search_from(&s, 1);
    return s.n_best;
}
