/* test_changes.c - what changes while it sounds: in step, without a gap, without a click
 *
 * A control thread may be put aside at any moment; here that is the engine running on for a while
 * before the console gets its tick.
 */
#include "mixer/console.h"
#include "mixer/engine.h"
#include "mixer/link.h"
#include "tests/check.h"
#include "tests/desk.h"
#include "tests/folder.h"
#include "tests/signals.h"
#include "tests/studio.h"

#include <stdio.h>
#include <time.h>

enum { RATE = 48000, FRAMES = 48000, RAMP = 480 /* engine/ramp and engine/xfade: 10 ms */ };

static void write_files(void)
{
    static float x[FRAMES];
    signal_ramp(x, FRAMES, 0);
    desk_write("ramp.wav", RATE, x, FRAMES);
    signal_sine(x, FRAMES, 375, RATE, 0.5); /* 128 frames a cycle */
    desk_write("sine.wav", RATE, x, FRAMES);
    for (int i = 0; i < FRAMES; i++)
        x[i] = 0.25f;
    desk_write("quarter.wav", RATE, x, FRAMES);
    for (int i = 0; i < FRAMES; i++)
        x[i] = 0.5f;
    desk_write("half.wav", RATE, x, FRAMES);
    x[0] = -1;
    desk_write("minus.wav", RATE, x, 1); /* a response that turns its input upside down */
}

/* The timeline frame that comes next, from a status that may be a little old. */
static uint64_t position_now(struct studio *s, uint64_t loop_from, uint64_t loop_to)
{
    const struct status *status = console_status(s->console);
    uint64_t next = status->position + link_horizon(s->link) - status->frame;
    return loop_to && next >= loop_to ? next - (loop_to - loop_from) : next;
}

/* A loop that is set, moved and lifted while rolling; each time the timeline comes by an end of it
 * before the new tracks are primed. What is heard stays what the position says. */
static void loops_change_in_step(void)
{
    static const uint64_t loops[][2] = {
        { 9000, 10600 }, { 9000, 20000 }, { 2000, 30000 }, { 0, 0 }
    };
    static float x[96000];
    struct studio s;
    struct refusal why;
    studio_open(&s, RATE, 64);
    desk_strip(&s, "a", "ramp.wav", "pan=L100 loop=on");
    desk_start(&s);
    for (size_t i = 0; i < sizeof loops / sizeof *loops; i++) {
        CHECK_INT(console_loop(s.console, loops[i][0], loops[i][1], &why), 0);
        console_tick(s.console);
        desk_alone(&s, x, 1600);
        desk_settle(&s, x, 1600, 96000);
        studio_run(&s, NULL, 512, 512);
        for (int k = 0; k < 40; k++) {
            uint64_t next = position_now(&s, loops[i][0], loops[i][1]);
            float *out[STUDIO_PORTS] = { x };
            studio_run(&s, out, 448, 64);
            bool seam = loops[i][1] && next < loops[i][0] + RAMP;
            if (!seam)
                CHECK_INT(signal_ramp_frame(x[0]), next % FRAMES);
            CHECK(!loops[i][1] || next < loops[i][1]);
        }
    }
    studio_close(&s);
}

/* Of several files asked for at once only the last is heard. */
static void the_last_load_wins(void)
{
    static float x[48000];
    struct studio s;
    struct refusal why;
    studio_open(&s, RATE, 64);
    desk_strip(&s, "a", "sine.wav", "pan=L100 loop=on");
    desk_start(&s);
    CHECK_INT(console_load(s.console, "strip/a", in_folder("half.wav"), &why), 0);
    console_tick(s.console);
    CHECK_INT(console_load(s.console, "strip/a", in_folder("quarter.wav"), &why), 0);
    desk_settle(&s, x, 64, 48000);
    studio_run(&s, (float *[STUDIO_PORTS]){ x }, 640, 64);
    CHECK_NEAR(x[0], 0.25, 0);
    CHECK_NEAR(x[639], 0.25, 0);
    studio_close(&s);
}

/* A file that was written anew is read anew. */
static void loads_read_the_file_again(void)
{
    static float x[48000];
    struct studio s;
    struct refusal why;
    float one = 1;
    desk_write("again.wav", RATE, &one, 1);
    studio_open(&s, RATE, 64);
    desk_strip(&s, "a", "again.wav", "pan=L100 loop=on");
    desk_start(&s);
    float *half = calloc(100, sizeof *half);
    for (int i = 0; i < 100; i++)
        half[i] = 0.5f;
    desk_write("again.wav", RATE, half, 100);
    CHECK_INT(console_load(s.console, "strip/a", in_folder("again.wav"), &why), 0);
    desk_settle(&s, x, 64, 48000);
    studio_run(&s, (float *[STUDIO_PORTS]){ x }, 640, 64);
    CHECK_NEAR(x[639], 0.5, 0);
    free(half);
    studio_close(&s);
}

/* One response replaces its like, whenever it comes: never less than either (a gap), never more
 * than two in equal power. */
static void effects_are_relieved_without_a_gap(void)
{
    static float x[48000];
    struct studio s;
    struct refusal why;
    char slot[64];
    studio_open(&s, RATE, 64);
    desk_strip(&s, "a", "half.wav", "pan=L100 loop=on");
    struct console_key keys[] = { { "ir", in_folder("minus.wav") }, { "normalise", "off" } };
    CHECK_INT(console_insert(s.console, "strip/a", "reverb", "r", NULL, keys, 2, slot, &why), 0);
    desk_start(&s);
    for (int i = 0; i < 3; i++) {
        CHECK_INT(console_load(s.console, "strip/a/r", in_folder("minus.wav"), &why), 0);
        desk_alone(&s, x, 1600);
        uint32_t n = 1600 + desk_settle(&s, x + 1600, 1600, 40000);
        for (uint32_t k = 0; k < n; k++)
            if (!(-x[k] > 0.499 && -x[k] < 0.71)) {
                CHECK_FAIL("frame %u of swap %d is %g", k, i, (double)x[k]);
                break;
            }
    }
    studio_close(&s);
}

