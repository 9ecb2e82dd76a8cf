/* test_signals.c - the tests' own signals, measures and files are what they say
 *
 * What other tests lean on is checked against arithmetic, and the files against sox.
 */
#include "tests/check.h"
#include "tests/folder.h"
#include "tests/signals.h"
#include "tests/wavfile.h"

#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

enum { N = 48000 };
static float a[2 * N], b[2 * N];

static void sine_has_the_level_of_a_sine(void)
{
    signal_sine(a, N, 1000, N, 0.5);
    CHECK_DB(signal_rms(a, N), -9.0309, 0.0001); /* 20 log10(0.5 / sqrt 2) */
    CHECK_DB(signal_peak(a, N), -6.0206, 0.0001);
    CHECK_NEAR(a[12], 0.5, 1e-7); /* a quarter turn of 48 frames */
    /* The steepest step is around zero: 2 A sin(pi f / rate). */
    CHECK_NEAR(signal_max_step(a, N), 2 * 0.5 * sin(M_PI * 1000 / N), 1e-3);
    CHECK(signal_max_step(a, N) <= 2 * M_PI * 1000 / N * 0.5);
}

static void noise_is_uniform_and_seeded(void)
{
    signal_noise(a, N, 7, 0.25);
    signal_noise(b, N, 7, 0.25);
    CHECK(!memcmp(a, b, N * sizeof *a));
    CHECK_NEAR(signal_rms(a, N), 0.25 / sqrt(3), 0.002); /* 7 standard errors */
    CHECK(signal_peak(a, N) <= 0.25 && signal_peak(a, N) > 0.249);
    signal_noise(b, N, 8, 0.25);
    double product = 0;
    for (int i = 0; i < N; i++)
        product += (double)a[i] * b[i];
    CHECK_NEAR(product / N / (signal_rms(a, N) * signal_rms(b, N)), 0,
               0.025); /* 5.5 standard errors of 1 / sqrt(N) */
}

static void grid_sums_are_exact_in_any_order(void)
{
    static float sum[N], backwards[N];
    enum { TRACKS = 16 };
    static float track[TRACKS][N];
    for (uint32_t t = 0; t < TRACKS; t++)
        signal_grid(track[t], N, t, 1);
    for (int t = 0; t < TRACKS; t++)
        for (int i = 0; i < N; i++) {
            sum[i] += track[t][i];
            backwards[i] += track[TRACKS - 1 - t][i];
        }
    CHECK(!memcmp(sum, backwards, sizeof sum));
    for (int i = 0; i < N; i++)
        if (rint(track[3][i] * 0x1p19) != track[3][i] * 0x1p19) {
            CHECK_FAIL("sample %d is off the grid", i);
            break;
        }
}

static void impulse_and_ramp_say_where_they_are(void)
{
    signal_impulse(a, 100, 42);
    CHECK_INT(signal_onset(a, 100), 42);
    CHECK_NEAR(signal_peak(a, 100), 1, 0);
    CHECK_NEAR(signal_rms(a, 100), 0.1, 1e-12);
    signal_impulse(a, 100, 100);
    CHECK_INT(signal_onset(a, 100), 100);
    signal_ramp(a, 3, (1 << 24) - 2);
    CHECK_NEAR(signal_ramp_frame(a[0]), (1 << 24) - 2, 0);
    CHECK_NEAR(signal_ramp_frame(a[1]), (1 << 24) - 1, 0);
}

static void residual_is_the_peak_of_the_difference(void)
{
    signal_noise(a, N, 1, 1);
    memcpy(b, a, sizeof b);
    CHECK(isinf(signal_residual_db(a, b, N)) && signal_residual_db(a, b, N) < 0);
    a[99] = 0.25f;
    b[99] = 0.251f;
    CHECK_NEAR(signal_residual_db(a, b, N), -60, 0.001);
}

static void no_measure_hides_a_nan(void)
{
    for (int at = 0; at < 3; at++) {
        float three[3] = { 0, 0, 0 }, zero[3] = { 0, 0, 0 };
        three[at] = NAN;
        CHECK(isnan(signal_rms(three, 3)) && isnan(signal_peak(three, 3)));
        CHECK(isnan(signal_max_step(three, 3)) && isnan(signal_residual_db(three, zero, 3)));
    }
}

