/* convolver_plan.c - into which levels a response is cut, by what they are likely to cost
 *
 * A level's partitions run up to where the next one may begin, so a plan is a rising row of block
 * sizes. There are at most 2^13 of them; all are tried.
 */
#include "effects/convolver_plan.h"

#include "effects/convolver_costs.h"
#include "effects/fft.h"

#include <math.h>
#include <string.h>

struct search {
    const struct costs *costs;
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
    return fmin(1, bytes / s->costs->far_after);
}

static double level_cost(const struct search *s, uint32_t n, const struct filter_level *l)
{
    const struct costs *c = s->costs;
    double block = l->block, transforms = s->inputs + s->outputs;
    double products = (double)s->cells * l->partitions;
    /* Blocks too short for the widest vectors. */
    double narrow = fmax(1, 64 / block);
    double near = transforms * (c->transform / block + c->splitting * log2(block) * narrow) +
                  products * c->product * narrow + c->call / s->quantum;
    struct traffic t = traffic_of(s, l);
    double turns = far_share(s, n, KERNEL_AHEAD * block), blocks = far_share(s, n, block);
    return near + c->far_byte * (turns * t.turns + blocks * t.blocks) +
           c->far_number * blocks * transforms;
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

double plan_cost(const struct costs *costs, uint32_t quantum, uint32_t inputs, uint32_t outputs,
                 uint32_t cells, struct filter_level *levels, uint32_t n)
{
    struct search s = { costs, quantum, inputs, outputs, cells, .best = levels, .cost = INFINITY };
    memcpy(s.levels, levels, n * sizeof *levels);
    weigh(&s, n);
    return s.cost;
}

uint32_t plan_levels(uint32_t quantum, uint64_t frames, uint32_t inputs, uint32_t outputs,
                     uint32_t cells, struct filter_level levels[CONVOLVER_LEVELS_MAX])
{
    const struct costs costs = costs_in_force();
    struct search s = {
        .costs = &costs,
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
