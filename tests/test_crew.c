/* test_crew.c - helper threads: they change no bit, and one that is held up stops nobody */
#include "effects/crew.h"

#include "effects/convolver.h"
#include "effects/convolver_filter.h"
#include "effects/convolver_pace.h"
#include "tests/check.h"
#include "tests/signals.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

enum { RATE = 48000, QUANTUM = 64, LONG = 70000 };

static uint64_t seed = 1;

static uint32_t dice(uint32_t sides)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((seed >> 33) % sides);
}

static float *noises(size_t n, uint32_t which, double amplitude)
{
    float *x = aligned_alloc(64, (n * sizeof *x + 63) / 64 * 64); /* as the kernels want it */
    signal_noise(x, n, which, amplitude);
    return x;
}

static struct convolver *convolver_of(const float *taps, uint64_t frames, uint32_t quantum,
                                      struct crew *crew)
{
    struct filter_cell cell = { 0, 0, taps, frames };
    struct filter *f = filter_new(&(struct filter_setup){ quantum, 1, 1, &cell, 1 });
    struct convolver *c = convolver_new(f);
    filter_drop(f);
    convolver_join(c, crew);
    return c;
}

static void process(struct convolver *c, const float *in, float *out, uint64_t from, uint64_t to,
                    uint32_t quantum)
{
    rt_enter();
    for (uint64_t at = from; at < to; at += quantum)
        convolver_process(c, (const float *[]){ in + at }, (float *[]){ out + at });
    rt_leave();
}

static void await_idle(const struct crew *crew)
{
    while (!crew_idle(crew))
        crew_await();
}

/* As a driver that may wait does it. */
static void await_rest(struct crew *crew)
{
    while (!crew_rests(crew))
        crew_await();
}

/* ---- bits */

/* Two reverbs, one of which takes over from the other; sound, silence and sound again. */
struct piece {
    uint64_t frames, swap;
    float *taps[2], *in, *want;
};

/* Renders the piece; turns of `period`, of which the helpers see some, and then all that they are
 * offered gets done before the next. Nothing is late, so every bit must be as without them. */
static void render(const struct piece *p, float *out, uint32_t quantum, uint32_t period,
                   struct crew *crew, uint32_t helpers)
{
    struct convolver *old = convolver_of(p->taps[0], LONG, quantum, crew), *new = NULL;
    float *both = calloc(period, sizeof *both);
    for (uint64_t at = 0; at < p->frames; at += period) {
        bool waits = crew && dice(3) == 0;
        if (crew && dice(200) == 0)
            crew_set_helpers(crew, dice(2) ? helpers : 0);
        if (waits)
            await_rest(crew);
        if (crew)
            crew_turn(crew, period, waits);
        if (at == p->swap)
            new = convolver_of(p->taps[1], LONG, quantum, crew);
        process(old, p->in, out, at, at + period, quantum);
        if (new) {
            process(new, p->in + at, both, 0, period, quantum);
            for (uint32_t i = 0; i < period; i++)
                out[at + i] += both[i];
        }
        if (crew && !waits && crew_helpers(crew) && dice(2))
            await_idle(crew);
        else if (crew && !waits)
            await_rest(crew); /* shares that were begun; the rest is for the audio thread */
    }
    convolver_free(old);
    convolver_free(new);
    free(both);
}

static struct piece piece_new(uint64_t frames)
{
    struct piece p = { .frames = frames, .swap = frames / 4 / 1024 * 1024 };
    for (uint32_t i = 0; i < 2; i++)
        p.taps[i] = noises(LONG, i, 0.01);
    p.in = noises(frames, 7, 0.5);
    memset(p.in + frames / 2, 0, frames / 8 * sizeof *p.in);
    p.want = calloc(frames, sizeof *p.want);
    return p;
}

static void piece_free(struct piece *p)
{
    free(p->taps[0]);
    free(p->taps[1]);
    free(p->in);
    free(p->want);
}

static void any_crew_gives_the_same_bits(void)
{
    static const uint32_t crews[] = { 0, 1, 2, 4 }, quanta[] = { 16, 64, 256 };
    struct piece p = piece_new(1 << 16);
    float *got = calloc(p.frames, sizeof *got);
    uint64_t shares = 0;
    for (uint32_t q = 0; q < 3; q++) {
        render(&p, p.want, quanta[q], quanta[q], NULL, 0);
        for (uint32_t k = 0; k < 4; k++)
            for (uint32_t period = quanta[q]; period <= 1024; period *= 4) {
                struct crew *crew = crew_new(RATE);
                crew_set_helpers(crew, crews[k]);
                render(&p, got, quanta[q], period, crew, crews[k]);
                if (memcmp(got, p.want, p.frames * sizeof *got) != 0)
                    CHECK_FAIL("%u helpers at quantum %u, period %u: other bits", crews[k],
                               quanta[q], period);
                CHECK_INT(crew_late(crew), 0);
                shares += crew_shares(crew);
                crew_free(crew);
            }
    }
    CHECK(shares > 100); /* they did help */
    free(got);
    piece_free(&p);
}

