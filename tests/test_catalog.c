/* test_catalog.c - what every kind of effect promises, asked of each row of the catalogue */
#include "tests/check.h"
#include "tests/rig.h"
#include "tests/signals.h"

#include <ctype.h>

enum { CHANNELS = 2, LENGTH = 1 << 15, GLIDE = 480, STEADY = 4096, RESPONSE = 700 };

static float x[CHANNELS][LENGTH], y[CHANNELS][LENGTH];
static float response_data[RESPONSE];
static struct response response = { .channels = 1, .frames = RESPONSE, .data = response_data };

static const struct effect_kind *kind; /* the row under test */
static uint32_t seed = 3;

static double random_share(void)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) * 0x1p-24;
}

static bool is_text(const struct param *p)
{
    return strcmp(p->unit, "text") == 0;
}

/* Can this row be moved while the effect runs? */
static bool can_move(uint32_t row)
{
    const struct param *p = &kind->params[row];

    return !is_text(p) && !p->fixed && !(kind->rebuilds && kind->rebuilds(row));
}

/* A value part of the way through the row: on a logarithmic scale where there is one. */
static double between(const struct param *p, double share)
{
    double min = isinf(p->min) ? -100 : p->min;

    if (share <= 0)
        return p->min;
    if (share >= 1)
        return p->max;
    if (strchr(p->unit, '|') || strcmp(p->unit, "switch") == 0)
        return nearbyint(p->min + share * (p->max - p->min));
    return min > 0 ? min * pow(p->max / min, share) : min + share * (p->max - min);
}

/* NULL: refused, and *why says it. */
static struct effect *try_build(const double *values, uint32_t rate, uint32_t quantum,
                                uint32_t channels, const char **why)
{
    double defaults[EFFECT_PARAMS_MAX];
    struct effect_setup setup = { rate, quantum, channels, values ? values : defaults,
                                  kind->wants_response ? &response : NULL };

    for (uint32_t i = 0; i < kind->n_params; i++)
        defaults[i] = kind->params[i].def;
    return kind->build(&setup, why);
}

static struct effect *build(const double *values, uint32_t rate, uint32_t quantum,
                            uint32_t channels)
{
    const char *why = "";
    struct effect *e = try_build(values, rate, quantum, channels, &why);

    if (!e) {
        CHECK_FAIL("%s with %u channels at %u Hz: %s", kind->name, channels, rate, why);
        exit(check_done());
    }
    CHECK(e->kind == kind);
    return e;
}

static struct effect *build_plain(void)
{
    return build(NULL, RIG_RATE, RIG_QUANTUM, CHANNELS);
}

static void run(struct effect *e, float (*block)[LENGTH], size_t from, size_t n)
{
    float *ch[CHANNELS] = { block[0] + from, block[1] + from };

    rig_run(e, ch, CHANNELS, n, RIG_QUANTUM);
}

static void move(struct effect *e, uint32_t row, double value)
{
    rt_enter();
    effect_set(e, row, value, GLIDE, CURVE_LIN);
    rt_leave();
}

static void fill_noise(float (*block)[LENGTH], uint32_t first_seed, double amplitude)
{
    for (uint32_t c = 0; c < CHANNELS; c++)
        signal_noise(block[c], LENGTH, first_seed + c, amplitude);
}

static double peak(float (*block)[LENGTH])
{
    return fmax(signal_peak(block[0], LENGTH), signal_peak(block[1], LENGTH));
}

static void test_table_is_sorted_and_found(void)
{
    const char *last = "";

    CHECK(effect_count() > 0 && !effect_kind_at(effect_count()));
    for (uint32_t i = 0; i < effect_count(); i++) {
        const struct effect_kind *k = effect_kind_at(i);
        CHECK(strcmp(last, k->name) < 0);
        CHECK(effect_find(k->name) == k);
        CHECK(k->help[0] && islower((unsigned char)k->help[0]));
        last = k->name;
    }
    CHECK(!effect_find("") && !effect_find("gai") && !effect_find("gains"));
}

