/* test_engine.c - the audio half beside a reference in double precision
 *
 * The inputs are fed from memory, so every sample of the output follows from arithmetic: source x
 * trim x fader x pan into the master, by way of buses or straight. The guard of the audio thread
 * (tests/rtguard.c) is on throughout.
 */
#include "mixer/console.h"
#include "mixer/engine.h"
#include "tests/check.h"
#include "tests/signals.h"
#include "tests/studio.h"
#include "tests/wavfile.h"

#include <unistd.h>

enum { RATE = 48000, FRAMES = 8192, CHANNELS = 6, LEAD = 2048 };

static float sources[CHANNELS][FRAMES + LEAD];

static void make_sources(void)
{
    for (uint32_t c = 0; c < CHANNELS; c++)
        signal_noise(sources[c], FRAMES + LEAD, 7 + c, 0.3);
}

static double gain_of(double db)
{
    return pow(10, db / 20);
}

/* An input of so many channels, and what is asked of it. */
struct asked {
    uint32_t channels;
    double gain_db, trim_db;
    bool polarity;
    double pan; /* -100..100, of the law -3 dB */
    double send_db;
    bool pre;
    double bus_db, bus_pan;
};

static const struct asked cases[] = {
    { 1, -3.3, 0, false, 20, -7, false, -2, 0 },    { 1, 6, -4, true, -100, -12, true, 0, 30 },
    { 1, -60, 12, false, 100, 0, false, 3, -100 },  { 2, 0, 0, false, 0, 0, false, 0, 0 },
    { 2, -1.5, 2, true, 37, -9, true, -6, -45 },    { 2, 3, 0, false, -80, -20, false, 6, 100 },
    { 3, -6, 0, false, 10, -3, false, 0, 0 },       { 3, 1, -1, true, -10, -5, true, -4, 60 },
    { 6, -12, 3, false, 55, -6, false, -1.5, -20 }, { 6, 0, 0, true, -100, -30, true, 2, 5 },
};

/* Left and right of a position: a single channel is panned with constant power; of two sides the
 * far one is turned down, as much as the law turns it down on its way from the centre. */
static double side_gain(double pan, uint32_t channels, uint32_t side)
{
    double angle = (pan + 100) / 200 * M_PI / 2;
    double gain = side ? sin(angle) : cos(angle);
    if (channels == 1)
        return gain;
    bool near = side ? pan >= 0 : pan <= 0;
    return near ? 1 : gain / sqrt(0.5);
}

/* What one side of a mix gets of the signal, before any send level. */
static double mixed(const struct asked *a, double pan, uint32_t side, uint32_t frame)
{
    double sum = 0;
    for (uint32_t c = 0; c < a->channels; c++)
        if (a->channels == 1 || c % 2 == side)
            sum += sources[c][frame];
    return sum * gain_of(a->trim_db) * (a->polarity ? -1 : 1) * side_gain(pan, a->channels, side);
}

static double expected(const struct asked *a, uint32_t side, uint32_t frame)
{
    double in = mixed(a, a->pan, side, frame), fader = gain_of(a->gain_db);
    double bus = in * gain_of(a->send_db) * (a->pre ? 1 : fader);
    return in * fader + bus * gain_of(a->bus_db) * side_gain(a->bus_pan, 2, side);
}

static void number_set(struct studio *s, const char *address, double value, uint32_t frames)
{
    char text[32];
    snprintf(text, sizeof text, "%.9g", value);
    studio_set(s, address, text, frames);
}

static void build(struct studio *s, const struct asked *a, uint32_t quantum)
{
    char line[64];
    studio_open(s, RATE, quantum);
    studio_add(s, "bus hall");
    snprintf(line, sizeof line, "input mic channels=%u send/hall=0dB", a->channels);
    studio_add(s, line);
    number_set(s, "input/mic/gain", a->gain_db, 0);
    number_set(s, "input/mic/trim", a->trim_db, 0);
    number_set(s, "input/mic/pan", a->pan, 0);
    studio_set(s, "input/mic/polarity", a->polarity ? "on" : "off", 0);
    number_set(s, "input/mic/send/hall", a->send_db, 0);
    studio_set(s, "input/mic/send/hall/pre", a->pre ? "on" : "off", 0);
    number_set(s, "bus/hall/gain", a->bus_db, 0);
    number_set(s, "bus/hall/pan", a->bus_pan, 0);
    studio_settle(s);
    studio_run(s, NULL, LEAD, quantum); /* fades of arrival, and ramps */
    for (uint32_t c = 0; c < a->channels; c++)
        s->in[2 + c] = sources[c];
}

/* Greatest difference of the two sides to a reference. */
static double residual(float *const *x, const struct asked *a, uint32_t n,
                       double (*reference)(const struct asked *a, uint32_t side, uint32_t frame))
{
    double worst = 0;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t side = 0; side < 2; side++)
            worst = fmax(worst, fabs(x[side][i] - reference(a, side, i)));
    return worst;
}