/* ---- a helper that is held up */

/* A response that a sine of HUM rings, so that nothing of its output is steeper than that sine is:
 * a level's part of it is at most the sum of its taps. */
#define HUM 50.0
enum { SOUND = 600000 };

struct hold {
    uint64_t frames;
    float *taps, *in, *want, *got;
    struct crew *crew;
    struct convolver *c;
    uint64_t at;
};

static struct hold hold_new(uint64_t frames)
{
    struct hold h = { .frames = frames,
                      .taps = malloc(frames * sizeof *h.taps),
                      .in = malloc(SOUND * sizeof *h.in),
                      .want = calloc(SOUND, sizeof *h.want),
                      .got = calloc(SOUND, sizeof *h.got),
                      .crew = crew_new(RATE) };
    signal_sine(h.taps, frames, HUM, RATE, 1.0 / (double)frames);
    signal_sine(h.in, SOUND, HUM, RATE, 1);
    struct convolver *alone = convolver_of(h.taps, frames, QUANTUM, NULL);
    process(alone, h.in, h.want, 0, SOUND / QUANTUM * QUANTUM, QUANTUM);
    convolver_free(alone);
    crew_set_helpers(h.crew, 1);
    h.c = convolver_of(h.taps, frames, QUANTUM, h.crew);
    return h;
}

static void hold_free(struct hold *h)
{
    convolver_free(h->c);
    crew_free(h->crew);
    free(h->taps);
    free(h->in);
    free(h->want);
    free(h->got);
}

static void hold_turn(struct hold *h)
{
    crew_turn(h->crew, QUANTUM, false);
    process(h->c, h->in, h->got, h->at, h->at + QUANTUM, QUANTUM);
    h->at += QUANTUM;
}

/* With the helper in its sleep, awake or working, but never in anybody's way. */
static void hold_run(struct hold *h, uint64_t until)
{
    while (h->at < until) {
        hold_turn(h);
        await_idle(h->crew);
    }
}

/* Goes on until the helper is held up in the next job, and then for `frames` without it. */
static void hold_up(struct hold *h, uint64_t frames)
{
    await_idle(h->crew);
    crew_hold(h->crew, true);
    while (crew_idle(h->crew))
        hold_turn(h);
    while (!crew_holds(h->crew))
        crew_await();
    for (uint64_t until = h->at + frames; h->at < until;)
        hold_turn(h);
}

/* The steepest that the difference to what is wanted may be: a level's part, at most the sum of
 * its taps (the mean of a sine's magnitude is 2/pi), while it is faded; and its own slope. */
static double slope_bound(void)
{
    double part = 2 / M_PI, own = 2 * sin(M_PI * HUM / RATE);
    return part * (1.0 / PACE_FADE_OUT + own) + 1e-5;
}

static void check_slope(const struct hold *h)
{
    double steepest = 0, most = 0;
    for (uint64_t n = 1; n < h->at; n++) {
        double now = (double)h->got[n] - (double)h->want[n];
        double before = (double)h->got[n - 1] - (double)h->want[n - 1];
        steepest = fmax(steepest, fabs(now - before));
        most = fmax(most, fabs(now));
    }
    if (steepest > slope_bound())
        CHECK_FAIL("a step of %g, %g is allowed", steepest, slope_bound());
    CHECK(most > 5 * slope_bound()); /* a step would have been seen */
}

static void one_that_is_held_up_is_faded(void)
{
    struct hold h = hold_new(300000);
    hold_run(&h, 200000);
    CHECK(memcmp(h.got, h.want, h.at * sizeof(float)) == 0);
    hold_up(&h, RATE); /* a second */
    CHECK(crew_late(h.crew) > 0);
    crew_hold(h.crew, false);
    uint64_t released = h.at, late = crew_late(h.crew);
    hold_run(&h, 420000);
    check_slope(&h);
    CHECK(crew_late(h.crew) <= late + late / 2 + 2); /* it works four times as fast meanwhile */
    uint64_t exact = released + 3 * 65536;
    hold_run(&h, SOUND - QUANTUM);
    CHECK(memcmp(h.got + exact, h.want + exact, (h.at - exact) * sizeof(float)) == 0);
    hold_free(&h);
}

