/* convolver_calibrate.c - measures what the convolver's steps cost on this machine
 *
 * Whole convolvers are run and not single loops, because what a loop costs between the others is
 * what counts. Times depend on the costs linearly, so they are fitted by least squares of relative
 * errors, drawn towards the built-in costs times a common scale.
 */
#include "effects/convolver_calibrate.h"

#include "effects/convolver_filter.h"
#include "effects/convolver_plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TURNS = 3, RUN_FRAMES = 1 << 16, CHANNELS = 2, TASKS = 14 };

static const double PULL = 0.02; /* towards the built-in costs, re the pull of one measured time */

/* The plans; blocks end with 0. */
static const struct {
    uint32_t quantum, channels, frames, blocks[6];
} tasks[TASKS] = {
    { 64, 1, 64, { 64 } },
    { 64, 1, 2000, { 64 } },
    { 64, 1, 24000, { 64, 512 } },
    { 64, 1, 24000, { 64, 256, 2048 } },
    { 64, 1, 96000, { 64, 1024, 8192 } },
    { 64, 1, 60000, { 64, 16384 } },
    { 64, 2, 4000, { 64, 256 } },
    { 64, 2, 24000, { 64, 256, 1024 } },
    { 64, 2, 96000, { 64, 512, 2048, 8192 } },
    { 64, 2, 288000, { 64, 256, 1024, 4096, 16384 } },
    { 64, 2, 288000, { 64, 512, 4096 } },
    { 256, 2, 288000, { 256, 2048, 16384 } },
    { 1024, 1, 48000, { 1024 } },
    { 1024, 2, 96000, { 1024, 8192 } },
};

uint32_t calibrate_count(void)
{
    return TASKS;
}

void calibrate_task(uint32_t i, struct calibrate_task *t)
{
    uint32_t channels = tasks[i].channels, quantum = tasks[i].quantum;
    *t = (struct calibrate_task){ .quantum = quantum,
                                  .inputs = channels,
                                  .outputs = channels,
                                  .cells = channels * channels,
                                  .frames = tasks[i].frames };
    for (uint32_t n = 0; tasks[i].blocks[n]; n++) {
        uint64_t block = tasks[i].blocks[n], next = tasks[i].blocks[n + 1];
        uint64_t offset = n > 0 ? 2 * block - quantum : 0;
        uint64_t end = next ? 2 * next - quantum : t->frames;
        t->levels[t->n_levels++] = (struct filter_level){
            .block = (uint32_t)block,
            .offset = offset,
            .partitions = (uint32_t)((end - offset + block - 1) / block),
        };
    }
}

static double cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

static struct convolver *build(const struct calibrate_task *t, const float *noise)
{
    struct filter_cell cells[CHANNELS * CHANNELS];
    for (uint32_t i = 0; i < t->cells; i++) /* not the same place, so that none is shared */
        cells[i] = (struct filter_cell){ i / t->outputs, i % t->outputs, noise + i, t->frames };
    struct filter *f =
        filter_new_as(&(struct filter_setup){ t->quantum, t->inputs, t->outputs, cells, t->cells },
                      t->levels, t->n_levels);
    struct convolver *c = f ? convolver_new(f) : NULL;
    filter_drop(f);
    return c;
}

static void run(struct convolver *c, const struct calibrate_task *t, const float *noise,
                float *const *out)
{
    const float *in[CHANNELS];
    for (uint32_t at = 0; at < RUN_FRAMES; at += t->quantum) {
        for (uint32_t i = 0; i < t->inputs; i++)
            in[i] = noise + at + i;
        convolver_process(c, in, out);
    }
}

/* Noise of full scale for what goes in, and for responses of that length. */
static float *make_noise(uint64_t frames)
{
    size_t n = (frames > RUN_FRAMES ? frames : RUN_FRAMES) + CHANNELS * CHANNELS;
    float *noise = malloc(n * sizeof *noise);
    uint64_t state = 1;
    for (size_t i = 0; noise && i < n; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        noise[i] = (float)((double)(state >> 40) / (1 << 23) - 1);
    }
    return noise;
}

