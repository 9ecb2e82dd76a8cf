/* test_audiofile_formats.c - the same sound in every format, as ffmpeg and sox wrote it
 *
 * Lossless formats must give back the very samples; of the others ffmpeg's own decoder is the
 * oracle. Every format: seeks give what reading on gives, and a file cut short says so.
 */
#include "tests/check.h"
#include "tests/folder.h"
#include "tests/signals.h"
#include "tests/wavfile.h"

#include "mixer/audiofile.h"

#include <sys/stat.h>
#include <unistd.h>

enum { FRAMES = 100000, CHANNELS = 2 };

static float source[CHANNELS * FRAMES];

static const struct row {
    const char *name;
    const char *make; /* from source.wav, float at `rate`; %s is the file's name */
    uint32_t rate;
    double floor_db; /* of the difference to the source; 0: to ffmpeg's decoder, at -80 dB */
    bool opens_cut;  /* a file cut at 60 % can still be opened */
} rows[] = {
    { "16.wav", "ffmpeg -i source.wav -c:a pcm_s16le %s", 48000, -90, true },
    { "24.wav", "ffmpeg -i source.wav -c:a pcm_s24le %s", 48000, -130, true },
    { "32.wav", "ffmpeg -i source.wav -c:a pcm_s32le %s", 48000, -180, true },
    { "f32.wav", "ffmpeg -i source.wav -c:a pcm_f32le %s", 48000, -INFINITY, true },
    { "f64.wav", "ffmpeg -i source.wav -c:a pcm_f64le %s", 48000, -INFINITY, true },
    { "rf64.wav", "ffmpeg -i source.wav -c:a pcm_s24le -rf64 always %s", 48000, -130, true },
    { "24.w64", "ffmpeg -i source.wav -c:a pcm_s24le %s", 48000, -130, true },
    { "24.aiff", "ffmpeg -i source.wav -c:a pcm_s24be %s", 48000, -130, true },
    { "16.aiff", "ffmpeg -i source.wav -c:a pcm_s16be %s", 48000, -90, true },
    { "32.aiff", "ffmpeg -i source.wav -c:a pcm_s32be %s", 48000, -180, true },
    { "f32.au", "ffmpeg -i source.wav -c:a pcm_f32be %s", 48000, -INFINITY, true },
    { "le.caf", "ffmpeg -i source.wav -c:a pcm_s24le %s", 48000, -130, false },
    { "8.wav", "ffmpeg -i source.wav -c:a pcm_u8 %s", 48000, -42, true },
    { "24.caf", "ffmpeg -i source.wav -c:a pcm_s24be %s", 48000, -130, false },
    { "16.flac", "ffmpeg -i source.wav -c:a flac -sample_fmt s16 %s", 48000, -90, true },
    { "24.flac", "sox source.wav -b 24 %s", 48000, -130, true },
    { "vorbis.ogg", "ffmpeg -i source.wav -c:a libvorbis -q:a 5 %s", 48000, 0, true },
    { "cbr.mp3", "ffmpeg -i source.wav -c:a libmp3lame -b:a 192k %s", 48000, 0, true },
    { "vbr.mp3", "ffmpeg -i source.wav -c:a libmp3lame -q:a 2 %s", 48000, 0, true },
    { "packets.opus", "ffmpeg -i source.wav -c:a libopus -b:a 128k %s", 48000, 0, true },
    { "tool.opus", "sox source.wav -b 16 t.wav && opusenc --quiet t.wav %s", 48000, 0, true },
};

enum { ROWS = sizeof rows / sizeof *rows };

/* Runs a command line in the folder. */
static void run(const char *format, const char *name)
{
    char command[600], line[300];
    snprintf(line, sizeof line, format, name);
    snprintf(command, sizeof command,
             "cd %s && { %s; } >log 2>&1 </dev/null || { cat log; false; }", folder(), line);
    if (system(command) != 0)
        CHECK_FAIL("failed: %s", line);
}

