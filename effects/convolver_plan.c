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

/* In ns. What counts are ratios: other vectors scale the arithmetic by about the same. */
struct costs {
    double call;      /* a level's books, per quantum */
    double transform; /* starting one */
    double splitting; /* per number and halving */
    double product;   /* per bin */
    /* More, if none of it is found again in a cache: per byte of products, and per number of a
     * transform. Of so many bytes between one use and the next that is so; of fewer, in part. */
    double far_byte, far_number, far_after;
};

/* Fitted to 750 measured plans on the x86-64 test machine with 16 lanes, to within 6 percent. */
static const struct costs costs = {
    .call = 9,
    .transform = 22,
    .splitting = 0.077,
    .product = 0.0495,
    .far_byte = 0.0265,
    .far_number = 1.25,
    .far_after = 8e6,
};

struct search {
    uint32_t quantum, inputs, outputs, cells;
    uint64_t frames;
    struct filter_level levels[CONVOLVER_LEVELS_MAX], *best;
    uint32_t n_best;
    double cost;
};

/* What a level reads and writes per frame: when its groups take their turns, which is every
 * KERNEL_AHEAD blocks, and with every block. */
struct traffic {
    double turns, blocks, transforms;
};

static struct traffic traffic_of(const struct search *s, const struct filter_level *l)
{
    double bin = 2 * sizeof(float), spectra = bin * (s->cells + s->inputs), newest = 0;
    for (uint32_t age = 1; age < KERNEL_AHEAD; age++)
        newest += fmin(age, l->partitions) / KERNEL_AHEAD;
    return (struct traffic){
        .turns = spectra * l->partitions / KERNEL_AHEAD,
        .blocks = spectra * newest + bin * s->outputs * 2 * (KERNEL_AHEAD - 1) / KERNEL_AHEAD,
        .transforms = bin * (4 * s->inputs + 5 * s->outputs),
    };
}

/* All that a level has. */
static double bytes_of(const struct search *s, const struct filter_level *l)
{
    double rows = (double)(s->cells + s->inputs) * l->partitions + 3.0 * (s->inputs + s->outputs);
    return rows * l->block * 2 * sizeof(float);
}

/* The share of what all levels touch in so many frames that is not found in a cache then. */
static double far_share(const struct search *s, uint32_t n, double frames)
{
    double bytes = 0;
    for (uint32_t k = 0; k < n; k++) {
        struct traffic t = traffic_of(s, &s->levels[k]);
        bytes += fmin(frames * (t.turns + t.blocks + t.transforms), bytes_of(s, &s->levels[k]));
    }
    return fmin(1, bytes / costs.far_after);
}

static double level_cost(const struct search *s, uint32_t n, const struct filter_level *l)
{
    double block = l->block, transforms = s->inputs + s->outputs;
    double products = (double)s->cells * l->partitions;
    /* Blocks too short for the widest vectors. */
    double narrow = fmax(1, 64 / block);
    double near = transforms * (costs.transform / block + costs.splitting * log2(block) * narrow) +
                  products * costs.product * narrow + costs.call / s->quantum;
    struct traffic t = traffic_of(s, l);
    double turns = far_share(s, n, KERNEL_AHEAD * block), blocks = far_share(s, n, block);
    return near + costs.far_byte * (turns * t.turns + blocks * t.blocks) +
           costs.far_number * blocks * transforms;
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
