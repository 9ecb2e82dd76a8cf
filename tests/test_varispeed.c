/* test_varispeed.c - any rate: the pitch by arithmetic, the place by the integral of the rate
 *
 * A sine of f Hz whose file frame k is sin(2 pi f k / 48000) tells at every moment where in the
 * file it is: what comes out at timeline frame t must be the sine of the position that the contract
 * gives.
 */
#include "tests/desk.h"

#include "mixer/pace.h"

#include <math.h>
#include <string.h>

enum { LENGTH = 480000, ROOM = 400000 };

#define HZ        997.0
#define AMPLITUDE 0.5

static float x[ROOM], y[ROOM];

static double sine_at(double position)
{
    return AMPLITUDE * sin(2 * M_PI * HZ * position / DESK_RATE);
}

static void begin(struct studio *s, const char *file, const char *keys)
{
    studio_open(s, DESK_RATE, DESK_QUANTUM);
    desk_add(s, "a", file, keys);
}

/* Peak of what differs from the sine at `position + k * rate`, k from `from` to `to`. */
static double residual(const float *heard, uint32_t from, uint32_t to, double position, double rate)
{
    double worst = 0;
    for (uint32_t k = from; k < to; k++)
        worst = fmax(worst, fabs(heard[k] - sine_at(position + k * rate)));
    return worst;
}

/* As live, where priming takes a fraction of the time until a change begins: the decoder that has
 * it takes over before another frame is made. */
static void take_over(struct studio *s)
{
    const float *in[STUDIO_PORTS] = { 0 };
    float *out[STUDIO_PORTS] = { 0 };
    uint64_t swaps = console_status(s->console)->swaps;
    while (console_status(s->console)->swaps == swaps) {
        engine_process(s->engine, in, out, 0);
        console_await_tracks(s->console);
        console_tick(s->console);
    }
}

/* A strip that has a rate from the beginning, wherever the timeline begins. */
static void rates_from_the_beginning(void)
{
    static const double rates[] = { 0.5, 2, 1.25, 0.9438743126816935, 1.0594630943592953, 1.999 };
    char keys[64];
    struct refusal why;
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        struct studio s;
        snprintf(keys, sizeof keys, "rate=%.17g quality=best", rates[i]);
        begin(&s, "sine.wav", keys);
        desk_roll(&s);
        desk_hear(&s, x, 24000);
        CHECK(residual(x, 1000, 24000, 0, rates[i]) < 1e-4);
        CHECK_INT(console_locate(s.console, 123456, &why), 0);
        desk_settle(&s, y, 64, ROOM);
        uint64_t at = console_status(s.console)->position + link_horizon(s.link) -
                      console_status(s.console)->frame;
        desk_hear(&s, x, 9600);
        CHECK(residual(x, 0, 9600, (double)at * rates[i], rates[i]) < 1e-4);
        studio_close(&s);
    }
}

/* It ends where its last frame is: the frames of the timeline are those of the file by the rate. */
static void ends_by_the_rate(void)
{
    struct studio s;
    begin(&s, "short.wav", "rate=0.75 offset=1000f");
    desk_roll(&s);
    desk_hear(&s, x, 96000);
    uint32_t last = 0;
    for (uint32_t i = 0; i < 96000; i++)
        last = x[i] != 0 ? i : last;
    uint64_t end = 1000 + (uint64_t)ceil(20000 / 0.75);
    CHECK_INT(signal_onset(x, 96000), 1000);
    CHECK_INT(last, end - 1);
    CHECK_INT(console_end(s.console), end);
    CHECK_INT(desk_figures(&s).played, end - 1000);
    CHECK_INT(desk_totals(&s).starved, 0);
    studio_close(&s);
}

/* The same from the model of pace.h, added up one step at a time. */
static double integral(double from, double to, uint32_t frames, uint32_t n, double bend)
{
    double sum = 0;
    for (uint32_t k = 0; k < n; k++) {
        double rate = from + (to - from) * (k / PACE_STEP + 1) / (frames / PACE_STEP + 1) + bend;
        sum += k < frames ? rate : to;
    }
    return sum;
}

/* Set while it plays: from the told frame on the position is the integral of the rate, and nowhere
 * is there a step that the sine itself does not make. */
