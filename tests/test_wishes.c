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

/* As the schedule does, at every turn. */
static void prime(struct studio *s, struct wishes *w)
{
    while (!wishes_primed(s->console, w, 0))
        studio_run(s, NULL, DESK_QUANTUM, DESK_QUANTUM);
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

int main(void)
{
    desk_write_ramp("one.wav", FRAMES, 0);
    desk_write_ramp("two.wav", FRAMES, 0);
    RUN(a_file_that_a_strip_has_got_stays);
    return check_done();
}
