/* test_loop_storm.c - loops of 1 ms to 10 min, entered and changed everywhere, exact to the frame
 *
 *     test_loop_storm [TURNS [SEED]]
 *
 * The file's samples carry their frame number, the strip goes to ports of its own, and every frame
 * that comes out is compared with arithmetic: at a hard seam file[to - 1] is followed by
 * file[from], and a crossfaded one is the contract of mixer/stream.h. Slow sampling keeps ten
 * minutes short.
 */
#include "mixer/console.h"
#include "mixer/link.h"
#include "tests/chance.h"
#include "tests/folder.h"
#include "tests/studio.h"
#include "tests/timeline.h"

#include <time.h>

enum { RATE = 8000, QUANTUM = 16, PERIOD = 64, PORT = 2, MS = RATE / 1000, MINUTE = 60 * RATE };
enum { LENGTH = 11 * MINUTE, TURNS = 100000, MOST = 40000 /* frames that one loop is given */ };

static const char *path;
static uint32_t seed = 5, turns_wanted = TURNS;

/* The timeline by arithmetic: where it stands, and how it goes on. */
struct line {
    struct studio studio;
    uint64_t now, rolled, from, to;
    uint64_t begins; /* engine frame of the first that rolls */
    uint64_t turns, wrong;
};

static void open_line(struct line *l, const char *xfade)
{
    char strip[128];
    *l = (struct line){ 0 };
    studio_open(&l->studio, RATE, QUANTUM);
    studio_set(&l->studio, "engine/xfade", xfade, UINT32_MAX);
    studio_set(&l->studio, "engine/ring", "100ms", UINT32_MAX);
    snprintf(strip, sizeof strip, "strip a source=%s out=a", path);
    studio_add(&l->studio, strip);
    studio_settle(&l->studio);
}

static void play(struct line *l)
{
    l->begins = console_play(l->studio.console, 0, 0);
}

static uint64_t after(const struct line *l, uint64_t position, uint64_t frames)
{
    uint64_t next = position + frames;
    if (l->from == l->to || position >= l->to || next < l->to)
        return next;
    return l->from + (next - l->to) % (l->to - l->from);
}

static void tell_wrong(struct line *l, float got)
{
    if (!l->wrong++)
        CHECK_FAIL("loop %" PRIu64 " to %" PRIu64 ": frame %" PRIu64 " is %.0f", l->from, l->to,
                   l->now, signal_ramp_frame(got) - 1);
}

/* One period, every frame compared. */
static void roll_period(struct line *l)
{
    float left[PERIOD], right[PERIOD];
    float *out[STUDIO_PORTS] = { [PORT] = left, [PORT + 1] = right };
    studio_run(&l->studio, out, PERIOD, PERIOD);
    for (uint32_t i = 0; i < PERIOD; i++) {
        float want = l->now < LENGTH ? timeline_sample(l->now) : 0;
        if (left[i] != want || right[i] != -want)
            tell_wrong(l, left[i]);
        l->now = after(l, l->now, 1);
        l->turns += l->now == l->from && l->from < l->to;
    }
    l->rolled += PERIOD;
}

static void roll_slowly(struct line *l)
{
    roll_period(l);
    nanosleep(&(struct timespec){ .tv_nsec = 100000 }, NULL); /* decoders get their turn */
}

static void roll_until_settled(struct line *l)
{
    while (!console_settled(l->studio.console))
        roll_slowly(l);
}

/* The console's orders are obeyed in the next period: what comes out until then is the old line. */
static void roll_until_moved(struct line *l, uint64_t before)
{
    while (console_moved_frame(l->studio.console) == before)
        roll_slowly(l);
    CHECK_INT(console_moved_frame(l->studio.console), l->begins + l->rolled);
}

/* While rolling. The loop is in force as from the position that the console saw. */
static void change_loop(struct line *l, uint64_t from, uint64_t to)
{
    struct refusal why;
    roll_until_settled(l);
    const struct status *s = console_status(l->studio.console);
    uint64_t pivot = s->position, pivot_rolled = s->rolled;
    uint64_t before = console_moved_frame(l->studio.console);
    CHECK_INT(console_loop(l->studio.console, from, to, &why), 0);
    console_tick(l->studio.console);
    roll_until_moved(l, before);
    l->from = from;
    l->to = to;
    l->now = after(l, pivot, l->rolled - pivot_rolled);
}

static void locate(struct line *l, uint64_t position)
{
    struct refusal why;
    roll_until_settled(l);
    uint64_t before = console_moved_frame(l->studio.console);
    CHECK_INT(console_locate(l->studio.console, position, &why), 0);
    console_tick(l->studio.console);
    roll_until_moved(l, before);
    l->now = position;
}

/* From 1 ms to 10 min, every decade alike. */
static uint64_t any_length(void)
{
    double decades = log10(10.0 * MINUTE / MS);
    return (uint64_t)llround(MS * pow(10, decades * chance(&seed, 1001) / 1000));
}

