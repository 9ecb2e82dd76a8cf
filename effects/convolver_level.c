/* convolver_level.c - the responses' share of one partition size */
#include "effects/convolver_level.h"

#include <string.h>

/* Of one product of two bins, in the transforms' unit: one number split once. */
enum { WORK_PRODUCT = 2 };

/* Floats of one partition in one group. */
static uint32_t row_of(const struct level *l)
{
    return KERNEL_GROUP * 2 * l->fft->kernel->lanes;
}

/* An odd number of rows, so that groups do not fall into the same sets of a cache. */
static size_t stride_of(const struct level *l, size_t floats)
{
    return (floats / row_of(l) | 1) * row_of(l);
}

static bool reaches(const struct filter_cell *cell, const struct filter_level *shape)
{
    return cell->frames > shape->offset;
}

static uint32_t partitions_of(const struct filter_cell *cell, const struct filter_level *shape)
{
    uint64_t n = (cell->frames - shape->offset + shape->block - 1) / shape->block;
    return n < shape->partitions ? (uint32_t)n : shape->partitions;
}

static uint32_t place_of(uint32_t *channels, uint32_t *n, uint32_t channel)
{
    for (uint32_t p = 0; p < *n; p++)
        if (channels[p] == channel)
            return p;
    channels[*n] = channel;
    return (*n)++;
}

/* The spectra of one response's partitions, scaled so that going there and back is by one. */
static void transform_cell(struct level *l, const struct filter_cell *cell, uint32_t at, float *z)
{
    uint32_t block = l->block, count = partitions_of(cell, &l->shape);
    for (uint32_t p = 0; p < count; p++) {
        uint64_t first = l->shape.offset + (uint64_t)p * block, n = cell->frames - first;
        memset(z, 0, 2 * (size_t)block * sizeof *z);
        for (uint32_t i = 0; i < block && i < n; i++)
            z[i] = cell->taps[first + i] / (float)block;
        for (uint32_t s = 0; s < fft_steps(l->fft); s++)
            fft_forward(l->fft, s, z, z + block, z, z + block, l->h + at + p * row_of(l),
                        l->h_stride);
    }
}

/* The place among the spectra of an earlier cell with the same response, or `next`. */
static uint32_t spectra_of(const struct filter_setup *setup, const uint32_t *at, uint32_t i,
                           uint32_t next)
{
    for (uint32_t j = 0; j < i; j++)
        if (setup->cells[j].taps == setup->cells[i].taps &&
            setup->cells[j].frames == setup->cells[i].frames)
            return at[j];
    return next;
}

/* Gives every cell its places, and its spectra an offset within a group, which goes to at[]: one
 * per cell of the setup. Returns the floats of a group. While measuring, cells are only counted. */
static uint32_t place_cells(struct level *l, const struct filter_setup *setup, uint32_t *at)
{
    uint32_t row = row_of(l), next = 0;
    for (uint32_t i = 0; i < setup->n_cells; i++) {
        const struct filter_cell *cell = &setup->cells[i];
        if (!reaches(cell, &l->shape))
            continue;
        struct product_cell c = {
            .x = place_of(l->in, &l->n_in, cell->in) * l->partitions * row,
            .h = spectra_of(setup, at, i, next),
            .count = partitions_of(cell, &l->shape),
            .out = place_of(l->out, &l->n_out, cell->out),
        };
        at[i] = c.h;
        next += c.h == next ? c.count * row : 0;
        if (l->cells)
            l->cells[l->n_cells] = c;
        l->n_cells++;
    }
    return next;
}

/* How many products of a cell one group makes, `age` blocks after its turn. */
static uint64_t products_of(const struct product_cell *cell, uint32_t age)
{
    uint64_t n = 0;
    for (uint32_t k = 0; k < cell->count; k++)
        for (uint32_t ahead = 0; age == 0 && ahead < KERNEL_AHEAD; ahead++)
            n += k + ahead < cell->count;
    return age == 0 ? n : age < cell->count ? age : cell->count;
}

static void sum_products(struct level *l)
{
    for (uint32_t age = 0; age < KERNEL_AHEAD; age++)
        for (uint32_t i = 0; i < l->n_cells; i++)
            l->group_work[age] += products_of(&l->cells[i], age) * (row_of(l) / 2) * WORK_PRODUCT;
    uint64_t work[KERNEL_AHEAD] = { 0 };
    for (uint32_t turn = 0; turn < KERNEL_AHEAD; turn++) {
        for (uint32_t g = 0; g < l->groups; g++)
            work[turn] += l->group_work[kernel_age(turn, g)];
        l->work = work[turn] > l->work ? work[turn] : l->work;
    }
    for (uint32_t turn = 0; turn < KERNEL_AHEAD; turn++)
        l->spared[turn] = l->work - work[turn];
}

static void sum_work(struct level *l)
{
    if (l->cells)
        sum_products(l);
    for (uint32_t s = 0; s < fft_steps(l->fft); s++)
        l->work += (uint64_t)l->n_in * fft_step_cost(l->fft, s, false) +
                   (uint64_t)l->n_out * fft_step_cost(l->fft, s, true);
}

void level_init(struct level *l, const struct filter_level *shape, const struct filter_setup *setup,
                struct pool *pool, struct level_scratch *scratch)
{
    *l = (struct level){
        .shape = *shape,
        .block = shape->block,
        .partitions = shape->partitions,
        .fft = l->fft,
    };
    l->cells = pool_take(pool, setup->n_cells * sizeof *l->cells);
    l->h_stride = stride_of(l, place_cells(l, setup, scratch->at));
    l->sums = (size_t)l->n_in * l->partitions * row_of(l);
    l->x_stride = stride_of(l, l->sums + (size_t)l->n_out * (KERNEL_AHEAD - 1) * row_of(l));
    l->groups = l->block / (row_of(l) / 2);
    l->hand = pool_take(pool, sizeof *l->hand);
    l->h = pool_floats(pool, l->groups * l->h_stride);
    sum_work(l);
    for (uint32_t i = 0; l->h && i < setup->n_cells; i++)
        if (reaches(&setup->cells[i], shape) &&
            spectra_of(setup, scratch->at, i, UINT32_MAX) == UINT32_MAX)
            transform_cell(l, &setup->cells[i], scratch->at[i], scratch->z);
}