static void moves_while_playing(void)
{
    static const struct {
        double from, to;
        uint32_t frames;
    } rows[] = { { 1, 1.5, 4800 }, { 1.5, 0.5, 24000 }, { 0.5, 2, 256 }, { 2, 0.77, 12000 } };
    struct studio s;
    uint32_t n = 0;
    double position = 0;
    uint64_t since = 0;
    begin(&s, "sine.wav", "quality=best ring=200ms");
    desk_roll(&s);
    uint64_t first = link_horizon(s.link);
    desk_hear(&s, x, 6400);
    n = 6400;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char value[32];
        snprintf(value, sizeof value, "%.17g", rows[i].to);
        uint64_t told = studio_set(&s, "strip/a/rate", value, rows[i].frames);
        CHECK(told >= link_horizon(s.link) && told <= link_horizon(s.link) + 4800);
        take_over(&s);
        n += desk_settle(&s, x + n, rows[i].frames + 9600, ROOM - n);
        uint32_t at = (uint32_t)(told - first);
        position += (double)(at - since) * rows[i].from;
        double worst = 0;
        for (uint32_t k = 0; k < rows[i].frames + 4800; k += 97) {
            double want = position + integral(rows[i].from, rows[i].to, rows[i].frames, k, 0);
            worst = fmax(worst, fabs(x[at + k] - sine_at(want)));
        }
        CHECK(worst < 2e-4);
        position += integral(rows[i].from, rows[i].to, rows[i].frames, rows[i].frames, 0);
        since = at + rows[i].frames;
    }
    double steepest = 2 * 2 * M_PI * HZ / DESK_RATE * AMPLITUDE;
    CHECK(signal_max_step(x, n) < steepest * 1.01);
    CHECK_INT(desk_totals(&s).starved, 0);
    studio_close(&s);
}

/* Back at 1 it is the file again, bit for bit, on a whole frame. */
static void comes_back_to_the_very_bits(void)
{
    struct studio s;
    uint32_t n = 6400;
    begin(&s, "ramp.wav", "");
    desk_roll(&s);
    uint64_t first = link_horizon(s.link);
    desk_hear(&s, x, n);
    uint64_t told = studio_set(&s, "strip/a/rate", "1.3713", 4800);
    take_over(&s);
    n += desk_settle(&s, x + n, 19200, ROOM - n);
    for (uint32_t i = 0; i < told - first; i++)
        CHECK_NEAR(signal_ramp_frame(x[i]), i, 1e-3); /* untouched until the told frame */
    told = studio_set(&s, "strip/a/rate", "1", 4800);
    take_over(&s);
    n += desk_settle(&s, x + n, 38400, ROOM - n);
    uint32_t back = (uint32_t)(told - first) + 4800 + 512;
    double frame = signal_ramp_frame(x[back]);
    signal_ramp(y, n - back, (uint64_t)frame);
    CHECK_INT(memcmp(x + back, y, (n - back) * sizeof *x), 0);
    CHECK(frame > back);
    CHECK_INT(desk_totals(&s).starved, 0);
    struct refusal why; /* and a locate forgets it all */
    CHECK_INT(console_locate(s.console, 5000, &why), 0);
    desk_settle(&s, y, 64, ROOM);
    uint64_t at = console_status(s.console)->position + link_horizon(s.link) -
                  console_status(s.console)->frame;
    desk_hear(&s, x, 640);
    CHECK_INT(signal_ramp_frame(x[0]), at);
    studio_close(&s);
}

/* Under the transport's loop each turn begins at the plain place. */
static void loops_with_the_transport(void)
{
    struct studio s;
    struct refusal why;
    begin(&s, "sine.wav", "rate=1.5 quality=best");
    studio_set(&s, "engine/xfade", "0s", UINT32_MAX);
    CHECK_INT(console_loop(s.console, 9600, 28800, &why), 0);
    desk_roll(&s);
    desk_hear(&s, x, 9600 + 5 * 19200);
    double worst = residual(x, 1000, 28800, 0, 1.5);
    for (uint32_t turn = 1; turn < 5; turn++)
        worst = fmax(worst, residual(x + 9600 + turn * 19200, 0, 19200, 9600 * 1.5, 1.5));
    CHECK(worst < 1e-4);
    studio_close(&s);
}

/* Moved in the middle of a short loop, each later turn is at the plain place by the new rate. */
static void moves_in_a_loop(void)
{
    struct studio s;
    struct refusal why;
    uint32_t wrong = 0;
    begin(&s, "sine.wav", "ring=100ms");
    CHECK_INT(console_loop(s.console, 4800, 14400, &why), 0);
    desk_roll(&s);
    desk_hear(&s, x, 19200); /* half of the second turn is played */
    studio_set(&s, "strip/a/rate", "1.5", 4800);
    take_over(&s);
    desk_hear(&s, x, 4800 + 9600); /* and one that comes out of the change */
    desk_hear(&s, x, 4 * 9600);
    for (uint32_t k = 0; k < 4 * 9600; k++) {
        uint32_t i = k % 9600;
        double g = fmin(1, (i + 1) / (double)(DESK_FADE + 1));
        double want = (1 - g) * sine_at((14400 + i) * 1.5) + g * sine_at((4800 + i) * 1.5);
        wrong += !(fabs(x[k] - want) < 1e-3);
    }
    CHECK_INT(wrong, 0);
    studio_close(&s);
}