static struct audiofile *open_file(const char *name, uint32_t rate, struct audiofile_info *info)
{
    const char *why = NULL;
    struct audiofile *f = audiofile_open(in_folder(name), rate, QUALITY_FASTEST, info, &why);
    if (!f)
        CHECK_FAIL("%s", why);
    return f;
}

/* What ffmpeg makes of a file; the caller frees. */
static float *oracle(const char *name, size_t *frames)
{
    struct wavfile w = { 0 };
    run("ffmpeg -y -i %s -c:a pcm_f32le oracle.wav", name);
    if (wavfile_read(in_folder("oracle.wav"), &w) < 0)
        CHECK_FAIL("no oracle for %s", name);
    *frames = w.frames;
    return w.data;
}

static void check_seeks(const struct row *row, struct audiofile *f, const float *whole, size_t n)
{
    float some[CHANNELS * 3000];
    uint32_t seed = 11;
    for (int i = 0; i < 30; i++) {
        uint32_t at = (seed = seed * 1664525u + 1013904223u) % (uint32_t)n;
        uint32_t want = n - at < 3000 ? (uint32_t)n - at : 3000;
        CHECK_INT(audiofile_seek(f, at), 0);
        CHECK_INT(audiofile_read(f, some, 3000), want);
        double db = signal_residual_db(some, whole + CHANNELS * (size_t)at, CHANNELS * want);
        if (!(db < -100))
            CHECK_FAIL("%s: %.1f dB after a seek to %u", row->name, db, at);
    }
}

static void check_sound(const struct row *row, const float *out, size_t n)
{
    size_t frames = FRAMES;
    float *owned = row->floor_db == 0 ? oracle(row->name, &frames) : NULL;
    double db =
        signal_residual_db(out, owned ? owned : source, CHANNELS * (n < frames ? n : frames));
    CHECK_INT(n, frames);
    if (!(db <= (owned ? -80 : row->floor_db)))
        CHECK_FAIL("%s: differs by %.1f dB", row->name, db);
    free(owned);
}

static void every_format_is_read_exactly(void)
{
    static float out[CHANNELS * (FRAMES + 10000)];
    for (size_t i = 0; i < ROWS; i++) {
        struct audiofile_info info;
        run(rows[i].make, rows[i].name);
        struct audiofile *f = open_file(rows[i].name, rows[i].rate, &info);
        if (!f)
            continue;
        uint32_t n = audiofile_read(f, out, FRAMES + 10000);
        CHECK_INT(info.channels, CHANNELS);
        CHECK_INT(info.frames, n);
        CHECK_INT(audiofile_nans(f), 0);
        if (audiofile_problem(f))
            CHECK_FAIL("%s: %s", rows[i].name, audiofile_problem(f));
        check_sound(&rows[i], out, n);
        check_seeks(&rows[i], f, out, n);
        audiofile_close(f);
    }
}

static void a_file_cut_short_says_so(void)
{
    static float out[CHANNELS * FRAMES], whole[CHANNELS * FRAMES];
    for (size_t i = 0; i < ROWS; i++) {
        struct audiofile_info info;
        struct stat st;
        const char *why = NULL;
        struct audiofile *f = open_file(rows[i].name, rows[i].rate, &info);
        audiofile_read(f, whole, FRAMES);
        audiofile_close(f);
        stat(in_folder(rows[i].name), &st);
        CHECK_INT(truncate(in_folder(rows[i].name), st.st_size * 6 / 10), 0);
        f = audiofile_open(in_folder(rows[i].name), rows[i].rate, QUALITY_FASTEST, &info, &why);
        if (!f && rows[i].opens_cut)
            CHECK_FAIL("%s", why);
        if (!f)
            continue;
        uint32_t n = audiofile_read(f, out, FRAMES);
        if (!(n > FRAMES / 4 && n < FRAMES * 3 / 4))
            CHECK_FAIL("%s: %u frames left", rows[i].name, n);
        /* The last packet of a lossy file may lack what overlaps it. */
        CHECK(n < 5000 || signal_residual_db(out, whole, CHANNELS * (n - 5000)) < -100);
        if (!audiofile_problem(f) || !strstr(audiofile_problem(f), "frame"))
            CHECK_FAIL("%s cut short says \"%s\"", rows[i].name,
                       audiofile_problem(f) ? audiofile_problem(f) : "nothing");
        audiofile_close(f);
    }
}

