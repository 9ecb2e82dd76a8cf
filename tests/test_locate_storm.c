/* test_locate_storm.c - a thousand random locates while 64 tracks roll
 *
 *     test_locate_storm [LOCATES [SEED]]
 *
 * Every track has a file, an offset and a port of its own, and samples that carry their frame
 * number. Every frame of every port is compared with arithmetic: before a locate is obeyed, at its
 * frame, through its crossfade, and when the next one comes in the middle of that.
 */
#include "mixer/console.h"
#include "mixer/link.h"
#include "tests/chance.h"
#include "tests/folder.h"
#include "tests/player.h"
#include "tests/studio.h"

#include <dirent.h>
#include <time.h>
#include <unistd.h>

enum { TRACKS = 64, SLOW = 16000, LENGTH = 60 * SLOW, PERIOD = 128, FIRST = 2, VOICES = 8 };
enum { LOCATES = 1000 };

/* What sounds of one place of the timeline: it stood at `position` at frame `began`. */
struct voice {
    uint64_t position, began;
    double gain, step; /* per frame, for so many: */
    uint32_t left;
};

static uint32_t seed = 11;
static struct studio studio;
static struct voice voices[VOICES];
static uint32_t n_voices;
static uint64_t frame, wrong, heard; /* frame: of the engine, the next to be made */
static float out[TRACKS][PERIOD];

static const char *path_of(int track)
{
    char name[16];
    snprintf(name, sizeof name, "%d.wav", track);
    return in_folder(name);
}

static void write_files(void)
{
    static float x[LENGTH];
    char first[64];
    for (uint32_t i = 0; i < LENGTH; i++)
        x[i] = timeline_sample(i);
    struct wavfile w = { SLOW, 1, LENGTH, x };
    snprintf(first, sizeof first, "%s", path_of(0));
    CHECK_INT(wavfile_write(first, &w, WAVFILE_FLOAT), 0);
    for (int i = 1; i < TRACKS; i++)
        CHECK_INT(link(first, path_of(i)), 0);
}

static void open_studio(const char *xfade)
{
    char line[256];
    studio_open(&studio, SLOW, QUANTUM);
    studio_set(&studio, "engine/xfade", xfade, UINT32_MAX);
    studio_set(&studio, "engine/ring", "200ms", UINT32_MAX);
    for (int i = 0; i < TRACKS; i++) {
        snprintf(line, sizeof line, "strip t%d source=%s out=t%d offset=%df", i, path_of(i), i, i);
        studio_add(&studio, line);
    }
    studio_settle(&studio);
    frame = console_play(studio.console, 0, 0);
    n_voices = 1;
    voices[0] = (struct voice){ .began = frame, .gain = 1 };
}

static double sample(const struct voice *v, int track, uint64_t at)
{
    uint64_t position = v->position + (at - v->began);
    if (position < (uint64_t)track || position - (uint64_t)track >= LENGTH)
        return 0;
    return timeline_sample(position - (uint64_t)track);
}

/* Moves every gain on by a frame. Is any of them moving? */
static bool voices_step(void)
{
    bool moved = false;
    for (uint32_t i = 0; i < n_voices; i++) {
        struct voice *v = &voices[i];
        if (v->left == 0)
            continue;
        moved = true;
        v->gain += v->step;
        v->left--;
    }
    return moved;
}

static void voices_drop(void)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n_voices; i++)
        if (voices[i].left || voices[i].step >= 0)
            voices[kept++] = voices[i];
    n_voices = kept;
}

/* One voice at rest is exact; a crossfade rounds, in float, a few times. */
static void check_frame(uint32_t i)
{
    bool fades = voices_step();
    for (int t = 0; t < TRACKS; t++) {
        double want = 0;
        for (uint32_t k = 0; k < n_voices; k++)
            want += (fades ? voices[k].gain : 1) * sample(&voices[k], t, frame + i);
        double miss = fabs(out[t][i] - want);
        if (miss > (fades ? 1e-6 : 0) && !wrong++)
            CHECK_FAIL("track %d: frame %" PRIu64 " is %.9g, not %.9g", t, frame + i, out[t][i],
                       want);
    }
    heard += TRACKS;
    voices_drop();
}

