/* convolver_filter.h - what a filter is to the convolvers that use it; for others see convolver.h
 */
#ifndef EFFECTS_CONVOLVER_FILTER_H
#define EFFECTS_CONVOLVER_FILTER_H

#include "effects/convolver.h"
#include "effects/convolver_level.h"
#include "effects/convolver_pool.h"

#include <stdbool.h>
#include <stdint.h>

struct filter {
    uint32_t quantum, inputs, outputs, cells;
    uint64_t frames; /* of the longest response */
    uint32_t n_levels;
    struct level levels[CONVOLVER_LEVELS_MAX];
    struct pool pool;
    /* Who keeps it, what it was made from, and all others there are; under the lock of the list. */
    uint32_t users;
    bool shared; /* found by others who ask for the same: it is on the list */
    uint64_t digest[2];
    struct filter *next;
};

/* As filter_new. A filter of these levels, shared by nobody. */
struct filter *filter_new_as(const struct filter_setup *setup, const struct filter_level *shapes,
                             uint32_t n);
/* Control. As convolver_stale. */
bool filter_stale(const struct filter *f);

#endif
