/* test_post.c - batches that are longer than the link, and what goes meanwhile
 *
 * What is freed too early shows under the address sanitizer (make asan).
 */
#include "tests/desk.h"

enum { CROWD = LINK_COMMANDS + LINK_COMMANDS / 4 };

/* So many commands, one after the other, that nobody takes from the link. */
static void crowd(struct studio *s, uint32_t n)
{
    char value[32];
    for (uint32_t i = 0; i < n; i++) {
        snprintf(value, sizeof value, "-%udB", 1 + i % 9);
        studio_set(s, "strip/b/gain", value, 0);
    }
}

static void look(struct studio *s)
{
    engine_process(s->engine, NULL, NULL, 0);
    console_tick(s->console);
}

/* A strip goes while the server is away and the link is full; its fade is told its end when the
 * last piece of the batch is posted, and until then it must not be freed. */
static void nothing_is_freed_while_its_batch_is_under_way(void)
{
    struct studio s;
    struct refusal why;
    studio_open(&s, DESK_RATE, DESK_QUANTUM);
    desk_write_ramp("a.wav", 9600, 1);
    desk_add(&s, "a", "a.wav", "");
    desk_add(&s, "b", "a.wav", "");
    desk_roll(&s);
    studio_settle(&s);
    crowd(&s, CROWD);
    CHECK_INT(console_remove(s.console, "strip/a", &why), 0);
    console_set_idle(s.console, true);
    console_tick(s.console); /* it is over at once: a desk without it is posted */
    crowd(&s, CROWD);
    for (int i = 0; i < 10; i++)
        look(&s);
    CHECK(console_settled(s.console));
    CHECK_INT(console_remove(s.console, "strip/a", &why), -1);
    studio_close(&s);
}

int main(void)
{
    RUN(nothing_is_freed_while_its_batch_is_under_way);
    return check_done();
}
