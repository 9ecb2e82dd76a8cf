/* test_leavers.c - what leaves the desk fades first, and what came after it does not notice */
#include "tests/desk.h"

enum { RATE = 48000, FRAMES = 48000, RAMP = DESK_FADE };

/* Whatever holds the console up, what leaves has faded before it is taken off. */
static void check_leaves_gently(struct studio *s, const char *address, bool held_up)
{
    static float x[48000];
    static struct command many[LINK_COMMANDS];
    struct refusal why;
    for (int i = 0; i < LINK_COMMANDS; i++)
        many[i].kind = COMMAND_RESET;
    if (held_up) /* nothing more can be posted until the engine has run */
        CHECK_INT(link_post(s->link, many, LINK_COMMANDS, NULL), 0);
    CHECK_INT(console_remove(s->console, address, &why), 0);
    desk_alone(s, x, 1600);
    uint32_t n = 1600 + desk_settle(s, x + 1600, 6400, 40000);
    CHECK(x[0] > 0.49f);
    CHECK_NEAR(signal_max_step(x, n), 0, 0.5 / RAMP + 1e-6);
    CHECK_NEAR(x[n - 1], 0, 0);
}

static void leavers_fade_first(void)
{
    for (int held_up = 0; held_up < 2; held_up++) {
        struct studio s;
        studio_open(&s, RATE, 64);
        desk_strip(&s, "a", "half.wav", "pan=L100 loop=on");
        desk_start(&s);
        check_leaves_gently(&s, "strip/a", held_up);
        studio_close(&s);
    }
}

/* A send that is taken before the fader is not closed by the gate, and fades all the same. */
static void pre_sends_fade_with_their_strip(void)
{
    struct studio s;
    studio_open(&s, RATE, 64);
    studio_add(&s, "bus hall pan=L100");
    desk_strip(&s, "a", "half.wav", "pan=L100 loop=on out=none send/hall=0dB send/hall/pre=on");
    desk_start(&s);
    check_leaves_gently(&s, "strip/a", false);
    studio_close(&s);
}

/* A slow movement to silence is under way: what is removed meanwhile closes at once. */
static void slow_fades_do_not_hide_a_leaver(void)
{
    struct studio s;
    studio_open(&s, RATE, 64);
    desk_strip(&s, "a", "half.wav", "pan=L100 loop=on");
    desk_start(&s);
    studio_set(&s, "strip/a/mute", "on", 1u << 30);
    check_leaves_gently(&s, "strip/a", false);
    studio_close(&s);
}

/* Commands that wait for a frame outlive what they are for, that frame included. */
static void scheduled_commands_outlive_their_strip(void)
{
    struct studio s;
    struct refusal why;
    studio_open(&s, RATE, 64);
    desk_strip(&s, "a", "half.wav", "loop=on");
    desk_start(&s);
    for (uint32_t frames = 64; frames <= 4096; frames += 64) {
        struct console_change change = { .frames = 64, .at = link_horizon(s.link) + frames };
        CHECK_INT(console_set(s.console, "strip/a/gain", "-6dB", &change, &why), 0);
        CHECK_INT(change.frame, change.at);
        CHECK_INT(console_remove(s.console, "strip/a", &why), 0);
        for (uint32_t done = 0; done < frames + 4096; done += 64)
            studio_run(&s, NULL, 64, 64);
        CHECK(console_settled(s.console));
        desk_strip(&s, "a", "half.wav", "loop=on");
        studio_run(&s, NULL, 640, 64);
    }
    studio_close(&s);
}

/* A stop and a play while one file gives way to another: what is on its way out does not come back
 * at the level it had. */
static void leavers_stay_silent_after_a_stop(void)
{
    static float x[48000];
    struct studio s;
    struct refusal why;
    studio_open(&s, RATE, 64);
    studio_set(&s, "engine/xfade", "500ms", UINT32_MAX);
    desk_strip(&s, "a", "half.wav", "pan=L100 loop=on");
    desk_start(&s);
    CHECK_INT(console_load(s.console, "strip/a", in_folder("quarter.wav"), &why), 0);
    console_tick(s.console);
    nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL); /* or the crossfade comes later */
    console_tick(s.console);
    desk_alone(&s, x, 640);
    console_stop(s.console, RAMP, 0);
    desk_alone(&s, x + 640, 640);
    CHECK_NEAR(x[1279], 0, 0);
    console_play(s.console, RAMP, 0);
    uint32_t n = 1280 + desk_settle(&s, x + 1280, 1280, 40000);
    CHECK_NEAR(signal_max_step(x, n), 0, 0.5 / RAMP + 1e-4);
    studio_close(&s);
}

