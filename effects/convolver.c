/* convolver.c - a matrix of impulse responses, applied quantum by quantum with no added latency */
#include "effects/convolver.h"

#include "effects/convolver_filter.h"
#include "effects/convolver_pace.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* -200 dBFS */
#define SILENCE 1e-10f

/* Frames that a helper may be held up for, at least. */
enum { PAST_MIN = 1 << 16 };

struct convolver {
    struct filter *filter;
    uint64_t time;   /* frames processed since the last sleep */
    uint64_t sound;  /* frame after the last one that sounded; 0: none ever */
    uint64_t memory; /* frames after which all that is remembered of a sound is zeros */
    struct pace_past past;
    struct pace paces[CONVOLVER_LEVELS_MAX];
    uint32_t instance;
    float *gain; /* a quantum */
    struct pool pool;
};

/* Convolvers made so far, by any thread. */
static _Atomic uint32_t instances;

static void lay_out(struct convolver *c)
{
    const struct filter *f = c->filter;
    for (uint32_t i = 0; i < f->inputs; i++)
        c->past.ch[i] = pool_floats(&c->pool, c->past.mask + 1);
    c->gain = pool_floats(&c->pool, f->quantum);
    for (uint32_t i = 0; i < f->n_levels; i++)
        pace_init(&c->paces[i], &f->levels[i], &c->past, f->quantum, c->instance, &c->pool);
}

struct convolver *convolver_new(struct filter *f)
{
    struct convolver *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->filter = filter_keep(f);
    c->instance = atomic_fetch_add_explicit(&instances, 1, memory_order_relaxed);
    uint32_t largest = f->levels[f->n_levels - 1].block;
    /* The past of the largest level, and the block that comes in while it is read; */
    c->memory = 4 * (uint64_t)largest;
    c->past.mask = c->memory - 1;
    /* and as much again, where a helper may be held up. */
    if (largest >= PACE_BLOCK_MIN)
        c->past.mask = 2 * (c->memory > PAST_MIN ? c->memory : PAST_MIN) - 1;
    lay_out(c);
    if (!pool_open(&c->pool)) {
        convolver_free(c);
        return NULL;
    }
    lay_out(c);
    return c;
}

void convolver_join(struct convolver *c, struct crew *crew)
{
    for (uint32_t i = 0; crew && i < c->filter->n_levels; i++)
        pace_join(&c->paces[i], crew);
}

void convolver_free(struct convolver *c)
{
    if (!c)
        return;
    for (uint32_t i = 0; i < c->filter->n_levels; i++)
        pace_leave(&c->paces[i]);
    pool_close(&c->pool);
    filter_drop(c->filter);
    free(c);
}

bool convolver_stale(const struct convolver *c)
{
    return filter_stale(c->filter);
}

/* The response to what has sounded so far is over at this frame. */
static RT uint64_t rung_out(const struct convolver *c)
{
    return c->sound > 0 ? c->sound + c->filter->frames - 1 : 0;
}

/* Samples from..to-1 of n sound, those around them do not; from == n: none does. */
static RT void find_sound(const float *x, uint32_t n, uint32_t *from, uint32_t *to)
{
    *from = 0;
    *to = n;
    while (*from < n && fabsf(x[*from]) < SILENCE)
        ++*from;
    while (*to > *from && fabsf(x[*to - 1]) < SILENCE)
        --*to;
}

/* Returns the first frame that can sound after a silence, 0 if there was none. */
static RT uint32_t take_input(struct convolver *c, const float *const *in)
{
    uint32_t n = c->filter->quantum, first = n, last = 0;
    for (uint32_t i = 0; i < c->filter->inputs; i++) {
        float *past = c->past.ch[i] + (c->time & c->past.mask);
        uint32_t from, to;
        find_sound(in[i], n, &from, &to);
        if (from < n)
            memcpy(past, in[i], n * sizeof *past);
        else
            memset(past, 0, n * sizeof *past);
        first = from < first ? from : first;
        last = from < n && to > last ? to : last;
    }
    bool silent = rung_out(c) <= c->time;
    if (last > 0)
        c->sound = c->time + last;
    return silent ? first : 0;
}

/* Has it been silent for so long that all it remembers is zeros? */
static RT bool asleep(const struct convolver *c)
{
    bool asleep = c->sound + c->memory <= c->time;
    for (uint32_t i = 0; i < c->filter->n_levels; i++)
        asleep &= c->paces[i].stage.silent[0] && c->paces[i].stage.silent[1];
    return asleep;
}

/* As good as new: sound after an hour of silence gives the same bits as sound at once. */
static RT void forget_time(struct convolver *c)
{
    c->time = c->sound = 0;
    for (uint32_t i = 0; i < c->filter->n_levels; i++)
        pace_restart(&c->paces[i]);
}

/* Where nothing can sound, what is left is the transforms' rounding. */
static RT void silence_rest(struct convolver *c, uint32_t first, float *const *out)
{
    uint32_t n = c->filter->quantum;
    uint64_t end = rung_out(c);
    uint32_t last = end <= c->time ? 0 : end - c->time < n ? (uint32_t)(end - c->time) : n;
    for (uint32_t o = 0; o < c->filter->outputs; o++) {
        memset(out[o], 0, first * sizeof *out[o]);
        memset(out[o] + last, 0, (n - last) * sizeof *out[o]);
    }
}

RT void convolver_process(struct convolver *c, const float *const *in, float *const *out)
{
    const struct filter *f = c->filter;
    if (asleep(c))
        forget_time(c);
    uint32_t first = take_input(c, in);
    for (uint32_t o = 0; o < f->outputs; o++)
        memset(out[o], 0, f->quantum * sizeof *out[o]);
    if (c->sound == 0)
        return;
    for (uint32_t i = 0; i < f->n_levels; i++) {
        pace_work(&c->paces[i], c->time + f->quantum, c->sound);
        pace_add(&c->paces[i], c->time + f->quantum, c->gain, out);
    }
    silence_rest(c, first, out);
    c->time += f->quantum;
}
