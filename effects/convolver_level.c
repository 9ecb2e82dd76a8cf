/* convolver_level.c - the responses' share of one partition size */
#include "effects/convolver_level.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Work of other kinds in the transforms' unit, one number split once. */
enum { WORK_SPREAD = 6, WORK_PRODUCT = 2 };

static bool reaches(const struct filter_cell *cell, const struct filter_level *shape)
{
    return cell->frames > shape->offset;
}

static uint32_t partitions_of(const struct filter_cell *cell, const struct filter_level *shape)
{
    uint64_t n = (cell->frames - shape->offset + shape->block - 1) / shape->block;
    return n < shape->partitions ? (uint32_t)n : shape->partitions;
}

/* The first of the cells before i that has the same response, or i. */
static uint32_t twin_of(const struct filter_cell *cells, uint32_t i)
{
    for (uint32_t j = 0; j < i; j++)
        if (cells[j].taps == cells[i].taps && cells[j].frames == cells[i].frames)
            return j;
    return i;
}

static uint32_t place_of(uint32_t *channels, uint32_t *n, uint32_t channel)
{
    for (uint32_t p = 0; p < *n; p++)
        if (channels[p] == channel)
            return p;
    channels[*n] = channel;
    return (*n)++;
}

/* Gives every cell its places and its offset among the spectra; `at` is per cell of the setup.
 * Returns how many partitions there are in all. */
static uint32_t place_cells(struct level *l, const struct filter_setup *setup, uint32_t *at)
{
    uint32_t row = 2 * fft_kernel(l->fft)->lanes, total = 0;
    for (uint32_t i = 0; i < setup->n_cells; i++) {
        const struct filter_cell *cell = &setup->cells[i];
        if (!reaches(cell, &l->shape))
            continue;
        uint32_t twin = twin_of(setup->cells, i), count = partitions_of(cell, &l->shape);
        at[i] = twin < i ? at[twin] : total * row;
        total += twin < i ? 0 : count;
        l->cells[l->n_cells++] = (struct product_cell){
            .x = place_of(l->in, &l->n_in, cell->in) * 2 * l->partitions * row,
            .h = at[i],
            .count = count,
            .out = place_of(l->out, &l->n_out, cell->out),
        };
    }
    return total;
}

static int compare_outs(const void *a, const void *b)
{
    const struct product_cell *x = a, *y = b;
    return x->out != y->out ? (x->out > y->out) - (x->out < y->out) : (x->h > y->h) - (x->h < y->h);
}

/* The spectra of one response's partitions, scaled so that going there and back is by one. */
static void transform_cell(struct level *l, const struct filter_cell *cell, uint32_t at, float *z)
{
    const struct kernel *k = fft_kernel(l->fft);
    uint32_t block = l->block, count = partitions_of(cell, &l->shape), from, to;
    for (uint32_t p = 0; p < count; p++) {
        uint64_t first = l->shape.offset + (uint64_t)p * block, n = cell->frames - first;
        memset(z, 0, 2 * (size_t)block * sizeof *z);
        for (uint32_t i = 0; i < block && i < n; i++)
            z[i] = cell->taps[first + i] / (float)block;
        for (uint32_t s = 0; s < fft_steps(l->fft); s++)
            fft_forward(l->fft, s, z, z + block, z, z + block, &from, &to);
        k->spread(z, z + block, l->columns, l->h + at + (size_t)p * 2 * k->lanes, l->h_stride, 0);
    }
}

static int transform_cells(struct level *l, const struct filter_setup *setup, const uint32_t *at)
{
    float *z = fft_floats(2 * (size_t)l->block);
    if (!z)
        return -ENOMEM;
    for (uint32_t i = 0; i < setup->n_cells; i++)
        if (reaches(&setup->cells[i], &l->shape) && twin_of(setup->cells, i) == i)
            transform_cell(l, &setup->cells[i], at[i], z);
    free(z);
    return 0;
}

static void sum_work(struct level *l)
{
    uint32_t lanes = fft_kernel(l->fft)->lanes, products = 0;
    for (uint32_t i = 0; i < l->n_cells; i++)
        products += l->cells[i].count;
    l->column_work = products * lanes * WORK_PRODUCT;
    l->spread_work = WORK_SPREAD;
    l->work = (uint64_t)l->columns * l->column_work + (uint64_t)l->n_in * l->block * WORK_SPREAD;
    for (uint32_t s = 0; s < fft_steps(l->fft); s++)
        l->work += (uint64_t)l->n_in * fft_step_cost(l->fft, s, false) +
                   (uint64_t)l->n_out * fft_step_cost(l->fft, s, true);
}

static int init_spectra(struct level *l, const struct filter_setup *setup, uint32_t *at)
{
    uint32_t lanes = fft_kernel(l->fft)->lanes, total = place_cells(l, setup, at);
    qsort(l->cells, l->n_cells, sizeof *l->cells, compare_outs);
    l->columns = l->block / lanes;
    l->h_stride = (size_t)total * 2 * lanes;
    l->x_stride = (size_t)l->n_in * 2 * l->partitions * 2 * lanes;
    l->h = fft_floats(l->columns * l->h_stride);
    if (!l->h)
        return -ENOMEM;
    sum_work(l);
    return transform_cells(l, setup, at);
}

int level_init(struct level *l, const struct filter_level *shape, const struct filter_setup *setup)
{
    *l = (struct level){ .shape = *shape, .block = shape->block, .partitions = shape->partitions };
    uint32_t *at = calloc(setup->n_cells, sizeof *at);
    l->cells = calloc(setup->n_cells, sizeof *l->cells);
    l->fft = fft_new(shape->block);
    int error = at && l->cells && l->fft ? init_spectra(l, setup, at) : -ENOMEM;
    free(at);
    return error;
}

void level_clear(struct level *l)
{
    fft_free(l->fft);
    free(l->cells);
    free(l->h);
    *l = (struct level){ 0 };
}
