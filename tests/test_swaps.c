/* test_swaps.c - very many swaps of a reverb's response, length, level and predelay while it sounds
 *
 *     test_swaps [SWAPS [SEED]]
 *
 * Sines sound through it, so that a step greater than the sines and their ramps can make is a
 * click. The audio thread is guarded by rtguard, and what is kept after all of it is what was kept
 * before. What one swap sounds like is test_swap's matter.
 */
#include "mixer/console.h"
#include "mixer/engine.h"
#include "mixer/link.h"
#include "tests/chance.h"
#include "tests/check.h"
#include "tests/folder.h"
#include "tests/rtguard.h"
#include "tests/signals.h"
#include "tests/studio.h"
#include "tests/wavfile.h"

#include <dirent.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

enum { RATE = 48000, QUANTUM = 64, XFADE = 1920 /* 40 ms */, PLACES = 8 /* SLOT_INSERTS */ };
enum { PORT_LEFT = 2, PORT_RIGHT = 3 }; /* of the input; the master has the first two */

/* As many as the issue asks for; sanitizers are told to make do with fewer. */
static uint32_t swaps_wanted = 10000, seed = 1;

static const char *path_of(uint32_t i)
{
    char name[32];
    snprintf(name, sizeof name, "lumps%u.wav", i);
    return in_folder(name);
}

/* Responses of smooth lumps, all positive, so that every level that they can get is known: a lump
 * of LUMP frames is a raised cosine, whose sum is LUMP / 2 and whose energy 3 LUMP / 8. */
enum { FILES = 6, LUMPS = 5, LUMP = 8 };

#define AMPLITUDE    0.01
#define HZ           5.0
#define PEAK_OF_FILE 0.4

static const struct {
    uint32_t channels, frames;
} shapes[FILES] = { { 1, 480 }, { 1, 6000 }, { 2, 2400 }, { 2, 9600 }, { 4, 1200 }, { 4, 4800 } };

static void write_lumps(void)
{
    for (uint32_t f = 0; f < FILES; f++) {
        uint32_t frames = shapes[f].frames, channels = shapes[f].channels;
        float *x = calloc(frames * channels, sizeof *x);
        for (uint32_t c = 0; c < channels; c++)
            for (uint32_t l = 0; l < LUMPS; l++)
                for (uint32_t i = 0; i < LUMP; i++) {
                    uint32_t at = l * (frames - LUMP) / LUMPS + 20 * c + i;
                    x[at * channels + c] = (float)(PEAK_OF_FILE / 2 / (l + 1) *
                                                   (1 - cos(2 * M_PI * (i + 0.5) / LUMP)));
                }
        struct wavfile w = { RATE, channels, frames, x };
        CHECK_INT(wavfile_write(path_of(f), &w, WAVFILE_FLOAT), 0);
        free(x);
    }
}

/* What is asked of the reverb. */
struct asked {
    uint32_t file, size;              /* percent */
    enum { OFF, PEAK, ENERGY } level; /* `normalise` */
};

/* At most so many of the newest can be in the slot; and a few may have never come. */
enum { NEWEST = PLACES + 4 };

/* The sum of taps to one output. A response is cut by a fade, which makes it less; a twentieth more
 * is for the resampling. */
static double sum_of_taps(const struct asked *a)
{
    double paths = shapes[a->file].channels == 4 ? 2 : 1, sum = 0, energy = 0;
    for (uint32_t l = 0; l < LUMPS; l++) {
        sum += paths * LUMP / 2. / (l + 1) * a->size / 100;
        energy += paths * 3 * LUMP / 8. / ((l + 1) * (l + 1)) * a->size / 100;
    }
    double gain[] = { [OFF] = PEAK_OF_FILE, [PEAK] = 1, [ENERGY] = 1 / sqrt(energy) };
    return 1.05 * sum * gain[a->level];
}

/* The greatest step that may be, of all that can sound at once. To each, a sine's own steps; of
 * feed and mix a movement of equal power, whose steepest is pi / 2; of level and predelay a
 * straight one, between one sine and another. */
static double step_limit(const double sums[NEWEST])
{
    double all = 0;
    for (int i = 0; i < NEWEST; i++)
        all += sums[i];
    return AMPLITUDE * all * (2 * M_PI * HZ / RATE + 2 * M_PI / 2 / XFADE + (1. + 2.) / XFADE);
}

/* What sounds into the bus, and what was heard of it. */
struct scene {
    struct studio s;
    float *in;
    uint64_t at;
    float last[2];
    double worst; /* step, re the limit */
    double peak;
    struct asked asked;
    double sums[NEWEST]; /* of taps, of what was asked for last */
    uint32_t swaps;
};