static void files_come_back(void)
{
    static const double tolerance[] = {
        [WAVFILE_FLOAT] = 0, [WAVFILE_16] = 0x1p-16, [WAVFILE_24] = 0x1p-24
    };
    signal_noise(a, 2 * N, 3, 0.9);
    struct wavfile out = { .rate = 44100, .channels = 2, .frames = N, .data = a };
    for (enum wavfile_format f = WAVFILE_FLOAT; f <= WAVFILE_24; f++) {
        struct wavfile in;
        CHECK_INT(wavfile_write(in_folder("x.wav"), &out, f), 0);
        CHECK_INT(wavfile_read(in_folder("x.wav"), &in), 0);
        CHECK(in.rate == 44100 && in.channels == 2 && in.frames == N);
        for (int i = 0; in.frames == N && i < 2 * N; i++)
            if (!(fabs((double)in.data[i] - a[i]) <= tolerance[f])) {
                CHECK_FAIL("format %d sample %d", f, i);
                break;
            }
        wavfile_channel(&in, 1, b);
        CHECK(b[5] == in.data[11]);
        wavfile_clear(&in);
    }
}

/* sox reads our file, and we read sox's. */
static void sox_agrees(void)
{
    if (system("command -v sox >/dev/null"))
        return;
    signal_grid(a, 2 * N, 3, 0.9);
    struct wavfile in, out = { .rate = 48000, .channels = 2, .frames = N, .data = a };
    static const char *const encoding[] = { "-e float -b 32", "-e signed -b 16",
                                            "-e signed -b 24" };
    for (enum wavfile_format f = WAVFILE_FLOAT; f <= WAVFILE_24; f++) {
        char command[600];
        CHECK_INT(wavfile_write(in_folder("ours.wav"), &out, f), 0);
        snprintf(command, sizeof command, "sox -D %s %s %s", in_folder("ours.wav"), encoding[f],
                 in_folder("sox.wav"));
        CHECK_INT(system(command), 0);
        struct wavfile ours;
        CHECK_INT(wavfile_read(in_folder("ours.wav"), &ours), 0);
        CHECK_INT(wavfile_read(in_folder("sox.wav"), &in), 0);
        CHECK_INT(in.frames, N);
        CHECK(in.frames == N && !memcmp(in.data, ours.data, 2 * N * sizeof *a));
        wavfile_clear(&in);
        wavfile_clear(&ours);
    }
}

static void a_lie_is_written_as_told(void)
{
    signal_noise(a, 200, 3, 1);
    struct wavfile in, out = { .rate = 48000, .channels = 2, .frames = 100, .data = a };
    CHECK_INT(wavfile_write_lie(in_folder("lie.wav"), &out, WAVFILE_16, 1000000), 0);
    CHECK_INT(wavfile_read(in_folder("lie.wav"), &in), 0);
    CHECK_INT(in.frames, 100); /* what is there */
    wavfile_clear(&in);
    out.frames = 0;
    CHECK_INT(wavfile_write(in_folder("empty.wav"), &out, WAVFILE_16), 0);
    CHECK_INT(wavfile_read(in_folder("empty.wav"), &in), 0);
    CHECK_INT(in.frames, 0);
    wavfile_clear(&in);
    CHECK_INT(truncate(in_folder("empty.wav"), 30), 0);
    CHECK_INT(wavfile_read(in_folder("empty.wav"), &in), -EINVAL);
    CHECK_INT(wavfile_read(in_folder("none.wav"), &in), -ENOENT);
}

int main(void)
{
    RUN(sine_has_the_level_of_a_sine);
    RUN(noise_is_uniform_and_seeded);
    RUN(grid_sums_are_exact_in_any_order);
    RUN(impulse_and_ramp_say_where_they_are);
    RUN(residual_is_the_peak_of_the_difference);
    RUN(no_measure_hides_a_nan);
    RUN(files_come_back);
    RUN(sox_agrees);
    RUN(a_lie_is_written_as_told);
    return check_done();
}
