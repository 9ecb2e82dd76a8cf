/* test_audiofile.c - refusals, liars, broken samples, loading and seeks of the audio file reader */
#include "tests/check.h"
#include "tests/folder.h"
#include "tests/signals.h"
#include "tests/wavfile.h"

#include "mixer/audiofile.h"

#include <errno.h>
#include <sys/stat.h>

enum { RATE = 48000, FRAMES = 5000, STEREO = 2 };

static float noise[STEREO * FRAMES];

static const char *write_wav(const char *name, uint32_t rate, uint32_t channels, size_t frames,
                             float *data)
{
    struct wavfile w = { rate, channels, frames, data };
    CHECK_INT(wavfile_write(in_folder(name), &w, WAVFILE_FLOAT), 0);
    return in_folder(name);
}

static struct audiofile *open_file(const char *path, struct audiofile_info *info)
{
    const char *why = NULL;
    struct audiofile *f = audiofile_open(path, RATE, QUALITY_FASTEST, info, &why);
    if (!f) {
        CHECK_FAIL("%s", why);
        exit(1);
    }
    return f;
}

static void frames_come_as_they_are(void)
{
    static float out[STEREO * FRAMES];
    struct audiofile_info info;
    struct audiofile *f = open_file(write_wav("a.wav", RATE, 2, FRAMES, noise), &info);
    CHECK_INT(info.channels, 2);
    CHECK_INT(info.frames, FRAMES);
    CHECK_INT(info.file_rate, RATE);
    CHECK_STR(info.format, "WAV 32 bit float");
    CHECK_INT(audiofile_read(f, out, 4000), 4000);
    CHECK_INT(audiofile_read(f, out + 8000, 4000), 1000);
    CHECK_INT(audiofile_read(f, out, 10), 0);
    CHECK(memcmp(noise, out, sizeof noise) == 0);
    CHECK(audiofile_problem(f) == NULL);
    CHECK_INT(audiofile_seek(f, 1234), 0);
    CHECK_INT(audiofile_read(f, out, 100), 100);
    CHECK(memcmp(noise + 2468, out, 800) == 0);
    CHECK_INT(audiofile_seek(f, FRAMES), 0);
    CHECK_INT(audiofile_read(f, out, 1), 0);
    CHECK_INT(audiofile_seek(f, UINT64_MAX), 0);
    CHECK_INT(audiofile_read(f, out, 1), 0);
    CHECK(audiofile_problem(f) == NULL);
    audiofile_close(f);
    audiofile_close(NULL);
}

static void refused(const char *path, const char *reason)
{
    struct audiofile_info info;
    const char *why = NULL;
    CHECK(audiofile_open(path, RATE, QUALITY_BEST, &info, &why) == NULL);
    if (!why || !strstr(why, path) || !strstr(why, reason))
        CHECK_FAIL("\"%s\" does not say \"%s\" of %s", why ? why : "(nothing)", reason, path);
}

int __real_close(int fd);
int __wrap_close(int fd);

/* What is closed twice may be another thread's by then. */
int __wrap_close(int fd)
{
    int status = __real_close(fd);
    CHECK_INT(status, 0);
    return status;
}

static void each_refusal_says_why(void)
{
    FILE *text = fopen(in_folder("text.wav"), "w");
    fputs("Dear drummer,\nthis is a letter.\n", text);
    fclose(text);
    fclose(fopen(in_folder("empty.wav"), "w"));
    mkfifo(in_folder("fifo.wav"), 0600); /* opening it the usual way would block for ever */
    refused(in_folder("none.wav"), "no such file");
    refused(folder(), "is a directory");
    refused(in_folder("fifo.wav"), "is not a regular file");
    refused("/dev/zero", "is not a regular file");
    refused(in_folder("empty.wav"), "is an empty file");
    refused(in_folder("text.wav"), "not an audio file");
    refused(write_wav("many.wav", RATE, 65, 10, noise), "65 channels, at most 64");
    refused(write_wav("slow.wav", 1, 1, 10, noise), "rate of 1 Hz");
    refused(write_wav("fast.wav", 768001, 1, 10, noise), "rate of 768001 Hz");
}

static void as_many_channels_as_there_may_be(void)
{
    float out[64 * 20];
    struct audiofile_info info;
    struct audiofile *f = open_file(write_wav("wide.wav", RATE, 64, 20, noise), &info);
    CHECK_INT(info.channels, 64);
    CHECK_INT(audiofile_read(f, out, 30), 20);
    CHECK(memcmp(out, noise, sizeof out) == 0);
    audiofile_close(f);
}

/* 5,000 frames whose header claims another number. */
static void lie(uint32_t claimed, enum wavfile_format format, uint32_t want, const char *problem)
{
    static float out[STEREO * 2 * FRAMES];
    struct wavfile w = { RATE, STEREO, FRAMES, noise };
    struct audiofile_info info;
    CHECK_INT(wavfile_write_lie(in_folder("lie.wav"), &w, format, claimed), 0);
    struct audiofile *f = open_file(in_folder("lie.wav"), &info);
    CHECK_INT(audiofile_read(f, out, 2 * FRAMES), want);
    CHECK(fabsf(out[2 * want - 1] - noise[2 * want - 1]) < 1e-4f);
    if (problem)
        CHECK(audiofile_problem(f) && strstr(audiofile_problem(f), problem));
    else
        CHECK(audiofile_problem(f) == NULL);
    CHECK_INT(audiofile_seek(f, want - 10), 0);
    CHECK_INT(audiofile_read(f, out, FRAMES), 10);
    CHECK_INT(audiofile_seek(f, 2 * FRAMES), 0);
    CHECK_INT(audiofile_read(f, out, FRAMES), 0);
    audiofile_close(f);
}