/* What is asked for now counts until so many newer ones have come. */
static void note(struct scene *t)
{
    t->sums[t->swaps++ % NEWEST] = sum_of_taps(&t->asked);
}

static bool set(struct scene *t, const char *row, const char *value)
{
    char address[64];
    struct refusal why;
    struct console_change change = { .frames = UINT32_MAX };
    snprintf(address, sizeof address, "bus/hall/reverb/%s", row);
    if (!console_set(t->s.console, address, value, &change, &why)) {
        note(t);
        return true;
    }
    if (why.fault != FAULT_BUSY)
        CHECK_FAIL("set %s %s: %s", row, value, why.text);
    return false;
}

static bool load(struct scene *t, uint32_t file)
{
    struct refusal why;
    if (console_load(t->s.console, "bus/hall/reverb", path_of(file), &why))
        return false;
    t->asked.file = file;
    note(t);
    return true;
}

static bool set_level(struct scene *t, uint32_t level)
{
    static const char *const words[] = { [OFF] = "off", [PEAK] = "peak", [ENERGY] = "energy" };
    uint32_t before = t->asked.level;
    t->asked.level = level;
    if (set(t, "normalise", words[level]))
        return true;
    t->asked.level = before;
    return false;
}

static bool set_size(struct scene *t, uint32_t percent)
{
    uint32_t before = t->asked.size;
    char text[16];
    snprintf(text, sizeof text, "%u%%", percent);
    t->asked.size = percent;
    if (set(t, "size", text))
        return true;
    t->asked.size = before;
    return false;
}

/* One change of anything. False: a crossfade has to make room for it first. */
static bool swap_something(struct scene *t)
{
    char text[32];
    switch (chance(&seed, 10)) {
    case 0:
    case 1:
    case 2:
        return load(t, chance(&seed, FILES));
    case 3:
        snprintf(text, sizeof text, "%ums", 1 + chance(&seed, 200));
        return set(t, "length", text);
    case 4:
        return set_level(t, chance(&seed, 3));
    case 5:
        return set_size(t, 50 + chance(&seed, 101));
    case 6:
        return set(t, "swap", "!");
    case 7:
        snprintf(text, sizeof text, "-%udB", chance(&seed, 12));
        return set(t, "wet", text);
    default:
        snprintf(text, sizeof text, "%ums", chance(&seed, 100));
        return set(t, "predelay", text);
    }
}

static void hear(struct scene *t, uint32_t n)
{
    static float x[2][16 * QUANTUM + 1];
    float *out[STUDIO_PORTS] = { x[0] + 1, x[1] + 1 };
    t->s.in[PORT_LEFT] = t->in + t->at % RATE;
    t->s.in[PORT_RIGHT] = t->s.in[PORT_LEFT];
    studio_run(&t->s, out, n, n);
    t->at += n;
    for (int c = 0; c < 2; c++) {
        x[c][0] = t->last[c];
        t->last[c] = x[c][n];
        t->worst = fmax(t->worst, signal_max_step(x[c], n + 1) / step_limit(t->sums));
        t->peak = fmax(t->peak, signal_peak(x[c], n + 1));
    }
}

static void scene_open(struct scene *t)
{
    char line[256], slot[64];
    struct refusal why;
    struct console_key keys[] = { { "ir", path_of(0) }, { "xfade", "40ms" } };
    *t = (struct scene){ .asked = { 0, 100, ENERGY },
                         .in = malloc((RATE + 16 * QUANTUM) * sizeof(float)) };
    note(t);
    signal_sine(t->in, RATE + 16 * QUANTUM, HZ, RATE, AMPLITUDE);
    studio_open(&t->s, RATE, QUANTUM);
    studio_set(&t->s, "engine/ramp", "40ms", UINT32_MAX);
    studio_set(&t->s, "engine/xfade", "40ms", UINT32_MAX);
    studio_add(&t->s, "bus hall");
    studio_add(&t->s, "bus other out=none"); /* a load beside it */
    snprintf(line, sizeof line, "input mic channels=2 out=none send/hall=0dB send/other=0dB");
    studio_add(&t->s, line);
    CHECK_INT(console_insert(t->s.console, "bus/hall", "reverb", NULL, NULL, keys, 2, slot, &why),
              0);
    for (int i = 0; i < 4; i++)
        CHECK_INT(
            console_insert(t->s.console, "bus/other", "reverb", NULL, NULL, keys, 1, slot, &why),
            0);
    studio_settle(&t->s);
}

