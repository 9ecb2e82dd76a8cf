/* test_reverb_properties.c - whatever is done to reverbs, the bits depend on nothing else
 *
 *     test_reverb_properties [SEEDS [FIRST]]
 *
 * A seed makes a story: sound with silences in it, and at random frames swaps, levels, mutes,
 * bypasses. Three worlds live through it: one whose periods are the quantum, without helpers; one
 * whose periods are any multiple of it and change all the time, as does the number of helpers; and
 * one behind the reblocker with any periods at all, that may wait, as in freewheel. All must give
 * the same bits (but where the machine held a helper up, so that a block was late). And after a
 * silence that everything has slept through, they must be those of a world that has never lived.
 */
#include "daemon/ports.h"
#include "daemon/reblock.h"
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

enum { RATE = 48000, FILES = 4, ACTS = 60, VALUES = 32 };
enum { LIFE = 200 << 10, SLEEP = 200 << 10, AFTERLIFE = 24 << 10, ALL = LIFE + SLEEP + AFTERLIFE };
enum { PORT = 2 }; /* of the input; the master has the first two */
enum rhythm { STEADY, MULTIPLES, ANY, RHYTHMS };

static const char *path_of(uint32_t i)
{
    char name[32];
    snprintf(name, sizeof name, "ir%u.wav", i);
    return in_folder(name);
}

/* Mono, stereo and true stereo; the longest is half a second. */
static void write_files(void)
{
    static const uint32_t channels[FILES] = { 1, 2, 4, 2 },
                          frames[FILES] = { 65, 3000, 9001, 24000 };
    for (uint32_t i = 0; i < FILES; i++) {
        float *x = malloc(channels[i] * frames[i] * sizeof *x);
        signal_noise(x, channels[i] * frames[i], i, 0.1);
        struct wavfile w = { RATE, channels[i], frames[i], x };
        CHECK_INT(wavfile_write(path_of(i), &w, WAVFILE_FLOAT), 0);
        free(x);
    }
}

/* Something that is asked for before frame `at` is made. */
struct act {
    uint64_t at;
    char address[64], value[128]; /* of a load: the effect and its file */
    uint32_t frames;
};

struct story {
    uint32_t seed, quantum;
    struct act acts[ACTS];
    float *sound[2];
};

static void invent_value(struct story *s, struct act *a, uint32_t *seed)
{
    static const struct {
        const char *address, *unit;
        uint32_t from, to;
        bool moves;
    } rows[] = {
        { "bus/hall/reverb/length", "ms", 1, 600, false },
        { "bus/hall/reverb/size", "%", 50, 150, false },
        { "bus/hall/reverb/highcut", "Hz", 500, 30000, false },
        { "bus/hall/reverb/xfade", "ms", 0, 400, false },
        { "bus/hall/reverb/predelay", "ms", 0, 100, true },
        { "bus/hall/reverb/wet", "dB", 0, 12, true },
        { "bus/hall/room/decay", "s", 1, 3, true },
        { "bus/hall/room/wet", "dB", 0, 12, true },
        { "bus/hall/gain", "dB", 0, 12, true },
    };
    uint32_t i = chance(seed, sizeof rows / sizeof *rows);
    uint32_t value = rows[i].from + chance(seed, rows[i].to - rows[i].from + 1);
    snprintf(a->address, sizeof a->address, "%s", rows[i].address);
    snprintf(a->value, sizeof a->value, "%u%s", value, rows[i].unit);
    a->frames = rows[i].moves && chance(seed, 2) ? chance(seed, 20000) : UINT32_MAX;
    (void)s;
}

static void invent_act(struct story *s, struct act *a, uint32_t *seed)
{
    static const char *const switches[] = { "input/mic/mute", "bus/hall/reverb/swap",
                                            "bus/hall/reverb/bypass", "bus/hall/reverb/bypass",
                                            "bus/hall/room/bypass" };
    static const char *const words[] = { "off", "peak", "energy", "ring", "cut" };
    a->frames = UINT32_MAX;
    switch (chance(seed, 4)) {
    case 0:
        snprintf(a->address, sizeof a->address, "load");
        snprintf(a->value, sizeof a->value, "%s", path_of(chance(seed, FILES)));
        break;
    case 1:
        snprintf(a->address, sizeof a->address, "%s", switches[chance(seed, 5)]);
        snprintf(a->value, sizeof a->value, "!");
        break;
    case 2:
        snprintf(a->value, sizeof a->value, "%s", words[chance(seed, 5)]);
        bool tail = !strcmp(a->value, "ring") || !strcmp(a->value, "cut");
        snprintf(a->address, sizeof a->address, "bus/hall/reverb/%s", tail ? "tail" : "normalise");
        break;
    default:
        invent_value(s, a, seed);
    }
}

