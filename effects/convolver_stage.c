/* convolver_stage.c - one sound's share of one partition size: its past, and the work under way */
#include "effects/convolver_level.h"

#include <errno.h>
#include <stdlib.h>

int stage_init(struct stage *s, const struct level *level)
{
    size_t outs = (size_t)level->n_out * 2 * level->block;
    *s = (struct stage){
        .level = level,
        .x = fft_floats(level->columns * level->x_stride),
        .z = fft_floats(2 * (size_t)level->block),
        .y = { fft_floats(outs), fft_floats(outs) },
        .silent = { true, true },
        .quiet = UINT32_MAX,
        .phase = STAGE_DONE,
    };
    return s->x && s->z && s->y[0] && s->y[1] ? 0 : -ENOMEM;
}

void stage_clear(struct stage *s)
{
    free(s->x);
    free(s->z);
    free(s->y[0]);
    free(s->y[1]);
    *s = (struct stage){ 0 };
}

RT void stage_begin(struct stage *s, uint64_t end, bool silent)
{
    uint32_t count = s->level->partitions;
    s->making ^= 1;
    s->end = end;
    if (!silent)
        s->quiet = 0;
    else if (s->quiet < UINT32_MAX)
        s->quiet++;
    /* After as many silent windows as there are spectra, all of them are zero. */
    bool asleep = s->quiet > count;
    s->silent[s->making] = asleep;
    s->phase = asleep ? STAGE_DONE : STAGE_SPLIT;
    s->slot = (s->slot + count - 1) % count;
    s->place = s->step = 0;
    s->done = 0;
}

static RT void next_step(struct stage *s, uint32_t steps, uint32_t places)
{
    if (++s->step < steps)
        return;
    s->step = 0;
    if (++s->place < places)
        return;
    s->place = 0;
    s->phase++;
}

static RT void split_step(struct stage *s, float *const *past, uint64_t mask)
{
    const struct level *l = s->level;
    const struct kernel *k = fft_kernel(l->fft);
    const float *in = past[l->in[s->place]];
    uint32_t block = l->block, row = 2 * k->lanes, from, to;
    fft_forward(l->fft, s->step, in + ((s->end - 2 * (uint64_t)block) & mask),
                in + ((s->end - block) & mask), s->z, s->z + block, &from, &to);
    if (from < to) {
        size_t mirror = (size_t)l->partitions * row;
        float *x = s->x + (size_t)s->place * 2 * mirror + (size_t)s->slot * row;
        k->spread(s->z + from, s->z + block + from, (to - from) / k->lanes,
                  x + from / k->lanes * l->x_stride, l->x_stride, mirror);
        s->done += (uint64_t)(to - from) * l->spread_work;
    }
    s->done += fft_step_cost(l->fft, s->step, false);
    next_step(s, fft_steps(l->fft), l->n_in);
}

/* As many columns as fit before `target`; steps are columns here. */
static RT void multiply_step(struct stage *s, uint64_t target)
{
    const struct level *l = s->level;
    const struct kernel *k = fft_kernel(l->fft);
    struct product p = {
        .cells = l->cells,
        .n_cells = l->n_cells,
        .x = s->x + (size_t)s->slot * 2 * k->lanes,
        .h = l->h,
        .x_stride = l->x_stride,
        .h_stride = l->h_stride,
        .y = s->y[s->making],
        .bins = l->block,
    };
    uint64_t n = (target - s->done + l->column_work - 1) / l->column_work;
    uint32_t left = l->columns - s->step, columns = n < left ? (uint32_t)n : left;
    k->multiply(&p, s->step, s->step + columns);
    s->done += (uint64_t)columns * l->column_work;
    s->step += columns - 1;
    next_step(s, l->columns, 1);
}

static RT void join_step(struct stage *s)
{
    const struct level *l = s->level;
    float *y = s->y[s->making] + (size_t)s->place * 2 * l->block;
    fft_backward(l->fft, s->step, y, y + l->block);
    s->done += fft_step_cost(l->fft, s->step, true);
    next_step(s, fft_steps(l->fft), l->n_out);
}

RT void stage_work(struct stage *s, uint64_t target, float *const *past, uint64_t mask)
{
    while (s->phase != STAGE_DONE && s->done < target) {
        if (s->phase == STAGE_SPLIT)
            split_step(s, past, mask);
        else if (s->phase == STAGE_MULTIPLY)
            multiply_step(s, target);
        else
            join_step(s);
    }
}

RT const float *stage_output(const struct stage *s, uint32_t which, uint32_t place)
{
    if (s->silent[which])
        return NULL;
    /* The first half, the real part, is what wrapped around. */
    return s->y[which] + (size_t)place * 2 * s->level->block + s->level->block;
}
