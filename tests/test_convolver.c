/* test_convolver.c - the convolver against direct convolution in double */
#include "effects/convolver_plan.h"
#include "tests/trial.h"

/* Any matrix, with cells of different lengths, and empty ones. */
static void matrices(void)
{
    for (int round = 0; round < 20; round++) {
        struct trial t = { .quantum = 16u << dice(7),
                           .inputs = 1 + dice(8),
                           .outputs = 1 + dice(8) };
        uint32_t chance = 1 + dice(4);
        for (uint32_t c = 0; c < t.inputs * t.outputs; c++)
            if (dice(chance) == 0 || c == 0)
                trial_cell(&t, c % t.inputs, c / t.inputs, 1 + dice(4000));
        trial_input(&t, 8000);
        trial_run(&t);
        check_trial(&t, 400);
        trial_clear(&t);
    }
}

static void an_impulse_gives_the_response(void)
{
    struct trial t = { .quantum = 64, .inputs = 1, .outputs = 1 };
    trial_cell(&t, 0, 0, 20000);
    trial_input(&t, 60000);
    uint64_t at = 12345;
    memset(t.in[0], 0, t.frames * sizeof(float));
    t.in[0][at] = 1;
    trial_run(&t);
    for (uint64_t n = 0; n < t.frames; n++) {
        bool sounds = n >= at && n < at + 20000;
        double e = fabs(t.out[0][n] - (sounds ? (double)t.cells[0].taps[n - at] : 0));
        if (e > 1e-6 || (!sounds && e != 0)) {
            CHECK_FAIL("frame %" PRIu64 " is off by %g", n, e);
            break;
        }
    }
    trial_clear(&t);
}

/* Sound, silence long enough for everything to fall asleep, then sound again at an odd moment. */
static void silence_is_slept_through(void)
{
    struct trial t = { .quantum = 64, .inputs = 2, .outputs = 2 };
    trial_cell(&t, 0, 0, 9000);
    trial_cell(&t, 1, 0, 500);
    trial_cell(&t, 1, 1, 30000);
    trial_input(&t, 300000);
    for (uint32_t i = 0; i < 2; i++)
        memset(t.in[i] + 7001 + 10 * i, 0, 190001 * sizeof(float));
    trial_run(&t);
    check_trial(&t, 3000);
    for (uint64_t n = 7011 + 190001 - 64; n > 7011 + 30000; n--)
        if (t.out[0][n] != 0 || t.out[1][n] != 0) {
            CHECK_FAIL("frame %" PRIu64 " is not zero", n);
            break;
        }
    trial_clear(&t);
}

/* However long the silence before it was, sound gives the same bits. */
static void waking_is_beginning(void)
{
    struct trial t = { .quantum = 64, .inputs = 2, .outputs = 2 };
    trial_cell(&t, 0, 0, 30000);
    trial_cell(&t, 1, 1, 20000);
    trial_input(&t, 30000);
    float *fresh[2] = { t.out[0], t.out[1] };
    trial_run(&t);
    struct convolver *c = trial_convolver(&t);
    float *silence = calloc(64, sizeof *silence);
    for (uint32_t turn = 0; turn < 6; turn++) {
        for (uint32_t o = 0; o < 2; o++)
            t.out[o] = calloc(t.frames, sizeof(float));
        feed(c, &t, 0, t.frames);
        for (uint32_t o = 0; o < 2; o++) {
            CHECK(memcmp(fresh[o], t.out[o], t.frames * sizeof(float)) == 0);
            free(t.out[o]);
        }
        float rest[2][64];
        const float *in[2] = { silence, silence };
        float *out[2] = { rest[0], rest[1] };
        for (uint32_t i = 0; i < 2000 + turn; i++)
            convolver_process(c, in, out);
    }
    t.out[0] = fresh[0], t.out[1] = fresh[1];
    convolver_free(c);
    free(silence);
    trial_clear(&t);
}

/* Convolvers that share a filter, and so go through its response together, do not disturb each
 * other, whenever each of them began. */
static void sharing_changes_no_bit(void)
{
    enum { SHARING = 5, LATER = 37 * 128, FRAMES = 50000 / 128 * 128 };
    struct trial t = { .quantum = 128, .inputs = 1, .outputs = 1 };
    trial_cell(&t, 0, 0, 30000);
    trial_input(&t, FRAMES);
    trial_run(&t);
    struct filter *f = filter_new(&(struct filter_setup){ 128, 1, 1, t.cells, 1 });
    struct convolver *sharing[SHARING];
    struct trial u = t;
    float *out = calloc(SHARING * FRAMES, sizeof *out);
    for (uint32_t i = 0; i < SHARING; i++)
        sharing[i] = convolver_new(f);
    filter_drop(f);
    for (uint64_t now = 0; now < FRAMES + SHARING * LATER; now += 128) {
        for (uint64_t i = 0; i < SHARING; i++) {
            uint64_t at = now - i * LATER;
            u.out[0] = out + i * FRAMES;
            if (now >= i * LATER && at < FRAMES)
                feed(sharing[i], &u, at, at + 128);
        }
    }
    for (uint32_t i = 0; i < SHARING; i++) {
        CHECK(memcmp(t.out[0], out + i * FRAMES, FRAMES * sizeof *out) == 0);
        convolver_free(sharing[i]);
    }
    free(out);
    trial_clear(&t);
}

