/* test_mix.c - console and engine together: what is asked for is what sounds, from its frame on */
#include "mixer/console.h"
#include "mixer/engine.h"
#include "tests/check.h"
#include "tests/desk.h"
#include "tests/folder.h"
#include "tests/signals.h"
#include "tests/studio.h"

#include <stdio.h>
#include <time.h>

enum { RATE = 48000, FRAMES = 48000 };

static void write_ramp(void)
{
    float *x = malloc(sizeof *x * FRAMES);
    signal_ramp(x, FRAMES, 1);
    desk_write("ramp.wav", RATE, x, FRAMES);
    signal_sine(x, FRAMES, 375, RATE, 0.5); /* 128 frames a cycle */
    desk_write("sine.wav", RATE, x, FRAMES);
    signal_impulse(x, 64, 0);
    desk_write("delta.wav", RATE, x, 64);
    signal_impulse(x, 64, 32);
    desk_write("late.wav", RATE, x, 64);
    free(x);
}

/* Frames can be made faster than decoders prime; a little slower, they get their turn. */
static void decoders_turn(void)
{
    nanosleep(&(struct timespec){ .tv_nsec = 100000 }, NULL);
}

static float *play(struct studio *s, uint32_t n, uint32_t period)
{
    float *left = calloc(n, sizeof *left), *out[STUDIO_PORTS] = { left };
    studio_settle(s);
    console_play(s->console, 0, 0);
    studio_run(s, out, n, period);
    return left;
}

/* A file at unity through a linear pan law: every frame at its place, and nothing else. */
static void begins_at_its_frame(void)
{
    for (uint32_t period = 64; period <= 4096; period *= 4) {
        struct studio s;
        studio_open(&s, RATE, 64);
        desk_strip(&s, "a", "ramp.wav", "pan=L100 offset=1001f");
        float *x = play(&s, 51200, period);
        CHECK_INT(signal_onset(x, 51200), 1001);
        CHECK_INT(signal_ramp_frame(x[1001]), 1);
        CHECK_INT(signal_ramp_frame(x[49000]), 48000);
        CHECK_NEAR(x[49001], 0, 0);
        free(x);
        studio_close(&s);
    }
}

static void pan_laws_hold(void)
{
    static const struct {
        const char *law;
        double centre;
    } laws[] = {
        { "-3dB", -3.0103 }, { "-4.5dB", -4.5154 }, { "-6dB", -6.0206 }, { "linear", -6.0206 }
    };
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        struct studio s;
        char keys[64];
        studio_open(&s, RATE, 64);
        snprintf(keys, sizeof keys, "panlaw=%s", laws[i].law);
        desk_strip(&s, "a", "sine.wav", keys);
        float *x = play(&s, 6400, 64);
        CHECK_DB(signal_peak(x, 6400) / 0.5, laws[i].centre, 0.001);
        free(x);
        studio_close(&s);
    }
}

/* The same session gives the same bits whatever the period; quanta of other sizes too. */
static void periods_do_not_matter(void)
{
    float *first = NULL;
    for (uint32_t period = 64; period <= 4096; period += 448) {
        struct studio s;
        studio_open(&s, RATE, 64);
        studio_add(&s, "bus hall gain=-2dB");
        desk_strip(&s, "a", "sine.wav", "gain=-3.3dB pan=R20 send/hall=-7dB");
        desk_strip(&s, "b", "ramp.wav", "trim=-60dB polarity=on loop=on offset=333f");
        float *x = play(&s, 57344, period);
        if (!first)
            first = x;
        else
            CHECK(!memcmp(first, x, sizeof *x * 57344));
        if (x != first)
            free(x);
        studio_close(&s);
    }
    free(first);
}