static void what_a_header_claims_is_not_trusted(void)
{
    lie(FRAMES, WAVFILE_FLOAT, FRAMES, NULL);
    lie(8000, WAVFILE_FLOAT, FRAMES, "ends at frame 5000 of 8000");
    lie(100000000, WAVFILE_FLOAT, FRAMES, "ends at frame 5000 of 100000000");
    lie(8000, WAVFILE_24, FRAMES, "ends at frame 5000 of 8000");
    lie(8000, WAVFILE_16, FRAMES, "ends at frame 5000 of 8000");
    lie(300, WAVFILE_24, 300, NULL);
}

static void no_samples_are_no_error_until_they_are_needed(void)
{
    float out[2], *data = NULL;
    struct audiofile_info info;
    const char *why = NULL;
    struct audiofile *f = open_file(write_wav("none.wav", RATE, 2, 0, noise), &info);
    CHECK_INT(info.frames, 0);
    CHECK_INT(audiofile_read(f, out, 1), 0);
    CHECK(audiofile_problem(f) == NULL);
    audiofile_close(f);
    CHECK_INT(audiofile_load(in_folder("none.wav"), RATE, QUALITY_BEST, 100, &data, &info, &why),
              -EINVAL);
    CHECK(data == NULL && why && strstr(why, "holds no samples"));
}

static void broken_samples_are_silenced_and_counted(void)
{
    static const float bad[] = { NAN, INFINITY, -INFINITY, -NAN };
    float *data = malloc(sizeof noise), out[STEREO * FRAMES];
    struct audiofile_info info;
    uint32_t seed = 4, at[200], n = 0;
    memcpy(data, noise, sizeof noise);
    for (; n < 200; n++) {
        at[n] = n * 50 + (seed = seed * 1664525u + 1013904223u) % 50;
        data[at[n]] = bad[n % 4];
    }
    struct audiofile *f = open_file(write_wav("nan.wav", RATE, 2, FRAMES, data), &info);
    CHECK_INT(audiofile_read(f, out, FRAMES), FRAMES);
    CHECK_INT(audiofile_nans(f), 200);
    while (n-- > 0)
        data[at[n]] = 0;
    CHECK(memcmp(out, data, sizeof out) == 0);
    audiofile_close(f);

    data[77] = NAN; /* in front of the resampler, which would smear it */
    f = open_file(write_wav("nan44.wav", 44100, 2, FRAMES - 1000, data), &info);
    uint32_t got = audiofile_read(f, out, FRAMES);
    CHECK_INT(audiofile_nans(f), 1);
    CHECK(isfinite(signal_peak(out, STEREO * (size_t)got)));
    audiofile_close(f);
    free(data);
}

/* Each alone is a number; what the filter makes of a step between them is none. */
static void samples_beyond_all_conversion_are_silenced_too(void)
{
    float *data = malloc(sizeof noise), out[STEREO * FRAMES];
    struct audiofile_info info;
    memcpy(data, noise, sizeof noise);
    for (uint32_t i = 0; i < 100; i++)
        data[2000 + i] = i & 32 ? 3.4e38F : -3.4e38F;
    struct audiofile *f = open_file(write_wav("huge.wav", 44100, 2, FRAMES - 1000, data), &info);
    uint32_t got = audiofile_read(f, out, FRAMES);
    CHECK_INT(got, info.frames);
    CHECK(audiofile_nans(f) > 0);
    for (uint32_t i = 0; i < STEREO * got; i++)
        CHECK(isfinite(out[i]));
    audiofile_close(f);
    free(data);
}

static void loading_gives_planes(void)
{
    float *data = NULL;
    struct audiofile_info info;
    const char *why = NULL;
    write_wav("load.wav", RATE, 2, FRAMES, noise);
    CHECK_INT(audiofile_load(in_folder("load.wav"), RATE, QUALITY_BEST, FRAMES, &data, &info, &why),
              0);
    CHECK(why == NULL);
    CHECK_INT(info.frames, FRAMES);
    for (int i = 0; data && i < FRAMES; i++)
        CHECK(data[i] == noise[2 * i] && data[FRAMES + i] == noise[2 * i + 1]);
    free(data);
    CHECK_INT(
        audiofile_load(in_folder("load.wav"), RATE, QUALITY_BEST, FRAMES - 1, &data, &info, &why),
        -EFBIG);
    CHECK(data == NULL && why && strstr(why, "more than 4999 frames"));
    CHECK(audiofile_load(in_folder("absent.wav"), RATE, QUALITY_BEST, 1, &data, &info, &why) < 0);
    CHECK(data == NULL && why && strstr(why, "no such file"));

    struct wavfile w = { RATE, STEREO, FRAMES, noise };
    wavfile_write_lie(in_folder("load.wav"), &w, WAVFILE_FLOAT, 6000);
    CHECK_INT(audiofile_load(in_folder("load.wav"), RATE, QUALITY_BEST, 10000, &data, &info, &why),
              0);
    CHECK_INT(info.frames, FRAMES); /* what is there, and a word about it */
    CHECK(why && strstr(why, "ends at frame 5000 of 6000"));
    free(data);
}

int main(void)
{
    signal_noise(noise, STEREO * FRAMES, 1, 1.0);
    RUN(frames_come_as_they_are);
    RUN(each_refusal_says_why);
    RUN(as_many_channels_as_there_may_be);
    RUN(what_a_header_claims_is_not_trusted);
    RUN(no_samples_are_no_error_until_they_are_needed);
    RUN(broken_samples_are_silenced_and_counted);
    RUN(samples_beyond_all_conversion_are_silenced_too);
    RUN(loading_gives_planes);
    return check_done();
}
