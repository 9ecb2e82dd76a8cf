/* convolver_plan.h - into which levels a response is cut, by what they are likely to cost */
#ifndef EFFECTS_CONVOLVER_PLAN_H
#define EFFECTS_CONVOLVER_PLAN_H

#include "effects/convolver.h"
#include "effects/convolver_costs.h"

#include <stdint.h>

/* Control. The cheapest plan for a matrix of `cells` responses of `frames` taps, by the costs in
 * force: fills levels from the first block (a quantum) to the largest and returns how many. Level 0
 * begins at tap 0, every other at 2 * block - quantum. The same for the same arguments and costs.
 */
uint32_t plan_levels(uint32_t quantum, uint64_t frames, uint32_t inputs, uint32_t outputs,
                     uint32_t cells, struct filter_level levels[CONVOLVER_LEVELS_MAX]);

/* Any thread. What a plan is predicted to cost, in ns per frame; and of every level. */
double plan_cost(const struct costs *costs, uint32_t quantum, uint32_t inputs, uint32_t outputs,
                 uint32_t cells, struct filter_level *levels, uint32_t n);

#endif