/* A set answers the frame of its first effect, and moves no faster than its ramp. */
static void changes_are_ramps(void)
{
    struct studio s;
    studio_open(&s, RATE, 64);
    desk_strip(&s, "a", "sine.wav", "pan=L100 loop=on");
    free(play(&s, 6400, 64));
    float steady = 0, *x = calloc(12800, sizeof *x), *out[STUDIO_PORTS] = { x };
    studio_run(&s, out, 1280, 64);
    steady = (float)signal_max_step(x, 1280);
    uint64_t now = link_horizon(s.link);
    CHECK_INT(studio_set(&s, "strip/a/gain", "-40dB", UINT32_MAX), now);
    studio_run(&s, out, 12800, 64);
    /* 10 ms are 480 frames: what a ramp of 0.99 adds to a step is at most 0.5 * 0.99 / 480. */
    CHECK(signal_max_step(x, 12800) <= (double)steady + 0.5 * 0.99 / 480 + 1e-6);
    CHECK_DB(signal_peak(x + 960, 2560) / 0.5, -40, 0.001);
    free(x);
    studio_close(&s);
}

/* A locate while rolling: the old sound fades into the new, which is at its exact place. */
static void locates_to_the_frame(void)
{
    struct studio s;
    struct refusal why;
    studio_open(&s, RATE, 64);
    desk_strip(&s, "a", "ramp.wav", "pan=L100 loop=on");
    free(play(&s, 6400, 64));
    uint64_t began = link_horizon(s.link);
    CHECK_INT(console_locate(s.console, 30000, &why), 0);
    float *x = calloc(64000, sizeof *x), *out[STUDIO_PORTS] = { x };
    uint32_t n = 0;
    while (!console_settled(s.console) && n < 63936) {
        float *part[STUDIO_PORTS] = { x + n };
        studio_run(&s, part, 64, 64);
        console_await_tracks(s.console); /* priming takes the clock's time, not the engine's */
        n += 64;
        decoders_turn();
    }
    uint64_t at = console_moved_frame(s.console) - began;
    CHECK(at < n);
    studio_run(&s, out, 6400, 64);
    /* Frame `at` is timeline 30000, the ramp says timeline + 1. */
    CHECK_INT(signal_ramp_frame(x[0]), (30000 + n - at) % 48000 + 1);
    CHECK_INT(signal_ramp_frame(x[6399]), (30000 + n - at + 6399) % 48000 + 1);
    free(x);
    studio_close(&s);
}

static void loops_to_the_frame(void)
{
    struct studio s;
    struct refusal why;
    studio_open(&s, RATE, 64);
    desk_strip(&s, "a", "ramp.wav", "pan=L100");
    studio_set(&s, "engine/xfade", "0s", UINT32_MAX);
    CHECK_INT(console_loop(s.console, 1000, 1333, &why), 0);
    float *x = play(&s, 9600, 64);
    for (int i = 0; i < 9600; i++)
        CHECK_INT(signal_ramp_frame(x[i]), (i < 1333 ? i : 1000 + (i - 1000) % 333) + 1);
    free(x);
    studio_close(&s);
}

/* A region sounds at its offset, frame for frame, and ends the timeline. Set while it rolls, it is
 * in step once the new decoder has come and the crossfade is over. */
static void regions_begin_and_end(void)
{
    struct studio s;
    studio_open(&s, RATE, 64);
    desk_strip(&s, "a", "ramp.wav", "pan=L100 offset=1001f in=500f end=2500f fadein=99f");
    CHECK_INT(console_end(s.console), 3001);
    float *x = play(&s, 9600, 64);
    CHECK_INT(signal_onset(x, 9600), 1001);
    for (int i = 0; i < 99; i++)
        CHECK_NEAR(x[1001 + i], x[1100] * (float)(i + 1) / 100, 1e-5); /* 99 steps of the ramp */
    for (int i = 99; i < 2000; i++)
        CHECK_INT(signal_ramp_frame(x[1001 + i]), 500 + i + 1);
    for (int i = 3001; i < 9600; i++)
        CHECK_NEAR(x[i], 0, 0);
    free(x);
    studio_close(&s);

    studio_open(&s, RATE, 64);
    desk_strip(&s, "a", "ramp.wav", "pan=L100");
    free(play(&s, 6400, 64));
    studio_set(&s, "strip/a/in", "7000f", UINT32_MAX);
    x = calloc(6400, sizeof *x);
    float *out[STUDIO_PORTS] = { x };
    uint32_t n = 6400;
    for (; !console_settled(s.console) && n < 30000; n += 64) {
        studio_run(&s, NULL, 64, 64);
        decoders_turn();
    }
    CHECK(console_settled(s.console));
    studio_run(&s, out, 6400, 64);
    for (uint32_t i = 0; i < 6400; i++)
        CHECK_INT(signal_ramp_frame(x[i]), 7000 + n + i + 1);
    free(x);
    studio_close(&s);
}