static void invent_sound(struct story *s, uint32_t *seed)
{
    for (int c = 0; c < 2; c++) {
        s->sound[c] = malloc(ALL * sizeof(float));
        signal_noise(s->sound[c], ALL, *seed + (uint32_t)c, 0.25);
        memset(s->sound[c] + LIFE, 0, SLEEP * sizeof(float));
    }
    for (uint32_t at = 0, n; at < LIFE; at += n) {
        n = 1 + chance(seed, 40000);
        n = n < LIFE - at ? n : LIFE - at;
        for (int c = 0; c < 2 && chance(seed, 3) == 0; c++)
            memset(s->sound[c] + at, 0, n * sizeof(float));
    }
}

static void invent(struct story *s, uint32_t number)
{
    uint32_t seed = number;
    chance(&seed, 2);
    *s = (struct story){ .seed = number, .quantum = 16u << 2 * chance(&seed, 4) };
    uint64_t at = 0;
    for (uint32_t i = 0; i < ACTS; i++) {
        at += chance(&seed, 3) ? chance(&seed, 2 * LIFE / ACTS) : 0;
        s->acts[i].at = at < LIFE ? at / s->quantum * s->quantum : LIFE;
        invent_act(s, &s->acts[i], &seed);
    }
    invent_sound(s, &seed);
}

/* One that lives through a story. */
struct world {
    const struct story *story;
    struct studio s;
    struct reblock *reblock; /* of rhythm ANY */
    enum rhythm rhythm;
    uint32_t seed;  /* of its rhythm */
    uint64_t at;    /* frames taken in */
    uint32_t delay; /* of what comes out */
    float *out[2];
    uint32_t refused;
    uint64_t late; /* blocks of helpers that were held up */
};

/* What has been asked for is obeyed before the next frame, and all that has left is taken away. */
static void obey(struct world *w)
{
    const float *in[STUDIO_PORTS] = { 0 };
    float *out[STUDIO_PORTS] = { 0 };
    for (int i = 0; i < 4; i++) {
        console_tick(w->s.console);
        engine_process(w->s.engine, in, out, 0);
    }
    console_tick(w->s.console);
}

static bool ask(struct world *w, const char *address, const char *value, uint32_t frames)
{
    struct refusal why;
    struct console_change change = { .frames = frames };
    int err = strcmp(address, "load") == 0
                  ? console_load(w->s.console, "bus/hall/reverb", value, &why)
                  : console_set(w->s.console, address, value, &change, &why);
    if (err && why.fault != FAULT_BUSY)
        CHECK_FAIL("%s %s: %s", address, value, why.text);
    return !err;
}

static void change_helpers(struct world *w)
{
    char text[2] = { (char)('0' + chance(&w->seed, 4)), '\0' };
    if (w->rhythm != STEADY && !chance(&w->seed, 8))
        ask(w, "engine/helpers", text, UINT32_MAX);
}

static bool await(void *context)
{
    struct world *w = context;
    engine_await(w->s.engine);
    return true;
}

static void world_open(struct world *w, const struct story *story, enum rhythm rhythm)
{
    char slot[64];
    struct refusal why;
    struct console_key keys[] = { { "ir", path_of(2) } };
    *w = (struct world){ .story = story, .rhythm = rhythm, .seed = story->seed + 77 };
    studio_open(&w->s, RATE, story->quantum);
    studio_add(&w->s, "bus hall");
    studio_add(&w->s, "input mic channels=2 out=none send/hall=0dB");
    CHECK_INT(console_insert(w->s.console, "bus/hall", "reverb", NULL, NULL, keys, 1, slot, &why),
              0);
    CHECK_INT(console_insert(w->s.console, "bus/hall", "room", NULL, NULL, NULL, 0, slot, &why), 0);
    studio_settle(&w->s);
    if (rhythm == ANY) {
        w->reblock = reblock_new(story->quantum, STUDIO_PORTS, false);
        reblock_wait(w->reblock, await, w);
        w->delay = story->quantum;
    }
    ask(w, "engine/helpers", rhythm == STEADY ? "0" : "1", UINT32_MAX);
    for (int c = 0; c < 2; c++)
        w->out[c] = calloc(ALL, sizeof(float));
}

static void world_close(struct world *w)
{
    reblock_free(w->reblock);
    studio_close(&w->s);
    free(w->out[0]);
    free(w->out[1]);
}

static uint32_t period_of(struct world *w)
{
    uint32_t quantum = w->story->quantum;
    if (w->rhythm == STEADY)
        return quantum;
    if (w->rhythm == MULTIPLES)
        return quantum * (1 + chance(&w->seed, 1024 / quantum));
    return w->at ? 1 + chance(&w->seed, 1500) : quantum - 1;
}