static void check_row(uint32_t row)
{
    const struct param *p = &kind->params[row];
    char text[PARAM_TEXT];
    const char *why = "";
    double back;

    CHECK(p->name[0] && p->help[0]);
    CHECK(strspn(p->name, "abcdefghijklmnopqrstuvwxyz0123456789.-") == strlen(p->name));
    CHECK_INT(effect_param(kind, p->name), row); /* so no name stands twice */
    if (is_text(p))
        return;
    CHECK(p->min < p->max && p->def >= p->min && p->def <= p->max);
    for (double share = 0; share <= 1; share += 0.25) {
        double v = between(p, share);
        int error = param_parse(p, param_format(p, v, RIG_RATE, text), RIG_RATE, &back, &why);
        if (error || !(v == back || fabs(v - back) <= 1e-5 * fabs(v) + 0.5 / RIG_RATE))
            CHECK_FAIL("%s %s: %g is \"%s\" is %g (%s)", kind->name, p->name, v, text, back, why);
    }
}

static void test_rows_are_complete(void)
{
    CHECK(kind->n_params > 0 && kind->n_params <= EFFECT_PARAMS_MAX);
    CHECK(kind->build && kind->free && kind->process && kind->set);
    CHECK_INT(effect_param(kind, "no such row"), -1);
    for (uint32_t row = 0; row < kind->n_params; row++)
        check_row(row);
    bool has_ir = effect_param(kind, "ir") >= 0;
    CHECK(has_ir == kind->wants_response);
}

static void check_zeros(const struct effect *e, const char *row)
{
    for (int i = 0; i < LENGTH; i++) {
        if (x[0][i] != 0 || x[1][i] != 0) {
            CHECK_FAIL("%s makes sound out of silence after %s at %d", e->kind->name, row, i);
            return;
        }
    }
}

static void test_silence_stays_silence(void)
{
    struct effect *e = build_plain();
    memset(x, 0, sizeof x);
    run(e, x, 0, LENGTH);
    check_zeros(e, "nothing");
    for (uint32_t row = 0; row < kind->n_params; row++) {
        for (int end = 0; end < 2 && can_move(row); end++) {
            move(e, row, between(&kind->params[row], end));
            run(e, x, 0, LENGTH / 4);
            check_zeros(e, kind->params[row].name);
        }
    }
    effect_free(e);
}

/* Any corner of the parameters, built or moved to, with sound 60 dB over full scale. */
static void test_extremes_stay_finite(void)
{
    for (int round = 0; round < 60; round++) {
        static const uint32_t rates[] = { 8000, 44100, 48000, 192000 };
        double values[EFFECT_PARAMS_MAX];
        for (uint32_t row = 0; row < kind->n_params; row++)
            values[row] =
                is_text(&kind->params[row]) ? 0 : between(&kind->params[row], random_share() < 0.5);
        struct effect *e = build(values, rates[round % 4], RIG_QUANTUM, CHANNELS);
        fill_noise(x, (uint32_t)round, 1000);
        for (size_t from = 0; from < LENGTH; from += 2048) {
            uint32_t row = (uint32_t)(random_share() * kind->n_params);
            if (can_move(row))
                move(e, row, between(&kind->params[row], random_share() < 0.5));
            run(e, x, from, 2048);
        }
        CHECK(isfinite(peak(x)));
        effect_free(e);
    }
}

/* What a NaN or an infinity spoils passes: two seconds later the effect works again. */
static void test_a_nan_does_not_stay(void)
{
    static const float wild[] = { NAN, INFINITY, -INFINITY };

    double values[EFFECT_PARAMS_MAX];
    for (uint32_t row = 0; row < kind->n_params; row++)
        values[row] = is_text(&kind->params[row]) ? 0 : between(&kind->params[row], 0.7);
    for (int i = 0; i < 3; i++) {
        struct effect *e = build(values, RIG_RATE, RIG_QUANTUM, CHANNELS);
        fill_noise(x, 1, 0.5);
        x[0][100] = wild[i];
        for (int times = 0; times < 4; times++) {
            run(e, x, 0, LENGTH);
            fill_noise(x, 1, 0.5);
        }
        run(e, x, 0, LENGTH);
        double after = peak(x);
        if (!(isfinite(after) && after > 0.001))
            CHECK_FAIL("%s: a %g is still heard: %g", kind->name, wild[i], after);
        effect_free(e);
    }
}

