/* test_scenes.c - scenes on the samples: all of a recall in one quantum, fades that are straight */
#include "tests/check.h"
#include "tests/studio.h"

#include "mixer/scenes.h"

enum { RATE = 48000, Q = 64, N = 4096, INPUTS = 6 };

static float dc[N], out[2][N];

/* Inputs of a constant signal, each into own ports: place 2 + INPUTS + i carries input i. */
static void open_inputs(struct studio *s)
{
    char line[96];
    for (uint32_t i = 0; i < N; i++)
        dc[i] = 0.5f;
    studio_open(s, RATE, Q);
    for (int i = 0; i < INPUTS; i++) {
        snprintf(line, sizeof line, "input i%d channels=1 pan=L100", i);
        studio_add(s, line);
        s->in[2 + i] = dc;
    }
    studio_settle(s);
    studio_run(s, NULL, N, Q);
}

static void store(struct studio *s, const char *name)
{
    struct scene_count count;
    struct refusal why;
    CHECK_INT(console_scene_store(s->console, name, NULL, &count, &why), 0);
}

static struct scene_count recall(struct studio *s, const char *name, uint32_t frames,
                                 uint64_t *frame)
{
    struct console_change change = { .frames = frames };
    struct scene_count count = { 0 };
    struct refusal why;
    CHECK_INT(console_scene_recall(s->console, name, NULL, &change, &count, &why), 0);
    *frame = change.frame;
    return count;
}

static void run(struct studio *s)
{
    studio_run(s, (float *[STUDIO_PORTS]){ out[0], out[1] }, N, Q);
}

/* Each input is half as loud as the one before, so every combination of mutes has its own sum. */
static void a_recall_is_one_quantum(void)
{
    struct studio s;
    char address[64], level[32];
    open_inputs(&s);
    for (int i = 0; i < INPUTS; i++) {
        snprintf(address, sizeof address, "input/i%d/trim", i);
        snprintf(level, sizeof level, "%.10gdB", 20 * log10(ldexp(1, -i)));
        studio_set(&s, address, level, 0);
    }
    store(&s, "all");
    for (int i = 0; i < INPUTS; i++) {
        snprintf(address, sizeof address, "input/i%d/mute", i);
        studio_set(&s, address, "on", 0);
    }
    run(&s);
    CHECK_NEAR(out[0][N - 1], 0, 1e-7);
    uint64_t frame, now = console_status(s.console)->frame;
    CHECK_INT(recall(&s, "all", 1000, &frame).changed, INPUTS);
    run(&s);
    double full = 0;
    for (int i = 0; i < INPUTS; i++)
        full += 0.5 * ldexp(1, -i);
    /* Straight from the answered frame on: if one were a quantum late, the sum would bend. */
    CHECK_INT(frame, now);
    for (int i = 0; i < N; i++)
        CHECK_NEAR(out[0][i], full * fmin(i + 1, 1000) / 1000, 2e-3 * full);
    studio_close(&s);
}

/* Undo goes back, and undone again it is what was recalled. */
static void undo_and_redo(void)
{
    struct studio s;
    struct scene_count count;
    struct refusal why;
    uint64_t frame;
    open_inputs(&s);
    struct console_change change = { .frames = 0 };
    CHECK_INT(console_scene_undo(s.console, &change, &count, &why), -1);
    store(&s, "before");
    studio_set(&s, "input/i0/gain", "-12dB", 0);
    studio_set(&s, "input/i1/gain", "-inf", 0);
    run(&s);
    double changed = out[0][N - 1];
    recall(&s, "before", 0, &frame);
    run(&s);
    CHECK_NEAR(out[0][N - 1], INPUTS * 0.5, 1e-5);
    CHECK_INT(console_scene_undo(s.console, &change, &count, &why), 0);
    CHECK_INT(count.changed, 2);
    run(&s);
    CHECK_NEAR(out[0][N - 1], changed, 1e-6);
    CHECK_INT(console_scene_undo(s.console, &change, &count, &why), 0);
    run(&s);
    CHECK_NEAR(out[0][N - 1], INPUTS * 0.5, 1e-5);
    studio_close(&s);
}

static double number(struct studio *s, const char *address)
{
    struct console_value v = { .number = NAN };
    struct refusal why;
    CHECK_INT(console_get(s->console, address, &v, &why), 0);
    return v.number;
}

/* Decibels evenly, to silence by gain, pan evenly; switches turn over in the middle. */
static void a_morph_moves_between(void)
{
    static const double steps[] = { 0, 0.25, 0.5, 0.75, 1 };
    struct studio s;
    struct refusal why;
    char text[32];
    open_inputs(&s);
    CHECK_INT(console_set(s.console, "scene/morph", "0.5",
                          &(struct console_change){ .frames = UINT32_MAX }, &why),
              -1);
    store(&s, "a");
    studio_set(&s, "input/i0/gain", "-20dB", 0);
    studio_set(&s, "input/i1/gain", "-inf", 0);
    studio_set(&s, "input/i2/pan", "R100", 0);
    studio_set(&s, "input/i3/mute", "on", 0);
    store(&s, "b");
    CHECK_INT(console_scene_pair(s.console, "a", "b", 1, &why), 0);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        double x = steps[i];
        snprintf(text, sizeof text, "%g", x);
        studio_set(&s, "scene/morph", text, 0);
        CHECK_NEAR(number(&s, "input/i0/gain"), -20 * x, 1e-9);
        CHECK_NEAR(pow(10, number(&s, "input/i1/gain") / 20), 1 - x, 1e-9);
        CHECK_NEAR(number(&s, "input/i2/pan"), -100 + 200 * x, 1e-9);
        CHECK_INT(number(&s, "input/i3/mute"), x >= 0.5);
        CHECK_NEAR(number(&s, "input/i4/gain"), 0, 0);
    }
    studio_close(&s);
}

/* What is safe stays; what is gone is told; what came later is not touched. */
static void only_what_should_moves(void)
{
    struct studio s;
    struct refusal why;
    uint64_t frame;
    open_inputs(&s);
    store(&s, "a");
    for (int i = 0; i < INPUTS; i++) {
        char address[64];
        snprintf(address, sizeof address, "input/i%d/gain", i);
        studio_set(&s, address, "-6dB", 0);
    }
    studio_set(&s, "input/i0/safe", "on", UINT32_MAX);
    CHECK_INT(console_remove(s.console, "input/i1", &why), 0);
    studio_settle(&s);
    studio_add(&s, "bus late gain=-3dB");
    studio_settle(&s);
    struct scene_count count = recall(&s, "a", 0, &frame);
    CHECK_INT(count.changed, INPUTS - 2);
    CHECK(count.safe > 0 &&
          count.missing == count.safe);               /* as many values of one as of the other */
    CHECK_INT(count.values, INPUTS * count.safe + 3); /* the master's gain, pan and mute */
    CHECK_NEAR(number(&s, "input/i0/gain"), -6, 1e-9);
    CHECK_NEAR(number(&s, "input/i2/gain"), 0, 0);
    CHECK_NEAR(number(&s, "bus/late/gain"), -3, 1e-9);
    studio_close(&s);
}

int main(void)
{
    RUN(a_recall_is_one_quantum);
    RUN(undo_and_redo);
    RUN(a_morph_moves_between);
    RUN(only_what_should_moves);
    return check_done();
}
