/* test_track.c - every frame of a track is the one that arithmetic says
 *
 * The test thread plays the engine and waits for frames as the render driver does.
 */
#include "tests/check.h"
#include "tests/folder.h"
#include "tests/player.h"

enum { LENGTH = 10000 };

static const char *path;

static struct track_plan plan_of(uint64_t position, uint64_t offset)
{
    struct track_plan plan = player_plan(path);
    plan.position = position;
    plan.offset = offset;
    return plan;
}

static const float *pull_when_ready(struct track *t, uint64_t rolled, uint32_t n)
{
    player_await(t, rolled, n);
    return player_pull(t, rolled, n);
}

/* Plays `frames` frames and compares each. `seed`: pulls of changing length; 0: whole quanta. */
static void play_exactly(const struct track_plan *plan, uint64_t anchor, uint64_t frames,
                         uint32_t seed)
{
    struct track *t = player_open(plan);
    struct track_figures f;
    uint32_t n = QUANTUM;
    track_anchor(t, anchor);
    for (uint64_t i = 0; i < frames; i += n) {
        if (seed)
            n = 1 + (seed = seed * 1664525u + 1013904223u) % QUANTUM;
        const float *x = pull_when_ready(t, anchor + i, n);
        for (uint32_t k = 0; k < n; k++) {
            float want = timeline_expect(plan, LENGTH, i + k);
            float left = x ? x[2 * k] : 0, right = x ? x[2 * k + 1] : 0;
            /* Neighbouring frames differ by 6e-8; only a crossfade rounds, by 1e-10. */
            if (fabsf(left - want) <= 1e-9f && left == -right)
                continue;
            CHECK_FAIL("index %llu is %.9g, not %.9g", (unsigned long long)(i + k), left, want);
            i = frames;
            break;
        }
    }
    track_figures(t, &f);
    CHECK_INT(f.starved, 0);
    CHECK_INT(f.skipped, 0);
    CHECK_INT(f.decoded, f.played + f.buffered);
    CHECK(track_problem(t, 0) == NULL);
    track_close(t);
}

static void from_the_beginning_to_the_end(void)
{
    struct track_plan plan = plan_of(0, 0);
    play_exactly(&plan, 0, LENGTH + 1000, 0);
    play_exactly(&plan, 123, LENGTH + 1000, 1);
}

static void from_anywhere_with_any_offset(void)
{
    static const uint64_t places[][2] = {
        { 0, 1 },       { 0, 63 },      { 0, 64 },
        { 0, 5000 },    { 1, 0 },       { 4097, 0 },
        { 9999, 0 },    { 10000, 0 },   { 20000, 0 },
        { 777, 333 },   { 333, 777 },   { 5000000000, 5000000100 },
        { 7000, 6000 }, { 5000, 5000 }, { 5000000100, 5000000000 },
    };
    for (uint32_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct track_plan plan = plan_of(places[i][0], places[i][1]);
        play_exactly(&plan, 1000000 * i, 16000, i % 3);
    }
}

static void repeating_for_ever(void)
{
    static const uint64_t places[] = { 0, 1, 9999, 10000, 10001, 123456789 };
    for (uint32_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct track_plan plan = plan_of(places[i], 5);
        plan.repeat = true;
        play_exactly(&plan, 77, 45000, i % 2);
    }
}

static void loops_of_the_transport(void)
{
    static const struct {
        uint64_t position, offset, from, to;
        uint32_t xfade;
        bool repeat;
    } rows[] = {
        { 0, 0, 1000, 3000, 0, false },      { 0, 0, 1000, 3000, 480, false },
        { 2999, 0, 1000, 3000, 480, false }, { 500, 700, 600, 1400, 100, false },
        { 0, 0, 9000, 12000, 480, false },   { 0, 0, 9900, 10000, 480, false },
        { 0, 2000, 1000, 3000, 300, false }, { 0, 3000, 1000, 3000, 300, false },
        { 0, 0, 11000, 12000, 300, false },  { 11500, 0, 9000, 12000, 100, false },
        { 0, 0, 1000, 1001, 480, false },    { 0, 0, 1000, 1048, 48, false },
        { 0, 0, 9000, 31000, 480, true },    { 5, 17, 3000, 3700, 700, true },
        { 3000, 0, 1000, 3000, 480, false }, { 0, 4000, 8000, 34500, 480, true },
        { 1000, 0, 1000, 3000, 100, false }, { 0, 1000, 1000, 30000, 480, true },
    };
    for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct track_plan plan = plan_of(rows[i].position, rows[i].offset);
        plan.loop_from = rows[i].from;
        plan.loop_to = rows[i].to;
        plan.xfade = rows[i].xfade;
        plan.repeat = rows[i].repeat;
        play_exactly(&plan, 3, 70000, i % 2);
    }
}

static uint32_t below(uint32_t *seed, uint32_t n)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)*seed * n >> 32);
}