/* The same for the way out: from the master's ports to the master by way of a bus. */
static void routes_are_relieved_without_a_gap(void)
{
    static float x[48000];
    struct studio s;
    studio_open(&s, RATE, 64);
    studio_add(&s, "bus hall");
    desk_strip(&s, "a", "half.wav", "pan=L100 loop=on");
    desk_start(&s);
    for (int i = 0; i < 4; i++) {
        studio_set(&s, "strip/a/out", i % 2 ? "master" : "bus/hall", UINT32_MAX);
        desk_alone(&s, x, 1600);
        uint32_t n = 1600 + desk_settle(&s, x + 1600, 1600, 40000);
        for (uint32_t k = 0; k < n; k++)
            if (fabs(x[k] - 0.5) > 1e-6) {
                CHECK_FAIL("frame %u of change %d is %g", k, i, (double)x[k]);
                break;
            }
    }
    studio_close(&s);
}

/* A strip whose file's first frame goes by between the last status and its arrival begins with a
 * fade all the same: it is the engine that knows. False: it was so quick that it was in time. */
static bool arrive_late(void)
{
    static float x[48000];
    char keys[64];
    struct studio s;
    studio_open(&s, RATE, 64);
    desk_start(&s);
    while (console_status(s.console)->frame != link_horizon(s.link))
        studio_run(&s, NULL, 64, 64);
    uint64_t now = console_status(s.console)->position;
    snprintf(keys, sizeof keys, "pan=L100 ring=2s offset=%uf", (unsigned)now + 200);
    desk_strip(&s, "a", "half.wav", keys);
    console_tick(s.console);
    while (track_decoders() > 0) /* all of the file is in its ring */
        nanosleep(&(struct timespec){ .tv_nsec = 100000 }, NULL);
    desk_alone(&s, x, 448);
    CHECK_INT(console_status(s.console)->position, now);
    bool late = x[447] == 0;
    uint32_t n = desk_settle(&s, x, 1600, 40000);
    CHECK(!late || (x[0] < 0.5f && x[n - 1] == 0.5f));
    CHECK_NEAR(signal_max_step(x, n), 0, 0.5 / RAMP + 1e-6);
    studio_close(&s);
    return late;
}

static void arrivals_fade_where_they_cut(void)
{
    int tries = 0;
    while (!arrive_late())
        CHECK(++tries < 100);
}

/* Values scheduled for a strip that has only just been asked for wait for their frame too. */
static void newcomers_wait_for_their_frame(void)
{
    static float x[6400];
    struct studio s;
    struct refusal why;
    studio_open(&s, RATE, 64);
    desk_strip(&s, "a", "half.wav", "pan=L100 loop=on");
    struct console_change change = { .frames = 0, .at = 3200 };
    CHECK_INT(console_set(s.console, "strip/a/gain", "-inf", &change, &why), 0);
    CHECK_INT(change.frame, 3200);
    studio_settle(&s);
    uint64_t now = console_play(s.console, 0, 0);
    studio_run(&s, (float *[STUDIO_PORTS]){ x }, 6400, 64);
    CHECK_NEAR(x[3200 - now - 1], 0.5, 0);
    CHECK_NEAR(x[3200 - now], 0, 0);
    studio_close(&s);
}

static void a_stop_over_nothing_is_at_once(void)
{
    static float x[640];
    struct studio s;
    studio_open(&s, RATE, 64);
    desk_strip(&s, "a", "half.wav", "pan=L100 loop=on");
    desk_start(&s);
    console_stop(s.console, 0, 0);
    studio_run(&s, (float *[STUDIO_PORTS]){ x }, 640, 64);
    CHECK_NEAR(signal_peak(x, 640), 0, 0);
    console_play(s.console, 0, 0);
    studio_run(&s, (float *[STUDIO_PORTS]){ x }, 640, 64);
    CHECK_NEAR(x[0], 0.5, 0);
    studio_close(&s);
}

/* Refused is refused: no gate has moved. */
static void a_refused_line_is_not_heard(void)
{
    static float x[6400];
    struct studio s;
    struct refusal why;
    struct console_key keys[] = { { "solo", "on" }, { "pan", "upwards" } };
    studio_open(&s, RATE, 64);
    desk_strip(&s, "a", "half.wav", "pan=L100 loop=on");
    desk_start(&s);
    CHECK_INT(console_add_input(s.console, "b", keys, 2, &why), -1);
    CHECK_INT(why.fault, FAULT_TYPE);
    studio_run(&s, (float *[STUDIO_PORTS]){ x }, 6400, 64);
    for (int i = 0; i < 6400; i++)
        CHECK_NEAR(x[i], 0.5, 0);
    studio_close(&s);
}

int main(void)
{
    write_files();
    RUN(loops_change_in_step);
    RUN(the_last_load_wins);
    RUN(loads_read_the_file_again);
    RUN(effects_are_relieved_without_a_gap);
    RUN(routes_are_relieved_without_a_gap);
    RUN(arrivals_fade_where_they_cut);
    RUN(newcomers_wait_for_their_frame);
    RUN(a_stop_over_nothing_is_at_once);
    RUN(a_refused_line_is_not_heard);
    return check_done();
}