/* The greatest step and level that row gives a 200 Hz sine once it rests at any value between its
 * ends: what is allowed while it moves. */
static void allow(struct effect *e, uint32_t row, double *step, double *level)
{
    *step = *level = 0;
    for (int k = 0; k <= 16; k++) {
        move(e, row, between(&e->kind->params[row], k / 16.));
        for (int c = 0; c < CHANNELS; c++)
            signal_sine(x[c], LENGTH, 200, RIG_RATE, 0.5);
        run(e, x, 0, LENGTH);
        for (int c = 0; c < CHANNELS; c++) {
            *step = fmax(*step, signal_max_step(x[c] + LENGTH - STEADY, STEADY));
            *level = fmax(*level, signal_peak(x[c] + LENGTH - STEADY, STEADY));
        }
    }
}

static void check_moves(struct effect *e, uint32_t row)
{
    const struct param *p = &e->kind->params[row];
    double step, level;

    allow(e, row, &step, &level);
    move(e, row, p->min);
    for (int c = 0; c < CHANNELS; c++)
        signal_sine(x[c], LENGTH, 200, RIG_RATE, 0.5);
    run(e, x, 0, LENGTH / 2);
    move(e, row, p->max);
    run(e, x, LENGTH / 2, LENGTH / 4);
    move(e, row, p->min);
    run(e, x, LENGTH * 3 / 4, LENGTH / 4);
    for (int c = 0; c < CHANNELS; c++) {
        double most = signal_max_step(x[c] + LENGTH / 2 - 1, LENGTH / 2 + 1);
        /* The way from one level to the other in GLIDE steps, in a curve up to 4 times steeper than
         * a line, on top of the steepest sine. */
        if (!(most <= 1.5 * step + 4 * level / GLIDE))
            CHECK_FAIL("%s: %s steps by %g, at rest by %g of %g", e->kind->name, p->name, most,
                       step, level);
    }
    move(e, row, p->def);
}

/* Every row from end to end and back in 10 ms, around the defaults and with everything at work. */
static void test_movements_do_not_click(void)
{
    for (int busy = 0; busy < 2; busy++) {
        double values[EFFECT_PARAMS_MAX];
        for (uint32_t row = 0; row < kind->n_params; row++) {
            const struct param *p = &kind->params[row];
            values[row] = busy && !is_text(p) ? between(p, 0.6) : p->def;
        }
        struct effect *e = build(values, RIG_RATE, RIG_QUANTUM, CHANNELS);
        for (uint32_t row = 0; row < kind->n_params; row++)
            if (can_move(row))
                check_moves(e, row);
        effect_free(e);
    }
}

/* Noise through an effect whose rows move at given frames. Returns it, not to be freed by others.
 */
static void play(struct effect *e, float (*block)[LENGTH], size_t from, size_t n)
{
    for (size_t i = from; i < from + n; i += 1024) {
        uint32_t row = (uint32_t)(i / 1024) % e->kind->n_params;
        if (can_move(row))
            move(e, row, between(&e->kind->params[row], (double)(i / 1024 * 7 % 11) / 10));
        run(e, block, i, 1024);
    }
}

static void test_instances_are_strangers(void)
{
    struct effect *alone = build_plain();
    fill_noise(x, 1, 0.5);
    play(alone, x, 0, LENGTH);
    effect_free(alone);

    struct effect *one = build_plain(), *other = build_plain();
    static float z[CHANNELS][LENGTH];
    fill_noise(y, 1, 0.5);
    fill_noise(z, 77, 3);
    for (size_t at = 0; at < LENGTH; at += 2048) {
        play(other, z, at, 1024);
        play(one, y, at, 2048);
        play(other, z, at + 1024, 1024);
    }
    CHECK(memcmp(x, y, sizeof x) == 0);
    effect_free(one);
    effect_free(other);
}

/* Kinds that say nothing of their quantum in their sound: all but those with a response, whose
 * transforms have the quantum's size. */