/* As in the beginning, and all that rang has been given back. */
static void come_to_rest(struct scene *t)
{
    static const char *const rows[][2] = {
        { "length", "60s" }, { "swap", "off" }, { "wet", "0dB" }, { "predelay", "0s" }
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        while (!set(t, rows[i][0], rows[i][1]))
            hear(t, QUANTUM);
    while (!set_level(t, ENERGY) || !set_size(t, 100) || !load(t, 0))
        hear(t, QUANTUM);
    for (int i = 0; i < 100 || !console_settled(t->s.console); i++) /* more than any tail */
        hear(t, 16 * QUANTUM);
}

static void swap_many(struct scene *t, uint32_t swaps)
{
    for (uint32_t done = 0; done < swaps;) {
        bool ok = swap_something(t);
        done += ok;
        if (!ok || chance(&seed, 4)) /* else several at once */
            hear(t, QUANTUM * (1 + chance(&seed, 8)));
    }
}

static uint32_t descriptors(void)
{
    uint32_t n = 0;
    DIR *dir = opendir("/proc/self/fd");
    while (dir && readdir(dir))
        n++;
    closedir(dir);
    return n;
}

static size_t resident(void)
{
    unsigned long all = 0, pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    CHECK(f && fscanf(f, "%lu %lu", &all, &pages) == 2);
    fclose(f);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static size_t allocated(void)
{
    malloc_trim(0);
    struct mallinfo2 m = mallinfo2();
    return m.uordblks + m.hblkhd;
}

/* Half of them ring out, half are cut. */
static void swap_and_rest(struct scene *t, uint32_t swaps)
{
    static const char *const tails[] = { "ring", "cut" };
    for (int i = 0; i < 2; i++) {
        while (!set(t, "tail", tails[i]))
            hear(t, QUANTUM);
        swap_many(t, swaps / 2);
        come_to_rest(t);
    }
}

static void many_swaps_leave_nothing_behind(void)
{
    struct scene t;
    uint32_t begin = seed;
    scene_open(&t);
    swap_and_rest(&t, swaps_wanted / 10);
    size_t memory = allocated(), pages = resident();
    uint32_t files = descriptors();
    swap_and_rest(&t, swaps_wanted - swaps_wanted / 10);
    if (!(t.worst <= 1))
        CHECK_FAIL("seed %u: a step of %g times what may be", begin, t.worst);
    CHECK(t.peak > 2 * AMPLITUDE); /* it was loud enough to be cut off audibly */
    CHECK_INT(descriptors(), files);
    if (guard_names()) {                          /* AddressSanitizer counts for itself */
        CHECK(allocated() < memory + (64 << 10)); /* malloc's own caches are in it */
        CHECK(resident() < pages + (4 << 20));
    }
    free(t.in);
    studio_close(&t.s);
}

/* ---- beside an audio thread of its own, for ThreadSanitizer */

struct player {
    struct scene *scene;
    _Atomic bool stop; /* the control thread's */
};

static void *player_run(void *arg)
{
    struct player *p = arg;
    float x[QUANTUM];
    const float *in[STUDIO_PORTS] = { 0 };
    float *out[STUDIO_PORTS] = { x };
    for (uint64_t at = 0; !atomic_load_explicit(&p->stop, memory_order_relaxed); at += QUANTUM) {
        in[PORT_LEFT] = in[PORT_RIGHT] = p->scene->in + at % RATE;
        engine_process(p->scene->s.engine, in, out, QUANTUM);
        nanosleep(&(struct timespec){ .tv_nsec = 20000 }, NULL);
    }
    return NULL;
}

static void swaps_beside_the_audio_thread(void)
{
    struct scene t;
    pthread_t thread;
    scene_open(&t);
    struct player p = { .scene = &t };
    if (pthread_create(&thread, NULL, player_run, &p))
        abort();
    for (uint32_t done = 0; done < swaps_wanted / 20;) {
        uint64_t frame = 0;
        bool ok = swap_something(&t);
        done += ok;
        do {
            console_tick(t.s.console);
            nanosleep(&(struct timespec){ .tv_nsec = 50000 }, NULL);
        } while (ok && chance(&seed, 4) && !console_heard(t.s.console, "bus/hall/reverb", &frame));
    }
    atomic_store_explicit(&p.stop, true, memory_order_relaxed);
    pthread_join(thread, NULL);
    free(t.in);
    studio_close(&t.s);
}

int main(int argc, char **argv)
{
    if (!guard_names())
        swaps_wanted /= 10;
    if (argc > 1)
        swaps_wanted = (uint32_t)strtoul(argv[1], NULL, 10);
    if (argc > 2)
        seed = (uint32_t)strtoul(argv[2], NULL, 10);
    printf("%" PRIu32 " swaps, seed %" PRIu32 "\n", swaps_wanted, seed);
    write_lumps();
    RUN(many_swaps_leave_nothing_behind);
    RUN(swaps_beside_the_audio_thread);
    return check_done();
}
