/* test_resampler.c - the change of rate: position, purity, length and seeks, by arithmetic
 *
 * Through mixer/audiofile.h, as everybody uses it. A sine at f Hz must come out as the same sine
 * at the new rate with no delay at all, so the ideal output is known sample by sample.
 */
#include "tests/check.h"
#include "tests/signals.h"
#include "tests/wavfile.h"

#include "mixer/audiofile.h"
#include "mixer/resampler.h"

#include <unistd.h>

static char path[] = "/tmp/mixd-resampler-XXXXXX";

static struct audiofile *open_file(uint32_t file_rate, uint32_t channels, size_t frames,
                                   float *data, uint32_t rate, enum quality quality,
                                   struct audiofile_info *info)
{
    struct wavfile w = { file_rate, channels, frames, data };
    const char *why = NULL;
    CHECK_INT(wavfile_write(path, &w, WAVFILE_FLOAT), 0);
    struct audiofile *f = audiofile_open(path, rate, quality, info, &why);
    if (!f) {
        CHECK_FAIL("%s", why);
        exit(1);
    }
    return f;
}

static const struct {
    uint32_t from, to;
} rates[] = {
    { 44100, 48000 }, { 48000, 44100 }, { 96000, 48000 }, { 8000, 48000 },   { 1000, 48000 },
    { 44099, 48000 }, { 192000, 8000 }, { 48000, 47999 }, { 768000, 48000 }, { 11025, 96000 },
};

enum { RATES = sizeof rates / sizeof *rates };

/* A tenth of the lower rate: well inside the pass band of every filter. */
static double tone_hz(size_t i)
{
    return (rates[i].from < rates[i].to ? rates[i].from : rates[i].to) / 10.0;
}

/* Signal to noise against the ideal sine, away from the ends of the file, in dB. */
static double purity(size_t i, enum quality quality)
{
    size_t frames = rates[i].from, edge = rates[i].to / 5;
    float *data = malloc(frames * sizeof *data);
    float *out = malloc(2 * rates[i].to * sizeof *out);
    struct audiofile_info info;
    signal_sine(data, frames, tone_hz(i), rates[i].from, 0.5);
    struct audiofile *f = open_file(rates[i].from, 1, frames, data, rates[i].to, quality, &info);
    CHECK_INT(info.frames, rates[i].to); /* a second is a second */
    CHECK_INT(audiofile_read(f, out, 2 * rates[i].to), rates[i].to);
    double noise = 0, signal = 0;
    for (size_t k = edge; k < rates[i].to - edge; k++) {
        double ideal = 0.5 * sin(2 * M_PI * tone_hz(i) * (double)k / rates[i].to);
        noise += (out[k] - ideal) * (out[k] - ideal);
        signal += ideal * ideal;
    }
    audiofile_close(f);
    free(data);
    free(out);
    return 10 * log10(signal / noise);
}

/* What the converters' authors promise, the lesser of libsoxr's 16, 20 and 28 bits and
 * samplerate.h; floats hold no more than 144 dB. Where the rate falls more than 16-fold,
 * libsamplerate's 12 bits of phase are spread over that much longer a filter: 24 dB less. */
static void sines_stay_sines(void)
{
    static const double least_db[] = {
        [QUALITY_FASTEST] = 96, [QUALITY_MEDIUM] = 120, [QUALITY_BEST] = 144
    };
    for (size_t i = 0; i < RATES; i++)
        for (enum quality q = QUALITY_FASTEST; q <= QUALITY_BEST; q++) {
            double db = purity(i, q), least = least_db[q] - (rates[i].from / rates[i].to > 16) * 24;
            if (!(db >= least))
                CHECK_FAIL("%u > %u Hz at quality %d: %.1f dB", rates[i].from, rates[i].to, q, db);
        }
}

