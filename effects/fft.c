/* fft.c - the convolver's transform, cut into steps of like length
 *
 * Splitting goes from the whole block to blocks of one vector by passes of radix four, or two where
 * the sizes are odd powers. Blocks up to CHUNK numbers stay in the first-level cache: all of their
 * passes are one step. Passes over longer blocks are cut into chunks, a step each.
 */
#include "effects/fft.h"

#include <math.h>

enum { CHUNK = 1024 };

static uint32_t log2_of(uint32_t n)
{
    return 31u - (uint32_t)__builtin_clz(n);
}

static void plan_passes(struct fft *f)
{
    uint32_t lanes = f->kernel->lanes, length = f->n;
    while (length > lanes) {
        uint32_t end = length > CHUNK ? CHUNK : lanes;
        uint32_t radix = log2_of(length / end) % 2 ? 2 : 4;
        f->passes[f->n_passes++] = (struct fft_pass){ length, radix, NULL };
        f->n_outer += length > CHUNK;
        length /= radix;
    }
}

static void fill_turns(struct fft_pass *p, uint32_t blocks)
{
    for (uint32_t b = 0; b < blocks; b++) {
        double a = 2 * M_PI * kernel_angle(log2_of(blocks), b);
        p->turns[b] = (struct turn){ (float)cos(a / 2), (float)tan(a / 2), (float)cos(a / 4),
                                     (float)tan(a / 4) };
    }
}

void fft_init(struct fft *f, uint32_t n, struct pool *pool)
{
    *f = (struct fft){ .n = n, .kernel = kernel_for(n), .chunks = n > CHUNK ? n / CHUNK : 1 };
    plan_passes(f);
    for (uint32_t p = 0; p < f->n_passes; p++) {
        uint32_t blocks = n / f->passes[p].length;
        f->passes[p].turns = pool_take(pool, blocks * sizeof(struct turn));
        if (f->passes[p].turns)
            fill_turns(&f->passes[p], blocks);
    }
    uint32_t lanes = f->kernel->lanes, groups = n / (KERNEL_GROUP * lanes);
    size_t rows = (size_t)f->kernel->end_rows * lanes;
    f->ends = pool_floats(pool, groups * rows);
    for (uint32_t g = 0; f->ends && g < groups; g++)
        f->kernel->fill_ends(f->ends + g * rows, log2_of(n / lanes), g * KERNEL_GROUP);
}

RT uint32_t fft_steps(const struct fft *f)
{
    return (f->n_outer + 1) * f->chunks;
}

RT uint32_t fft_step_cost(const struct fft *f, uint32_t s, bool back)
{
    uint32_t pass = s / f->chunks;
    if (back)
        pass = f->n_outer - pass;
    if (pass == f->n_outer)
        return (f->n < CHUNK ? f->n : CHUNK) * log2_of(f->n < CHUNK ? f->n : CHUNK);
    return CHUNK * (f->passes[pass].radix / 2);
}

/* Chunk c of pass p over blocks longer than a chunk. */
static RT struct pass outer_pass(const struct fft *f, uint32_t p, uint32_t c)
{
    uint32_t length = f->passes[p].length, per_block = length / CHUNK;
    uint32_t columns = CHUNK / f->passes[p].radix, from = c % per_block * columns;
    return (struct pass){
        .turns = f->passes[p].turns + c / per_block,
        .blocks = 1,
        .length = length,
        .from = from,
        .to = from + columns,
    };
}

/* Pass p over all blocks of chunk c. */
static RT struct pass inner_pass(const struct fft *f, uint32_t p, uint32_t c)
{
    uint32_t length = f->passes[p].length, span = f->n < CHUNK ? f->n : CHUNK;
    return (struct pass){
        .turns = f->passes[p].turns + (size_t)c * (span / length),
        .blocks = span / length,
        .length = length,
        .from = 0,
        .to = length / f->passes[p].radix,
    };
}

static RT void place(struct pass *p, const float *in_r, const float *in_i, float *r, float *i,
                     size_t at)
{
    p->in_r = in_r + at;
    p->in_i = in_i + at;
    p->r = r + at;
    p->i = i + at;
}

RT void fft_forward(const struct fft *f, uint32_t s, const float *in_r, const float *in_i, float *r,
                    float *i, float *x, size_t stride)
{
    uint32_t p = s / f->chunks, c = s % f->chunks;
    if (p > 0)
        in_r = r, in_i = i;
    if (p < f->n_outer) {
        struct pass pass = outer_pass(f, p, c);
        uint32_t length = f->passes[p].length;
        place(&pass, in_r, in_i, r, i, (size_t)(c / (length / CHUNK)) * length);
        (f->passes[p].radix == 4 ? f->kernel->split4 : f->kernel->split2)(&pass);
        return;
    }
    uint32_t span = f->n < CHUNK ? f->n : CHUNK, lanes = f->kernel->lanes;
    size_t at = (size_t)c * span;
    for (; p < f->n_passes; p++, in_r = r, in_i = i) {
        struct pass pass = inner_pass(f, p, c);
        place(&pass, in_r, in_i, r, i, at);
        (f->passes[p].radix == 4 ? f->kernel->split4 : f->kernel->split2)(&pass);
    }
    uint32_t groups = span / (KERNEL_GROUP * lanes);
    const float *rows = f->ends + (size_t)c * groups * f->kernel->end_rows * lanes;
    f->kernel->split_ends(r + at, i + at, rows, groups, x + c * groups * stride, stride);
}

RT void fft_backward(const struct fft *f, uint32_t s, float *r, float *i)
{
    uint32_t p = f->n_outer - s / f->chunks, c = s % f->chunks;
    if (p < f->n_outer) {
        struct pass pass = outer_pass(f, p, c);
        uint32_t length = f->passes[p].length;
        place(&pass, r, i, r, i, (size_t)(c / (length / CHUNK)) * length);
        (f->passes[p].radix == 4 ? f->kernel->join4 : f->kernel->join2)(&pass);
        return;
    }
    uint32_t span = f->n < CHUNK ? f->n : CHUNK, lanes = f->kernel->lanes;
    size_t at = (size_t)c * span;
    uint32_t groups = span / (KERNEL_GROUP * lanes);
    const float *rows = f->ends + (size_t)c * groups * f->kernel->end_rows * lanes;
    f->kernel->join_ends(r + at, i + at, rows, groups);
    for (p = f->n_passes; p-- > f->n_outer;) {
        struct pass pass = inner_pass(f, p, c);
        place(&pass, r, i, r, i, at);
        (f->passes[p].radix == 4 ? f->kernel->join4 : f->kernel->join2)(&pass);
    }
}
