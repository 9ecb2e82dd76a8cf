/* test_arm.c - what is armed begins at one frame, and what cannot be primed is named */
#include "mixer/arm.h"
#include "mixer/link.h"
#include "mixer/markers.h"
#include "tests/folder.h"
#include "tests/player.h"
#include "tests/studio.h"

#include <unistd.h>

enum { STRIPS = 6, LENGTH = 12 * RATE, FIRST = 2, LONG = 2 * RATE };

static struct studio studio;
static float heard[2 * STRIPS][LONG];

static const char *path_of(int file)
{
    char name[16];
    snprintf(name, sizeof name, "%d.wav", file);
    return in_folder(name);
}

/* Each strip has a file of its own, an offset of its own, and ports of its own. */
static void open_studio(void)
{
    char line[256];
    studio_open(&studio, RATE, QUANTUM);
    studio_set(&studio, "engine/xfade", "0s", UINT32_MAX);
    for (int i = 0; i < STRIPS; i++) {
        snprintf(line, sizeof line, "strip s%d source=%s out=s%d offset=%df", i, path_of(i), i,
                 100 * i);
        studio_add(&studio, line);
    }
    studio_settle(&studio);
}

static void run(uint32_t n)
{
    float *out[STUDIO_PORTS] = { 0 };
    for (int i = 0; i < 2 * STRIPS; i++)
        out[FIRST + i] = heard[i];
    studio_run(&studio, out, n, QUANTUM);
}

/* All strips sound from `position` on, from this frame of what was heard on, and not before. */
static void check_heard(uint32_t from, uint32_t n, uint64_t position, bool silent_before)
{
    uint32_t wrong = 0, early = 0;
    for (int s = 0; s < STRIPS; s++) {
        for (uint32_t i = 0; i < from && silent_before; i++)
            early += heard[2 * s][i] != 0;
        for (uint32_t i = from; i < n; i++)
            wrong += heard[2 * s][i] != timeline_sample(position + i - from - 100u * (uint32_t)s);
    }
    CHECK_INT(early, 0);
    CHECK_INT(wrong, 0);
}

static enum arming await_arming(struct refusal *why)
{
    enum arming now;
    while ((now = console_arming(studio.console, why)) == ARMING_PRIMES) {
        engine_process(studio.engine, (const float *[STUDIO_PORTS]){ 0 },
                       (float *[STUDIO_PORTS]){ 0 }, console_rolling(studio.console) ? 0 : QUANTUM);
        console_tick(studio.console);
        console_prime_markers(studio.console);
        sched_yield();
    }
    return now;
}

static void arm(uint64_t position)
{
    struct refusal why;
    CHECK_INT(console_arm(studio.console, &position, &why), 0);
    CHECK_INT(await_arming(&why), ARMING_DONE);
    CHECK_INT(console_armed_position(studio.console), position);
}

static void all_begin_at_the_frame_of_the_answer(void)
{
    static const uint64_t positions[] = { 1000, 5 * RATE + 17, 3 * RATE };
    open_studio();
    for (size_t i = 0; i < sizeof positions / sizeof *positions; i++) {
        arm(positions[i]);
        uint64_t before = link_horizon(studio.link);
        run(640);
        uint64_t frame = console_go(studio.console, 0);
        CHECK_INT(frame, before + 640);
        run(LONG);
        check_heard(0, LONG, positions[i], false);
        console_stop(studio.console, 0, 0);
        run(QUANTUM);
        struct refusal why; /* where it stands, with what the stop has left of the rings */
        CHECK_INT(console_arm(studio.console, NULL, &why), 0);
        CHECK_INT(await_arming(&why), ARMING_DONE);
        CHECK(console_go(studio.console, 0) != UINT64_MAX);
        run(RATE);
        check_heard(0, RATE, positions[i] + LONG, false);
        console_stop(studio.console, 0, 0);
        studio_settle(&studio);
    }
    studio_close(&studio);
    player_await_no_decoders();
}

/* The decoders that are needed no more end by themselves, until so many are left. */
static void await_decoders(uint32_t left)
{
    while (track_decoders() > left) {
        console_tick(studio.console);
        console_prime_markers(studio.console);
        sched_yield();
    }
    CHECK_INT(track_decoders(), left);
}

static void while_rolling_it_is_a_jump(void)
{
    struct refusal why;
    open_studio();
    console_play(studio.console, 0, 0);
    run(RATE);
    CHECK_INT(console_arm(studio.console, NULL, &why), -1);
    CHECK_INT(why.fault, FAULT_STATE);
    for (int i = 0; i < 3; i++) {
        arm(7 * RATE + 5);
        await_decoders(2 * STRIPS);
        uint64_t horizon = link_horizon(studio.link);
        CHECK_INT(console_go(studio.console, 0), UINT64_MAX);
        console_tick(studio.console);
        CHECK_INT(console_moved_frame(studio.console), horizon);
        CHECK_INT(console_arming(studio.console, &why), ARMING_OFF);
        run(LONG);
        check_heard(0, LONG, 7 * RATE + 5, false);
    }
    arm(RATE);
    console_disarm(studio.console);
    await_decoders(STRIPS);
    studio_close(&studio);
    player_await_no_decoders();
}

static void whatever_moves_the_timeline_disarms(void)
{
    struct refusal why;
    open_studio();
    for (int i = 0; i < 4; i++) {
        arm(RATE);
        if (i == 0)
            CHECK_INT(console_locate(studio.console, 5, &why), 0);
        else if (i == 1)
            CHECK_INT(console_loop(studio.console, 5, 50, &why), 0);
        else if (i == 2)
            console_stop(studio.console, 0, 0);
        else
            console_play(studio.console, 0, 0);
        CHECK_INT(console_arming(studio.console, &why), ARMING_OFF);
    }
    studio_close(&studio);
    player_await_no_decoders();
}

static void what_is_lost_is_named(void)
{
    struct refusal why;
    uint64_t position = RATE;
    open_studio();
    CHECK_INT(unlink(path_of(3)), 0);
    CHECK_INT(console_arm(studio.console, &position, &why), 0);
    CHECK_INT(await_arming(&why), ARMING_FAILED);
    CHECK_INT(why.fault, FAULT_FILE);
    CHECK(strstr(why.text, "strip/s3: ") == why.text);
    CHECK(strstr(why.text, "3.wav") != NULL);
    console_play(studio.console, 0, 0); /* the others play */
    run(QUANTUM);
    position = 5 * RATE;
    CHECK_INT(console_arm(studio.console, &position, &why), 0);
    CHECK_INT(await_arming(&why), ARMING_FAILED);
    CHECK(strstr(why.text, "strip/s3: ") == why.text);
    studio_close(&studio);
    player_await_no_decoders();
    timeline_write(path_of(3), RATE, LENGTH);
}

static void what_is_not_primed_yet_is_named(void)
{
    struct refusal why;
    uint64_t position = RATE;
    open_studio();
    CHECK_INT(console_arm(studio.console, &position, &why), 0);
    CHECK_INT(console_arming(studio.console, &why), ARMING_PRIMES); /* nobody has ticked */
    CHECK(strstr(why.text, "strip/s") == why.text);
    studio_close(&studio);
    player_await_no_decoders();
}

int main(void)
{
    for (int i = 0; i < STRIPS; i++)
        timeline_write(path_of(i), RATE, LENGTH);
    RUN(all_begin_at_the_frame_of_the_answer);
    RUN(while_rolling_it_is_a_jump);
    RUN(whatever_moves_the_timeline_disarms);
    RUN(what_is_lost_is_named);
    RUN(what_is_not_primed_yet_is_named);
    return check_done();
}
