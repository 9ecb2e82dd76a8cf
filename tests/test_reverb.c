/* test_reverb.c - the reverb: routing, levels, shaping of the response, and what it refuses */
#include "effects/catalog.h"
#include "tests/check.h"
#include "tests/signals.h"

enum { RATE = 48000, QUANTUM = 64, CHANNELS_MAX = 4 };

/* A reverb under test with its values, by name, and what is fed to it. */
struct bench {
    double values[EFFECT_PARAMS_MAX];
    struct effect *effect;
    const char *why;
    uint32_t channels;
};

static struct bench bench_of(uint32_t channels)
{
    struct bench b = { .channels = channels, .why = "" };
    for (uint32_t i = 0; i < reverb_kind.n_params; i++)
        b.values[i] = reverb_kind.params[i].def;
    return b;
}

static void put(struct bench *b, const char *name, double value)
{
    int row = effect_param(&reverb_kind, name);
    CHECK(row >= 0);
    b->values[row] = value;
}

static void set(struct bench *b, const char *name, double value, uint32_t frames)
{
    int row = effect_param(&reverb_kind, name);
    reverb_kind.set(b->effect, (uint32_t)row, value, frames, CURVE_LIN);
}

static bool build(struct bench *b, const float *data, uint32_t channels, uint64_t frames)
{
    struct response response = { channels, frames, data };
    struct effect_setup setup = { RATE, QUANTUM, b->channels, b->values, &response };
    b->effect = reverb_kind.build(&setup, &b->why);
    return b->effect != NULL;
}

static void run(struct bench *b, float *const *x, uint32_t frames)
{
    for (uint32_t at = 0; at + QUANTUM <= frames; at += QUANTUM) {
        float *ch[CHANNELS_MAX];
        for (uint32_t c = 0; c < b->channels; c++)
            ch[c] = x[c] + at;
        rt_enter();
        effect_process(b->effect, ch, QUANTUM);
        rt_leave();
    }
}

static void close_bench(struct bench *b)
{
    effect_free(b->effect);
    b->effect = NULL;
}

/* What leads from where to where: an impulse into one channel finds the response's taps. Channel k
 * of the response is an impulse of height k + 1 at frame 10 (k + 1). */
static void routing(uint32_t channels, uint32_t response_channels, uint32_t in, bool swap,
                    const int *wanted)
{
    enum { LENGTH = 100, FRAMES = 256 };
    float response[4 * LENGTH] = { 0 }, x[CHANNELS_MAX][FRAMES] = { 0 };
    float *ch[CHANNELS_MAX] = { x[0], x[1], x[2], x[3] };
    for (uint32_t k = 0; k < response_channels; k++)
        response[k * LENGTH + 10 * (k + 1)] = (float)(k + 1);
    struct bench b = bench_of(channels);
    put(&b, "normalise", 0);
    put(&b, "swap", swap);
    CHECK(build(&b, response, response_channels, LENGTH));
    x[in][3] = 1;
    run(&b, ch, FRAMES);
    for (uint32_t c = 0; c < channels; c++)
        for (int k = 0; k < 4; k++) {
            double tap = x[c][3 + 10 * (k + 1)];
            CHECK_NEAR(tap, wanted[c] == k ? k + 1 : 0, 1e-6 * 4);
        }
    close_bench(&b);
}

static void channels_find_their_way(void)
{
    enum { NONE = -1 };
    routing(1, 1, 0, false, (const int[]){ 0 });
    routing(2, 1, 0, false, (const int[]){ 0, NONE });
    routing(2, 1, 1, false, (const int[]){ NONE, 0 });
    routing(2, 2, 0, false, (const int[]){ 0, NONE });
    routing(2, 2, 1, false, (const int[]){ NONE, 1 });
    routing(2, 4, 0, false, (const int[]){ 0, 1 });
    routing(2, 4, 1, false, (const int[]){ 2, 3 });
    routing(2, 4, 0, true, (const int[]){ 1, 0 });
    routing(2, 2, 0, true, (const int[]){ NONE, 0 });
    routing(4, 1, 2, false, (const int[]){ NONE, NONE, 0, NONE });
    routing(4, 4, 3, false, (const int[]){ NONE, NONE, NONE, 3 });
}

/* Channels of the response that are silent, or end sooner than others, change nothing else. */
static void silent_channels_lead_nowhere(void)
{
    enum { LENGTH = 5000, FRAMES = 8192 };
    float *response = calloc(4 * LENGTH, sizeof *response);
    float *ch[2] = { calloc(FRAMES, sizeof(float)), calloc(FRAMES, sizeof(float)) };
    response[20] = 1;                /* left to left */
    response[4 * LENGTH - 1] = 0.5f; /* right to right */
    ch[0][0] = ch[1][0] = 1;
    struct bench b = bench_of(2);
    put(&b, "normalise", 0);
    CHECK(build(&b, response, 4, LENGTH));
    run(&b, ch, FRAMES);
    for (uint32_t i = 0; i < FRAMES; i++) {
        CHECK_NEAR(ch[0][i], i == 20 ? 1 : 0, 1e-6);
        CHECK_NEAR(ch[1][i], i == LENGTH - 1 ? 0.5 : 0, 1e-6);
    }
    close_bench(&b);
    free(response), free(ch[0]), free(ch[1]);
}

