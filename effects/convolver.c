/* convolver.c - a matrix of impulse responses, applied quantum by quantum with no added latency */
#include "effects/convolver.h"

#include "effects/convolver_level.h"
#include "effects/convolver_plan.h"
#include "effects/fft.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* -200 dBFS */
#define SILENCE 1e-10f

struct filter {
    uint32_t users;
    uint32_t quantum, inputs, outputs;
    uint64_t frames;
    uint32_t n_levels;
    struct level levels[CONVOLVER_LEVELS_MAX];
};

struct convolver {
    struct filter *filter;
    uint64_t time;  /* frames processed */
    uint64_t sound; /* frame after the last one that sounded; 0: none ever */
    uint64_t mask;  /* of the rings in past */
    float *past[CONVOLVER_CHANNELS_MAX];
    struct stage stages[CONVOLVER_LEVELS_MAX];
};

struct filter *filter_new(const struct filter_setup *setup)
{
    struct filter *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    f->users = 1;
    f->quantum = setup->quantum;
    f->inputs = setup->inputs;
    f->outputs = setup->outputs;
    for (uint32_t i = 0; i < setup->n_cells; i++)
        if (setup->cells[i].frames > f->frames)
            f->frames = setup->cells[i].frames;
    struct filter_level shapes[CONVOLVER_LEVELS_MAX];
    f->n_levels = plan_levels(setup->quantum, f->frames, setup->inputs, setup->outputs,
                              setup->n_cells, shapes);
    for (uint32_t i = 0; i < f->n_levels; i++) {
        if (level_init(&f->levels[i], &shapes[i], setup) != 0) {
            filter_drop(f);
            return NULL;
        }
    }
    return f;
}

struct filter *filter_keep(struct filter *f)
{
    f->users++;
    return f;
}

void filter_drop(struct filter *f)
{
    if (!f || --f->users > 0)
        return;
    for (uint32_t i = 0; i < f->n_levels; i++)
        level_clear(&f->levels[i]);
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

struct convolver *convolver_new(struct filter *f)
{
    struct convolver *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->filter = filter_keep(f);
    size_t ring = 4 * (size_t)f->levels[f->n_levels - 1].block;
    c->mask = ring - 1;
    bool ok = true;
    for (uint32_t i = 0; i < f->inputs; i++)
        ok = (c->past[i] = fft_floats(ring)) && ok;
    for (uint32_t i = 0; i < f->n_levels; i++)
        ok = stage_init(&c->stages[i], &f->levels[i]) == 0 && ok;
    if (ok)
        return c;
    convolver_free(c);
    return NULL;
}

void convolver_free(struct convolver *c)
{
    if (!c)
        return;
    for (uint32_t i = 0; i < c->filter->inputs; i++)
        free(c->past[i]);
    for (uint32_t i = 0; i < c->filter->n_levels; i++)
        stage_clear(&c->stages[i]);
    filter_drop(c->filter);
    free(c);
}

/* One more than the last of n samples that is not silent, or 0. */
static RT uint32_t sounding(const float *x, uint32_t n)
{
    while (n > 0 && fabsf(x[n - 1]) < SILENCE)
        n--;
    return n;
}

static RT void take_input(struct convolver *c, const float *const *in)
{
    uint32_t n = c->filter->quantum, last = 0;
    for (uint32_t i = 0; i < c->filter->inputs; i++) {
        float *to = c->past[i] + (c->time & c->mask);
        uint32_t end = sounding(in[i], n);
        if (end > last)
            last = end;
        if (end > 0)
            memcpy(to, in[i], n * sizeof *to);
        else
            memset(to, 0, n * sizeof *to);
    }
    if (last > 0)
        c->sound = c->time + last;
}

static RT void work(struct convolver *c, struct stage *s)
{
    uint64_t now = c->time + c->filter->quantum, block = s->level->block;
    uint64_t phase = now % block;
    if (phase == 0)
        stage_begin(s, now, c->sound + 2 * block <= now);
    stage_work(s, s->level->work * (phase + c->filter->quantum) / block, c->past, c->mask);
}

static RT void add_output(const struct convolver *c, const struct stage *s, float *const *out)
{
    uint32_t n = c->filter->quantum, block = s->level->block;
    /* Level 0 is heard in the quantum that makes it, the others while the next block is made. */
    uint32_t which = block == n ? s->making : s->making ^ 1;
    uint64_t at = (c->time + n) % block;
    for (uint32_t p = 0; p < s->level->n_out; p++) {
        const float *y = stage_output(s, which, p);
        float *to = out[s->level->out[p]];
        for (uint32_t i = 0; y && i < n; i++)
            to[i] += y[at + i];
    }
}

RT void convolver_process(struct convolver *c, const float *const *in, float *const *out)
{
    const struct filter *f = c->filter;
    take_input(c, in);
    for (uint32_t o = 0; o < f->outputs; o++)
        memset(out[o], 0, f->quantum * sizeof *out[o]);
    for (uint32_t i = 0; i < f->n_levels; i++) {
        work(c, &c->stages[i]);
        add_output(c, &c->stages[i], out);
    }
    /* Where the response has rung out, what is left is the transforms' rounding. */
    uint64_t end = c->sound > 0 ? c->sound + f->frames - 1 : 0;
    uint32_t heard = end <= c->time               ? 0
                     : end - c->time < f->quantum ? (uint32_t)(end - c->time)
                                                  : f->quantum;
    for (uint32_t o = 0; o < f->outputs; o++)
        memset(out[o] + heard, 0, (f->quantum - heard) * sizeof *out[o]);
    c->time += f->quantum;
}
