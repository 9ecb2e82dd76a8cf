/* bench_plan.c - what the convolver's plans are predicted to cost, and what they do
 *
 * One line for each plan: predicted by the built-in costs, by those fitted to this machine in this
 * very run (engine/plan measured), and measured. Then the costs, and what measuring them took.
 */
#include "effects/convolver_calibrate.h"
#include "effects/convolver_plan.h"
#include "tests/stopwatch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static double predict(const struct costs *costs, const struct calibrate_task *task)
{
    struct calibrate_task t = *task;
    return plan_cost(costs, t.quantum, t.inputs, t.outputs, t.cells, t.levels, t.n_levels);
}

int main(void)
{
    uint32_t n = calibrate_count();
    double *times = calloc(n, sizeof *times), begun = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    struct calibrate_task t;
    for (uint32_t i = 0; i < n; i++) {
        calibrate_task(i, &t);
        times[i] = calibrate_run(&t);
    }
    struct costs fitted = calibrate_fit(times), usual = costs_built_in;
    double took = (clock_ns(CLOCK_PROCESS_CPUTIME_ID) - begun) / 1e6;
    for (uint32_t i = 0; i < n; i++) {
        calibrate_task(i, &t);
        printf("bench convolver-plan io=%ux%u frames=%" PRIu64 " quantum=%u levels=", t.inputs,
               t.outputs, t.frames, t.quantum);
        for (uint32_t l = 0; l < t.n_levels; l++)
            printf("%s%ux%u", l ? "," : "", t.levels[l].block, t.levels[l].partitions);
        double built_in = predict(&costs_built_in, &t), measured = predict(&fitted, &t);
        printf(" ns_per_frame=%.2f built_in=%.2f ratio=%.2f fitted=%.2f ratio=%.2f\n", times[i],
               built_in, built_in / times[i], measured, measured / times[i]);
    }
    for (uint32_t i = 0; i < COSTS_NS; i++)
        printf("bench convolver-cost name=%s built_in=%g fitted=%g ratio=%.2f\n", costs_name(i),
               *costs_at(&usual, i), *costs_at(&fitted, i),
               *costs_at(&fitted, i) / *costs_at(&usual, i));
    printf("bench convolver-calibration cpu_ms=%.0f\n", took);
    free(times);
    return 0;
}
