/* test_retry.c - files that grow, are replaced, vanish and come back, while they are played */
#include "mixer/markers.h"
#include "tests/desk.h"

#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LENGTH = 96000, HALF = 48000, STEP = DESK_QUANTUM };

static float heard[LENGTH + 2 * HALF];

/* n frames at about the speed of the clock: decoders and trials have their turn. */
static void hear_paced(struct studio *s, float *x, uint32_t n)
{
    for (uint32_t done = 0; done < n; done += STEP) {
        desk_hear(s, x + done, STEP);
        nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    }
}

static uint64_t wrong(const float *x, uint64_t first, uint32_t n)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < n; i++) {
        float want;
        signal_ramp(&want, 1, first + i);
        count += fabsf(x[i] - want) > 1e-6f;
    }
    return count;
}

static void begin(struct studio *s, const char *keys)
{
    studio_open(s, DESK_RATE, DESK_QUANTUM);
    studio_set(s, "engine/retry", "100ms", UINT32_MAX);
    desk_add(s, "a", "a.wav", keys);
    desk_roll(s);
}

static const char *state(struct studio *s)
{
    static struct console_value v;
    struct refusal why;
    CHECK_INT(console_get(s->console, "strip/a/state", &v, &why), 0);
    return v.text;
}

/* Of one content, so that only the crossfade's rounding tells where one track took over. */
static void a_file_that_grows_plays_on(void)
{
    struct studio s;
    desk_write_ramp("a.wav", HALF, 0);
    begin(&s, "ring=50ms");
    hear_paced(&s, heard, 9600);
    desk_write_ramp("b.wav", LENGTH, 0);
    char command[300];
    /* Over what is there, without cutting it first: that would be a file that shrinks. */
    snprintf(command, sizeof command, "cat %s 1<>%s", in_folder("b.wav"), in_folder("a.wav"));
    CHECK_INT(system(command), 0);
    hear_paced(&s, heard + 9600, HALF);
    CHECK_INT(wrong(heard, 0, 9600 + HALF), 0);
    CHECK_STR(state(&s), "ready");
    CHECK_STR(s.report, "");
    studio_close(&s);
}

static void but_not_behind_its_end(void)
{
    struct studio s;
    desk_write_ramp("a.wav", HALF, 1);
    begin(&s, "ring=50ms end=1s");
    desk_write_ramp("b.wav", LENGTH, 1);
    char command[300];
    snprintf(command, sizeof command, "cat %s 1<>%s", in_folder("b.wav"), in_folder("a.wav"));
    CHECK_INT(system(command), 0);
    hear_paced(&s, heard, HALF + 4800);
    CHECK_INT(wrong(heard, 1, HALF), 0);
    for (uint32_t i = HALF; i < HALF + 4800; i++)
        CHECK(heard[i] == 0);
    studio_close(&s);
}

static void a_file_that_is_replaced_plays_on(void)
{
    struct studio s;
    desk_write_ramp("a.wav", LENGTH, 1);
    begin(&s, "ring=50ms");
    desk_write_ramp("b.wav", LENGTH, 500001);
    CHECK_INT(rename(in_folder("b.wav"), in_folder("a.wav")), 0);
    hear_paced(&s, heard, 64000);
    CHECK_INT(wrong(heard, 1, 64000), 0);
    CHECK(strstr(s.report, "a.wav: was replaced by another file"));
    CHECK_STR(state(&s), "ready");
    struct refusal why;
    CHECK_INT(console_locate(s.console, 0, &why), 0);
    uint32_t n = desk_settle(&s, heard, 9600, 48000);
    desk_hear(&s, heard, STEP); /* `load` and `locate` open what has the name now */
    CHECK(n > 0 && signal_ramp_frame(heard[0]) > 500000);
    studio_close(&s);
}

static void take_ready(void *context, const struct marker_figures *m)
{
    *(bool *)context = m->files == 1 && m->ready == 1;
}

/* The old one is heard for as long as it takes to open the new one. */
static void a_file_that_is_replaced_while_it_is_kept_ready(void)
{
    struct studio s;
    struct refusal why;
    bool ready = false;
    desk_write_ramp("a.wav", LENGTH, 1);
    begin(&s, "");
    CHECK_INT(console_add_marker(s.console, "here", 1000, true, &why), 0);
    while (!ready) {
        console_tick(s.console);
        console_prime_markers(s.console);
        console_each_marker(s.console, &ready, take_ready);
    }
    desk_write_ramp("b.wav", LENGTH, 500001);
    CHECK_INT(rename(in_folder("b.wav"), in_folder("a.wav")), 0);
    CHECK_INT(console_locate(s.console, 1000, &why), 0);
    console_tick(s.console);
    hear_paced(&s, heard, HALF);
    CHECK(signal_ramp_frame(heard[2 * DESK_FADE]) > 0);
    CHECK_INT(wrong(heard + HALF - STEP, 500001 + 1000 + HALF - STEP, STEP), 0);
    studio_close(&s);
}

static void a_file_that_is_gone_plays_on(void)
{
    struct studio s;
    desk_write_ramp("a.wav", LENGTH, 1);
    begin(&s, "ring=50ms");
    CHECK_INT(unlink(in_folder("a.wav")), 0);
    hear_paced(&s, heard, 64000);
    CHECK_INT(wrong(heard, 1, 64000), 0);
    CHECK(strstr(s.report, "a.wav: is gone from its folder"));
    studio_close(&s);
}

/* A locate finds no file; when there is one again, it sounds where the timeline is by then. */
static void a_file_that_comes_back_is_in_step(void)
{
    struct studio s;
    struct refusal why;
    desk_write_ramp("a.wav", LENGTH, 1);
    begin(&s, "");
    desk_hear(&s, heard, 4800);
    CHECK_INT(rename(in_folder("a.wav"), in_folder("b.wav")), 0);
    CHECK_INT(console_locate(s.console, 0, &why), 0);
    desk_settle(&s, heard, 4800, 48000);
    CHECK(strstr(s.report, "no such file"));
    CHECK_STR(state(&s), "lost");
    s.report[0] = '\0';
    hear_paced(&s, heard, 14400); /* three trials */
    CHECK_STR(s.report, "");
    CHECK_INT(rename(in_folder("b.wav"), in_folder("a.wav")), 0);
    while (!strcmp(state(&s), "lost"))
        hear_paced(&s, heard, 640);
    CHECK(strstr(s.report, "plays again"));
    desk_hear(&s, heard, 960);               /* the crossfade */
    engine_process(s.engine, NULL, NULL, 0); /* the newest status */
    console_tick(s.console);
    uint64_t at = console_status(s.console)->position;
    desk_hear(&s, heard, 640);
    CHECK_INT(wrong(heard, at + 1, 640), 0);
    studio_close(&s);
}

int main(void)
{
    RUN(a_file_that_grows_plays_on);
    RUN(but_not_behind_its_end);
    RUN(a_file_that_is_replaced_plays_on);
    RUN(a_file_that_is_replaced_while_it_is_kept_ready);
    RUN(a_file_that_is_gone_plays_on);
    RUN(a_file_that_comes_back_is_in_step);
    while (track_decoders() > 0)
        nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    return check_done();
}