/* At rest. Six products and sums in float: each within 2^-24 of itself. */
static void rests_as_the_reference(void)
{
    static float left[FRAMES], right[FRAMES];
    float *out[STUDIO_PORTS] = { left, right };
    for (uint32_t quantum = 16; quantum <= 1024; quantum *= 4)
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            struct studio s;
            build(&s, &cases[i], quantum);
            studio_run(&s, out, FRAMES, 1024);
            double worst = residual(out, &cases[i], FRAMES, expected);
            if (!(20 * log10(worst) < -120))
                CHECK_FAIL("case %zu, quantum %u: off by %g", i, quantum, worst);
            studio_close(&s);
        }
}

enum { MOVE = 1777 }; /* frames: no multiple of any quantum */

/* From `was` in a straight line to `will`, there with frame MOVE. */
static double moving(double was, double will, uint32_t frame)
{
    double t = fmin((frame + 1.0) / MOVE, 1);
    return was + (will - was) * t;
}

/* Everything moves at once: fader 0 to -20 dB, pan L60 to R80, send -6 to 0 dB, the bus's pan C to
 * L50 and its fader 0 to -9 dB, and pre-fader becomes post. */
static double expected_moving(const struct asked *a, uint32_t side, uint32_t frame)
{
    double in = mixed(a, 0, side, frame) / side_gain(0, a->channels, side);
    double pan = moving(side_gain(-60, a->channels, side), side_gain(80, a->channels, side), frame);
    double fader = moving(1, gain_of(-20), frame);
    double pre = moving(gain_of(-6), 0, frame), post = moving(0, 1, frame);
    double bus = moving(1, gain_of(-9), frame) * moving(1, side_gain(-50, 2, side), frame);
    return in * pan * (fader + (pre + post * fader) * bus);
}

static void move_everything(struct studio *s)
{
    number_set(s, "input/mic/gain", -20, MOVE);
    number_set(s, "input/mic/pan", 80, MOVE);
    number_set(s, "input/mic/send/hall", 0, MOVE);
    studio_set(s, "input/mic/send/hall/pre", "off", MOVE);
    number_set(s, "bus/hall/pan", -50, MOVE);
    number_set(s, "bus/hall/gain", -9, MOVE);
}

/* Moving too; and cut into periods in any way it is the same to the bit. */
static void moves_as_the_reference(void)
{
    static const uint32_t channels[] = { 1, 2, 3, 6 };
    static float left[FRAMES], right[FRAMES], again[FRAMES];
    float *out[STUDIO_PORTS] = { left, right }, *other[STUDIO_PORTS] = { again };
    for (uint32_t quantum = 16; quantum <= 1024; quantum *= 4)
        for (size_t i = 0; i < sizeof channels / sizeof *channels; i++) {
            struct asked a = { channels[i], 0, 0, false, -60, -6, true, 0, 0 };
            for (uint32_t period = quantum; period <= 4096; period *= 2) {
                struct studio s;
                build(&s, &a, quantum);
                move_everything(&s);
                studio_run(&s, period == quantum ? out : other, FRAMES, period);
                CHECK(period == quantum || !memcmp(left, again, sizeof left));
                studio_close(&s);
            }
            double worst = residual(out, &a, FRAMES, expected_moving);
            if (!(20 * log10(worst) < -120))
                CHECK_FAIL("%u channels, quantum %u: off by %g", a.channels, quantum, worst);
        }
}

/* Own ports get channel by channel what the fader leaves of it; the master nothing. */
static void own_ports_are_not_panned(void)
{
    static float x[4][FRAMES];
    struct studio s;
    studio_open(&s, RATE, 64);
    studio_add(&s, "input mic channels=3 pan=R70 gain=-6dB out=click"); /* in 2..4, out 5..7 */
    studio_settle(&s);
    studio_run(&s, NULL, LEAD, 64);
    for (uint32_t c = 0; c < 3; c++)
        s.in[2 + c] = sources[c];
    studio_run(&s, (float *[STUDIO_PORTS]){ [0] = x[3], [5] = x[0], [6] = x[1], [7] = x[2] },
               FRAMES, 64);
    for (uint32_t i = 0; i < FRAMES; i++) {
        for (uint32_t c = 0; c < 3; c++)
            CHECK_NEAR(x[c][i], sources[c][i] * gain_of(-6), 1e-7);
        CHECK_NEAR(x[3][i], 0, 0);
    }
    studio_close(&s);
}

static void the_master_has_a_balance(void)
{
    static float x[2][FRAMES];
    struct studio s;
    studio_open(&s, RATE, 64);
    studio_add(&s, "input mic channels=2");
    studio_set(&s, "master/pan", "R40", 0);
    studio_set(&s, "master/gain", "-3dB", 0);
    studio_settle(&s);
    studio_run(&s, NULL, LEAD, 64);
    s.in[2] = sources[0];
    s.in[3] = sources[1];
    studio_run(&s, (float *[STUDIO_PORTS]){ x[0], x[1] }, FRAMES, 64);
    for (uint32_t i = 0; i < FRAMES; i++)
        for (uint32_t side = 0; side < 2; side++)
            CHECK_NEAR(x[side][i], sources[side][i] * gain_of(-3) * side_gain(40, 2, side), 1e-7);
    studio_close(&s);
}

