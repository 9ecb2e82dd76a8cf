/* convolver_filter.c - responses made into levels of spectra, once for all who ask for the same */
#include "effects/convolver_filter.h"

#include "effects/convolver_plan.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* All filters there are. The lock is held for a look, never while one is made. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct filter *filters;

static void digest_word(uint64_t digest[2], uint64_t word)
{
    static const uint64_t factors[2] = { 0x9e3779b97f4a7c15, 0xc2b2ae3d27d4eb4f };
    for (int i = 0; i < 2; i++) {
        digest[i] = (digest[i] ^ word) * factors[i];
        digest[i] ^= digest[i] >> 31;
    }
}

/* Two numbers that another setup has by an accident of one in 2^128. */
static void digest_setup(uint64_t digest[2], const struct filter_setup *setup)
{
    digest_word(digest, (uint64_t)setup->quantum << 32 | setup->n_cells);
    digest_word(digest, (uint64_t)setup->inputs << 32 | setup->outputs);
    for (uint32_t i = 0; i < setup->n_cells; i++) {
        const struct filter_cell *cell = &setup->cells[i];
        digest_word(digest, (uint64_t)cell->in << 32 | cell->out);
        digest_word(digest, cell->frames);
        for (uint64_t k = 0; k < cell->frames; k++) {
            uint32_t bits;
            memcpy(&bits, &cell->taps[k], sizeof bits);
            digest_word(digest, bits);
        }
    }
}

static int compare_outs(const void *a, const void *b)
{
    const struct filter_cell *x = a, *y = b;
    return x->out != y->out ? (x->out > y->out) - (x->out < y->out)
                            : (x->in > y->in) - (x->in < y->in);
}

static uint64_t longest(const struct filter_setup *setup)
{
    uint64_t frames = 0;
    for (uint32_t i = 0; i < setup->n_cells; i++)
        if (setup->cells[i].frames > frames)
            frames = setup->cells[i].frames;
    return frames;
}

static void lay_out_levels(struct filter *f, const struct filter_level *shapes,
                           const struct filter_setup *setup, struct level_scratch *scratch)
{
    for (uint32_t i = 0; i < f->n_levels; i++)
        level_init(&f->levels[i], &shapes[i], setup, &f->pool, scratch);
}

/* Measures, allocates and makes the levels, with room to work in. What there is of it when memory
 * is out, is filter_drop's. */
static bool build_levels(struct filter *f, const struct filter_level *shapes,
                         const struct filter_setup *setup)
{
    for (uint32_t i = 0; i < f->n_levels; i++)
        if (!(f->levels[i].fft = fft_new(shapes[i].block, kernel_for(shapes[i].block))))
            return false;
    struct pool room = { 0 };
    struct level_scratch scratch;
    do {
        scratch.at = pool_take(&room, setup->n_cells * sizeof *scratch.at);
        scratch.z = pool_floats(&room, 2 * (size_t)shapes[f->n_levels - 1].block);
    } while (!scratch.z && pool_open(&room));
    if (!scratch.z)
        return false;
    lay_out_levels(f, shapes, setup, &scratch);
    bool ok = pool_open(&f->pool);
    if (ok)
        lay_out_levels(f, shapes, setup, &scratch);
    pool_close(&room);
    return ok;
}

/* Kept for the caller; NULL: there is none. Under the lock. */
static struct filter *find_filter(const uint64_t digest[2])
{
    struct filter *f = filters;
    while (f && memcmp(f->digest, digest, sizeof f->digest) != 0)
        f = f->next;
    if (f)
        f->users++;
    return f;
}

/* Puts it on the list, if nobody has made the same meanwhile; the one that is there now. */
static struct filter *share(struct filter *made)
{
    pthread_mutex_lock(&lock);
    struct filter *there = find_filter(made->digest);
    if (!there) {
        made->shared = true;
        made->next = filters;
        filters = made;
    }
    pthread_mutex_unlock(&lock);
    if (there)
        filter_drop(made);
    return there ? there : made;
}

