/* bench_convolver.c - the convolver beside zita-convolver, in the same run on the same sound
 *
 * bench_convolver [WORD...]   Words choose: free or paced; mono or stereo; seconds (0.5 2 6
 *                             10); a period (64 128 256 1024). None of a sort: all of them.
 *
 * ns_per_frame is the CPU time of all threads, the median of several turns in which the peers
 * alternate, each beginning with a second that does not count and brings its data back. p999_us and
 * max_us are of single callbacks by the clock, so the machine's own stalls are in them;
 * quiet_p999_us takes of each callback the quickest turn (turns repeat the same work, for they are
 * as long as our blocks): what is left is the work itself. peer=spin is a callback that does
 * nothing for as long as ours takes; peer=none, when paced, does nothing at all. helpers=1 has the
 * long blocks done by another thread, which needs real time to do it in, so it is paced only. ratio
 * is to the better setting of zita. mode=paced sleeps between callbacks, as live: caches are cold
 * then, and a machine that sleeps deeply is dear to wake, which peer=none pays too; net_ratio is
 * without that. convolver-limit is what our plan would cost if it were only FFTW's transforms and
 * the products' arithmetic or reading, whichever takes longer (convolver_limit.h).
 */
#include "effects/convolver.h"
#include "effects/crew.h"
#include "tests/convolver_limit.h"
#include "tests/peer_zita.h"
#include "tests/signals.h"
#include "tests/stopwatch.h"

#include <math.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RATE = 48000,
    TURNS = 7,
    PACED_TURNS = 3,
    FREE_FRAMES = 3 << 16,
    WARM_FRAMES = 1 << 16,
    PACED_FRAMES = 1 << 16,
    CHANNELS = 2
};

/* What is measured: a matrix of responses at a period. */
struct task {
    uint32_t channels, frames, period;
    double seconds;
    bool paced;
    uint32_t turns;
    float *taps[CHANNELS * CHANNELS], *in[CHANNELS];
};

struct peer {
    const char *name, *setting;
    double density;
    bool (*open)(struct peer *p, const struct task *t);
    void (*process)(struct peer *p, const struct task *t, const float *const *in,
                    float *const *out);
    void (*close)(struct peer *p);
    void *state;
    double ns[TURNS], p999_us, max_us, err_db; /* what was found */
    float *took_us, *out[CHANNELS];
    uint32_t n_took;
};

static bool open_none(struct peer *p, const struct task *t)
{
    p->name = t->paced ? "none" : "spin";
    return true;
}

/* How long process_none does nothing. */
static double spin_ns;

static void process_none(struct peer *p, const struct task *t, const float *const *in,
                         float *const *out)
{
    (void)p, (void)in, (void)out;
    for (double end = clock_ns(CLOCK_MONOTONIC) + spin_ns;
         !t->paced && clock_ns(CLOCK_MONOTONIC) < end;)
        ;
}

static void close_none(struct peer *p)
{
    (void)p;
}

/* The levels of what open_mixd opened last. */
static struct filter_level levels[CONVOLVER_LEVELS_MAX];
static uint32_t n_levels;

static bool open_mixd(struct peer *p, const struct task *t)
{
    struct filter_cell cells[CHANNELS * CHANNELS];
    uint32_t n = t->channels * t->channels;
    for (uint32_t i = 0; i < n; i++)
        cells[i] = (struct filter_cell){ i / t->channels, i % t->channels, t->taps[i], t->frames };
    struct filter *f =
        filter_new(&(struct filter_setup){ t->period, t->channels, t->channels, cells, n });
    p->state = f ? convolver_new(f) : NULL;
    n_levels = f ? filter_levels(f, levels) : 0;
    filter_drop(f);
    return p->state != NULL;
}

static void process_mixd(struct peer *p, const struct task *t, const float *const *in,
                         float *const *out)
{
    (void)t;
    convolver_process(p->state, in, out);
}

