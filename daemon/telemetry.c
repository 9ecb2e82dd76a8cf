/* telemetry.c - OUT, CAP, LOAD and the stages, from the engine's records of its turns
 *
 * A turn at time s that begins with frame f says: at s the world had got to frame f, or further if
 * the turn was late. So at a moment T it had got to the furthest of f + (T - s) * rate over the
 * turns around T, and not past what they made. OUT is the difference of two such edges a second
 * apart.
 */
#include "daemon/telemetry.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    NS_PER_S = 1000000000,
    SLACK_NS = 50000000, /* turns that far from an edge still tell where it is, */
    SLACK_TURNS = 2,     /* and these at least; a wake-up may be late by as much */
    SECONDS_KEPT = 3,
};

struct telemetry {
    double rate;
    uint32_t quantum;
    struct timing *kept; /* the last `size` records, a ring */
    uint32_t size;       /* a power of two */
    uint64_t count;      /* records ever */
    double *sorted;      /* room for `size` numbers */

    uint64_t begin_ns;   /* of the second that is not yet full */
    double begin_frames; /* the edge there, once a second has ended there */
    struct telemetry_figures last;
};

struct telemetry *telemetry_new(uint32_t rate, uint32_t quantum)
{
    struct telemetry *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->rate = rate;
    t->quantum = quantum;
    for (t->size = 64; t->size < SECONDS_KEPT * rate / quantum;)
        t->size *= 2;
    t->kept = calloc(t->size, sizeof *t->kept);
    t->sorted = calloc(t->size, sizeof *t->sorted);
    if (!t->kept || !t->sorted) {
        telemetry_free(t);
        return NULL;
    }
    return t;
}

void telemetry_free(struct telemetry *t)
{
    if (!t)
        return;
    free(t->kept);
    free(t->sorted);
    free(t);
}

static uint64_t oldest(const struct telemetry *t)
{
    return t->count > t->size ? t->count - t->size : 0;
}

static const struct timing *record(const struct telemetry *t, uint64_t i)
{
    return &t->kept[i & (t->size - 1)];
}

static int64_t slack(const struct telemetry *t)
{
    const struct timing *newest = record(t, t->count - 1);
    return SLACK_NS + (int64_t)(newest->frames * (double)SLACK_TURNS * NS_PER_S / t->rate);
}

/* The frame that the world had got to at `ns`. */
static double edge(const struct telemetry *t, uint64_t ns)
{
    int64_t near = slack(t);
    double furthest = -INFINITY, first = -1;
    double end = (double)record(t, oldest(t))->frame;
    for (uint64_t i = oldest(t); i < t->count; i++) {
        const struct timing *turn = record(t, i);
        int64_t since = (int64_t)(ns - turn->start_ns);
        if (since < -near)
            break;
        end = (double)(turn->frame + turn->frames);
        if (since > near)
            continue;
        if (first < 0)
            first = (double)turn->frame;
        furthest = fmax(furthest, (double)turn->frame + (double)since * t->rate / NS_PER_S);
    }
    return first < 0 ? end : fmin(fmax(furthest, first), end);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Nearest rank, of the n numbers in t->sorted. */
static double percentile(const struct telemetry *t, uint32_t n, double p)
{
    return n ? t->sorted[(uint32_t)fmax(ceil(p / 100 * n), 1) - 1] : 0;
}

/* Fills t->sorted with a number for each turn that began in the second from `ns` on. */
static uint32_t gather(struct telemetry *t, uint64_t ns,
                       double (*number)(const struct telemetry *t, const struct timing *turn,
                                        int stage),
                       int stage, double *mean)
{
    uint32_t n = 0;
    double sum = 0, frames = 0;
    for (uint64_t i = oldest(t); i < t->count; i++) {
        const struct timing *turn = record(t, i);
        if (turn->start_ns - ns >= NS_PER_S) /* before it, too: unsigned */
            continue;
        t->sorted[n] = number(t, turn, stage);
        sum += t->sorted[n++] * turn->frames;
        frames += turn->frames;
    }
    qsort(t->sorted, n, sizeof *t->sorted, ascending);
    *mean = frames > 0 ? sum / frames : 0;
    return n;
}

static double load_of(const struct telemetry *t, const struct timing *turn, int stage)
{
    (void)stage;
    return turn->busy_ns * 100.0 * t->rate / ((double)turn->frames * NS_PER_S);
}

static double stage_us(const struct telemetry *t, const struct timing *turn, int stage)
{
    return turn->stage_ns[stage] * (double)t->quantum / turn->frames / 1000;
}

/* The second that began at begin_ns is full, and enough is known of its end. */
static void second_end(struct telemetry *t)
{
    struct telemetry_figures *f = &t->last;
    if (f->seconds == 0)
        t->begin_frames = edge(t, t->begin_ns);
    double end = edge(t, t->begin_ns + NS_PER_S);
    f->seconds++;
    f->out_ksps = fmax(end - t->begin_frames, 0) / 1000;
    t->begin_frames = fmax(end, t->begin_frames);
    uint32_t n = gather(t, t->begin_ns, load_of, 0, &f->load_mean);
    f->load_p50 = percentile(t, n, 50);
    f->load_p99 = percentile(t, n, 99);
    f->load_max = percentile(t, n, 100);
    /* A load of 100 % makes frames as fast as the rate. */
    f->cap_ksps = f->load_mean > 0 ? t->rate / 1000 * 100 / f->load_mean : 0;
    for (int stage = 0; stage < STAGES; stage++) {
        n = gather(t, t->begin_ns, stage_us, stage, &f->stage[stage].mean_us);
        f->stage[stage].p99_us = percentile(t, n, 99);
        f->stage[stage].max_us = percentile(t, n, 100);
    }
    t->begin_ns += NS_PER_S;
}

static void advance(struct telemetry *t, uint64_t now_ns)
{
    if (t->count == 0)
        return;
    uint64_t late = NS_PER_S + (uint64_t)slack(t);
    while (now_ns >= t->begin_ns + late) {
        second_end(t);
        bool empty_one = record(t, t->count - 1)->start_ns + NS_PER_S < t->begin_ns;
        if (!empty_one || t->last.out_ksps > 0 || now_ns < t->begin_ns + late)
            continue;
        /* All seconds since are as empty as this one. */
        uint64_t empty = (now_ns - t->begin_ns - late) / NS_PER_S;
        t->last.seconds += empty;
        t->begin_ns += empty * NS_PER_S;
    }
}

void telemetry_feed(struct telemetry *t, const struct timing *records, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (t->count == 0)
            t->begin_ns = records[i].start_ns;
        advance(t, records[i].start_ns);
        t->kept[t->count++ & (t->size - 1)] = records[i];
    }
}

void telemetry_figures(struct telemetry *t, uint64_t now_ns, struct telemetry_figures *out)
{
    advance(t, now_ns);
    *out = t->last;
}