static void three_hundred_plans_at_random(void)
{
    uint32_t seed = 2024;
    for (int i = 0; i < 300; i++) {
        struct track_plan plan = plan_of(below(&seed, 25000), below(&seed, 15000));
        plan.repeat = below(&seed, 3) == 0;
        plan.loop_from = below(&seed, 20000);
        plan.loop_to = plan.loop_from + below(&seed, i % 2 ? 400 : 20000);
        plan.xfade = below(&seed, 3) ? below(&seed, 1000) : 0;
        plan.ring = 1 + below(&seed, 5000);
        play_exactly(&plan, below(&seed, 100000), 40000, 1 + below(&seed, 1000));
    }
}

/* Regions of every kind: inside the file, over its end, behind it, empty, of one frame; with fades
 * that meet, repeated, and under loops of the transport. */
static void regions_with_their_fades(void)
{
    static const struct region rows[] = {
        { 0, 0, 0, 0 },
        { 1, 0, 0, 0 },
        { 0, 1, 0, 0 },
        { 1000, 3000, 0, 0 },
        { 1000, 3000, 480, 480 },
        { 0, 0, 4800, 4800 },
        { 9000, 12000, 7, 0 },
        { 0, 20000, 0, 1000 },
        { 10000, 0, 10, 10 },
        { 12000, 13000, 9, 9 },
        { 5000, 5000, 0, 0 },
        { 5000, 4000, 10, 10 },
        { 4999, 5000, 10, 10 },
        { 100, 9900, 9800, 9800 },
        { 100, 9900, 20000, 20000 },
    };
    uint32_t seed = 7;
    for (uint32_t i = 0; i < 8 * sizeof rows / sizeof *rows; i++) {
        struct track_plan plan = plan_of(below(&seed, 12000), below(&seed, 5000));
        plan.region = rows[i / 8];
        plan.repeat = i & 1;
        plan.loop_from = i & 2 ? below(&seed, 9000) : 0;
        plan.loop_to = i & 2 ? plan.loop_from + 1 + below(&seed, 12000) : 0;
        plan.xfade = i & 2 ? below(&seed, 500) : 0;
        plan.position = i & 4 ? plan.position : 0;
        play_exactly(&plan, 99, 30000, i % 3);
    }
    for (uint32_t i = 0; i < 200; i++) {
        struct track_plan plan = plan_of(below(&seed, 12000), below(&seed, 5000));
        plan.region = (struct region){ below(&seed, 11000), below(&seed, 12000), below(&seed, 3000),
                                       below(&seed, 3000) };
        plan.repeat = below(&seed, 2);
        plan.xfade = below(&seed, 1000);
        if (i & 1)
            plan.region.fadein = plan.region.fadeout = 0;
        play_exactly(&plan, 99, 20000, 1 + below(&seed, 1000));
    }
}

/* A cut needs a fade only between the file's first frame and its last. */
static void sounding_between_first_and_last_frame(void)
{
    struct track_plan plan = plan_of(100, 300);
    struct track *t = player_open(&plan);
    CHECK(!track_sounding(t, 0)); /* no anchor yet */
    CHECK(!track_anchored(t));
    track_anchor(t, 1000);
    CHECK(track_anchored(t));
    for (uint64_t i = 0; i < LENGTH + 1000; i += QUANTUM)
        pull_when_ready(t, 1000 + i, QUANTUM);
    CHECK(!track_sounding(t, 1000));
    CHECK(!track_sounding(t, 1000 + 200)); /* in front of the first frame */
    CHECK(track_sounding(t, 1000 + 201));
    CHECK(track_sounding(t, 1000 + 200 + LENGTH - 1));
    CHECK(!track_sounding(t, 1000 + 200 + LENGTH));
    track_close(t);

    plan = plan_of(301, 300);
    t = player_open(&plan);
    track_anchor(t, 0);
    CHECK(track_sounding(t, 0)); /* it begins with the file's second frame */
    track_close(t);
}

static void figures_tell_the_end(void)
{
    struct track_plan plan = plan_of(LENGTH - 500, 0);
    struct track *t = player_open(&plan);
    struct track_figures f;
    while (!track_primed(t))
        track_await(t);
    track_figures(t, &f);
    CHECK(f.primed && f.ended && f.playing && !f.failed);
    CHECK_INT(f.decoded, 500);
    CHECK_INT(f.buffered, 500);
    CHECK_INT(f.size, 1024);
    CHECK_INT(track_channels(t), 2);
    track_anchor(t, 0);
    for (uint64_t i = 0; i < 640; i += QUANTUM)
        pull_when_ready(t, i, QUANTUM);
    track_figures(t, &f);
    CHECK_INT(f.played, 500);
    CHECK_INT(f.buffered, 0);
    CHECK_INT(f.starved, 0);
    CHECK(!f.playing);
    track_close(t);
}

int main(void)
{
    path = in_folder("ramp.wav");
    timeline_write(path, RATE, LENGTH);
    RUN(from_the_beginning_to_the_end);
    RUN(from_anywhere_with_any_offset);
    RUN(repeating_for_ever);
    RUN(loops_of_the_transport);
    RUN(three_hundred_plans_at_random);
    RUN(regions_with_their_fades);
    RUN(sounding_between_first_and_last_frame);
    RUN(figures_tell_the_end);
    player_await_no_decoders();
    return check_done();
}