static void test_quanta_give_the_same_bits(void)
{
    for (uint32_t quantum = 16; quantum <= 1024 && !kind->wants_response; quantum *= 2) {
        struct effect *e = build(NULL, RIG_RATE, quantum, CHANNELS);
        fill_noise(y, 5, 0.7);
        for (size_t at = 0; at < LENGTH; at += 1024) {
            float *ch[] = { y[0] + at, y[1] + at };
            uint32_t row = (uint32_t)(at / 1024) % kind->n_params;
            if (can_move(row))
                move(e, row, between(&kind->params[row], (double)(at / 1024 * 3 % 11) / 10));
            rig_run(e, ch, CHANNELS, 1024, quantum);
        }
        if (quantum == 16)
            memcpy(x, y, sizeof x);
        CHECK(memcmp(x, y, sizeof x) == 0);
        effect_free(e);
    }
}

/* Sound fades out to nothing at all, not to numbers so small that the CPU stumbles over them. */
static void test_tails_end(void)
{
    double values[EFFECT_PARAMS_MAX];
    for (uint32_t row = 0; row < kind->n_params; row++)
        values[row] = is_text(&kind->params[row]) ? 0 : between(&kind->params[row], 0.7);
    struct effect *e = build(values, RIG_RATE, RIG_QUANTUM, CHANNELS);
    fill_noise(x, 1, 1e-30);
    for (int k = 0; k < 10; k++) {
        run(e, x, 0, LENGTH);
        for (int i = 0; i < LENGTH; i++)
            CHECK(fpclassify(x[0][i]) != FP_SUBNORMAL && fpclassify(x[1][i]) != FP_SUBNORMAL);
        double left = peak(x);
        if (k == 9 && left != 0)
            CHECK_FAIL("%s: %g is left of 1e-30 after 6 s", kind->name, left);
        memset(x, 0, sizeof x);
    }
    effect_free(e);
}

/* A kind that knows mono and stereo alone says so, and says it of all other counts. */
static void test_any_number_of_channels(void)
{
    const char *only = NULL;
    static const uint32_t counts[] = { 1, 2, 3, 4, 7, 8, EFFECT_CHANNELS_MAX };
    static float many[EFFECT_CHANNELS_MAX][1024];
    float *ch[EFFECT_CHANNELS_MAX];

    for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++) {
        const char *why = NULL;
        struct effect *e = try_build(NULL, RIG_RATE, 256, counts[k], &why);
        if (!e || only) {
            CHECK(!e && counts[k] > 2 && why && strstr(why, "mono or stereo"));
            effect_free(e);
            only = why;
            continue;
        }
        for (uint32_t c = 0; c < EFFECT_CHANNELS_MAX; c++) {
            ch[c] = many[c];
            signal_noise(many[c], 1024, c, 0.5);
        }
        rig_run(e, ch, counts[k], 1024, 256);
        for (uint32_t c = 0; c < counts[k]; c++)
            CHECK(isfinite(signal_peak(many[c], 1024)) && signal_peak(many[c], 1024) > 0);
        effect_free(e);
    }
}

/* The latency that is told is when an impulse at half of full scale arrives. */
static void test_latency_is_told(void)
{
    struct effect *e = build_plain();
    for (int c = 0; c < CHANNELS; c++) {
        signal_impulse(x[c], LENGTH, 1000);
        x[c][1000] = 0.5f;
    }
    run(e, x, 0, LENGTH);
    uint32_t late = kind->latency ? kind->latency(e) : 0;
    CHECK_INT(signal_onset(x[0], LENGTH), 1000 + late);
    if (kind->reduction)
        CHECK(kind->reduction(e) >= 0);
    effect_free(e);
}

int main(void)
{
    for (int i = 0; i < RESPONSE; i++)
        response_data[i] = (float)((i % 2 ? -1 : 1) * exp(-i / 100.) * (i % 7 + 1) / 20);
    RUN(test_table_is_sorted_and_found);
    for (uint32_t i = 0; (kind = effect_kind_at(i)); i++) {
        printf("%s:\n", kind->name);
        RUN(test_rows_are_complete);
        RUN(test_silence_stays_silence);
        RUN(test_extremes_stay_finite);
        RUN(test_a_nan_does_not_stay);
        RUN(test_movements_do_not_click);
        RUN(test_instances_are_strangers);
        RUN(test_quanta_give_the_same_bits);
        RUN(test_tails_end);
        RUN(test_any_number_of_channels);
        RUN(test_latency_is_told);
    }
    return check_done();
}