/* Until its input is no longer there: then it is silent until what it lost no longer matters. */
static void one_that_is_held_up_for_long_comes_back(void)
{
    struct hold h = hold_new(60000);
    hold_run(&h, 30000);
    hold_up(&h, 200000);
    crew_hold(h.crew, false);
    uint64_t exact = h.at + h.frames + 3 * 8192;
    hold_run(&h, SOUND - QUANTUM);
    check_slope(&h);
    CHECK(exact < h.at);
    CHECK(memcmp(h.got + exact, h.want + exact, (h.at - exact) * sizeof(float)) == 0);
    hold_free(&h);
}

/* One who may wait is told to, and then loses nothing. */
static void who_waits_loses_nothing(void)
{
    struct hold h = hold_new(300000);
    hold_up(&h, 0);
    for (int i = 0; i < 10; i++)
        CHECK(!crew_rests(h.crew));
    crew_hold(h.crew, false);
    while (h.at < SOUND - QUANTUM) {
        await_rest(h.crew);
        crew_turn(h.crew, QUANTUM, true);
        process(h.c, h.in, h.got, h.at, h.at + QUANTUM, QUANTUM);
        h.at += QUANTUM;
    }
    CHECK(memcmp(h.got, h.want, h.at * sizeof(float)) == 0);
    CHECK_INT(crew_late(h.crew), 0);
    hold_free(&h);
}

/* ---- coming and going */

struct freeing {
    struct crew *crew;
    _Atomic bool begun, released;
};

static void *release_later(void *arg)
{
    struct freeing *f = arg;
    while (!atomic_load(&f->begun))
        crew_await();
    for (int i = 0; i < 20; i++) /* who does not wait is gone by now */
        crew_await();
    atomic_store(&f->released, true);
    crew_hold(f->crew, false);
    return NULL;
}

static void freeing_waits_for_the_helper(void)
{
    struct hold h = hold_new(300000);
    struct freeing f = { .crew = h.crew };
    pthread_t thread;
    hold_up(&h, 0);
    pthread_create(&thread, NULL, release_later, &f);
    atomic_store(&f.begun, true);
    convolver_free(h.c);
    CHECK(atomic_load(&f.released));
    pthread_join(thread, NULL);
    h.c = NULL;
    hold_free(&h);
}

static void *send_all_away(void *crew)
{
    crew_set_helpers(crew, 0);
    return NULL;
}

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* While one is held up in its last share, the others, who are to leave after it, sleep. Ones that
 * do not would spin before everything ordinary, and the thread that sends them away is ordinary. */
static void who_is_sent_away_sleeps_until_then(void)
{
    struct hold h = hold_new(300000);
    pthread_t thread;
    hold_up(&h, 0);
    crew_set_helpers(h.crew, CREW_HELPERS_MAX); /* the first is the one that is held */
    pthread_create(&thread, NULL, send_all_away, h.crew);
    while (crew_helpers(h.crew) > 0)
        crew_await();
    double before = cpu_seconds();
    nanosleep(&(struct timespec){ .tv_nsec = 500000000 }, NULL); /* more than any nap */
    CHECK(cpu_seconds() - before < 0.2);
    crew_hold(h.crew, false);
    pthread_join(thread, NULL);
    hold_free(&h);
}

/* What the audio thread plays, put there and taken away by the other one. */
enum { PLACES = 4 };

struct stage_door {
    struct crew *crew;
    _Atomic(struct convolver *) next[PLACES], gone[PLACES];
    _Atomic bool over;
    _Atomic uint64_t turns;
};

static char nobody; /* stands for "none", as NULL stands for "no change" */

static void *play(void *arg)
{
    struct stage_door *d = arg;
    struct convolver *here[PLACES] = { NULL };
    float in[QUANTUM], out[QUANTUM];
    signal_noise(in, QUANTUM, 3, 0.5);
    while (!atomic_load(&d->over)) {
        crew_turn(d->crew, QUANTUM, false);
        for (uint32_t i = 0; i < PLACES; i++) {
            struct convolver *next =
                atomic_load(&d->gone[i]) ? NULL : atomic_exchange(&d->next[i], NULL);
            if (next) {
                atomic_store(&d->gone[i], here[i] ? here[i] : (void *)&nobody);
                here[i] = next == (void *)&nobody ? NULL : next;
            }
            if (here[i])
                process(here[i], in, out, 0, QUANTUM, QUANTUM);
        }
        atomic_fetch_add(&d->turns, 1);
    }
    for (uint32_t i = 0; i < PLACES; i++)
        atomic_store(&d->next[i], here[i]);
    return NULL;
}