static void run_to(struct world *w, uint64_t to)
{
    while (w->at < to) {
        const float *in[PORTS_MAX] = { 0 };
        float *out[PORTS_MAX] = { 0 };
        uint32_t n = period_of(w);
        n = n < to - w->at ? n : (uint32_t)(to - w->at);
        for (int c = 0; c < 2; c++) {
            in[PORT + c] = w->story->sound[c] + w->at;
            out[c] = w->out[c] + w->at;
        }
        if (w->reblock)
            reblock_process(w->reblock, w->s.engine, in, out, STUDIO_PORTS, n);
        else
            engine_process(w->s.engine, in, out, n);
        w->at += n;
        change_helpers(w);
    }
}

static void live(struct world *w)
{
    for (uint32_t i = 0; i < ACTS; i++) {
        const struct act *a = &w->story->acts[i];
        run_to(w, a->at);
        obey(w);
        w->refused += !ask(w, a->address, a->value, a->frames);
        obey(w);
    }
    run_to(w, LIFE + SLEEP / 2);
    obey(w); /* what rang out is taken away */
    ask(w, "input/mic/mute", "off", UINT32_MAX);
    ask(w, "bus/hall/reverb/bypass", "off", UINT32_MAX);
    ask(w, "bus/hall/room/bypass", "on", UINT32_MAX); /* its echoes never end quite */
    obey(w);
    run_to(w, ALL);
    console_tick(w->s.console);
    w->late = console_status(w->s.console)->late_blocks;
}

/* Every value that a world has come to, for another that is to be like it. */
struct values {
    uint32_t n;
    char address[VALUES][64], text[VALUES][1024];
};

static void take_value(void *context, const struct console_value *v)
{
    struct values *all = context;
    if (!v->saved || strncmp(v->address, "bus/hall/", 9) != 0 || all->n == VALUES)
        return;
    snprintf(all->address[all->n], sizeof all->address[0], "%s", v->address);
    snprintf(all->text[all->n++], sizeof all->text[0], "%s", v->text);
}

/* One that has only the values of the one that has lived, and hears only the end. */
static void be_like(struct world *w, const struct world *old)
{
    static struct values values;
    values.n = 0;
    console_each_value(old->s.console, &values, take_value);
    for (uint32_t i = 0; i < values.n; i++)
        while (!ask(w, values.address[i], values.text[i], UINT32_MAX))
            studio_run(&w->s, NULL, w->story->quantum, w->story->quantum);
    studio_run(&w->s, NULL, 150 << 10, w->story->quantum);
    w->at = LIFE + SLEEP;
    run_to(w, ALL);
}

static bool same(const struct world *a, const struct world *b, uint64_t from, const char *what)
{
    for (uint64_t i = from; i + b->delay < ALL; i++)
        for (int c = 0; c < 2; c++)
            if (memcmp(&a->out[c][i], &b->out[c][i + b->delay], sizeof(float)) != 0) {
                CHECK_FAIL("seed %u, quantum %u: %s differ at frame %" PRIu64 ": %.9g and %.9g",
                           a->story->seed, a->story->quantum, what, i, (double)a->out[c][i],
                           (double)b->out[c][i + b->delay]);
                return false;
            }
    return true;
}

static uint32_t seeds_wanted = 12, first_seed = 1;

static void bits_depend_on_nothing_else(void)
{
    static const char *const names[] = { "", "periods of multiples", "any periods" };
    for (uint32_t seed = first_seed; seed < first_seed + seeds_wanted; seed++) {
        struct story story;
        struct world w[RHYTHMS], young;
        invent(&story, seed);
        for (enum rhythm r = STEADY; r < RHYTHMS; r++) {
            world_open(&w[r], &story, r);
            live(&w[r]);
            CHECK_INT(w[r].refused, w[STEADY].refused);
            CHECK(r == MULTIPLES || w[r].late == 0);
            if (w[r].late && r == MULTIPLES)
                printf("seed %u: %" PRIu64 " blocks late, not compared\n", seed, w[r].late);
            else if (r != STEADY)
                same(&w[STEADY], &w[r], 0, names[r]);
        }
        world_open(&young, &story, STEADY);
        be_like(&young, &w[STEADY]);
        same(&w[STEADY], &young, LIFE + SLEEP, "an old and a new world");
        CHECK(signal_peak(w[STEADY].out[0] + LIFE + SLEEP, AFTERLIFE) > 0.01);
        CHECK(w[STEADY].refused < ACTS / 2);
        for (enum rhythm r = STEADY; r < RHYTHMS; r++)
            world_close(&w[r]);
        world_close(&young);
        free(story.sound[0]);
        free(story.sound[1]);
    }
}

int main(int argc, char **argv)
{
    if (!guard_names())
        seeds_wanted = 2;
    if (argc > 1)
        seeds_wanted = (uint32_t)strtoul(argv[1], NULL, 10);
    if (argc > 2)
        first_seed = (uint32_t)strtoul(argv[2], NULL, 10);
    write_files();
    printf("seeds %u to %u\n", first_seed, first_seed + seeds_wanted - 1);
    RUN(bits_depend_on_nothing_else);
    return check_done();
}
