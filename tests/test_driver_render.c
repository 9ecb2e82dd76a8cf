/* test_driver_render.c - what the engine makes is what the file holds, in every format
 *
 * The engine is a stand-in with a known stream. Files are read back by tests/wavfile.c and by
 * ffmpeg, never by the library that wrote them.
 */
#include "tests/check.h"
#include "tests/signals.h"
#include "tests/wavfile.h"

#include "daemon/driver_render.h"
#include "mixer/engine.h"
#include "mixer/fileformat.h"
#include "mixer/refusal.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Read by LeakSanitizer: when the disk is full, libsndfile 1.2.0 forgets a Vorbis encoder. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libvorbis.so\nleak:libvorbisenc.so\nleak:libogg.so\n";
}

enum { RATE = 48000, FRAMES = 48000, QUANTUM = 64 };

struct engine {
    uint64_t frame;
    const float *stream[2]; /* FRAMES and a quantum of each */
    uint32_t hold;          /* times that it is not yet ready */
};

RT void engine_process(struct engine *e, const float *const *in, float *const *out, uint32_t n)
{
    (void)in;
    for (uint32_t c = 0; c < 2; c++)
        for (uint32_t i = 0; i < n; i++)
            out[c][i] += e->stream[c][e->frame + i];
    e->frame += n;
}

RT bool engine_ready(struct engine *e, uint32_t n)
{
    (void)n;
    return e->hold == 0;
}

uint32_t engine_quantum(const struct engine *e)
{
    (void)e;
    return QUANTUM;
}

static char folder[] = "/tmp/mixd-render-XXXXXX";
static float left[FRAMES + QUANTUM], right[FRAMES + QUANTUM];

static void path_of(char path[128], const char *name)
{
    snprintf(path, 128, "%s/%s", folder, name);
}

static void let_go(void *context)
{
    ((struct engine *)context)->hold--;
}

static int render(const char *name, const char *format, uint32_t period, uint64_t frames,
                  struct render_result *result, struct refusal *why)
{
    char path[128];
    struct engine e = { .stream = { left, right }, .hold = 3 };
    path_of(path, name);
    struct render_setup setup = { .path = path,
                                  .format = format,
                                  .rate = RATE,
                                  .period = period,
                                  .frames = frames,
                                  .engine = &e,
                                  .wait = let_go,
                                  .context = &e };
    return render_run(&setup, result, why);
}

static unsigned files_in_folder(void)
{
    DIR *d = opendir(folder);
    unsigned n = 0;
    for (struct dirent *f; d && (f = readdir(d));)
        n += f->d_name[0] != '.';
    closedir(d);
    return n;
}

static void remove_file(const char *name)
{
    char path[128];
    path_of(path, name);
    CHECK_INT(unlink(path), 0);
}

static void a_float_file_holds_every_bit(void)
{
    static const uint32_t periods[] = { 1, 16, 48, 64, 100, 441, 1000, 1024, 4096, 100000 };
    struct render_result result;
    struct refusal why;
    struct wavfile w;
    char path[128];
    path_of(path, "float.wav");
    for (size_t i = 0; i < sizeof periods / sizeof *periods; i++) {
        CHECK_INT(render("float.wav", NULL, periods[i], FRAMES - 7, &result, &why), 0);
        CHECK_INT(result.frames, FRAMES - 7);
        CHECK_INT(wavfile_read(path, &w), 0);
        CHECK(w.rate == RATE && w.channels == 2 && w.frames == FRAMES - 7);
        unsigned wrong = 0;
        for (uint32_t f = 0; f < w.frames; f++)
            wrong += w.data[2 * f] != left[f] || w.data[2 * f + 1] != right[f];
        CHECK_INT(wrong, 0);
        wavfile_clear(&w);
    }
    CHECK_INT(files_in_folder(), 1);
    remove_file("float.wav");
}

/* Nothing in it, no time of day either, differs from one render to the next. */
static void two_renders_are_the_same_file(void)
{
    struct render_result result;
    struct refusal why;
    char command[300];
    for (int format = 0; format < 2; format++) {
        const char *name = format ? "flac" : "wav";
        CHECK_INT(render("a", name, 64, FRAMES, &result, &why), 0);
        for (time_t second = time(NULL); time(NULL) == second;) /* that the clock shows another */
            usleep(1000);
        CHECK_INT(render("b", name, 1000, FRAMES, &result, &why), 0);
        snprintf(command, sizeof command, "cmp %s/a %s/b", folder, folder);
        CHECK_INT(system(command), 0);
    }
    remove_file("a");
    remove_file("b");
}