static void roll_period(void)
{
    float *ports[STUDIO_PORTS] = { 0 };
    for (int i = 0; i < TRACKS; i++)
        ports[FIRST + i] = out[i];
    studio_run(&studio, ports, PERIOD, PERIOD);
    for (uint32_t i = 0; i < PERIOD; i++)
        check_frame(i);
    frame += PERIOD;
}

static void roll_slowly(void)
{
    roll_period();
    nanosleep(&(struct timespec){ .tv_nsec = 100000 }, NULL); /* decoders get their turn */
}

/* What sounds goes from where its gain is, and the new one comes. */
static void voices_move(uint64_t position, uint32_t fade)
{
    for (uint32_t i = 0; i < n_voices && fade; i++) {
        if (voices[i].step < 0)
            continue; /* on its way out already */
        voices[i].step = -voices[i].gain / fade;
        voices[i].left = fade;
    }
    n_voices = fade ? n_voices : 0;
    CHECK(n_voices < VOICES);
    voices[n_voices++] =
        (struct voice){ position, frame, fade ? 0 : 1, fade ? 1.0 / fade : 0, fade };
}

static void locate(uint32_t fade)
{
    struct refusal why;
    uint64_t before = console_moved_frame(studio.console);
    uint64_t position = TRACKS + chance(&seed, LENGTH - 10 * SLOW);
    CHECK_INT(console_locate(studio.console, position, &why), 0);
    if (chance(&seed, 4) == 0) /* the first decoders are open when somebody thinks better of it */
        console_tick(studio.console);
    if (chance(&seed, 3) == 0 && console_moved_frame(studio.console) == before) {
        position = TRACKS + chance(&seed, LENGTH - 10 * SLOW);
        CHECK_INT(console_locate(studio.console, position, &why), 0);
    }
    console_tick(studio.console);
    while (console_moved_frame(studio.console) == before)
        roll_slowly();
    CHECK_INT(console_moved_frame(studio.console), frame);
    voices_move(position, fade);
    for (uint32_t n = chance(&seed, 6); n > 0; n--)
        roll_period();
}

static uint32_t entries(const char *path)
{
    uint32_t n = 0;
    DIR *dir = opendir(path);
    while (dir && readdir(dir))
        n++;
    closedir(dir);
    return n;
}

static void storm(const char *xfade, uint32_t fade, uint32_t locates)
{
    open_studio(xfade);
    uint32_t fds = entries("/proc/self/fd"), threads = entries("/proc/self/task");
    wrong = heard = 0;
    for (uint32_t i = 0; i < locates && !wrong; i++)
        locate(fade);
    while (!console_settled(studio.console) || track_decoders() > TRACKS)
        roll_slowly();
    CHECK_INT(wrong, 0);
    CHECK_INT(entries("/proc/self/fd"), fds);
    while (entries("/proc/self/task") > threads) /* one that has left is still being swept up */
        sched_yield();
    CHECK_INT(entries("/proc/self/task"), threads);
    studio_close(&studio);
    player_await_no_decoders();
    printf("%u locates, %" PRIu64 " samples\n", locates, heard);
}

static uint32_t locates_wanted = LOCATES;

static void hard(void)
{
    storm("0s", 0, locates_wanted / 2);
}

static void crossfaded(void)
{
    storm("20ms", SLOW / 50, locates_wanted - locates_wanted / 2);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        locates_wanted = (uint32_t)atoi(argv[1]);
    if (argc > 2)
        seed = (uint32_t)atoi(argv[2]);
    write_files();
    RUN(hard);
    RUN(crossfaded);
    return check_done();
}
