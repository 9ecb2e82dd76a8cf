/* test_chase.c - in step with a timeline that somebody else moves: what is heard, frame by frame
 *
 * The file carries its frame numbers, so that a sample says which frame it is. Its right channel is
 * the left one turned over, so that what is heard of two places at once would not cancel.
 */
#include "mixer/chase.h"
#include "mixer/console.h"
#include "mixer/engine.h"
#include "mixer/link.h"
#include "tests/check.h"
#include "tests/signals.h"
#include "tests/studio.h"
#include "tests/timeline.h"

#include <unistd.h>

enum { RATE = 48000, QUANTUM = 64, FRAMES = 3 * RATE, FADE = 2 * QUANTUM };

static char file[64];
static struct studio s;
static float left[QUANTUM], right[QUANTUM];

static void open_at(uint64_t position)
{
    char line[128];
    struct refusal why;
    studio_open(&s, RATE, QUANTUM);
    snprintf(line, sizeof line, "strip a source=%s", file);
    studio_add(&s, line);
    console_locate(s.console, position, &why);
    studio_settle(&s);
}

/* One quantum, while the other timeline is at `position`. */
static void turn(bool rolling, uint64_t position)
{
    const float *in[STUDIO_PORTS] = { 0 };
    float *out[STUDIO_PORTS] = { left, right };
    memset(left, 0, sizeof left);
    memset(right, 0, sizeof right);
    while (!engine_ready(s.engine, QUANTUM))
        engine_await(s.engine);
    engine_chase(s.engine, rolling, position, FADE);
    engine_process(s.engine, in, out, QUANTUM);
}

static bool silent(void)
{
    for (uint32_t i = 0; i < QUANTUM; i++)
        if (left[i] != 0 || right[i] != 0)
            return false;
    return true;
}

/* Is it frame `from` and those behind it, at full level? */
static bool sounds(uint64_t from)
{
    for (uint32_t i = 0; i < QUANTUM; i++)
        if (left[i] != timeline_sample(from + i) || right[i] != -timeline_sample(from + i))
            return false;
    return true;
}

static double level(uint32_t i, uint64_t from)
{
    return left[i] / (double)timeline_sample(from + i);
}

/* Is it frame `from` and those behind it, fading that way, without a step? What is crossfaded
 * besides goes a little faster. */
static bool fades(uint64_t from, bool up)
{
    for (uint32_t i = 1; i < QUANTUM; i++) {
        double step = level(i, from) - level(i - 1, from);
        if (fabs(step) > 1.3 / FADE || (up ? step < -1e-6 : step > 1e-6))
            return false;
    }
    return true;
}

static void begins_on_the_frame(void)
{
    open_at(1000);
    CHECK(engine_cued(s.engine, 1000) && !engine_cued(s.engine, 1001));
    for (int i = 0; i < 5; i++) {
        turn(false, 1000);
        CHECK(silent());
    }
    turn(true, 1000);
    CHECK(engine_rolls(s.engine) && fades(1000, true) && level(0, 1000) < 1.01 / FADE);
    turn(true, 1064);
    CHECK(fades(1064, true));
    for (uint64_t at = 1128; at < 20000; at += QUANTUM) {
        turn(true, at);
        if (!sounds(at))
            CHECK_FAIL("not frame %" PRIu64, at);
    }
    studio_close(&s);
}

static void begins_with_the_file_at_full_level(void)
{
    open_at(0);
    turn(true, 0);
    CHECK(sounds(0));
    studio_close(&s);
}

static void waits_for_what_is_ahead(void)
{
    open_at(1000);
    for (uint64_t at = 500; at < 1000; at += QUANTUM) {
        turn(true, at);
        CHECK(silent());
    }
    turn(true, 1012); /* 500 and 8 quanta */
    CHECK(fades(1012, true));
    turn(true, 1076);
    turn(true, 1140);
    CHECK(sounds(1140));
    studio_close(&s);
}