/* The file as ffmpeg hears it. Returns frames. */
static size_t decode(const char *path, float *out, size_t frames)
{
    char command[300];
    snprintf(command, sizeof command, "ffmpeg -v error -i %s -f f32le -c:a pcm_f32le - 2>&1", path);
    FILE *f = popen(command, "r");
    size_t n = f ? fread(out, 2 * sizeof *out, frames, f) : 0;
    if (f)
        pclose(f);
    return n;
}

static void every_format_sounds_the_same(void)
{
    static float heard[2 * (FRAMES + 8192)], sides[2][FRAMES];
    const struct file_format *row;
    struct render_result result;
    struct refusal why;
    char name[64], path[128];
    for (uint32_t i = 0; (row = file_format_at(i)); i++) {
        bool lossy = strstr("ogg opus mp3", row->name) != NULL;
        double step = strstr(row->name, "16")                ? 0x1p-15
                      : strstr("flac aiff wav24", row->name) ? 0x1p-23
                                                             : 0;
        snprintf(name, sizeof name, "%s.%s", row->name, row->extension);
        path_of(path, name);
        if (render(name, row->name, 1024, FRAMES, &result, &why))
            CHECK_FAIL("%s: %s", row->name, why.text);
        size_t n = decode(path, heard, FRAMES + 8192);
        if (lossy ? n < FRAMES : n != FRAMES)
            CHECK_FAIL("%s has %zu frames", row->name, n);
        for (uint32_t f = 0; f < FRAMES; f++)
            sides[0][f] = heard[2 * f], sides[1][f] = heard[2 * f + 1];
        if (lossy) { /* 440 Hz is kept by all of them, its phase perhaps not */
            CHECK_DB(signal_rms(sides[0], FRAMES) / signal_rms(left, FRAMES), 0, 0.5);
        } else { /* half a step is what rounding costs */
            float worst = 0;
            for (uint32_t f = 0; f < FRAMES; f++)
                worst = fmaxf(worst,
                              fmaxf(fabsf(sides[0][f] - left[f]), fabsf(sides[1][f] - right[f])));
            if (worst > step / 2)
                CHECK_FAIL("%s is off by %g", row->name, (double)worst);
        }
        remove_file(name);
    }
}

static void integers_are_rounded_and_clipped(void)
{
    static const struct {
        float x;
        int pcm;
        bool clipped;
    } rows[] = {
        { 0, 0, false },
        { 1, 32767, false },
        { -1, -32768, false },
        { 1.5f, 32767, true },
        { -1.5f, -32768, true },
        { 100, 32767, true },
        { 0x1p-15f, 1, false },
        { 0.6f * 0x1p-15f, 1, false },
        { 0.4f * 0x1p-15f, 0, false },
        { -0.6f * 0x1p-15f, -1, false },
        { 0.5f, 16384, false },
        { -0.25f, -8192, false },
    };
    enum { ROWS = sizeof rows / sizeof *rows };
    float kept[ROWS];
    struct render_result result;
    struct refusal why;
    struct wavfile w;
    char path[128];
    path_of(path, "clip.wav");
    memcpy(kept, left, sizeof kept);
    uint64_t clipped = 0;
    for (int i = 0; i < ROWS; i++) {
        left[i] = rows[i].x;
        clipped += rows[i].clipped;
    }
    CHECK_INT(render("clip.wav", "wav16", 64, FRAMES, &result, &why), 0);
    CHECK_INT(result.clipped, clipped);
    CHECK_INT(wavfile_read(path, &w), 0);
    for (int i = 0; i < ROWS; i++)
        CHECK_INT(lrintf(w.data[2 * i] * 32768), rows[i].pcm);
    wavfile_clear(&w);
    CHECK_INT(render("clip.wav", "wav", 64, FRAMES, &result, &why), 0);
    CHECK_INT(result.clipped, 0); /* a float has room */
    memcpy(left, kept, sizeof kept);
    remove_file("clip.wav");
}

static void check_refused(const char *name, const char *format, uint64_t frames, const char *text)
{
    struct render_result result;
    struct refusal why = { 0 };
    unsigned before = files_in_folder();
    CHECK_INT(render(name, format, 64, frames, &result, &why), -1);
    if (!strstr(why.text, text))
        CHECK_FAIL("%s does not say %s", why.text, text);
    CHECK_INT(files_in_folder(), before);
}