static void close_mixd(struct peer *p)
{
    convolver_free(p->state);
}

/* The helpers of what open_crew opened. */
static struct crew *crew;

static bool open_crew(struct peer *p, const struct task *t)
{
    crew = crew_new(RATE);
    if (!crew || !open_mixd(p, t))
        return false;
    crew_set_helpers(crew, 1);
    convolver_join(p->state, crew);
    return true;
}

static void process_crew(struct peer *p, const struct task *t, const float *const *in,
                         float *const *out)
{
    crew_turn(crew, t->period, false);
    convolver_process(p->state, in, out);
    crew_finish(crew);
}

static void close_crew(struct peer *p)
{
    convolver_free(p->state);
    crew_free(crew);
}

static bool open_zita(struct peer *p, const struct task *t)
{
    p->state = peer_zita_new(t->channels, t->channels, (const float *const *)t->taps, t->frames,
                             t->period, (float)p->density, t->paced ? 50 : 0);
    return p->state != NULL;
}

static void process_zita(struct peer *p, const struct task *t, const float *const *in,
                         float *const *out)
{
    peer_zita_process(p->state, in, out, !t->paced);
}

static void close_zita(struct peer *p)
{
    peer_zita_free(p->state);
}

enum { PEER_MIXD, PEER_NONE, PEER_ZITA_0, PEER_ZITA_1, PEER_CREW, PEERS };

static struct peer peers[PEERS] = {
    { "mixd", "", 0, open_mixd, process_mixd, close_mixd, .err_db = NAN },
    { "none", "", 0, open_none, process_none, close_none, .err_db = NAN },
    { "zita", " density=0", 0, open_zita, process_zita, close_zita, .err_db = NAN },
    { "zita", " density=1", 1, open_zita, process_zita, close_zita, .err_db = NAN },
    { "mixd", " helpers=1", 0, open_crew, process_crew, close_crew, .err_db = NAN },
};

/* One callback, at frame `at` of the task's sound. */
static void run_callback(struct peer *p, const struct task *t, uint32_t at)
{
    const float *in[CHANNELS];
    float *out[CHANNELS];
    for (uint32_t c = 0; c < t->channels; c++) {
        in[c] = t->in[c] + at;
        out[c] = p->out[c] + at;
    }
    p->process(p, t, in, out);
}

/* One turn: `frames` frames through a peer, after `warm` that do not count. */
static void run_turn(struct peer *p, const struct task *t, uint32_t warm, uint32_t frames,
                     uint32_t turn)
{
    for (uint32_t at = 0; at < warm; at += t->period)
        run_callback(p, t, at);
    double cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID), due = clock_ns(CLOCK_MONOTONIC);
    for (uint32_t at = 0; at + t->period <= frames; at += t->period) {
        if (t->paced) {
            due += 1e9 * t->period / RATE;
            sleep_until(due);
        }
        double begun = clock_ns(CLOCK_MONOTONIC);
        run_callback(p, t, at);
        p->took_us[p->n_took++] = (float)((clock_ns(CLOCK_MONOTONIC) - begun) / 1e3);
    }
    p->ns[turn] = (clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu) / (frames / t->period * t->period);
}

