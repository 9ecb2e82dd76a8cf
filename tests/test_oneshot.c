/* test_oneshot.c - strips that are fired: at the frame that was told, again and again, to the end
 */
#include "tests/desk.h"

enum { LENGTH = 96000, LONG = 480000 };

static float x[LONG], ramp[LENGTH];

static uint64_t fire(struct studio *s, const char *address, uint64_t at)
{
    struct refusal why;
    uint64_t frame = 0;
    while (console_fire(s->console, address, at, &frame, &why)) {
        CHECK_INT(why.fault, FAULT_BUSY);
        if (why.fault != FAULT_BUSY)
            exit(1);
        studio_settle(s);
    }
    return frame;
}

static uint64_t now(struct studio *s)
{
    return link_horizon(s->link);
}

/* How many of n frames are not what the file says from `first` on. */
static uint32_t wrong_from(const float *heard, uint32_t n, uint64_t first)
{
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < n; i++)
        wrong += heard[i] != (first + i < LENGTH ? ramp[first + i] : 0);
    return wrong;
}

/* It begins at the told frame, the next quantum, while the transport stands; to its end and no
 * further; and then again. All of it is accounted for. */
static void plays_while_the_transport_stands(void)
{
    struct studio s;
    studio_open(&s, DESK_RATE, DESK_QUANTUM);
    desk_add(&s, "gong", "ramp.wav", "mode=oneshot");
    studio_settle(&s);
    for (int turn = 0; turn < 3; turn++) {
        desk_hear(&s, x, 6400);
        CHECK_INT(wrong_from(x, 6400, LENGTH), 0);
        studio_settle(&s);
        uint64_t told = now(&s);
        CHECK_INT(fire(&s, "strip/gong", 0), told);
        desk_hear(&s, x, LENGTH + 6400);
        CHECK_INT(wrong_from(x, LENGTH + 6400, 0), 0);
    }
    studio_settle(&s);
    struct console_totals t = desk_totals(&s);
    CHECK_INT(t.starved, 0);
    CHECK_INT(t.played, 3 * LENGTH);
    CHECK_INT(t.skipped, 0);
    CHECK(!console_rolling(s.console));
    studio_close(&s);
}

/* The timeline rolls, is moved and stops: the shot does not mind, and the timeline not the shot. */
static void ignores_the_timeline(void)
{
    struct studio s;
    struct refusal why;
    studio_open(&s, DESK_RATE, DESK_QUANTUM);
    desk_add(&s, "gong", "ramp.wav", "mode=oneshot offset=1s");
    desk_add(&s, "bed", "ramp.wav", "gain=-inf");
    desk_roll(&s);
    desk_hear(&s, NULL, 640);
    fire(&s, "strip/gong", 0);
    desk_hear(&s, x, 19200);
    CHECK_INT(console_locate(s.console, 5000, &why), 0);
    uint32_t n = 19200 + desk_settle(&s, x + 19200, 19200, 48000);
    CHECK(console_stop(s.console, 480, 0) != UINT64_MAX);
    desk_hear(&s, x + n, 19200);
    CHECK_INT(wrong_from(x, n + 19200, 0), 0);
    CHECK(!console_rolling(s.console));
    studio_close(&s);
}

/* Fired while it sounds: the new one from its first frame, the old one falling beside it. */
static void retriggers_with_a_crossfade(void)
{
    static const uint32_t gaps[] = { 6400, 64, 128, 9600, 320, 64, 64, 64, 6400 };
    struct studio s;
    uint64_t fires[16];
    uint32_t wrong = 0, n = 0, fired = 0;
    studio_open(&s, DESK_RATE, DESK_QUANTUM);
    desk_add(&s, "gong", "ramp.wav", "mode=oneshot");
    studio_settle(&s);
    uint64_t began = now(&s);
    for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++) {
        struct refusal why;
        while (console_fire(s.console, "strip/gong", 0, &fires[fired], &why)) {
            desk_hear(&s, x + n, DESK_QUANTUM); /* the next is being primed */
            nanosleep(&(struct timespec){ .tv_nsec = 100000 }, NULL);
            n += DESK_QUANTUM;
        }
        fired++;
        desk_hear(&s, x + n, gaps[i]);
        n += gaps[i];
    }
    for (uint32_t i = 0; i < n; i++) {
        float want = 0;
        for (uint32_t k = 0; k < fired; k++) {
            uint64_t at = began + i, next = k + 1 < fired ? fires[k + 1] : UINT64_MAX;
            float gone = at < next ? 0 : (float)(at - next + 1);
            float gain = gone < DESK_FADE ? 1 - gone / DESK_FADE : 0;
            want += at < fires[k] ? 0 : gain * ramp[at - fires[k]];
        }
        wrong += !(fabsf(x[i] - want) < 1e-5f);
    }
    CHECK_INT(wrong, 0);
    CHECK_INT(desk_totals(&s).starved, 0);
    studio_close(&s);
}