/* Whoever asks for the same filter gets the same; whatever differs makes another. */
static void equal_responses_are_shared(void)
{
    float *taps = response(1000), *copy = malloc(1000 * sizeof *copy);
    memcpy(copy, taps, 1000 * sizeof *copy);
    struct filter_cell a = { 0, 0, taps, 1000 }, b = { 0, 0, copy, 1000 };
    struct filter_setup setup = { 64, 1, 1, &a, 1 }, other = { 64, 1, 1, &b, 1 };
    struct filter *f = filter_new(&setup), *g = filter_new(&other);
    CHECK(f == g);
    filter_drop(f);
    copy[999] = nextafterf(copy[999], 2);
    struct filter *h = filter_new(&other);
    CHECK(h != g);
    other.quantum = 128;
    struct filter *i = filter_new(&other);
    CHECK(i != g && i != h);
    filter_drop(g), filter_drop(h), filter_drop(i);
    free(taps), free(copy);
}

/* Silences stretches of random lengths of the inputs from frame `at` on. */
static void pause_at_random(struct trial *t, uint64_t at)
{
    for (uint64_t n; at < t->frames; at += n) {
        bool silent = dice(2);
        n = 1 + dice(silent && dice(2) ? 60000 : 3000);
        n = n < t->frames - at ? n : t->frames - at;
        for (uint32_t i = 0; silent && i < t->inputs; i++)
            memset(t->in[i] + at, 0, n * sizeof(float));
    }
}

/* Whatever is fed, with whatever pauses, is the convolution; and a convolver that has slept through
 * a silence gives the same bits as one that is new. */
static void any_sequence_is_right(void)
{
    /* A multiple of every block, and longer than any response here and what it takes to sleep. */
    enum { SOUND = 30000, WAKE = 4 << 16 };
    for (int round = 0; round < 25; round++) {
        struct trial t = { .quantum = 16u << dice(7),
                           .inputs = 1 + dice(2),
                           .outputs = 1 + dice(2) };
        for (uint32_t c = 0; c < t.inputs * t.outputs; c++)
            trial_cell(&t, c % t.inputs, c / t.inputs, 1 + dice(1u << (4 + dice(13))));
        trial_input(&t, WAKE + 90000);
        for (uint32_t i = 0; i < t.inputs; i++)
            memset(t.in[i] + SOUND, 0, (WAKE - SOUND) * sizeof(float));
        pause_at_random(&t, WAKE);
        trial_run(&t);
        check_trial(&t, 600);
        struct convolver *fresh = trial_convolver(&t);
        struct trial again = t;
        for (uint32_t o = 0; o < t.outputs; o++)
            again.out[o] = calloc(t.frames, sizeof(float));
        feed(fresh, &again, WAKE, t.frames);
        for (uint32_t o = 0; o < t.outputs; o++) {
            CHECK(memcmp(t.out[o] + WAKE, again.out[o] + WAKE, (t.frames - WAKE) * 4) == 0);
            free(again.out[o]);
        }
        convolver_free(fresh);
        trial_clear(&t);
    }
}

static void plans_cover_the_response(void)
{
    for (int round = 0; round < 300; round++) {
        uint32_t quantum = 16u << dice(7);
        uint64_t frames = 1 + dice(1u << (4 + dice(19)));
        struct filter_level l[CONVOLVER_LEVELS_MAX];
        uint32_t n = plan_levels(quantum, frames, 1 + dice(3), 1 + dice(3), 1 + dice(9), l);
        uint64_t covered = 0;
        for (uint32_t i = 0; i < n; i++) {
            CHECK_INT(l[i].offset, covered);
            CHECK_INT(l[i].offset, i == 0 ? 0 : 2 * l[i].block - quantum);
            covered += (uint64_t)l[i].block * l[i].partitions;
        }
        CHECK_INT(l[0].block, quantum);
        CHECK(covered >= frames && covered - l[n - 1].block < frames);
    }
}

int main(void)
{
    RUN(plans_cover_the_response);
    RUN(matrices);
    RUN(an_impulse_gives_the_response);
    RUN(silence_is_slept_through);
    RUN(waking_is_beginning);
    RUN(sharing_changes_no_bit);
    RUN(equal_responses_are_shared);
    RUN(any_sequence_is_right);
    return check_done();
}