static void catches_up_with_missed_periods(void)
{
    open_at(0);
    turn(true, 0);
    turn(true, 64);
    turn(true, 64 + 7 * 64 + 5);
    CHECK(sounds(64 + 7 * 64 + 5));
    turn(true, 64 + 8 * 64 + 5);
    CHECK(sounds(64 + 8 * 64 + 5));
    studio_close(&s);
}

static void stops_by_a_fade_and_stands(void)
{
    open_at(0);
    for (uint64_t at = 0; at < 1024; at += QUANTUM)
        turn(true, at);
    turn(false, 1024);
    CHECK(fades(1024, false) && level(0, 1024) > 0.98);
    turn(false, 1024);
    CHECK(fades(1088, false) && level(QUANTUM - 1, 1088) < 1.01 / FADE);
    for (int i = 0; i < 4; i++) {
        turn(false, 1024);
        CHECK(silent() && !engine_rolls(s.engine) && !engine_cued(s.engine, 1024));
    }
    studio_close(&s);
}

/* It goes back, or too far ahead: nothing of the wrong place is heard. */
static void stops_where_the_other_leaps(void)
{
    static const uint64_t leaps[] = { 0, 960, 1024 + CHASE_REACH + QUANTUM, 100000 };
    for (size_t i = 0; i < sizeof leaps / sizeof *leaps; i++) {
        open_at(0);
        for (uint64_t at = 0; at < 1024; at += QUANTUM)
            turn(true, at);
        turn(true, leaps[i]);
        CHECK(fades(1024, false));
        for (uint64_t q = 1; q < 3; q++)
            turn(true, leaps[i] + q * QUANTUM);
        CHECK(!engine_rolls(s.engine));
        turn(true, leaps[i] + 3 * QUANTUM);
        /* What was a little back is awaited where ours came to stand, at 1152. */
        CHECK(i == 1 ? fades(1152, true) : silent());
        studio_close(&s);
    }
}

/* What was primed for one place comes while we roll at another. */
static void what_comes_too_late_is_not_heard(void)
{
    struct refusal why;
    uint64_t at = 0;
    open_at(0);
    for (; at < 1024; at += QUANTUM)
        turn(true, at);
    console_chase(s.console, true, false);
    console_locate(s.console, 50000, &why);
    for (; !console_status(s.console)->astray && at < 2 * RATE; at += QUANTUM) {
        usleep(1000); /* for the decoder: the timeline waits for nobody */
        console_tick(s.console);
        turn(true, at);
        if (!silent() && !fades(at, false))
            CHECK_FAIL("not frame %" PRIu64, at);
        console_tick(s.console);
    }
    if (!console_status(s.console)->astray) {
        CHECK_FAIL("the other place was never primed");
        studio_close(&s);
        return;
    }
    console_chase(s.console, false, false);
    for (int i = 0; i < 4; i++, at += QUANTUM)
        turn(true, at);
    CHECK(silent() && !engine_rolls(s.engine));
    turn(false, 50000 + FADE);
    CHECK(!engine_cued(s.engine, 50000 + FADE));
    console_locate(s.console, 2000, &why);
    studio_settle(&s);
    CHECK(engine_cued(s.engine, 2000));
    studio_close(&s);
}

/* Whoever goes alone is moved by nobody. */
static void goes_alone(void)
{
    open_at(0);
    turn(true, 0);
    engine_go_alone(s.engine);
    studio_run(&s, NULL, 1024, QUANTUM);
    CHECK(engine_rolls(s.engine));
    turn(true, 1024 + QUANTUM);
    CHECK(sounds(1024 + QUANTUM));
    studio_close(&s);
}

int main(void)
{
    snprintf(file, sizeof file, "/tmp/mixd-chase-%d.wav", (int)getpid());
    timeline_write(file, RATE, FRAMES);
    RUN(begins_on_the_frame);
    RUN(begins_with_the_file_at_full_level);
    RUN(waits_for_what_is_ahead);
    RUN(catches_up_with_missed_periods);
    RUN(stops_by_a_fade_and_stands);
    RUN(stops_where_the_other_leaps);
    RUN(what_comes_too_late_is_not_heard);
    RUN(goes_alone);
    unlink(file);
    return check_done();
}
