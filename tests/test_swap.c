/* test_swap.c - what a swap of a reverb's response sounds like, against direct convolution in
 * double
 *
 * The crossfade begins at the frame that was answered, is equal in power, and the old tail rings
 * out whole or is cut to exact silence.
 */
#include "mixer/console.h"
#include "mixer/engine.h"
#include "mixer/link.h"
#include "tests/check.h"
#include "tests/folder.h"
#include "tests/signals.h"
#include "tests/studio.h"
#include "tests/wavfile.h"

enum { RATE = 48000, QUANTUM = 64, XFADE = 1920 /* 40 ms */ };
enum { PORT = 2 }; /* of the input; the master has the first two */

static const char *path_of(uint32_t i)
{
    char name[32];
    snprintf(name, sizeof name, "take%u.wav", i);
    return in_folder(name);
}

enum { TAKES = 3, SOUND = 60000, WHOLE = 120000 };

/* A response, and the frame from which it was heard. */
struct take {
    float *taps;
    uint32_t frames;
    uint64_t from;
};

static struct take takes[TAKES] = { { NULL, 17001, 0 }, { NULL, 3000, 0 }, { NULL, 9999, 0 } };
static float sound[WHOLE], heard[WHOLE];

static void write_takes(void)
{
    for (uint32_t i = 0; i < TAKES; i++) {
        struct take *t = &takes[i];
        t->taps = malloc(t->frames * sizeof *t->taps);
        signal_noise(t->taps, t->frames, 10 + i, 0.02);
        struct wavfile w = { RATE, 1, t->frames, t->taps };
        CHECK_INT(wavfile_write(path_of(i), &w, WAVFILE_FLOAT), 0);
    }
}

/* What a movement of equal power has come to, `done` frames after its beginning: in, and out. */
static double rise(double done)
{
    return done >= XFADE ? 1 : sin(M_PI / 2 * (done + 1) / XFADE);
}

static double fall(double done)
{
    return done >= XFADE - 1 ? 0 : cos(M_PI / 2 * (done + 1) / XFADE);
}

/* How far take i is fed at frame n, from its own frame on. */
static double fed(uint32_t i, uint64_t n)
{
    return i > 0 ? rise((double)n - (double)takes[i].from) : 1;
}

/* How much of it is left at frame n: it goes at the next one's. */
static double left(uint32_t i, uint64_t n)
{
    return i + 1 < TAKES && n >= takes[i + 1].from ? fall((double)(n - takes[i + 1].from)) : 1;
}

/* What it is fed while it goes and rings out: on from where it has come to. */
static double fed_and_left(uint32_t i, uint64_t n)
{
    uint64_t last = i + 1 < TAKES && n >= takes[i + 1].from ? takes[i + 1].from - 1 : n;
    return fed(i, last) * left(i, n);
}

/* The definition, in double. */
static double direct(uint64_t n, bool ring)
{
    double sum = 0;
    for (uint32_t i = 0; i < TAKES; i++) {
        const struct take *t = &takes[i];
        double part = 0;
        for (uint64_t k = 0; k < t->frames && k + t->from <= n; k++)
            part +=
                (double)t->taps[k] * sound[n - k] * (ring ? fed_and_left(i, n - k) : fed(i, n - k));
        sum += part * (ring ? 1 : left(i, n));
    }
    return sum;
}

/* Runs on to frame `to` of the engine in periods of one quantum. */
static void run_to(struct studio *s, uint64_t *at, uint64_t to)
{
    for (; *at < to; *at += QUANTUM) {
        float *out[STUDIO_PORTS] = { heard + *at };
        s->in[PORT] = sound + *at;
        studio_run(s, out, QUANTUM, QUANTUM);
    }
}