/* An impulse where both rates have a frame comes out there, and alike to its left and right. */
static void impulses_keep_their_place(void)
{
    static const struct {
        uint32_t from, to;
        size_t in, out;
    } rows[] = { { 44100, 48000, 1470, 1600 }, { 48000, 44100, 1600, 1470 },
                 { 96000, 48000, 4000, 2000 }, { 8000, 48000, 500, 3000 },
                 { 1000, 48000, 300, 14400 },  { 44100, 48000, 0, 0 } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (enum quality q = QUALITY_FASTEST; q <= QUALITY_BEST; q++) {
            static float data[8000], out[400000];
            struct audiofile_info info;
            signal_impulse(data, 8000, rows[i].in);
            struct audiofile *f = open_file(rows[i].from, 1, 8000, data, rows[i].to, q, &info);
            uint32_t n = audiofile_read(f, out, 400000), at = 0;
            for (uint32_t k = 0; k < n; k++)
                at = fabsf(out[k]) > fabsf(out[at]) ? k : at;
            CHECK_INT(at, rows[i].out);
            for (size_t k = 1; k < 200 && k <= rows[i].out; k++)
                CHECK_NEAR(out[rows[i].out - k], out[rows[i].out + k], 1e-5); /* -100 dB */
            audiofile_close(f);
        }
}

/* What nobody knows is not known at any other rate either. */
static void no_length_is_made_up(void)
{
    for (size_t i = 0; i < RATES; i++) {
        struct resampler *r = resampler_new(1, rates[i].from, rates[i].to, QUALITY_FASTEST);
        CHECK_INT(resampler_length(r, UINT64_MAX), UINT64_MAX);
        resampler_free(r);
    }
}

/* frames * to / from, rounded up: not one frame of the file is left out at its end. */
static void the_end_is_flushed(void)
{
    static const size_t lengths[] = { 0, 1, 2, 100, 146, 147, 148, 1023, 1024, 1025, 44100 };
    for (size_t i = 0; i < RATES; i++)
        for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
            uint64_t want = (lengths[k] * rates[i].to + rates[i].from - 1) / rates[i].from;
            float *data = malloc(lengths[k] * sizeof *data + 1), sum = 0;
            float *out = malloc((want + 100) * sizeof *out);
            struct audiofile_info info;
            for (size_t j = 0; j < lengths[k]; j++)
                data[j] = 1;
            struct audiofile *f =
                open_file(rates[i].from, 1, lengths[k], data, rates[i].to, QUALITY_FASTEST, &info);
            CHECK_INT(info.frames, want);
            CHECK_INT(audiofile_read(f, out, (uint32_t)want + 100), want);
            CHECK_INT(audiofile_read(f, out, 1), 0);
            CHECK(audiofile_problem(f) == NULL);
            for (uint64_t j = 0; j < want; j++)
                sum += out[j];
            if (want > 1000) /* a constant stays one, but for the filter's ends */
                CHECK_NEAR(sum / (float)want, 1, 0.05);
            audiofile_close(f);
            free(data);
            free(out);
        }
}

/* A seek gives what reading on would have given. */
static void seeks_change_nothing(void)
{
    for (size_t i = 0; i < RATES; i++)
        for (enum quality q = QUALITY_FASTEST; q <= QUALITY_BEST; q++) {
            size_t frames = rates[i].from * 2u, total = rates[i].to * 2u;
            float *data = malloc(2 * frames * sizeof *data);
            float *whole = malloc(2 * total * sizeof *whole), some[2 * 500];
            struct audiofile_info info;
            uint32_t seed = 7;
            signal_noise(data, 2 * frames, 3, 0.5);
            struct audiofile *f = open_file(rates[i].from, 2, frames, data, rates[i].to, q, &info);
            CHECK_INT(audiofile_read(f, whole, (uint32_t)total), total);
            for (int turn = 0; turn < 10; turn++) {
                uint32_t at = (seed = seed * 1664525u + 1013904223u) % (uint32_t)(total - 500);
                at = turn == 0 ? 0 : turn == 1 ? 1 : turn == 2 ? (uint32_t)total - 500 : at;
                CHECK_INT(audiofile_seek(f, at), 0);
                CHECK_INT(audiofile_read(f, some, 500), 500);
                double db = signal_residual_db(some, whole + 2 * (size_t)at, 1000);
                if (!(db < -110))
                    CHECK_FAIL("%u > %u Hz, quality %d, frame %u: %.1f dB", rates[i].from,
                               rates[i].to, q, at, db);
            }
            CHECK_INT(audiofile_seek(f, total), 0);
            CHECK_INT(audiofile_read(f, some, 1), 0);
            CHECK_INT(audiofile_seek(f, UINT64_MAX), 0);
            CHECK_INT(audiofile_read(f, some, 1), 0);
            CHECK_INT(audiofile_seek(f, total - 1), 0);
            CHECK_INT(audiofile_read(f, some, 2), 1);
            CHECK(audiofile_problem(f) == NULL);
            audiofile_close(f);
            free(data);
            free(whole);
        }
}

/* Whoever takes little at a time makes it take in no more than that: what is taken in ahead is kept
 * in memory. By how much is the filter's own matter, if only it does not grow. */
static void little_is_taken_in_for_little(void)
{
    enum { FRAMES = 100000, EARLY = FRAMES / 10, MOST = 64 };
    static const float in[1024];
    for (size_t i = 0; i < RATES; i++)
        for (uint32_t step = 1; step <= MOST; step *= 8) {
            struct resampler *r = resampler_new(1, rates[i].from, rates[i].to, QUALITY_FASTEST);
            double ratio = (double)rates[i].from / rates[i].to, ahead = 0;
            uint64_t used = 0;
            for (uint32_t made = 0, n; made < FRAMES; made += n) {
                uint32_t n_in = 1024;
                float out[MOST];
                n = step;
                resampler_process(r, in, &n_in, out, &n);
                used += n_in;
                if (made < EARLY)
                    ahead = fmax(ahead, (double)used - made * ratio);
            }
            CHECK((double)used - FRAMES * ratio <= ahead + 1024);
            resampler_free(r);
        }
}

int main(void)
{
    int fd = mkstemp(path);
    if (fd < 0)
        return 1;
    close(fd);
    RUN(sines_stay_sines);
    RUN(impulses_keep_their_place);
    RUN(no_length_is_made_up);
    RUN(the_end_is_flushed);
    RUN(seeks_change_nothing);
    RUN(little_is_taken_in_for_little);
    unlink(path);
    return check_done();
}