/* Solo is heard alone, mute is not, and both give back what was there. */
static void solo_and_mute(void)
{
    static float x[LEAD];
    static const struct {
        const char *address, *value;
        double heard; /* of 1 + 2 + 4 */
    } steps[] = {
        { "input/a/mute", "on", 6 },  { "input/b/solo", "on", 2 },  { "input/a/solo", "on", 2 },
        { "input/a/mute", "off", 3 }, { "input/b/solo", "off", 1 }, { "input/a/solo", "off", 7 },
        { "master/mute", "on", 0 },   { "master/mute", "off", 7 },
    };
    static float dc[3][LEAD];
    struct studio s;
    studio_open(&s, RATE, 64);
    studio_add(&s, "input a channels=1 pan=L100");
    studio_add(&s, "input b channels=1 pan=L100");
    studio_add(&s, "input c channels=1 pan=L100");
    studio_settle(&s);
    for (uint32_t c = 0; c < 3; c++) {
        for (uint32_t i = 0; i < LEAD; i++)
            dc[c][i] = ldexpf(1, (int)c - 4);
        s.in[2 + c] = dc[c];
    }
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        studio_set(&s, steps[i].address, steps[i].value, UINT32_MAX);
        studio_run(&s, (float *[STUDIO_PORTS]){ x }, LEAD, 64);
        CHECK_NEAR(x[LEAD - 1] * 16, steps[i].heard, 1e-5);
    }
    struct refusal why;
    studio_set(&s, "input/b/solo", "on", UINT32_MAX);
    CHECK_INT(console_remove(s.console, "input/b", &why), 0); /* its solo goes with it */
    studio_run(&s, (float *[STUDIO_PORTS]){ x }, LEAD, 64);
    CHECK_NEAR(x[LEAD - 1] * 16, 5, 1e-5);
    studio_close(&s);
}

/* NaNs and infinities of a port are silence and are counted; what overflows on its way too. */
static void nonfinite_samples_stop_here(void)
{
    static float in[LEAD], x[LEAD];
    struct studio s;
    studio_open(&s, RATE, 64);
    studio_add(&s, "input mic channels=1 pan=L100 gain=24dB");
    studio_settle(&s);
    studio_run(&s, NULL, LEAD, 64);
    in[100] = NAN;
    in[200] = -INFINITY;
    in[300] = 3e38f;
    s.in[2] = in;
    studio_run(&s, (float *[STUDIO_PORTS]){ x }, LEAD, 64);
    for (uint32_t i = 0; i < LEAD; i++)
        CHECK(isfinite(x[i]));
    CHECK_INT(console_status(s.console)->meters[1].nans, 2);
    studio_close(&s);
}

/* Hours into the timeline, beyond 2^32 frames, a strip still begins at its very frame. */
static void far_offsets_are_exact(void)
{
    static float x[6400];
    char path[] = "/tmp/mixd-engine-XXXXXX", line[256];
    struct studio s;
    struct refusal why;
    int file = mkstemp(path);
    float *ramp = calloc(48000, sizeof *ramp);
    signal_ramp(ramp, 48000, 1);
    struct wavfile w = { RATE, 1, 48000, ramp };
    CHECK_INT(wavfile_write(path, &w, WAVFILE_FLOAT), 0);
    studio_open(&s, RATE, 64);
    uint64_t offset = ((uint64_t)3 << 33) + 12345;
    snprintf(line, sizeof line, "strip a source=%s pan=L100 offset=%" PRIu64 "f", path, offset);
    studio_add(&s, line);
    CHECK_INT(console_locate(s.console, offset - 1001, &why), 0);
    studio_settle(&s);
    console_play(s.console, 0, 0);
    studio_run(&s, (float *[STUDIO_PORTS]){ x }, 6400, 64);
    CHECK_INT(signal_onset(x, 6400), 1001);
    CHECK_INT(signal_ramp_frame(x[1001]), 1);
    CHECK_INT(signal_ramp_frame(x[6399]), 6399 - 1000);
    CHECK_INT(console_end(s.console), offset + 48000);
    studio_close(&s);
    close(file);
    unlink(path);
    free(ramp);
}

int main(void)
{
    make_sources();
    RUN(rests_as_the_reference);
    RUN(moves_as_the_reference);
    RUN(own_ports_are_not_panned);
    RUN(the_master_has_a_balance);
    RUN(solo_and_mute);
    RUN(nonfinite_samples_stop_here);
    RUN(far_offsets_are_exact);
    return check_done();
}
