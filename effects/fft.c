/* fft.c - the convolver's transform, cut into steps of like length
 *
 * Splitting goes from the whole block to blocks of one vector by passes of radix four and eight.
 * If the block is too long for the first-level cache, its first pass, of radix eight, is cut into
 * pieces of PIECE numbers, a step each; every eighth that it leaves is one step more.
 */
#include "effects/fft.h"

#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

/* All transforms there are. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct fft *ffts;

enum { WHOLE = 2048, PIECE = 1024, SKEW = 128 };

static uint32_t log2_of(uint32_t n)
{
    return 31u - (uint32_t)__builtin_clz(n);
}

static void plan_passes(struct fft *f)
{
    uint32_t lanes = f->kernel->lanes, length = f->n;
    while (length > lanes) {
        bool eight = log2_of(length / lanes) % 2 || (length == f->n && f->pieces > 0);
        f->passes[f->n_passes++] = (struct fft_pass){ length, eight ? 8 : 4, NULL };
        length /= eight ? 8 : 4;
    }
}

static void fill_turns(struct fft_pass *p, uint32_t blocks)
{
    for (uint32_t b = 0; b < blocks; b++) {
        double a = 2 * M_PI * kernel_angle(log2_of(blocks), b);
        p->turns[b] = (struct turn){
            (float)cos(a / 2),
            (float)tan(a / 2),
            (float)cos(a / 4),
            (float)tan(a / 4),
            (float)cos(a / 8),
            (float)tan(a / 8),
            (float)cos(a / 8 + M_PI / 4),
            (float)tan(a / 8 + M_PI / 4),
        };
    }
}

static void lay_out_tables(struct fft *f)
{
    uint32_t lanes = f->kernel->lanes, groups = f->n / (KERNEL_GROUP * lanes);
    size_t rows = (size_t)f->kernel->end_rows * lanes;
    for (uint32_t p = 0; p < f->n_passes; p++) {
        uint32_t blocks = f->n / f->passes[p].length;
        f->passes[p].turns = pool_take(&f->pool, blocks * sizeof(struct turn));
        if (f->passes[p].turns)
            fill_turns(&f->passes[p], blocks);
    }
    f->ends = pool_floats(&f->pool, groups * rows);
    for (uint32_t g = 0; f->ends && g < groups; g++)
        f->kernel->fill_ends(f->ends + g * rows, log2_of(f->n / lanes), g * KERNEL_GROUP);
}

static struct fft *make(uint32_t n, const struct kernel *kernel)
{
    struct fft *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    *f = (struct fft){ .kernel = kernel, .n = n, .imaginary = n, .chunks = 1 };
    if (n > WHOLE) {
        f->imaginary += SKEW;
        f->pieces = n / PIECE;
        f->chunks = 8;
    }
    plan_passes(f);
    lay_out_tables(f);
    if (!pool_open(&f->pool)) {
        free(f);
        return NULL;
    }
    lay_out_tables(f);
    return f;
}

const struct fft *fft_new(uint32_t n, const struct kernel *kernel)
{
    pthread_mutex_lock(&lock);
    struct fft *f = ffts;
    while (f && (f->n != n || f->kernel != kernel))
        f = f->next;
    if (!f && (f = make(n, kernel))) {
        f->next = ffts;
        ffts = f;
    }
    if (f)
        f->users++;
    pthread_mutex_unlock(&lock);
    return f;
}

void fft_drop(const struct fft *f)
{
    if (!f)
        return;
    pthread_mutex_lock(&lock);
    struct fft **link = &ffts;
    while (*link != f)
        link = &(*link)->next;
    struct fft *mine = *link;
    bool last = --mine->users == 0;
    if (last)
        *link = mine->next;
    pthread_mutex_unlock(&lock);
    if (!last)
        return;
    pool_close(&mine->pool);
    free(mine);
}

RT uint32_t fft_steps(const struct fft *f)
{
    return f->pieces + f->chunks;
}

RT uint32_t fft_step_cost(const struct fft *f, uint32_t s, bool back)
{
    bool piece = back ? s >= f->chunks : s < f->pieces;
    return piece ? PIECE * 3 : f->n / f->chunks * log2_of(f->n / f->chunks);
}

/* Piece c of the first pass. */
static RT struct pass piece_pass(const struct fft *f, uint32_t c, const float *in_r,
                                 const float *in_i, float *r, float *i)
{
    uint32_t columns = PIECE / 8;
    return (struct pass){
        .in_r = in_r,
        .in_i = in_i,
        .r = r,
        .i = i,
        .turns = f->passes[0].turns,
        .blocks = 1,
        .length = f->n,
        .from = c * columns,
        .to = (c + 1) * columns,
    };
}

/* Pass p over all blocks of chunk c. */
static RT struct pass chunk_pass(const struct fft *f, uint32_t p, uint32_t c, const float *in_r,
                                 const float *in_i, float *r, float *i)
{
    uint32_t length = f->passes[p].length, span = f->n / f->chunks, blocks = span / length;
    size_t at = (size_t)c * span;
    return (struct pass){
        .in_r = in_r + at,
        .in_i = in_i + at,
        .r = r + at,
        .i = i + at,
        .turns = f->passes[p].turns + (size_t)c * blocks,
        .blocks = blocks,
        .length = length,
        .from = 0,
        .to = length / f->passes[p].radix,
    };
}

/* The groups of chunk c, from where, and their rows. */
static RT const float *chunk_rows(const struct fft *f, uint32_t c, uint32_t *groups, size_t *at)
{
    uint32_t lanes = f->kernel->lanes, span = f->n / f->chunks;
    *groups = span / (KERNEL_GROUP * lanes);
    *at = (size_t)c * span;
    return f->ends + (size_t)c * *groups * f->kernel->end_rows * lanes;
}

RT void fft_forward(const struct fft *f, uint32_t s, const float *in_r, const float *in_i, float *r,
                    float *i, float *x, size_t stride)
{
    const struct kernel *k = f->kernel;
    if (s < f->pieces) {
        struct pass pass = piece_pass(f, s, in_r, in_i, r, i);
        k->split8(&pass);
        return;
    }
    uint32_t p = f->pieces > 0, c = s - f->pieces, groups;
    for (; p < f->n_passes; p++) {
        struct pass pass = chunk_pass(f, p, c, p ? r : in_r, p ? i : in_i, r, i);
        (f->passes[p].radix == 8 ? k->split8 : k->split4)(&pass);
    }
    size_t at;
    const float *rows = chunk_rows(f, c, &groups, &at);
    k->split_ends(r + at, i + at, rows, groups, x + c * groups * stride, stride);
}

RT void fft_backward(const struct fft *f, uint32_t s, float *r, float *i, float *out)
{
    const struct kernel *k = f->kernel;
    if (s >= f->chunks) {
        struct pass pass = piece_pass(f, s - f->chunks, r, i, NULL, out);
        k->join8(&pass);
        return;
    }
    uint32_t groups;
    size_t at;
    const float *rows = chunk_rows(f, s, &groups, &at);
    k->join_ends(r + at, i + at, rows, groups);
    for (uint32_t p = f->n_passes; p-- > (f->pieces > 0);) {
        struct pass pass = chunk_pass(f, p, s, r, i, r, i);
        if (p == 0) {
            pass.r = NULL;
            pass.i = out;
        }
        (f->passes[p].radix == 8 ? k->join8 : k->join4)(&pass);
    }
}