/* Loads take i; the frame from which it is heard, as it is answered. */
static uint64_t swap_take(struct studio *s, uint64_t *at, uint32_t i)
{
    struct refusal why;
    uint64_t frame = 0;
    CHECK_INT(console_load(s->console, "input/mic/reverb", path_of(i), &why), 0);
    while (!console_heard(s->console, "input/mic/reverb", &frame))
        run_to(s, at, *at + QUANTUM);
    CHECK_INT(frame % QUANTUM, 0);
    return frame;
}

static void open_takes(struct studio *s, const char *tail, uint64_t *at)
{
    struct refusal why;
    char slot[64];
    struct console_key keys[] = { { "ir", path_of(0) },
                                  { "normalise", "off" },
                                  { "trim", "-200dB" },
                                  { "xfade", "40ms" },
                                  { "tail", tail } };
    studio_open(s, RATE, QUANTUM);
    studio_add(s, "input mic channels=1 pan=L100");
    CHECK_INT(console_insert(s->console, "input/mic", "reverb", NULL, NULL, keys, 5, slot, &why),
              0);
    studio_settle(s);
    *at = link_horizon(s->link);
}

static void check_takes(bool ring)
{
    double worst = 0;
    for (uint64_t n = takes[0].from + 1; n<WHOLE; n += n> takes[1].from ? 199 : 797)
        worst = fmax(worst, fabs(heard[n] - direct(n, ring)));
    for (uint64_t n = takes[1].from; n < takes[1].from + 200; n++) /* the edge itself */
        worst = fmax(worst, fabs(heard[n] - direct(n, ring)));
    double db = 20 * log10(worst / signal_peak(heard, WHOLE) + 1e-20);
    if (!(db < -120))
        CHECK_FAIL("%s: off by %.1f dB", ring ? "ring" : "cut", db);
}

/* Two swaps while noise sounds, the second within the crossfade of the first, then silence. */
static void swap_twice(bool ring)
{
    struct studio s;
    uint64_t at;
    signal_noise(sound, SOUND, 3, 0.5);
    memset(heard, 0, sizeof heard);
    open_takes(&s, ring ? "ring" : "cut", &at);
    memset(sound, 0, 2000 * sizeof *sound); /* an input comes with a fade */
    takes[0].from = at;
    run_to(&s, &at, 20032);
    takes[1].from = swap_take(&s, &at, 1);
    run_to(&s, &at, takes[1].from + 960);
    takes[2].from = swap_take(&s, &at, 2);
    run_to(&s, &at, WHOLE / QUANTUM * QUANTUM);
    check_takes(ring);
    /* The longest tail that was fed ends here; the last quantum of a fade is the longest edge. */
    uint64_t end = takes[2].from + XFADE + takes[0].frames;
    end = end > SOUND + takes[2].frames ? end : SOUND + takes[2].frames;
    CHECK_INT(signal_onset(heard + end, WHOLE - end), WHOLE - end);
    studio_close(&s);
}

static void an_old_tail_rings_out_whole(void)
{
    swap_twice(true);
}

static void a_swap_is_a_crossfade(void)
{
    swap_twice(false);
}

/* The input has ended when the response is swapped: all that sounds is the old tail. */
static void a_cut_tail_ends_with_the_crossfade(void)
{
    struct studio s;
    uint64_t at;
    signal_noise(sound, WHOLE, 3, 0.5);
    open_takes(&s, "cut", &at);
    run_to(&s, &at, 20032);
    memset(sound + at, 0, (WHOLE - at) * sizeof *sound);
    uint64_t from = swap_take(&s, &at, 1);
    run_to(&s, &at, 40000);
    CHECK(signal_peak(heard + from, XFADE / 2) > 0.01);
    CHECK_INT(signal_onset(heard + from + XFADE, at - from - XFADE), at - from - XFADE);
    studio_close(&s);
}

int main(void)
{
    write_takes();
    RUN(an_old_tail_rings_out_whole);
    RUN(a_swap_is_a_crossfade);
    RUN(a_cut_tail_ends_with_the_crossfade);
    for (uint32_t i = 0; i < TAKES; i++) {
        free(takes[i].taps);
    }
    return check_done();
}
