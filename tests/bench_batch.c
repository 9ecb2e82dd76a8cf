/* bench_batch.c - what the many reverbs of one response cost, beside one alone
 *
 * ns per frame, the CPU time of the whole process. one_ns is a reverb alone; each_ns is one of
 * `count` that began together, apart_ns one of as many that began at random moments, so that they
 * are at different places of their blocks; silent_ns one that hears nothing. mode=paced sleeps
 * between callbacks, as live: there none_ns is what a callback without any reverb costs, and
 * net_ratio and apart_net_ratio, to one alone, leave it out. Medians of several turns. As in mixd
 * they put their background work off and do it together (crew.h); no helper helps.
 */
#include "effects/convolver.h"
#include "effects/crew.h"
#include "tests/signals.h"
#include "tests/stopwatch.h"

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    RATE = 48000,
    QUANTUM = 64,
    COUNT_MAX = 100,
    FRAMES = 1 << 16,
    FREE_TURNS = 9,
    PACED_TURNS = 3,
    /* A multiple of all blocks: so far apart they begin. */
    SPAN = 1 << 16
};

/* Reverbs of one response: channels in and out, and seconds. */
struct many {
    uint32_t channels, count;
    double seconds;
};

static const struct many kinds[] = { { 2, 16, 6 }, { 1, 100, 0.5 }, { 1, 100, 0.1 } };

static float noise[2][FRAMES], silence[FRAMES];
static struct crew *crew;

static struct filter *make_filter(const struct many *m)
{
    uint32_t frames = (uint32_t)(m->seconds * RATE), n = m->channels * m->channels;
    struct filter_cell cells[4];
    float *taps[4];
    for (uint32_t i = 0; i < n; i++) {
        taps[i] = malloc(frames * sizeof **taps);
        signal_noise(taps[i], frames, i, 0.02);
        cells[i] = (struct filter_cell){ i / m->channels, i % m->channels, taps[i], frames };
    }
    struct filter *f =
        filter_new(&(struct filter_setup){ QUANTUM, m->channels, m->channels, cells, n });
    for (uint32_t i = 0; i < n; i++)
        free(taps[i]);
    return f;
}

/* FRAMES frames through `count` convolvers; the first begins[i] frames of each are silent. */
static double turn_ns(struct convolver *const *c, uint32_t count, const uint32_t *begins,
                      bool silent, bool paced)
{
    float left[QUANTUM], right[QUANTUM], *out[2] = { left, right };
    double cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID), due = clock_ns(CLOCK_MONOTONIC);
    for (uint32_t at = 0; at < FRAMES; at += QUANTUM) {
        due += 1e9 * QUANTUM / RATE;
        if (paced)
            sleep_until(due);
        crew_turn(crew, QUANTUM, false);
        for (uint32_t i = 0; i < count; i++) {
            bool sounds = !silent && at >= begins[i];
            const float *in[2] = { (sounds ? noise[0] : silence) + at,
                                   (sounds ? noise[1] : silence) + at };
            convolver_process(c[i], in, out);
        }
        crew_finish(crew);
    }
    return (clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu) / FRAMES;
}

enum state { TOGETHER, APART, SILENT };

/* Of all `count` reverbs. */
static double measure(struct filter *f, uint32_t count, enum state state, bool paced)
{
    static const uint32_t at_once[COUNT_MAX];
    struct convolver *c[COUNT_MAX];
    uint32_t begins[COUNT_MAX], turns = paced ? PACED_TURNS : FREE_TURNS;
    double ns[FREE_TURNS];
    srand(1);
    for (uint32_t i = 0; i < count; i++) {
        c[i] = convolver_new(f);
        convolver_join(c[i], crew);
        begins[i] = state == APART ? (uint32_t)rand() % (SPAN / QUANTUM) * QUANTUM : 0;
    }
    turn_ns(c, count, begins, state == SILENT, false);
    for (uint32_t turn = 0; turn < turns; turn++)
        ns[turn] = turn_ns(c, count, at_once, state == SILENT, paced);
    for (uint32_t i = 0; i < count; i++)
        convolver_free(c[i]);
    return median(ns, turns);
}

static void bench(const struct many *m, bool paced)
{
    struct filter *f = make_filter(m);
    double none = paced ? measure(f, 0, TOGETHER, true) : 0;
    double one = measure(f, 1, TOGETHER, paced), silent = measure(f, 1, SILENT, paced);
    double each = measure(f, m->count, TOGETHER, paced) / m->count;
    double apart = measure(f, m->count, APART, paced) / m->count;
    double net = one - none, share = none / m->count;
    filter_drop(f);
    printf("bench batch%s count=%u io=%ux%u ir_s=%g period=%d none_ns=%.1f one_ns=%.1f "
           "each_ns=%.1f apart_ns=%.1f silent_ns=%.1f ratio=%.2f apart_ratio=%.2f net_ratio=%.2f "
           "apart_net_ratio=%.2f\n",
           paced ? " mode=paced" : "", m->count, m->channels, m->channels, m->seconds, QUANTUM,
           none, one, each, apart, silent, each / one, apart / one, (each - share) / net,
           (apart - share) / net);
    fflush(stdout);
}

int main(void)
{
    for (uint32_t i = 0; i < 2; i++)
        signal_noise(noise[i], FRAMES, 100 + i, 0.5);
    crew = crew_new(RATE);
    struct sched_param priority = { .sched_priority = 60 };
    for (uint32_t paced = 0; paced < 2; paced++) {
        if (paced && sched_setscheduler(0, SCHED_FIFO, &priority) != 0)
            fprintf(stderr, "bench_batch: paced without real-time priority\n");
        for (uint32_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
            bench(&kinds[i], paced > 0);
    }
    crew_free(crew);
    return 0;
}