/* With the setup's cells sorted by output. */
static struct filter *new_filter(const struct filter_setup *setup,
                                 const struct filter_level *shapes, uint32_t n)
{
    struct filter *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    f->users = 1;
    f->quantum = setup->quantum;
    f->inputs = setup->inputs;
    f->outputs = setup->outputs;
    f->cells = setup->n_cells;
    f->frames = longest(setup);
    f->n_levels = n;
    if (build_levels(f, shapes, setup))
        return f;
    filter_drop(f);
    return NULL;
}

/* One that all share who ask for the same, by the same plan. */
static struct filter *shared_filter(const struct filter_setup *setup)
{
    struct filter_level shapes[CONVOLVER_LEVELS_MAX];
    uint32_t n = plan_levels(setup->quantum, longest(setup), setup->inputs, setup->outputs,
                             setup->n_cells, shapes);
    uint64_t digest[2] = { 0 };
    digest_setup(digest, setup);
    for (uint32_t i = 0; i < n; i++)
        digest_word(digest, shapes[i].block);
    pthread_mutex_lock(&lock);
    struct filter *f = find_filter(digest);
    pthread_mutex_unlock(&lock);
    if (f)
        return f;
    f = new_filter(setup, shapes, n);
    if (!f)
        return NULL;
    memcpy(f->digest, digest, sizeof f->digest);
    return share(f);
}

/* NULL: out of memory. */
static struct filter_cell *sorted_cells(const struct filter_setup *setup)
{
    struct filter_cell *cells = calloc(setup->n_cells, sizeof *cells);
    if (!cells)
        return NULL;
    memcpy(cells, setup->cells, setup->n_cells * sizeof *cells);
    qsort(cells, setup->n_cells, sizeof *cells, compare_outs);
    return cells;
}

struct filter *filter_new(const struct filter_setup *setup)
{
    struct filter_setup sorted = *setup;
    struct filter_cell *cells = sorted_cells(setup);
    sorted.cells = cells;
    struct filter *f = cells ? shared_filter(&sorted) : NULL;
    free(cells);
    return f;
}

struct filter *filter_new_as(const struct filter_setup *setup, const struct filter_level *shapes,
                             uint32_t n)
{
    struct filter_setup sorted = *setup;
    struct filter_cell *cells = sorted_cells(setup);
    sorted.cells = cells;
    struct filter *f = cells ? new_filter(&sorted, shapes, n) : NULL;
    free(cells);
    return f;
}

bool filter_stale(const struct filter *f)
{
    struct filter_level best[CONVOLVER_LEVELS_MAX];
    uint32_t n = plan_levels(f->quantum, f->frames, f->inputs, f->outputs, f->cells, best);
    bool same = n == f->n_levels;
    for (uint32_t i = 0; same && i < n; i++)
        same = best[i].block == f->levels[i].block;
    return !same;
}

struct filter *filter_keep(struct filter *f)
{
    pthread_mutex_lock(&lock);
    f->users++;
    pthread_mutex_unlock(&lock);
    return f;
}

void filter_drop(struct filter *f)
{
    if (!f)
        return;
    pthread_mutex_lock(&lock);
    bool last = --f->users == 0;
    struct filter **link = &filters;
    while (last && f->shared && *link != f)
        link = &(*link)->next;
    if (last && f->shared)
        *link = f->next;
    pthread_mutex_unlock(&lock);
    if (!last)
        return;
    for (uint32_t i = 0; i < f->n_levels; i++)
        fft_drop(f->levels[i].fft);
    pool_close(&f->pool);
    free(f);
}

uint64_t filter_frames(const struct filter *f)
{
    return f->frames;
}

uint32_t filter_levels(const struct filter *f, struct filter_level levels[CONVOLVER_LEVELS_MAX])
{
    for (uint32_t i = 0; i < f->n_levels; i++)
        levels[i] = f->levels[i].shape;
    return f->n_levels;
}