/* Sound without an end in its header: a FLAC or a WAV that came through a pipe. */
static void a_length_that_nobody_knows(void)
{
    static float out[CHANNELS * (FRAMES + 1000)];
    struct audiofile_info info;
    run("ffmpeg -y -i source.wav -c:a pcm_s16le -f s16le - | flac -s --force-raw-format "
        "--endian=little --sign=signed --channels=2 --bps=16 --sample-rate=48000 -c - | cat >%s",
        "pipe.flac");
    run("ffmpeg -y -i source.wav -c:a pcm_f32le -f wav - | cat >%s", "pipe.wav");
    struct audiofile *f = open_file("pipe.flac", 48000, &info);
    CHECK(info.frames == UINT64_MAX);
    CHECK_INT(audiofile_read(f, out, FRAMES + 1000), FRAMES);
    CHECK(signal_residual_db(out, source, CHANNELS * FRAMES) <= -90);
    CHECK(audiofile_problem(f) == NULL);
    CHECK_INT(audiofile_seek(f, 54321), 0);
    CHECK_INT(audiofile_read(f, out, 10), 10);
    CHECK(signal_residual_db(out, source + 2 * 54321, 20) <= -90);
    audiofile_close(f);
    f = open_file("pipe.wav", 48000, &info);
    CHECK_INT(audiofile_read(f, out, FRAMES + 1000), FRAMES);
    CHECK(audiofile_problem(f) == NULL);
    audiofile_close(f);
}

/* libsndfile would guess a length by the first frame's bit rate and stop there. */
static void an_mp3_without_a_tag_is_read_to_its_end(void)
{
    static float out[CHANNELS * (FRAMES + 10000)];
    struct audiofile_info info;
    size_t frames = 0;
    run("ffmpeg -y -i source.wav -c:a libmp3lame -q:a 2 -write_xing 0 %s", "bare.mp3");
    struct audiofile *f = open_file("bare.mp3", 48000, &info);
    float *want = oracle("bare.mp3", &frames);
    uint32_t n = audiofile_read(f, out, FRAMES + 10000);
    CHECK_INT(n, info.frames);
    CHECK(n >= FRAMES);
    CHECK(audiofile_problem(f) == NULL);
    /* Without a tag nobody knows the encoder's delay: the two may begin elsewhere, by a frame. */
    CHECK(frames >= FRAMES && n < frames + 2 * 1152 && frames < n + 2 * 1152);
    check_seeks(&(struct row){ .name = "bare.mp3" }, f, out, n);
    audiofile_close(f);
    free(want);
}

int main(void)
{
    struct wavfile w = { 48000, CHANNELS, FRAMES, source };
    if (system("command -v ffmpeg sox flac opusenc >/dev/null") != 0)
        CHECK_SKIP("needs ffmpeg, sox, flac and opusenc");
    /* A band-limited mixture: coders of the ear throw half of white noise away, for any seed. */
    for (int i = 0; i < FRAMES; i++) {
        double t = i / 48000.0, sweep = 200 * t + 1000 * t * t;
        source[2 * i] = (float)(0.3 * sin(2 * M_PI * sweep) + 0.2 * sin(2 * M_PI * 330 * t));
        source[2 * i + 1] = (float)(0.3 * cos(2 * M_PI * sweep * 0.7));
    }
    wavfile_write(in_folder("source.wav"), &w, WAVFILE_FLOAT);
    RUN(every_format_is_read_exactly);
    RUN(a_file_cut_short_says_so);
    RUN(a_length_that_nobody_knows);
    RUN(an_mp3_without_a_tag_is_read_to_its_end);
    return check_done();
}