/* What was removed a moment ago can be added again, its ports too. */
static void names_are_free_at_once(void)
{
    struct studio s;
    struct refusal why;
    studio_open(&s, RATE, 64);
    studio_add(&s, "input mic channels=1 out=click");
    desk_start(&s);
    for (int i = 0; i < 20; i++) {
        CHECK_INT(console_remove(s.console, "input/mic", &why), 0);
        studio_add(&s, "input mic channels=1 out=click");
        studio_set(&s, "input/mic/out", "master", UINT32_MAX);
        studio_set(&s, "input/mic/out", "click", UINT32_MAX);
        studio_run(&s, NULL, 64, 64);
    }
    studio_run(&s, NULL, 6400, 64);
    CHECK(console_settled(s.console));
    CHECK_INT(s.ports, 4); /* the master's two, mic_1 and click_1: none was claimed twice */
    CHECK_INT(console_add_input(s.console, "mic", NULL, 0, &why), -1);
    CHECK_INT(why.fault, FAULT_EXISTS);
    studio_close(&s);
}

/* Ports that still fade are nobody's, whether or not somebody was refused them; and those that have
 * passed to another are not given up by who had them before. */
static void ports_pass_from_one_to_the_next(void)
{
    static const struct console_key wrong[] = { { "channels", "1" },
                                                { "out", "click" },
                                                { "gain", "99dB" } };
    struct studio s;
    struct refusal why;
    studio_open(&s, RATE, 64);
    studio_add(&s, "input mic channels=1 out=click");
    desk_start(&s);
    CHECK_INT(console_remove(s.console, "input/mic", &why), 0);
    CHECK_INT(console_add_input(s.console, "mic", wrong, 3, &why), -1);
    CHECK_INT(why.fault, FAULT_RANGE);
    studio_add(&s, "input mic channels=1 out=click");
    studio_run(&s, NULL, 6400, 64);
    studio_set(&s, "input/mic/out", "master", UINT32_MAX);
    studio_add(&s, "input tap channels=1 out=click");
    CHECK_INT(console_remove(s.console, "input/mic", &why), 0);
    CHECK_INT(console_add_input(s.console, "other", wrong, 2, &why), -1);
    CHECK_INT(why.fault, FAULT_EXISTS);
    CHECK_INT(s.ports, 6); /* the master's two, mic_1, click_1, tap_1 and other_1 */
    studio_close(&s);
}

/* However many go at once: who ticks as often as console_busy says has all of them freed. */
static void nothing_is_left_of_a_crowd(void)
{
    enum { CROWD = 200 };
    struct studio s;
    struct refusal why;
    char name[64];
    studio_open(&s, RATE, 64);
    for (int i = 0; i < CROWD; i++) {
        snprintf(name, sizeof name, "bus b%d", i);
        studio_add(&s, name);
    }
    studio_settle(&s);
    for (int i = 0; i < CROWD; i++) {
        snprintf(name, sizeof name, "bus/b%d", i);
        CHECK_INT(console_remove(s.console, name, &why), 0);
    }
    while (console_busy(s.console))
        studio_run(&s, NULL, 64, 64);
    CHECK(console_settled(s.console));
    studio_close(&s);
}

/* A send that fades slowly into a bus that goes at once: nothing may be added to what is freed. */
static void a_bus_goes_before_its_slow_sends(void)
{
    enum { N = 4800 };
    static float in[N], x[N];
    struct studio s;
    struct refusal why;
    studio_open(&s, 48000, 64);
    studio_add(&s, "bus hall");
    studio_add(&s, "input mic channels=1 send/hall=0dB");
    studio_settle(&s);
    s.in[2] = in;
    studio_run(&s, (float *[STUDIO_PORTS]){ x }, N, 64);
    studio_set(&s, "input/mic/send/hall", "-inf", 10 * N);
    studio_run(&s, (float *[STUDIO_PORTS]){ x }, 64, 64);
    CHECK_INT(console_remove(s.console, "bus/hall", &why), 0);
    studio_run(&s, (float *[STUDIO_PORTS]){ x }, N, 64);
    CHECK(console_settled(s.console)); /* it has not waited for the fade of ten times that */
    studio_close(&s);
}

static void write_level(const char *name, float level)
{
    static float x[FRAMES];
    for (int i = 0; i < FRAMES; i++)
        x[i] = level;
    desk_write(name, RATE, x, FRAMES);
}

int main(void)
{
    write_level("quarter.wav", 0.25f);
    write_level("half.wav", 0.5f);
    RUN(leavers_fade_first);
    RUN(pre_sends_fade_with_their_strip);
    RUN(slow_fades_do_not_hide_a_leaver);
    RUN(scheduled_commands_outlive_their_strip);
    RUN(leavers_stay_silent_after_a_stop);
    RUN(names_are_free_at_once);
    RUN(ports_pass_from_one_to_the_next);
    RUN(nothing_is_left_of_a_crowd);
    RUN(a_bus_goes_before_its_slow_sends);
    return check_done();
}