static void one_loop(struct line *l, uint64_t length)
{
    uint64_t from = chance(&seed, (uint32_t)(LENGTH - length));
    switch (chance(&seed, 3)) {
    case 0: /* before it, or behind it when it begins with the file */
        locate(l,
               from > 1000 ? from - 1 - chance(&seed, 1000) : from + length + chance(&seed, 1000));
        break;
    case 1:
        locate(l, from + chance(&seed, (uint32_t)length));
        break;
    case 2: /* wherever we are */
        break;
    }
    change_loop(l, from, from + length);
    uint64_t turns = l->turns + 1 + chance(&seed, MOST / (uint32_t)length + 1);
    for (uint64_t done = 0; done < MOST && l->turns < turns; done += PERIOD)
        roll_period(l);
    if (l->turns < turns) { /* it is long: come to its end once more */
        locate(l, l->to - 1 - chance(&seed, l->to - l->from < 500 ? 1 : 500));
        for (uint32_t done = 0; done < 1000; done += PERIOD)
            roll_period(l);
    }
}

static void any_loop_changed_while_rolling(void)
{
    struct line l;
    struct refusal why;
    uint64_t loops = 0;
    open_line(&l, "0s");
    play(&l);
    one_loop(&l, MS);
    one_loop(&l, 10 * MINUTE);
    for (; l.turns < turns_wanted && !l.wrong; loops++)
        one_loop(&l, any_length());
    CHECK_INT(l.wrong, 0);
    CHECK_INT(console_loop(l.studio.console, 0, 0, &why), 0);
    studio_close(&l.studio);
    printf("%" PRIu64 " loops, %" PRIu64 " turns, %" PRIu64 " frames\n", loops, l.turns, l.rolled);
}

static void ten_minutes_whole(void)
{
    struct line l;
    open_line(&l, "0s");
    play(&l);
    change_loop(&l, 5, 10 * MINUTE + 5);
    while (l.turns < 2 && !l.wrong)
        roll_period(&l);
    for (uint32_t done = 0; done < 1000; done += PERIOD)
        roll_period(&l);
    CHECK_INT(l.wrong, 0);
    studio_close(&l.studio);
}

/* ---- crossfaded */

/* Sets loop and position while standing, plays, and compares with the contract of a stream. */
static uint64_t play_loop(const struct track_plan *plan, const char *xfade, uint32_t frames)
{
    struct line l;
    struct refusal why;
    float left[PERIOD], right[PERIOD];
    float *out[STUDIO_PORTS] = { [PORT] = left, [PORT + 1] = right };
    uint64_t wrong = 0;
    open_line(&l, xfade);
    CHECK_INT(console_loop(l.studio.console, plan->loop_from, plan->loop_to, &why), 0);
    CHECK_INT(console_locate(l.studio.console, plan->position, &why), 0);
    studio_settle(&l.studio);
    console_play(l.studio.console, 0, 0);
    for (uint32_t done = 0; done < frames; done += PERIOD) {
        studio_run(&l.studio, out, PERIOD, PERIOD);
        for (uint32_t i = 0; i < PERIOD; i++) {
            /* A hundredth of a frame: a crossfade rounds, once. */
            float want = timeline_expect(plan, LENGTH, done + i);
            wrong += !(fabsf(left[i] - want) <= 1e-9f) || left[i] != -right[i];
        }
    }
    studio_close(&l.studio);
    return wrong;
}

static void seams_are_the_crossfade_of_the_contract(void)
{
    static const struct {
        uint64_t position, from, to;
        const char *xfade;
        uint32_t frames;
    } rows[] = {
        { 900, 1000, 3000, "10ms", 80 },
        { 1500, 1000, 3000, "10ms", 80 },
        { 3000, 1000, 3000, "10ms", 80 },
        { 5000, 1000, 3000, "10ms", 80 },
        { 0, 0, MS, "10ms", 80 },
        { 990, 1000, 1001, "10ms", 80 },
        { 990, 1000, 1081, "10ms", 80 },
        { 990, 1000, 1080, "10ms", 80 },
        { 990, 1000, 1079, "10ms", 80 },
        { 2990, 1000, 3000, "100ms", 800 },
        { 900, 1000, 1300, "100ms", 800 },
        { 900, 1000, 3000, "0s", 0 },
        { 900, 1000, 1000 + MS, "0s", 0 },
        { LENGTH - 60, LENGTH - 99, LENGTH, "10ms", 80 },
        { 10 * MINUTE - 50, 0, 10 * MINUTE, "10ms", 80 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct track_plan plan = { .position = rows[i].position,
                                   .loop_from = rows[i].from,
                                   .loop_to = rows[i].to,
                                   .xfade = rows[i].frames };
        uint64_t wrong = play_loop(&plan, rows[i].xfade, 6400);
        if (wrong)
            CHECK_FAIL("row %zu: %" PRIu64 " frames are wrong", i, wrong);
    }
}

int main(int argc, char **argv)
{
    if (argc > 1)
        turns_wanted = (uint32_t)atoi(argv[1]);
    if (argc > 2)
        seed = (uint32_t)atoi(argv[2]);
    path = in_folder("frames.wav");
    timeline_write(path, RATE, LENGTH);
    RUN(seams_are_the_crossfade_of_the_contract);
    RUN(ten_minutes_whole);
    RUN(any_loop_changed_while_rolling);
    return check_done();
}
