/* test_wires.c - what is remembered of connections, and what is made again */
#include "tests/check.h"

#include "daemon/wires.h"

#include <errno.h>
#include <stdio.h>

#define SECOND 1000000000ull

/* The ports that are there, each followed by a blank. */
static bool there(void *ports, const char *port)
{
    char word[64];
    snprintf(word, sizeof word, "%s ", port);
    return strstr(ports, word) != NULL;
}

/* One look at a server with those ports and those wires: from, to, .., NULL. */
static void look(struct wires *w, uint64_t now_ns, const char *ports, const char *const *ends)
{
    wires_look(w);
    for (; *ends; ends += 2)
        wires_see(w, ends[0], ends[1]);
    wires_looked(w, now_ns, (void *)ports, there);
}

/* Every wire with what is true of it: "a>b asked live due, ". */
static const char *shown(const struct wires *w)
{
    static char text[512];
    struct wire wire;
    size_t n = 0;
    text[0] = '\0';
    for (uint32_t place = 0; wires_next(w, &place, &wire);)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s>%s%s%s%s, ", wire.from, wire.to,
                              wire.asked ? " asked" : "", wire.live ? " live" : "",
                              wire.due ? " due" : "");
    return text;
}

static const char *const none[] = { NULL };
static const char *const ab[] = { "a", "b", NULL };
static const char *const ab_cd[] = { "a", "b", "c", "d", NULL };

static void what_is_seen_is_live(void)
{
    struct wires *w = wires_new();
    CHECK_STR(shown(w), "");
    look(w, 0, "a b c d ", ab_cd);
    look(w, 0, "a b c d ", ab_cd);
    CHECK_STR(shown(w), "a>b live, c>d live, ");
    wires_free(w);
    wires_free(NULL);
}

static void what_is_taken_apart_is_let_go(void)
{
    struct wires *w = wires_new();
    look(w, 0, "a b c d ", ab_cd);
    look(w, 1, "a b c d ", ab);
    CHECK_STR(shown(w), "a>b live, ");
    wires_lose(w, 2); /* even when the server goes right after it */
    CHECK_STR(shown(w), "a>b due, ");
    wires_free(w);
}

static void what_was_asked_for_stays(void)
{
    struct wires *w = wires_new();
    CHECK_INT(wires_ask(w, "a", "b"), 0);
    CHECK_STR(shown(w), "a>b asked due, ");
    CHECK_INT(wires_ask(w, "a", "b"), -EEXIST);
    CHECK_INT(wires_ask(w, "b", "a"), 0); /* another one */
    CHECK(wires_forget(w, "b", "a"));
    CHECK(!wires_forget(w, "b", "a"));
    look(w, 0, "a ", none); /* b is not there yet */
    CHECK_STR(shown(w), "a>b asked due, ");
    wires_see(w, "a", "b"); /* made */
    CHECK_STR(shown(w), "a>b asked live, ");
    CHECK_INT(wires_ask(w, "a", "b"), -EEXIST);
    CHECK_STR(shown(w), "a>b asked live, ");
    wires_free(w);
}

/* Nobody fights over a wire: it is made again only when a port of it has been away. */
static void what_was_asked_for_and_taken_apart_waits_for_its_ports(void)
{
    struct wires *w = wires_new();
    wires_ask(w, "a", "b");
    look(w, 0, "a b ", ab);
    look(w, 1, "a b ", none);
    CHECK_STR(shown(w), "a>b asked, ");
    look(w, 2, "a ", none);
    CHECK_STR(shown(w), "a>b asked due, ");
    look(w, 3, "a b ", none);
    CHECK_STR(shown(w), "a>b asked due, ");
    look(w, 4, "a b ", ab);
    CHECK_STR(shown(w), "a>b asked live, ");
    wires_free(w);
}

static void what_goes_with_a_port_does_not_come_back_with_it(void)
{
    struct wires *w = wires_new();
    look(w, 0, "a b ", ab);
    look(w, 1, "a ", none);
    CHECK_STR(shown(w), "");
    look(w, 2, "a b ", none);
    CHECK_STR(shown(w), "");
    wires_free(w);
}

static void a_lost_server_gives_back_what_was_live(void)
{
    struct wires *w = wires_new();
    wires_ask(w, "e", "f");
    look(w, 0, "a b c d ", ab_cd);
    wires_lose(w, 1);
    CHECK_STR(shown(w), "e>f asked due, a>b due, c>d due, ");
    look(w, 2, "a b ", none); /* it is back, but c and d are not */
    wires_see(w, "a", "b");
    CHECK_STR(shown(w), "e>f asked due, a>b live, c>d due, ");
    CHECK(wires_forget(w, "c", "d")); /* nobody waits for it any more */
    CHECK_STR(shown(w), "e>f asked due, a>b live, ");
    CHECK(!wires_forget(w, "a", "b")); /* only seen, never asked for: it stays until it is gone */
    CHECK_STR(shown(w), "e>f asked due, a>b live, ");
    wires_free(w);
}

/* A server that ends in order takes its ports away before it goes. */
static void what_went_a_moment_before_the_server_counts_as_live(void)
{
    struct wires *w = wires_new();
    look(w, SECOND, "a b ", ab);
    look(w, 2 * SECOND, "a ", none);
    wires_lose(w, 3 * SECOND);
    CHECK_STR(shown(w), "a>b due, ");
    wires_free(w);

    w = wires_new();
    look(w, SECOND, "a b ", ab);
    look(w, 2 * SECOND, "a ", none);
    look(w, 30 * SECOND, "a ", none);
    wires_lose(w, 31 * SECOND);
    CHECK_STR(shown(w), "");
    wires_free(w);

    w = wires_new(); /* and without a look in between */
    look(w, SECOND, "a b ", ab);
    look(w, 2 * SECOND, "a ", none);
    wires_lose(w, 31 * SECOND);
    CHECK_STR(shown(w), "");
    wires_free(w);
}

static void it_stays_lost_until_it_is_back(void)
{
    struct wires *w = wires_new();
    look(w, 0, "a b ", ab);
    for (uint64_t turn = 1; turn < 5; turn++) {
        wires_lose(w, turn * SECOND);
        CHECK_STR(shown(w), "a>b due, ");
        look(w, turn * 10 * SECOND, "", none);
        CHECK_STR(shown(w), "a>b due, ");
    }
    wires_free(w);
}

int main(void)
{
    RUN(what_is_seen_is_live);
    RUN(what_is_taken_apart_is_let_go);
    RUN(what_was_asked_for_stays);
    RUN(what_was_asked_for_and_taken_apart_waits_for_its_ports);
    RUN(what_goes_with_a_port_does_not_come_back_with_it);
    RUN(a_lost_server_gives_back_what_was_live);
    RUN(what_went_a_moment_before_the_server_counts_as_live);
    RUN(it_stays_lost_until_it_is_back);
    return check_done();
}