static int compare_floats(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Against the definition, in double, at some frames of the first turn, re the output's peak. */
static double error_db(const struct peer *p, const struct task *t, uint32_t frames)
{
    double worst = 0, peak = 1e-30;
    for (uint32_t n = 1; n < frames; n += frames / 60 + 1) {
        for (uint32_t o = 0; o < t->channels; o++) {
            double sum = 0;
            for (uint32_t i = 0; i < t->channels; i++)
                for (uint32_t k = 0; k < t->frames && k <= n; k++)
                    sum += (double)t->taps[i * t->channels + o][k] * t->in[i][n - k];
            worst = fmax(worst, fabs(sum - (double)p->out[o][n]));
            peak = fmax(peak, fabs(sum));
        }
    }
    return 20 * log10(worst / peak);
}

static void task_open(struct task *t, uint32_t frames)
{
    for (uint32_t c = 0; c < t->channels; c++) {
        t->in[c] = malloc(frames * sizeof(float));
        signal_noise(t->in[c], frames, 100 + c, 0.5);
    }
    for (uint32_t i = 0; i < t->channels * t->channels; i++) {
        t->taps[i] = malloc(t->frames * sizeof(float));
        signal_noise(t->taps[i], t->frames, i, 0.02);
        for (uint32_t k = 0; k < t->frames; k++)
            t->taps[i][k] *= (float)pow(10, -3.0 * k / t->frames);
    }
}

static void task_close(struct task *t)
{
    for (uint32_t c = 0; c < t->channels; c++)
        free(t->in[c]);
    for (uint32_t i = 0; i < t->channels * t->channels; i++)
        free(t->taps[i]);
}

/* The 99.9th percentile of the callbacks of one turn, each as quick as in its quickest turn. */
static double quiet_p999(const struct peer *p, uint32_t turns)
{
    uint32_t n = p->n_took / turns;
    float *quickest = malloc(n * sizeof *quickest);
    for (uint32_t k = 0; k < n; k++) {
        quickest[k] = p->took_us[k];
        for (uint32_t turn = 1; turn < turns; turn++)
            quickest[k] = fminf(quickest[k], p->took_us[turn * n + k]);
    }
    qsort(quickest, n, sizeof *quickest, compare_floats);
    double p999 = (double)quickest[(uint32_t)(0.999 * n)];
    free(quickest);
    return p999;
}

/* `ratio`, `net_ratio`: NAN for a peer that has none. */
static void report(struct peer *p, const struct task *t, double ratio, double net_ratio)
{
    double quiet = quiet_p999(p, t->turns);
    qsort(p->took_us, p->n_took, sizeof *p->took_us, compare_floats);
    double mean = 0;
    for (uint32_t i = 0; i < p->n_took; i++)
        mean += (double)p->took_us[i] / p->n_took;
    printf("bench convolver%s peer=%s%s io=%ux%u ir_s=%g period=%u ns_per_frame=%.1f mean_us=%.1f "
           "p999_us=%.1f max_us=%.1f quiet_p999_us=%.1f",
           t->paced ? " mode=paced" : "", p->name, p->setting, t->channels, t->channels, t->seconds,
           t->period, median(p->ns, t->turns), mean,
           (double)p->took_us[(uint32_t)(0.999 * p->n_took)], (double)p->took_us[p->n_took - 1],
           quiet);
    if (!isnan(p->err_db))
        printf(" err_db=%.1f", p->err_db);
    if (!isnan(ratio))
        printf(" ratio=%.2f", ratio);
    if (!isnan(net_ratio))
        printf(" net_ratio=%.2f", net_ratio);
    printf("\n");
    fflush(stdout);
}

static bool peer_start(struct peer *p, const struct task *t, uint32_t frames)
{
    p->n_took = 0;
    p->took_us = calloc((size_t)TURNS * (frames / t->period + 1), sizeof *p->took_us);
    for (uint32_t c = 0; c < t->channels; c++)
        p->out[c] = calloc(frames, sizeof(float));
    return p->open(p, t);
}

static void peer_stop(struct peer *p, const struct task *t)
{
    p->close(p);
    free(p->took_us);
    for (uint32_t c = 0; c < t->channels; c++)
        free(p->out[c]);
}

static void run_task(struct task *t)
{
    uint32_t frames = t->paced ? PACED_FRAMES : FREE_FRAMES;
    uint32_t n_peers = t->paced ? PEERS : PEER_CREW;
    task_open(t, frames);
    for (uint32_t i = 0; i < n_peers; i++) {
        if (!peer_start(&peers[i], t, frames)) {
            fprintf(stderr, "bench_convolver: %s cannot do this\n", peers[i].name);
            exit(1);
        }
        /* The turn that errors are read from, without what came before; live, zita may be late. */
        run_turn(&peers[i], t, 0, frames, 0);
        peers[i].err_db = i == PEER_NONE || t->paced ? NAN : error_db(&peers[i], t, frames);
        peers[i].n_took = 0;
        if (i == PEER_MIXD)
            spin_ns = peers[i].ns[0] * t->period;
    }
    for (uint32_t turn = 0; turn < t->turns; turn++)
        for (uint32_t i = 0; i < n_peers; i++)
            run_turn(&peers[i], t, t->paced ? 0 : WARM_FRAMES, frames, turn);
    double best =
        fmin(median(peers[PEER_ZITA_0].ns, t->turns), median(peers[PEER_ZITA_1].ns, t->turns));
    double none = t->paced ? median(peers[PEER_NONE].ns, t->turns) : NAN;
    double ours = median(peers[PEER_MIXD].ns, t->turns);
    for (uint32_t i = 0; i < n_peers; i++) {
        double ns = i == PEER_MIXD || i == PEER_CREW ? median(peers[i].ns, t->turns) : NAN;
        report(&peers[i], t, ns / best, (ns - none) / (best - none));
        peer_stop(&peers[i], t);
    }
    if (!t->paced) {
        double limit = convolver_limit(levels, n_levels, t->channels, t->channels);
        printf("bench convolver-limit io=%ux%u ir_s=%g period=%u ns_per_frame=%.1f ratio=%.2f\n",
               t->channels, t->channels, t->seconds, t->period, limit, ours / limit);
    }
    task_close(t);
}

/* Is any of `sort` among the arguments, and if so, is it `word`? */
static bool chosen(int argc, char **argv, const char *const *sort, const char *word)
{
    bool any = false;
    for (int a = 1; a < argc; a++) {
        if (strcmp(argv[a], word) == 0)
            return true;
        for (int i = 0; sort[i]; i++)
            any = any || strcmp(argv[a], sort[i]) == 0;
    }
    return !any;
}

static const char *const modes[] = { "free", "paced", NULL };
static const char *const shapes[] = { "mono", "stereo", NULL };
static const char *const lengths[] = { "0.5", "2", "6", "10", NULL };
static const char *const periods[] = { "64", "128", "256", "1024", NULL };

static void run_mode(int argc, char **argv, int mode, int shape, int length, int period)
{
    /* In real time the middle of the table must do. */
    bool told = argc > 1, usual = shape == 1 && length == 2;
    if (mode == 1 && !told && !usual)
        return;
    struct task t = {
        .channels = (uint32_t)shape + 1,
        .seconds = atof(lengths[length]),
        .period = (uint32_t)atoi(periods[period]),
        .paced = mode == 1,
        .turns = mode == 1 ? PACED_TURNS : TURNS,
    };
    t.frames = (uint32_t)(t.seconds * RATE);
    if (!chosen(argc, argv, modes, modes[mode]) || !chosen(argc, argv, shapes, shapes[shape]) ||
        !chosen(argc, argv, lengths, lengths[length]) ||
        !chosen(argc, argv, periods, periods[period]))
        return;
    run_task(&t);
}

int main(int argc, char **argv)
{
    struct sched_param priority = { .sched_priority = 60 };
    for (int mode = 0; modes[mode]; mode++) {
        if (mode == 1 && sched_setscheduler(0, SCHED_FIFO, &priority) != 0)
            fprintf(stderr, "bench_convolver: paced without real-time priority\n");
        for (int shape = 0; shapes[shape]; shape++)
            for (int length = 0; lengths[length]; length++)
                for (int period = 0; periods[period]; period++)
                    run_mode(argc, argv, mode, shape, length, period);
    }
    return 0;
}