static double level_of_noise(double normalise, uint32_t response_channels)
{
    enum { LENGTH = 12000, FRAMES = 96000 };
    float *response = calloc(4 * LENGTH, sizeof *response);
    float *ch[2] = { calloc(FRAMES, sizeof(float)), calloc(FRAMES, sizeof(float)) };
    signal_noise(response, 4 * LENGTH, 7, 0.01);
    signal_noise(ch[0], FRAMES, 1, 0.5);
    signal_noise(ch[1], FRAMES, 2, 0.5);
    double in = signal_rms(ch[0] + FRAMES / 2, FRAMES / 2);
    struct bench b = bench_of(2);
    put(&b, "normalise", normalise);
    CHECK(build(&b, response, response_channels, LENGTH));
    run(&b, ch, FRAMES);
    double out = signal_rms(ch[0] + FRAMES / 2, FRAMES / 2);
    close_bench(&b);
    free(response), free(ch[0]), free(ch[1]);
    return out / in;
}

static void energy_keeps_the_level_of_noise(void)
{
    /* The spread of the estimate over 48,000 frames of coloured noise is a few tenths of a dB. */
    CHECK_DB(level_of_noise(2, 1), 0, 0.5);
    CHECK_DB(level_of_noise(2, 2), 0, 0.5);
    CHECK_DB(level_of_noise(2, 4), 0, 0.5);
    /* Uniform noise of peak 0.01 has a variance of 0.01^2 / 3: times 12,000 taps. */
    CHECK_DB(level_of_noise(0, 1), 10 * log10(12000 * 1e-4 / 3), 0.5);
    CHECK_DB(level_of_noise(1, 1), 10 * log10(12000 / 3.), 0.5);
}

/* The response of a mono reverb to an impulse at frame 0. */
static void hear(struct bench *b, const float *response, uint64_t length, float *out, uint32_t n)
{
    CHECK(build(b, response, 1, length));
    signal_impulse(out, n, 0);
    run(b, (float *[]){ out }, n);
    close_bench(b);
}

static uint32_t last_sound(const float *x, uint32_t n)
{
    while (n > 0 && x[n - 1] == 0)
        n--;
    return n;
}

static void tails_end_where_they_are_told(void)
{
    enum { LENGTH = 48000, FRAMES = 96000 };
    float *response = calloc(LENGTH, sizeof *response), *out = calloc(FRAMES, sizeof *out);
    /* -60 dB after 24,000 frames: -40 dB at 16,000, -80 dB at 32,000. */
    for (uint32_t i = 0; i < LENGTH; i++)
        response[i] = (float)pow(10, -3.0 * i / 24000);
    struct bench b = bench_of(1);
    hear(&b, response, LENGTH, out, FRAMES);
    CHECK_NEAR(last_sound(out, FRAMES), 32000, 1);
    put(&b, "trim", -40);
    hear(&b, response, LENGTH, out, FRAMES);
    CHECK_NEAR(last_sound(out, FRAMES), 16000, 1);
    put(&b, "length", 0.1);
    put(&b, "trim", -80);
    hear(&b, response, LENGTH, out, FRAMES);
    /* Cut at 100 ms; of the 10 ms fade, the last 40 frames are under -80 dB. */
    CHECK_NEAR(last_sound(out, FRAMES), 4800, 40);
    CHECK(signal_max_step(out + 4300, 1000) < 2 * (1 - pow(10, -3.0 / 24000)) + 0.01);
    put(&b, "predelay", 0.25);
    hear(&b, response, LENGTH, out, FRAMES);
    CHECK_INT(signal_onset(out, FRAMES), 12000);
    free(response), free(out);
}

/* A decaying sine of 1 kHz: what a room mode is. */
static void a_larger_room_rings_lower_and_longer(void)
{
    enum { LENGTH = 24000, FRAMES = 48000 };
    float *response = calloc(LENGTH, sizeof *response), *out = calloc(FRAMES, sizeof *out);
    for (uint32_t i = 0; i < LENGTH; i++)
        response[i] = (float)(sin(2 * M_PI * 1000 * i / RATE) * (1 - (double)i / LENGTH));
    struct bench b = bench_of(1);
    put(&b, "normalise", 0);
    put(&b, "size", 150);
    hear(&b, response, LENGTH, out, FRAMES);
    double worst = 0;
    for (uint32_t i = 100; i < 35000; i++) {
        double t = i / 1.5, want = sin(2 * M_PI * 1000 * t / RATE) * (1 - t / LENGTH);
        worst = fmax(worst, fabs(out[i] - want));
    }
    CHECK(worst < 1e-3);
    CHECK_NEAR(last_sound(out, FRAMES), 36000, 40);
    free(response), free(out);
}