/* For frames to come, in any order: each begins at its own. */
static void is_scheduled(void)
{
    struct studio s;
    studio_open(&s, DESK_RATE, DESK_QUANTUM);
    desk_add(&s, "gong", "ramp.wav", "mode=oneshot end=100ms");
    studio_settle(&s);
    uint64_t began = now(&s), late = began + 2 * DESK_RATE, soon = began + 6400;
    CHECK_INT(fire(&s, "strip/gong", late), late);
    studio_settle(&s); /* makes quanta */
    CHECK_INT(fire(&s, "strip/gong", soon), soon);
    uint32_t past = (uint32_t)(now(&s) - began);
    desk_hear(&s, x + past, 3 * DESK_RATE);
    CHECK_INT(signal_onset(x + past, 6400 - past), 6400 - past);
    CHECK_INT(wrong_from(x + 6400, 4800, 0), 0);
    CHECK_INT(signal_onset(x + 11200, 2 * DESK_RATE - 11200), 2 * DESK_RATE - 11200);
    CHECK_INT(wrong_from(x + 2 * DESK_RATE, 4800, 0), 0);
    CHECK_INT(desk_totals(&s).starved, 0);
    studio_close(&s);
}

/* Its own loop goes on until it is stopped, which takes the time that was asked for. */
static void loops_until_it_is_stopped(void)
{
    struct studio s;
    struct refusal why;
    uint64_t frame;
    uint32_t wrong = 0, fade = 4800;
    studio_open(&s, DESK_RATE, DESK_QUANTUM);
    studio_set(&s, "engine/xfade", "0s", UINT32_MAX);
    desk_add(&s, "gong", "ramp.wav", "mode=oneshot loop=on in=1000f end=3000f");
    studio_settle(&s);
    fire(&s, "strip/gong", 0);
    desk_hear(&s, x, 192000);
    uint64_t stops = now(&s);
    CHECK_INT(console_cease(s.console, "strip/gong", fade, 0, &frame, &why), 0);
    CHECK_INT(frame, stops);
    desk_hear(&s, x + 192000, 12800);
    for (uint32_t i = 0; i < 192000 + 12800; i++) {
        float gone = i < 192000 ? 0 : (float)(i - 192000 + 1);
        float gain = gone < (float)fade ? 1 - gone / (float)fade : 0;
        wrong += !(fabsf(x[i] - gain * ramp[1000 + i % 2000]) < 1e-5f);
    }
    CHECK_INT(wrong, 0);
    studio_settle(&s);
    CHECK_INT(desk_figures(&s).played, 0); /* the one that waits */
    CHECK_INT(desk_totals(&s).starved, 0);
    studio_close(&s);
}

/* What is set meanwhile counts for the next; what sounds is left alone. */
static void takes_settings_with_the_next(void)
{
    struct studio s;
    studio_open(&s, DESK_RATE, DESK_QUANTUM);
    desk_add(&s, "gong", "ramp.wav", "mode=oneshot");
    studio_settle(&s);
    fire(&s, "strip/gong", 0);
    desk_hear(&s, x, 6400);
    studio_set(&s, "strip/gong/in", "2000f", UINT32_MAX);
    uint32_t n = 6400 + desk_settle(&s, x + 6400, 6400, 48000);
    CHECK_INT(wrong_from(x, n, 0), 0);
    fire(&s, "strip/gong", 0);
    desk_hear(&s, x, 6400);
    CHECK_INT(wrong_from(x + DESK_FADE, 6400 - DESK_FADE, 2000 + DESK_FADE), 0);
    studio_set(&s, "strip/gong/mode", "timeline", UINT32_MAX);
    desk_settle(&s, x, 6400, 48000);
    desk_hear(&s, x, 640);
    CHECK_INT(signal_onset(x, 640), 640); /* the transport stands */
    studio_close(&s);
}

static void refuses_what_is_none(void)
{
    struct studio s;
    struct refusal why;
    uint64_t frame;
    studio_open(&s, DESK_RATE, DESK_QUANTUM);
    desk_add(&s, "bed", "ramp.wav", "");
    studio_settle(&s);
    CHECK_INT(console_fire(s.console, "strip/bed", 0, &frame, &why), -1);
    CHECK_INT(why.fault, FAULT_STATE);
    CHECK_STR(why.hint, "set strip/bed/mode oneshot");
    CHECK_INT(console_fire(s.console, "strip/bad", 0, &frame, &why), -1);
    CHECK_INT(why.fault, FAULT_UNKNOWN);
    CHECK_INT(console_cease(s.console, "master", 0, 0, &frame, &why), -1);
    CHECK_INT(why.fault, FAULT_TYPE);
    studio_close(&s);
}

int main(void)
{
    signal_ramp(ramp, LENGTH, 1);
    desk_write("ramp.wav", DESK_RATE, ramp, LENGTH);
    RUN(plays_while_the_transport_stands);
    RUN(ignores_the_timeline);
    RUN(retriggers_with_a_crossfade);
    RUN(is_scheduled);
    RUN(loops_until_it_is_stopped);
    RUN(takes_settings_with_the_next);
    RUN(refuses_what_is_none);
    return check_done();
}