double calibrate_run(const struct calibrate_task *t)
{
    double best = -1;
    float *noise = make_noise(t->frames), *rest = calloc(CHANNELS * t->quantum, sizeof *rest);
    struct convolver *c = noise && rest ? build(t, noise) : NULL;
    for (int turn = 0; c && turn <= TURNS; turn++) {
        double begun = cpu_ns();
        run(c, t, noise, (float *[CHANNELS]){ rest, rest + t->quantum });
        double ns = (cpu_ns() - begun) / RUN_FRAMES;
        if (turn > 0 && (best < 0 || ns < best)) /* the first one only fills the caches */
            best = ns;
    }
    convolver_free(c);
    free(noise);
    free(rest);
    return best;
}

/* What a task costs if all costs but one are nothing, and that one is the built-in. */
static double part(const struct calibrate_task *task, uint32_t i)
{
    struct calibrate_task t = *task;
    struct costs one = { .far_after = costs_built_in.far_after }, usual = costs_built_in;
    *costs_at(&one, i) = *costs_at(&usual, i);
    return plan_cost(&one, t.quantum, t.inputs, t.outputs, t.cells, t.levels, t.n_levels);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* By how much this machine is slower than the built-in costs say. */
static double common_scale(double parts[TASKS][COSTS_NS], const double *times)
{
    double ratios[TASKS];
    for (uint32_t j = 0; j < TASKS; j++) {
        double sum = 0;
        for (uint32_t i = 0; i < COSTS_NS; i++)
            sum += parts[j][i];
        ratios[j] = times[j] / sum;
    }
    qsort(ratios, TASKS, sizeof *ratios, compare);
    return ratios[TASKS / 2];
}

/* Solves a x = b by elimination; a is symmetric and positive, so that no pivot is sought. */
static void solve(double a[COSTS_NS][COSTS_NS], double *b)
{
    for (uint32_t i = 0; i < COSTS_NS; i++)
        for (uint32_t k = i + 1; k < COSTS_NS; k++) {
            double times = a[k][i] / a[i][i];
            for (uint32_t c = i; c < COSTS_NS; c++)
                a[k][c] -= times * a[i][c];
            b[k] -= times * b[i];
        }
    for (uint32_t i = COSTS_NS; i-- > 0;) {
        for (uint32_t c = i + 1; c < COSTS_NS; c++)
            b[i] -= a[i][c] * b[c];
        b[i] /= a[i][i];
    }
}

struct costs calibrate_fit(const double *times)
{
    double parts[TASKS][COSTS_NS], a[COSTS_NS][COSTS_NS] = { 0 }, x[COSTS_NS] = { 0 };
    for (uint32_t j = 0; j < TASKS; j++) {
        struct calibrate_task t;
        calibrate_task(j, &t);
        for (uint32_t i = 0; i < COSTS_NS; i++)
            parts[j][i] = part(&t, i);
    }
    double scale = common_scale(parts, times);
    /* Unknown is by how much each cost differs from the scaled built-in one. */
    for (uint32_t i = 0; i < COSTS_NS; i++) {
        a[i][i] = x[i] = PULL;
        for (uint32_t j = 0; j < TASKS; j++) {
            double share = scale * parts[j][i] / times[j];
            x[i] += share;
            for (uint32_t k = 0; k < COSTS_NS; k++)
                a[i][k] += share * scale * parts[j][k] / times[j];
        }
    }
    solve(a, x);
    struct costs c = costs_built_in;
    for (uint32_t i = 0; i < COSTS_NS; i++)
        *costs_at(&c, i) *= scale * fmin(fmax(x[i], 0.25), 4);
    return c;
}

bool calibrate(struct costs *costs, const _Atomic bool *stop)
{
    double times[TASKS];
    for (uint32_t i = 0; i < TASKS; i++) {
        struct calibrate_task t;
        calibrate_task(i, &t);
        if (atomic_load_explicit(stop, memory_order_relaxed))
            return false;
        times[i] = calibrate_run(&t);
        if (!(times[i] > 0))
            return false;
    }
    struct costs fitted = calibrate_fit(times);
    if (!costs_valid(&fitted))
        return false;
    *costs = fitted;
    return true;
}
