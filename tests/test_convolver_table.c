/* test_convolver_table.c - lengths, quanta, matrices and levels, against direct convolution
 *
 *     test_convolver_table [RESPONSE]
 *
 * With a sound file: only that response, at every quantum.
 */
#include "tests/trial.h"
#include "tests/wavfile.h"

/* Of one output frame in so many the definition is worked out; it takes a while for long ones. */
static uint64_t checks_for(uint64_t frames)
{
    return 40 + 30000000 / (frames + 10000);
}

static void every_length_at_every_quantum(void)
{
    static const uint64_t lengths[] = { 1,    2,    15,    63,    64,    65,     777,   1000,
                                        1023, 5000, 12345, 48000, 96001, 287999, 288000 };
    for (uint32_t quantum = 16; quantum <= 1024; quantum *= 2) {
        for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
            struct trial t = { .quantum = quantum, .inputs = 1, .outputs = 1 };
            trial_cell(&t, 0, 0, lengths[i]);
            trial_input(&t, lengths[i] + lengths[i] / 4 + 6000);
            trial_run(&t);
            check_trial(&t, checks_for(lengths[i]));
            trial_clear(&t);
        }
    }
}

static void six_seconds_of_true_stereo(void)
{
    for (uint32_t quantum = 16; quantum <= 1024; quantum *= 4) {
        struct trial t = { .quantum = quantum, .inputs = 2, .outputs = 2 };
        for (uint32_t c = 0; c < 4; c++)
            trial_cell(&t, c / 2, c % 2, 288000);
        trial_input(&t, 360000);
        trial_run(&t);
        check_trial(&t, 100);
        trial_clear(&t);
    }
}

/* Up to sixteen of each, most cells empty, full or only the diagonal; some outputs get nothing. */
static void large_matrices(void)
{
    for (int round = 0; round < 12; round++) {
        struct trial t = { .quantum = 16u << dice(7),
                           .inputs = 9 + dice(8),
                           .outputs = 9 + dice(8) };
        for (uint32_t c = 0; c < t.inputs * t.outputs; c++) {
            uint32_t in = c % t.inputs, out = c / t.inputs;
            bool wanted = round % 3 == 0 ? dice(10) == 0 : round % 3 == 1 ? in == out : true;
            if (wanted || c == 0)
                trial_cell(&t, in, out, 1 + dice(3000));
        }
        trial_input(&t, 8000);
        trial_run(&t);
        check_trial(&t, 60);
        for (uint32_t o = 0; o < t.outputs; o++) {
            bool led_to = false;
            for (uint32_t c = 0; c < t.n_cells; c++)
                led_to |= t.cells[c].out == o;
            for (uint64_t n = 0; !led_to && n < t.frames; n++)
                if (t.out[o][n] != 0) {
                    CHECK_FAIL("frame %" PRIu64 " of an output without cells", n);
                    break;
                }
        }
        trial_clear(&t);
    }
}

/* One frame of sound, anywhere: nothing before it, the response from it on, nothing after that. */
static void an_impulse_is_heard_from_its_own_frame(void)
{
    for (uint32_t round = 0; round < 60; round++) {
        struct trial t = { .quantum = 16u << dice(7), .inputs = 1, .outputs = 1 };
        uint64_t frames = 1 + dice(round % 2 ? 300 : 40000), at = dice(30000);
        trial_cell(&t, 0, 0, frames);
        trial_input(&t, at + frames + 5000);
        memset(t.in[0], 0, t.frames * sizeof(float));
        t.in[0][at] = 1;
        trial_run(&t);
        for (uint64_t n = 0; n < t.frames; n++) {
            bool sounds = n >= at && n < at + frames;
            double want = sounds ? (double)t.cells[0].taps[n - at] : 0;
            if (sounds ? fabs(t.out[0][n] - want) > 1e-6 : t.out[0][n] != 0) {
                CHECK_FAIL("quantum %u, %" PRIu64 " taps, impulse at %" PRIu64 ": frame %" PRIu64
                           " is %g",
                           t.quantum, frames, at, n, (double)t.out[0][n]);
                break;
            }
        }
        trial_clear(&t);
    }
}

/* -200 dBFS is 1e-10: what is over it is sound like any other, what is under it is silence. */
static void the_quietest_sound_is_sound(void)
{
    struct trial t = { .quantum = 64, .inputs = 1, .outputs = 1 };
    trial_cell(&t, 0, 0, 20000);
    trial_input(&t, 120000);
    for (uint64_t n = 0; n < t.frames; n++)
        t.in[0][n] = copysignf(n < 60000 ? 1.01e-10f : 0.99e-10f, t.in[0][n]);
    trial_run(&t);
    for (uint64_t n = 60032 + 20000; n < t.frames; n++) /* the quantum that holds both is sound */
        if (t.out[0][n] != 0) {
            CHECK_FAIL("frame %" PRIu64 " is %g", n, (double)t.out[0][n]);
            break;
        }
    memset(t.in[0] + 60032, 0, (t.frames - 60032) * sizeof(float));
    check_trial(&t, 1000);
    trial_clear(&t);
}

/* Full scale in, a response of great gain: rounding grows with the sound, and no further. */
static void loud_responses_lose_nothing(void)
{
    struct trial t = { .quantum = 64, .inputs = 1, .outputs = 1 };
    trial_cell(&t, 0, 0, 48000);
    for (uint64_t i = 0; i < 48000; i++)
        ((float *)(uintptr_t)t.cells[0].taps)[i] *= 1e4f;
    trial_input(&t, 100000);
    trial_run(&t);
    check_trial(&t, 300);
    trial_clear(&t);
}

/* Every channel of a response to an output of its own. */
static void a_real_response(const char *path)
{
    struct wavfile w;
    if (wavfile_read(path, &w)) {
        CHECK_FAIL("cannot read %s", path);
        return;
    }
    for (uint32_t quantum = 16; quantum <= 1024; quantum *= 2) {
        struct trial t = { .quantum = quantum, .inputs = 1, .outputs = w.channels };
        for (uint32_t c = 0; c < w.channels && c < 16; c++) {
            trial_cell(&t, 0, c, w.frames);
            for (size_t i = 0; i < w.frames; i++)
                ((float *)(uintptr_t)t.cells[c].taps)[i] = w.data[i * w.channels + c];
        }
        trial_input(&t, w.frames + 100000);
        trial_run(&t);
        check_trial(&t, 150);
        trial_clear(&t);
    }
    wavfile_clear(&w);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        a_real_response(argv[1]);
        return check_done();
    }
    RUN(every_length_at_every_quantum);
    RUN(six_seconds_of_true_stereo);
    RUN(large_matrices);
    RUN(an_impulse_is_heard_from_its_own_frame);
    RUN(the_quietest_sound_is_sound);
    RUN(loud_responses_lose_nothing);
    return check_done();
}