/* A fader that is moved all the time. */
static void many_changes_in_a_row(void)
{
    struct studio s;
    uint32_t n = 0, seed = 3;
    begin(&s, "sine.wav", "loop=on ring=100ms");
    desk_roll(&s);
    for (int i = 0; i < 30; i++) {
        char value[32];
        seed = seed * 1664525 + 1013904223;
        snprintf(value, sizeof value, "%.3f", 0.5 + (seed >> 8) % 1500 / 1000.0);
        studio_set(&s, "strip/a/rate", i % 7 == 6 ? "1" : value, 480 + (seed >> 12) % 9600);
        desk_hear(&s, x + n, 640 + (seed >> 5) % 40 * 64);
        n += 640 + (seed >> 5) % 40 * 64;
    }
    n += desk_settle(&s, x + n, 64, ROOM - n);
    /* The file's end is no whole cycle, but its steps are no larger than two crossfaded sines'. */
    CHECK(signal_max_step(x, n) < 2 * 2 * 2 * M_PI * HZ / DESK_RATE * AMPLITUDE);
    CHECK_INT(desk_totals(&s).starved, 0);
    studio_close(&s);
}

/* One-shots have it too. */
static void one_shots_at_a_rate(void)
{
    struct studio s;
    struct refusal why;
    uint64_t frame;
    begin(&s, "sine.wav", "mode=oneshot rate=0.8 quality=best");
    studio_settle(&s);
    CHECK_INT(console_fire(s.console, "strip/a", 0, &frame, &why), 0);
    desk_hear(&s, x, 48000);
    CHECK(residual(x, 1000, 48000, 0, 0.8) < 1e-4);
    studio_close(&s);
}

/* `queue next`: from the told frame on the next file from its first frame, crossfaded. */
static void leaps_to_the_next_file(void)
{
    struct studio s;
    struct refusal why;
    uint64_t told;
    uint32_t n = 6400;
    const char *next[] = { in_folder("later.wav"), in_folder("short.wav") };
    begin(&s, "ramp.wav", "");
    CHECK_INT(console_queue(s.console, "strip/a", next, 2, &why), 0);
    desk_roll(&s);
    uint64_t first = link_horizon(s.link);
    desk_hear(&s, x, n);
    CHECK_INT(console_queue_next(s.console, "strip/a", &told, &why), 0);
    take_over(&s);
    n += desk_settle(&s, x + n, 6400, ROOM - n);
    CHECK_INT(console_queue_place(s.console, "strip/a"), 2);
    n += 16000;
    desk_hear(&s, x + n - 16000, 16000);
    for (uint32_t i = 0; i < n; i++) {
        uint64_t at = first + i;
        double g = at < told ? 0 : fmin(1, (double)(at - told + 1) / (DESK_FADE + 1));
        double want = (1 - g) * i + g * (300000 + (double)(at - told));
        if (at < told + 20000)
            CHECK_NEAR(signal_ramp_frame(x[i]), want, 0.6);
    }
    CHECK_INT(console_queue_next(s.console, "strip/a", &told, &why), 0);
    take_over(&s); /* desk_settle alone runs faster than a busy machine decodes */
    desk_settle(&s, y, 6400, ROOM);
    CHECK_INT(console_queue_place(s.console, "strip/a"), 3);
    CHECK_INT(console_queue_next(s.console, "strip/a", &told, &why), -1);
    CHECK_INT(why.fault, FAULT_STATE);
    CHECK_INT(desk_totals(&s).starved, 0);
    studio_close(&s);
}

int main(void)
{
    float *data = malloc(LENGTH * sizeof *data);
    for (uint32_t k = 0; k < LENGTH; k++)
        data[k] = (float)sine_at(k);
    desk_write("sine.wav", DESK_RATE, data, LENGTH);
    desk_write("short.wav", DESK_RATE, data + 12, 20000);
    desk_write_ramp("ramp.wav", 300000, 0);
    desk_write_ramp("later.wav", 60000, 300000);
    free(data);
    RUN(rates_from_the_beginning);
    RUN(ends_by_the_rate);
    RUN(moves_while_playing);
    RUN(comes_back_to_the_very_bits);
    RUN(loops_with_the_transport);
    RUN(moves_in_a_loop);
    RUN(many_changes_in_a_row);
    RUN(one_shots_at_a_rate);
    RUN(leaps_to_the_next_file);
    return check_done();
}