static void door_exchange(struct stage_door *d, uint32_t place, struct convolver *next)
{
    struct convolver *gone;
    atomic_store(&d->next[place], next ? next : (void *)&nobody);
    while (!(gone = atomic_exchange(&d->gone[place], NULL)))
        crew_await();
    if (gone != (void *)&nobody)
        convolver_free(gone);
}

static void helpers_and_reverbs_come_and_go(void)
{
    float *taps = noises(LONG, 5, 0.01);
    for (seed = 1; seed <= 12; seed++) {
        struct stage_door d = { .crew = crew_new(RATE) };
        pthread_t thread;
        uint64_t kept = seed;
        pthread_create(&thread, NULL, play, &d);
        for (int step = 0; step < 40; step++) {
            uint64_t until = atomic_load(&d.turns) + dice(300);
            if (dice(3) == 0)
                crew_set_helpers(d.crew, dice(CREW_HELPERS_MAX + 1));
            else
                door_exchange(&d, dice(PLACES),
                              dice(4)
                                  ? convolver_of(taps, 20000 + dice(LONG - 20000), QUANTUM, d.crew)
                                  : NULL);
            while (atomic_load(&d.turns) < until)
                crew_await();
        }
        atomic_store(&d.over, true);
        pthread_join(thread, NULL);
        for (uint32_t i = 0; i < PLACES; i++)
            convolver_free(atomic_load(&d.next[i]));
        CHECK(crew_idle(d.crew));
        crew_free(d.crew);
        seed = kept;
    }
    free(taps);
}

/* ---- flat load */

enum { MANY = 16, BLOCKS = 1 };

/* All stages of sixteen convolvers that begin together: the most work in a quantum re the mean.
 * `apart`: they are told which of the sixteen they are. */
static double unevenness(const struct filter *f, bool apart)
{
    static struct pace paces[MANY][CONVOLVER_LEVELS_MAX];
    uint64_t block = f->levels[f->n_levels - 1].block, from = block, to = (1 + BLOCKS) * block;
    struct pace_past past = { .mask = 4 * block - 1 };
    struct pool pool = { 0 };
    for (uint32_t c = 0; c < f->inputs; c++)
        past.ch[c] = noises(past.mask + 1, c, 0.5);
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < MANY; i++)
            for (uint32_t l = 0; l < f->n_levels; l++)
                pace_init(&paces[i][l], &f->levels[l], &past, f->quantum, apart ? i : 0, &pool);
        if (pass == 0)
            pool_open(&pool);
    }
    double most = 0, sum = 0;
    for (uint64_t now = f->quantum; now < to; now += f->quantum) {
        double work = 0;
        for (uint32_t i = 0; i < MANY * f->n_levels; i++) {
            struct pace *p = &paces[i % MANY][i / MANY];
            uint64_t before = now % p->stage.level->block ? p->stage.done : 0;
            pace_work(p, now, now);
            work += (double)(p->stage.done - before);
        }
        most = now < from ? 0 : fmax(most, work);
        sum += now < from ? 0 : work;
    }
    pool_close(&pool);
    for (uint32_t c = 0; c < f->inputs; c++)
        free(past.ch[c]);
    return most / (sum * f->quantum / (double)(to - from));
}

/* The worst quantum of sixteen stays near the mean one. Were all alike it would not, where single
 * steps are longer than a quantum's even part. */
static void sixteen_do_not_take_long_steps_at_once(void)
{
    float *taps = noises(6 * RATE, 1, 0.01);
    struct filter_cell cell = { 0, 0, taps, 6 * RATE };
    for (uint32_t quantum = 16; quantum <= 1024; quantum *= 4) {
        struct filter *f = filter_new(&(struct filter_setup){
            .quantum = quantum, .inputs = 1, .outputs = 1, .cells = &cell, .n_cells = 1 });
        double apart = unevenness(f, true), alike = unevenness(f, false);
        printf("quantum %u: %.3f times the mean; all alike: %.3f\n", quantum, apart, alike);
        CHECK(quantum < 64 || apart < 1.35);
        CHECK(quantum > 64 || alike > 1.6 * apart);
        filter_drop(f);
    }
    free(taps);
}

int main(void)
{
    RUN(any_crew_gives_the_same_bits);
    RUN(one_that_is_held_up_is_faded);
    RUN(one_that_is_held_up_for_long_comes_back);
    RUN(who_waits_loses_nothing);
    RUN(freeing_waits_for_the_helper);
    RUN(who_is_sent_away_sleeps_until_then);
    RUN(helpers_and_reverbs_come_and_go);
    RUN(sixteen_do_not_take_long_steps_at_once);
    return check_done();
}