static void stop_fades_and_stands(void)
{
    struct studio s;
    studio_open(&s, RATE, 64);
    desk_strip(&s, "a", "sine.wav", "pan=L100 loop=on");
    float *before = play(&s, 6400, 64), *x = calloc(6400, sizeof *x), *out[STUDIO_PORTS] = { x };
    console_stop(s.console, 480, 0);
    studio_run(&s, out, 6400, 64);
    CHECK(signal_max_step(x, 6400) <= signal_max_step(before, 6400) + 0.5 / 480);
    CHECK_NEAR(signal_peak(x + 512, 5888), 0, 0);
    CHECK(!console_rolling(s.console));
    CHECK_INT(console_position(s.console), 6400 + 512);
    free(before);
    free(x);
    studio_close(&s);
}

/* A strip added while the others roll is in step with them. */
static void joins_in_step(void)
{
    struct studio s;
    studio_open(&s, RATE, 64);
    desk_strip(&s, "a", "ramp.wav", "pan=L100 gain=-inf loop=on");
    free(play(&s, 6400, 64));
    desk_strip(&s, "b", "ramp.wav", "pan=L100 loop=on");
    float *x = calloc(6400, sizeof *x), *out[STUDIO_PORTS] = { x };
    uint32_t n = 0;
    while (!console_settled(s.console)) {
        studio_run(&s, NULL, 64, 64);
        n += 64;
        decoders_turn();
    }
    studio_run(&s, NULL, 512, 64);
    studio_run(&s, out, 6400, 64);
    CHECK_INT(signal_ramp_frame(x[0]), (6400 + n + 512) % 48000 + 1);
    free(x);
    studio_close(&s);
}

static void live_inputs_are_mixed(void)
{
    struct studio s;
    float tone[6400], *x = calloc(6400, sizeof *x), *out[STUDIO_PORTS] = { x };
    studio_open(&s, RATE, 64);
    studio_add(&s, "input mic channels=1 pan=L100 gain=-6dB");
    signal_sine(tone, 6400, 1000, RATE, 0.25);
    studio_settle(&s);
    studio_run(&s, NULL, 512, 64);
    s.in[2] = tone;
    studio_run(&s, out, 6400, 64);
    double gain = pow(10, -6 / 20.0);
    for (int i = 0; i < 6400; i++)
        CHECK_NEAR(x[i], tone[i] * gain, 1e-7);
    free(x);
    studio_close(&s);
}

static void loops_of_sends_are_refused(void)
{
    struct studio s;
    struct refusal why;
    struct console_change change = { .frames = UINT32_MAX };
    studio_open(&s, RATE, 64);
    studio_add(&s, "bus a");
    studio_add(&s, "bus b send/a=-6dB");
    CHECK(console_set(s.console, "bus/a/send/b", "-6dB", &change, &why) == -1);
    CHECK_INT(why.fault, FAULT_STATE);
    CHECK(console_set(s.console, "bus/a/out", "bus/b", &change, &why) == -1);
    CHECK(console_set(s.console, "bus/a/send/nowhere", "0dB", &change, &why) == -1);
    CHECK_INT(why.fault, FAULT_UNKNOWN);
    studio_close(&s);
}

