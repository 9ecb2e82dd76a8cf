/* test_cues.c - a primed marker is begun at once, exactly, and is primed again by itself */
#include "mixer/link.h"
#include "mixer/markers.h"
#include "tests/folder.h"
#include "tests/player.h"
#include "tests/studio.h"

enum { FILES = 3, LENGTH = 20 * RATE, PORT = 2, HERE = 7 * RATE + 11, THERE = 3 * RATE };

static const char *path_of(int file)
{
    char name[16];
    snprintf(name, sizeof name, "%d.wav", file);
    return in_folder(name);
}

static struct studio studio;
static struct marker_figures figures;

static void take_figures(void *context, const struct marker_figures *m)
{
    if (!strcmp(m->name, context))
        figures = *m;
}

static void look(const char *name)
{
    char copy[64];
    snprintf(copy, sizeof copy, "%s", name);
    figures = (struct marker_figures){ 0 };
    console_each_marker(studio.console, copy, take_figures);
}

static void add_strip(const char *name, int file, const char *keys)
{
    char line[256];
    snprintf(line, sizeof line, "strip %s source=%s out=none %s", name, path_of(file), keys);
    studio_add(&studio, line);
    studio_settle(&studio);
}

static void open_studio(void)
{
    struct refusal why;
    studio_open(&studio, RATE, QUANTUM);
    studio_set(&studio, "engine/xfade", "0s", UINT32_MAX);
    add_strip("a", 0, "");
    studio_set(&studio, "strip/a/out", "a", UINT32_MAX);
    studio_settle(&studio);
    CHECK_INT(console_add_marker(studio.console, "here", HERE, true, &why), 0);
    CHECK_INT(console_add_marker(studio.console, "there", THERE, false, &why), 0);
}

/* Ticks until the marker keeps so many files ready, of as many. */
static void await_ready(const char *name, uint32_t files)
{
    do {
        console_tick(studio.console);
        console_prime_markers(studio.console);
        sched_yield();
        look(name);
    } while (figures.ready < files || figures.files != files);
    CHECK_INT(figures.ready, files);
}

static void check_frames(uint64_t first, uint32_t n)
{
    static float left[2 * RATE], right[2 * RATE];
    uint32_t wrong = 0;
    studio_run(&studio, (float *[STUDIO_PORTS]){ [PORT] = left, [PORT + 1] = right }, n, QUANTUM);
    for (uint32_t i = 0; i < n; i++)
        wrong += left[i] != timeline_sample(first + i) || right[i] != -left[i];
    CHECK_INT(wrong, 0);
}

/* In the tick that follows the order, before any decoder has had a chance. */
static void locate_at_once(uint64_t position)
{
    struct refusal why;
    uint64_t horizon = link_horizon(studio.link);
    CHECK_INT(console_locate(studio.console, position, &why), 0);
    console_tick(studio.console);
    CHECK_INT(console_moved_frame(studio.console), horizon);
    check_frames(position, 2 * RATE);
    CHECK(console_moved(studio.console));
}

static void it_begins_in_the_next_quantum(void)
{
    open_studio();
    console_play(studio.console, 0, 0);
    for (int i = 0; i < 10; i++) {
        await_ready("here", 1);
        CHECK_INT(figures.bytes, RATE / 4 * 2 * sizeof(float)); /* of engine/ring=1s, stereo */
        locate_at_once(HERE);
    }
    console_stop(studio.console, 0, 0);
    studio_run(&studio, NULL, QUANTUM, QUANTUM);
    studio_settle(&studio);
    await_ready("here", 1);
    struct refusal why;
    uint64_t horizon = link_horizon(studio.link);
    CHECK_INT(console_locate(studio.console, HERE, &why), 0);
    console_tick(studio.console);
    CHECK_INT(console_moved_frame(studio.console), horizon);
    studio_settle(&studio);
    console_play(studio.console, 0, 0);
    check_frames(HERE, 2 * RATE);
    studio_close(&studio);
    player_await_no_decoders();
}

static void it_follows_the_desk(void)
{
    struct refusal why;
    open_studio();
    await_ready("here", 1);
    add_strip("b", 1, "");
    await_ready("here", 2);
    add_strip("c", 1, ""); /* plays what b plays */
    await_ready("here", 2);
    add_strip("d", 1, "offset=1s");
    await_ready("here", 3);
    CHECK_INT(track_decoders(), 6);
    CHECK_INT(console_load(studio.console, "strip/a", path_of(2), &why), 0);
    studio_settle(&studio);
    await_ready("here", 3);
    CHECK_INT(console_remove(studio.console, "strip/d", &why), 0);
    studio_settle(&studio);
    await_ready("here", 2);
    console_play(studio.console, 0, 0);
    studio_run(&studio, NULL, RATE, QUANTUM);
    locate_at_once(HERE);
    await_ready("here", 2);
    CHECK_INT(console_remove(studio.console, "marker/here", &why), 0);
    while (track_decoders() > 2)
        sched_yield();
    studio_close(&studio);
    player_await_no_decoders();
}

static void it_follows_the_timeline(void)
{
    struct refusal why;
    open_studio();
    await_ready("here", 1);
    console_play(studio.console, 0, 0);
    CHECK_INT(console_loop(studio.console, HERE - 5, HERE + RATE, &why), 0);
    studio_settle(&studio);
    await_ready("here", 1);
    uint64_t horizon = link_horizon(studio.link);
    CHECK_INT(console_locate(studio.console, HERE, &why), 0);
    console_tick(studio.console);
    CHECK_INT(console_moved_frame(studio.console), horizon);
    check_frames(HERE, RATE - RATE % QUANTUM);
    CHECK_INT(console_loop(studio.console, 0, 0, &why), 0);
    studio_settle(&studio);
    studio_set(&studio, "marker/here", "9s", UINT32_MAX);
    await_ready("here", 1);
    locate_at_once((uint64_t)9 * RATE);
    studio_set(&studio, "marker/here/primed", "off", UINT32_MAX);
    studio_set(&studio, "marker/there/primed", "on", UINT32_MAX);
    await_ready("there", 1);
    locate_at_once(THERE);
    look("here");
    CHECK(!figures.primed);
    CHECK_INT(figures.bytes, 0);
    studio_close(&studio);
    player_await_no_decoders();
}

static void there_is_an_end_to_them(void)
{
    struct refusal why;
    char name[16];
    open_studio();
    for (int i = 1; i < MARKERS_PRIMED; i++) {
        snprintf(name, sizeof name, "m%d", i);
        CHECK_INT(console_add_marker(studio.console, name, (uint64_t)i, true, &why), 0);
    }
    CHECK_INT(console_add_marker(studio.console, "more", 5, true, &why), -1);
    CHECK_INT(why.fault, FAULT_LIMIT);
    CHECK_INT(console_add_marker(studio.console, "more", 5, false, &why), 0);
    struct console_change change = { .frames = UINT32_MAX };
    CHECK_INT(console_set(studio.console, "marker/more/primed", "on", &change, &why), -1);
    CHECK_INT(why.fault, FAULT_LIMIT);
    studio_close(&studio);
    player_await_no_decoders();
}

int main(void)
{
    for (int i = 0; i < FILES; i++)
        timeline_write(path_of(i), RATE, LENGTH);
    RUN(it_begins_in_the_next_quantum);
    RUN(it_follows_the_desk);
    RUN(it_follows_the_timeline);
    RUN(there_is_an_end_to_them);
    return check_done();
}