/* Gain of the reverb at a frequency, with a response of one impulse. */
static double gain_at(struct bench *b, double hz)
{
    enum { FRAMES = 24000 };
    float out[FRAMES + QUANTUM];
    float response[2000] = { 1 };
    CHECK(build(b, response, 1, 2000));
    signal_sine(out, FRAMES, hz, RATE, 0.5);
    run(b, (float *[]){ out }, FRAMES);
    close_bench(b);
    return signal_rms(out + 12000, 11000) / (0.5 / sqrt(2));
}

static void bands_are_cut_at_twelve_decibels_an_octave(void)
{
    struct bench b = bench_of(1);
    put(&b, "normalise", 0);
    CHECK_DB(gain_at(&b, 1000), 0, 0.01);
    put(&b, "lowcut", 200);
    put(&b, "highcut", 4000);
    put(&b, "trim", -200);
    CHECK_DB(gain_at(&b, 1000), 0, 0.1);
    CHECK_DB(gain_at(&b, 200), -3, 0.2);
    CHECK_DB(gain_at(&b, 50), -24, 0.5);
    CHECK_DB(gain_at(&b, 4000), -3, 0.2);
    CHECK(gain_at(&b, 16000) < pow(10, -24.0 / 20));
}

static void levels_and_predelay_move_without_a_click(void)
{
    enum { FRAMES = 96000 };
    float *out = calloc(FRAMES, sizeof *out), response[1] = { 1 };
    struct bench b = bench_of(1);
    CHECK(build(&b, response, 1, 1));
    signal_sine(out, FRAMES, 100, RATE, 0.5);
    double steady = signal_max_step(out, FRAMES);
    for (uint32_t at = 0, k = 0; at + 9600 <= FRAMES; at += 9600, k++) {
        run(&b, (float *[]){ out + at }, 9600);
        set(&b, "predelay", k % 2 ? 0 : 0.1 + 0.003 * k, 480);
        set(&b, "wet", k % 3 ? 0 : -INFINITY, 480);
        set(&b, "dry", k % 3 ? -INFINITY : 0, 480);
    }
    /* Three ramps of 480 frames at most meet, each of a way of 1 at an amplitude of 0.5. */
    CHECK(signal_max_step(out, FRAMES) < steady + 3 * 0.5 * 2 / 480);
    CHECK(signal_peak(out, FRAMES) <= 1.01);
    close_bench(&b);
    free(out);
}

static void dry_and_wet_are_what_they_say(void)
{
    float x[QUANTUM] = { 1 }, response[1] = { 1 };
    struct bench b = bench_of(1);
    put(&b, "wet", -6);
    put(&b, "dry", -12);
    CHECK(build(&b, response, 1, 1));
    run(&b, (float *[]){ x }, QUANTUM);
    CHECK_NEAR(x[0], pow(10, -6.0 / 20) + pow(10, -12.0 / 20), 1e-6);
    close_bench(&b);
}

static void a_number_that_is_none_does_not_ring_on(void)
{
    float x[2 * QUANTUM] = { 0 }, response[100] = { 1, 1, 1 };
    struct bench b = bench_of(1);
    CHECK(build(&b, response, 1, 100));
    x[5] = NAN;
    x[6] = INFINITY;
    run(&b, (float *[]){ x }, 2 * QUANTUM);
    CHECK(signal_peak(x, 2 * QUANTUM) == 0);
    close_bench(&b);
}

static void refused(uint32_t channels, const float *data, uint32_t response_channels,
                    uint64_t frames, const char *why)
{
    struct bench b = bench_of(channels);
    CHECK(!build(&b, data, response_channels, frames));
    CHECK_STR(b.why, why);
}

static void bad_responses_are_refused(void)
{
    float data[600] = { 0 };
    refused(2, data, 1, 0, "the impulse response has no samples");
    refused(2, data, 0, 0, "the impulse response has no samples");
    refused(2, data, 1, 100, "the impulse response is silent");
    data[3] = 1;
    refused(2, data, 3, 100, "the impulse response must have 1, 2 or 4 channels");
    refused(1, data, 2, 100, "the impulse response must have 1 channel, or as many as the sound");
    refused(3, data, 2, 100, "the impulse response must have 1 channel, or as many as the sound");
    data[4] = NAN;
    refused(2, data, 1, 100, "the impulse response holds numbers that are not finite");
    data[4] = INFINITY;
    refused(2, data, 1, 100, "the impulse response holds numbers that are not finite");
}

int main(void)
{
    RUN(channels_find_their_way);
    RUN(silent_channels_lead_nowhere);
    RUN(energy_keeps_the_level_of_noise);
    RUN(tails_end_where_they_are_told);
    RUN(a_larger_room_rings_lower_and_longer);
    RUN(bands_are_cut_at_twelve_decibels_an_octave);
    RUN(levels_and_predelay_move_without_a_click);
    RUN(dry_and_wet_are_what_they_say);
    RUN(a_number_that_is_none_does_not_ring_on);
    RUN(bad_responses_are_refused);
    return check_done();
}
