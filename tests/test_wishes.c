/* test_wishes.c - files that were opened for a batch, and who else may come to play them */
#include "tests/desk.h"

#include "mixer/batch.h"

enum { FRAMES = 96000 };

/* What a batch on which `line` is said will have to open. */
static struct wishes *wish(const char *line)
{
    struct studio trial;
    studio_open(&trial, DESK_RATE, DESK_QUANTUM);
    wishes_free(trial.console, wishes_take(trial.console)); /* an empty desk is no batch */
    studio_add(&trial, line);
    struct wishes *w = wishes_take(trial.console);
    studio_close(&trial);
    return w;
}

static void decoders_turn(void)
{
    nanosleep(&(struct timespec){ .tv_nsec = 200000 }, NULL);
}

/* How many there are once those that were closed are gone, of which `n` should be left. */
static uint32_t decoders_left(uint32_t n)
{
    for (int i = 0; i < 25000 && track_decoders() > n; i++)
        decoders_turn();
    return track_decoders();
}

/* As the schedule does, at every turn. */
static void prime(struct studio *s, struct wishes *w)
{
    while (!wishes_primed(s->console, w, 0)) {
        studio_run(s, NULL, DESK_QUANTUM, DESK_QUANTUM);
        decoders_turn();
    }
}

/* The line of a batch is refused and will be tried again, and a strip that wanted the same file
 * meanwhile has got it in that batch. When the timeline is another one by then, the file is opened
 * once more: it is not closed under the strip. */
static void a_file_that_a_strip_has_got_stays(void)
{
    struct studio s;
    struct refusal why;
    char line[256];
    studio_open(&s, DESK_RATE, DESK_QUANTUM);
    desk_add(&s, "a", "one.wav", "");
    studio_settle(&s);
    snprintf(line, sizeof line, "strip b source=%s", in_folder("two.wav"));
    struct wishes *w = wish(line);
    CHECK(w != NULL);
    prime(&s, w);
    CHECK_INT(console_load(s.console, "strip/a", in_folder("two.wav"), &why), 0);
    console_batch_begin(s.console, 0, w, false);
    console_batch_end(s.console);
    studio_run(&s, NULL, DESK_RATE / 10, DESK_QUANTUM);
    CHECK_INT(console_loop(s.console, 48000, 57600, &why), 0);
    prime(&s, w);
    wishes_free(s.console, w);
    studio_run(&s, NULL, 4800, DESK_QUANTUM);
    studio_close(&s);
}

/* What a batch will have to open in which strip/a of `rate` gets another `row`, or the loop
 * changes. */
static struct wishes *wish_change(const char *rate, const char *row, const char *value)
{
    struct studio trial;
    struct refusal why;
    char keys[64];
    studio_open(&trial, DESK_RATE, DESK_QUANTUM);
    snprintf(keys, sizeof keys, "rate=%s", rate);
    desk_add(&trial, "a", "long.wav", keys);
    wishes_free(trial.console, wishes_take(trial.console));
    if (row)
        studio_set(&trial, row, value, UINT32_MAX);
    else
        CHECK_INT(console_loop(trial.console, 0, 96000, &why), 0);
    struct wishes *w = wishes_take(trial.console);
    studio_close(&trial);
    CHECK(w != NULL);
    return w;
}

/* One decoder is left, of a strip whose rate was moved to 1.2 in the middle of its file. */
static void open_turned(struct studio *s)
{
    struct refusal why;
    studio_open(s, DESK_RATE, DESK_QUANTUM);
    desk_add(s, "a", "long.wav", "");
    studio_settle(s);
    CHECK_INT(console_locate(s->console, DESK_RATE, &why), 0);
    studio_settle(s);
    studio_set(s, "strip/a/rate", "1.2", 256);
    studio_settle(s);
    CHECK_INT(decoders_left(1), 1);
}

static void change(struct studio *s, const char *row, const char *value)
{
    struct refusal why;
    if (row)
        studio_set(s, row, value, UINT32_MAX);
    else
        CHECK_INT(console_loop(s->console, 0, 96000, &why), 0);
}

/* The decoder that was opened ahead is the one that the batch takes. */
static void a_strip_that_has_changed_speed_is_opened_once(void)
{
    static const char *const rows[] = { "strip/a/ring", NULL };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct studio s;
        open_turned(&s);
        struct wishes *w = wish_change("1.2", rows[i], "300ms");
        prime(&s, w);
        CHECK_INT(decoders_left(2), 2);
        console_batch_begin(s.console, 0, w, false);
        change(&s, rows[i], "300ms");
        console_batch_end(s.console);
        CHECK_INT(track_decoders(), 2);
        wishes_free(s.console, w);
        studio_settle(&s);
        studio_close(&s);
    }
}

/* Where the rate changes in the batch itself, nothing that was opened ahead would fit. */
static void a_strip_that_will_change_speed_is_opened_then(void)
{
    struct studio s;
    open_turned(&s);
    struct wishes *w = wish_change("0.9", "strip/a/ring", "300ms");
    prime(&s, w);
    CHECK_INT(decoders_left(1), 1);
    console_batch_begin(s.console, 0, w, false);
    studio_set(&s, "strip/a/rate", "0.9", 256);
    studio_set(&s, "strip/a/ring", "300ms", UINT32_MAX);
    console_batch_end(s.console);
    CHECK_INT(track_decoders(), 2);
    wishes_free(s.console, w);
    studio_settle(&s);
    studio_close(&s);
}

int main(void)
{
    desk_write_ramp("one.wav", FRAMES, 0);
    desk_write_ramp("two.wav", FRAMES, 0);
    desk_write_ramp("long.wav", 10 * FRAMES, 0);
    RUN(a_file_that_a_strip_has_got_stays);
    RUN(a_strip_that_has_changed_speed_is_opened_once);
    RUN(a_strip_that_will_change_speed_is_opened_then);
    return check_done();
}
