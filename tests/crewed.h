/* crewed.h - convolvers that a crew helps with, for its tests */
#ifndef TESTS_CREWED_H
#define TESTS_CREWED_H

#include "effects/convolver.h"
#include "effects/convolver_filter.h"
#include "effects/crew.h"
#include "tests/check.h"
#include "tests/signals.h"

static inline float *noises(size_t n, uint32_t which, double amplitude)
{
    float *x = aligned_alloc(64, (n * sizeof *x + 63) / 64 * 64); /* as the kernels want it */
    signal_noise(x, n, which, amplitude);
    return x;
}

static inline struct convolver *convolver_of(const float *taps, uint64_t frames, uint32_t quantum,
                                             struct crew *crew)
{
    struct filter_cell cell = { 0, 0, taps, frames };
    struct filter *f = filter_new(&(struct filter_setup){ quantum, 1, 1, &cell, 1 });
    struct convolver *c = convolver_new(f);
    filter_drop(f);
    convolver_join(c, crew);
    return c;
}

/* crew: NULL if it has none, or puts work off that others will finish. */
static inline void process(struct convolver *c, struct crew *crew, const float *in, float *out,
                           uint64_t from, uint64_t to, uint32_t quantum)
{
    rt_enter();
    for (uint64_t at = from; at < to; at += quantum) {
        convolver_process(c, (const float *[]){ in + at }, (float *[]){ out + at });
        if (crew)
            crew_finish(crew);
    }
    rt_leave();
}

static inline void await_idle(const struct crew *crew)
{
    while (!crew_idle(crew))
        crew_await();
}

/* As a driver that may wait does it. */
static inline void await_rest(struct crew *crew)
{
    while (!crew_rests(crew))
        crew_await();
}

#endif
