/* convolver_stage.c - one sound's share of one partition size: its past, and the work under way */
#include "effects/convolver_level.h"

void stage_init(struct stage *s, const struct level *level, struct pool *pool)
{
    size_t transforms = level->n_in > level->n_out ? level->n_in : level->n_out;
    size_t outs = (size_t)level->n_out * level->block;
    *s = (struct stage){
        .level = level,
        .x = pool_floats(pool, level->groups * level->x_stride),
        .work = pool_floats(pool, transforms * 2 * level->fft->imaginary),
        .y = { pool_floats(pool, outs), pool_floats(pool, outs) },
        .silent = { true, true },
        .quiet = UINT32_MAX,
        .phase = STAGE_DONE,
    };
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
    /* After as many silent windows as there are spectra, all of them are zero; when every group has
     * had a turn since then, so are the sums ahead. */
    bool asleep = s->quiet >= count + KERNEL_AHEAD;
    s->silent[s->making] = asleep;
    s->phase = asleep ? STAGE_DONE : STAGE_SPLIT;
    s->slot = (s->slot + count - 1) % count;
    s->turn = (uint32_t)(end / s->level->block);
    s->place = s->step = 0;
    s->done = 0;
}

/* Channels go through each step together: its table is in the cache then. */
static RT void next_step(struct stage *s, uint32_t steps, uint32_t places)
{
    if (++s->place < places)
        return;
    s->place = 0;
    if (++s->step < steps)
        return;
    s->step = 0;
    s->phase++;
}

static RT void split_step(struct stage *s, float *const *past, uint64_t mask)
{
    const struct level *l = s->level;
    const float *in = past[l->in[s->place]];
    uint64_t block = l->block;
    size_t row = KERNEL_GROUP * 2 * l->fft->kernel->lanes, imaginary = l->fft->imaginary;
    float *z = s->work + s->place * 2 * imaginary;
    fft_forward(l->fft, s->step, in + ((s->end - 2 * block) & mask),
                in + ((s->end - block) & mask), z, z + imaginary,
                s->x + (s->place * l->partitions + s->slot) * row, l->x_stride);
    s->done += fft_step_cost(l->fft, s->step, false);
    next_step(s, fft_steps(l->fft), l->n_in);
}

/* As many groups as fit before `target`, and before the last; steps are groups here. Sounds that
 * share a response go through it together: who begins to multiply begins where others are, so that
 * the response is read from memory once for all of them. The order of groups changes no bit. */
static RT void multiply_step(struct stage *s, uint64_t target)
{
    const struct level *l = s->level;
    struct product p = {
        .cells = l->cells,
        .n_cells = l->n_cells,
        .newest = s->slot,
        .slots = l->partitions,
        .turn = s->turn,
        .x = s->x,
        .sums = l->sums,
        .h = l->h,
        .x_stride = l->x_stride,
        .h_stride = l->h_stride,
        .y = s->work,
        .imaginary = l->fft->imaginary,
    };
    if (s->step == 0)
        s->first = atomic_load_explicit(l->hand, memory_order_relaxed);
    uint32_t from = (s->first + s->step) % l->groups, to = from;
    uint32_t end = from < s->first ? s->first : l->groups;
    while (to < end && s->done < target)
        s->done += l->group_work[kernel_age(s->turn, to++)];
    l->fft->kernel->multiply(&p, from, to);
    atomic_store_explicit(l->hand, to - 1, memory_order_relaxed);
    s->step += to - from - 1;
    if (s->step + 1 == l->groups)
        s->done += l->spared[s->turn % KERNEL_AHEAD];
    next_step(s, l->groups, 1);
}

static RT void join_step(struct stage *s)
{
    const struct level *l = s->level;
    size_t imaginary = l->fft->imaginary;
    float *z = s->work + s->place * 2 * imaginary;
    fft_backward(l->fft, s->step, z, z + imaginary, s->y[s->making] + (size_t)s->place * l->block);
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
    return s->y[which] + (size_t)place * s->level->block;
}