static void what_cannot_be_written_says_why(void)
{
    struct refusal why;
    char path[128];
    check_refused("x.wav", "mp7", FRAMES, "mp7");
    check_refused("x.xyz", NULL, FRAMES, ".xyz");
    check_refused("no/such/x.wav", NULL, FRAMES, "No such file");
    path_of(path, "folder.wav");
    CHECK_INT(mkdir(path, 0700), 0);
    check_refused("folder.wav", NULL, FRAMES, "directory");
    CHECK_INT(rmdir(path), 0);
    check_refused("x.wav", NULL, 1ull << 33, "4 GiB");
    CHECK_INT(render_format_check("x.opus", NULL, 44100, &why), -1);
    CHECK_INT(render_format_check("x.opus", NULL, 48000, &why), 0);
    CHECK_INT(render_format_check("x.FLAC", NULL, 44100, &why), 0);
    CHECK_INT(render_format_check("some.folder/x", NULL, 44100, &why), 0); /* WAV then */
}

/* The disk is full, here because no file may be longer than 100 kB: what was there stays. */
static void a_full_disk_leaves_the_old_file(void)
{
    struct rlimit old, tight = { 100000, RLIM_INFINITY };
    const struct file_format *row;
    struct stat s;
    char path[128], name[64];
    CHECK_INT(getrlimit(RLIMIT_FSIZE, &old), 0);
    tight.rlim_max = old.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    for (uint32_t i = 0; (row = file_format_at(i)); i++) {
        snprintf(name, sizeof name, "full.%s", row->extension);
        path_of(path, name);
        FILE *f = fopen(path, "w");
        fputs("old", f);
        fclose(f);
        /* What libraries compress by more than that is cut at its very end, where they close. */
        bool lossy = strstr("ogg opus mp3", row->name) != NULL;
        tight.rlim_cur = lossy ? 3000 : 100000;
        setrlimit(RLIMIT_FSIZE, &tight);
        check_refused(name, row->name, FRAMES, "File too large");
        setrlimit(RLIMIT_FSIZE, &old);
        CHECK(stat(path, &s) == 0 && s.st_size == 3);
        remove_file(name);
    }
}

static bool no_more(void *context, uint64_t done)
{
    (void)context;
    return done < 1000;
}

static bool no_more_waiting(void *context, uint64_t done)
{
    (void)done;
    return ((struct engine *)context)->hold > 2;
}

static void giving_up_leaves_nothing(void)
{
    char path[128];
    struct engine e = { .stream = { left, right } };
    struct render_result result;
    struct refusal why;
    path_of(path, "never.wav");
    struct render_setup setup = { .path = path,
                                  .rate = RATE,
                                  .period = 100,
                                  .frames = FRAMES,
                                  .engine = &e,
                                  .wait = let_go,
                                  .progress = no_more,
                                  .context = &e };
    CHECK_INT(render_run(&setup, &result, &why), -1);
    CHECK_INT(result.frames, 1000);
    e.hold = 5; /* gives up while it waits, too */
    setup.progress = no_more_waiting;
    CHECK_INT(render_run(&setup, &result, &why), -1);
    CHECK_INT(result.frames, 0);
    CHECK_INT(files_in_folder(), 0);
}

static void devices_and_links_are_followed(void)
{
    struct engine e = { .stream = { left, right } };
    struct render_result result;
    struct refusal why;
    struct stat s;
    char path[128], real[128];
    struct render_setup setup = { .path = "/dev/null",
                                  .rate = RATE,
                                  .period = 100,
                                  .frames = FRAMES,
                                  .engine = &e,
                                  .wait = let_go,
                                  .context = &e };
    CHECK_INT(render_run(&setup, &result, &why), 0);
    CHECK(stat("/dev/null", &s) == 0 && S_ISCHR(s.st_mode));
    path_of(path, "link.wav");
    path_of(real, "real.wav");
    fclose(fopen(real, "w"));
    CHECK_INT(symlink(real, path), 0);
    CHECK_INT(render("link.wav", NULL, 64, FRAMES, &result, &why), 0);
    CHECK(lstat(path, &s) == 0 && S_ISLNK(s.st_mode));
    CHECK(lstat(real, &s) == 0 && S_ISREG(s.st_mode) && s.st_size > FRAMES);
    remove_file("link.wav");
    remove_file("real.wav");
}

int main(void)
{
    if (system("command -v ffmpeg >/dev/null") != 0)
        CHECK_SKIP("no ffmpeg");
    if (!mkdtemp(folder))
        return 1;
    signal_sine(left, FRAMES + QUANTUM, 440, RATE, 0.5);
    signal_grid(right, FRAMES + QUANTUM, 1, 0.25);
    RUN(a_float_file_holds_every_bit);
    RUN(two_renders_are_the_same_file);
    RUN(every_format_sounds_the_same);
    RUN(integers_are_rounded_and_clipped);
    RUN(what_cannot_be_written_says_why);
    RUN(a_full_disk_leaves_the_old_file);
    RUN(giving_up_leaves_nothing);
    RUN(devices_and_links_are_followed);
    CHECK_INT(rmdir(folder), 0);
    return check_done();
}