/* What is removed fades out, is freed, and its name can be used again. */
static void removes_without_a_click(void)
{
    struct studio s;
    struct refusal why;
    studio_open(&s, RATE, 64);
    studio_add(&s, "bus hall");
    desk_strip(&s, "a", "sine.wav", "pan=L100 loop=on send/hall=-6dB");
    float *before = play(&s, 6400, 64);
    CHECK_INT(console_remove(s.console, "bus/hall", &why), 0);
    CHECK_INT(console_remove(s.console, "strip/a", &why), 0);
    float *x = calloc(6400, sizeof *x), *out[STUDIO_PORTS] = { x };
    studio_run(&s, out, 6400, 64);
    CHECK(signal_max_step(x, 6400) <= signal_max_step(before, 6400) + 1.5 / 480);
    CHECK_NEAR(signal_peak(x + 640, 5760), 0, 0);
    CHECK(console_settled(s.console));
    desk_strip(&s, "a", "sine.wav", "");
    studio_add(&s, "bus hall");
    free(before);
    free(x);
    studio_close(&s);
}

static void insert_reverb(struct studio *s, const char *tail)
{
    struct refusal why;
    char slot[64];
    const struct console_key keys[] = { { "ir", in_folder("delta.wav") },
                                        { "normalise", "off" },
                                        { "xfade", "20ms" },
                                        { "tail", tail } };
    CHECK_INT(console_insert(s->console, "strip/a", "reverb", NULL, NULL, keys, 4, slot, &why), 0);
}

/* Hundreds of responses, one after the other while a sine sounds: no step beyond what two sines
 * crossfading in equal power can make, and in the end the last response alone is heard. */
static void responses_swap_without_a_click(const char *tail)
{
    enum { SWAPS = 200, PART = 320 };
    struct studio s;
    struct refusal why;
    float *x = calloc(SWAPS * PART, sizeof *x);
    studio_open(&s, RATE, 64);
    desk_strip(&s, "a", "sine.wav", "pan=L100 loop=on");
    insert_reverb(&s, tail);
    free(play(&s, 6400, 64));
    for (int i = 0; i < SWAPS; i++) {
        float *part[STUDIO_PORTS] = { x + i * PART };
        int err = console_load(s.console, "strip/a/reverb",
                               in_folder(i % 2 ? "delta.wav" : "late.wav"), &why);
        CHECK(!err || why.fault == FAULT_BUSY);
        studio_run(&s, part, PART, 64);
    }
    /* A sine of amplitude 0.5 and 128 frames a cycle steps by 0.0245. At most eight of them sound
     * together, in powers that fade; half of that many is never reached. */
    CHECK(signal_max_step(x, SWAPS * PART) < 4 * 0.0245);
    studio_run(&s, NULL, 64 * 1600, 64); /* the last one that rings has a second of predelay */
    CHECK_INT(console_load(s.console, "strip/a/reverb", in_folder("late.wav"), &why), 0);
    studio_run(&s, NULL, 64 * 1600, 64);
    float *out[STUDIO_PORTS] = { x };
    studio_run(&s, out, 6400, 64);
    CHECK_DB(signal_peak(x, 6400) / 0.5, 0, 0.001);
    CHECK(console_settled(s.console));
    free(x);
    studio_close(&s);
}

static void responses_ring_out(void)
{
    responses_swap_without_a_click("ring");
}

static void responses_are_cut(void)
{
    responses_swap_without_a_click("cut");
}

int main(void)
{
    write_ramp();
    RUN(begins_at_its_frame);
    RUN(pan_laws_hold);
    RUN(periods_do_not_matter);
    RUN(changes_are_ramps);
    RUN(locates_to_the_frame);
    RUN(loops_to_the_frame);
    RUN(regions_begin_and_end);
    RUN(stop_fades_and_stands);
    RUN(joins_in_step);
    RUN(live_inputs_are_mixed);
    RUN(loops_of_sends_are_refused);
    RUN(removes_without_a_click);
    RUN(responses_ring_out);
    RUN(responses_are_cut);
    return check_done();
}
