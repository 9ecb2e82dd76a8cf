/* top.c - the desk, refreshed: a feed fills the mirror, a face shows it
 *
 * On a terminal the face is the control surface, drawn when something has changed, 30 times a
 * second at most; elsewhere it is a block of lines a second.
 */
#include "ipc/top.h"

#include "ipc/feed.h"
#include "ipc/mirror.h"
#include "ipc/record.h"
#include "ipc/screen.h"
#include "ipc/surface.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SECOND_NS 1000000000u
#define FRAME_NS  (SECOND_NS / 30)
#define WORDS     16
#define ALL_TAG   "@all"

struct top {
    struct loop *loop;
    struct feed *feed;
    struct mirror mirror;
    struct surface *surface; /* NULL: plain lines */
    struct source *frame;
    bool framed; /* the frame is due */
    uint64_t drawn_ns;
    int status;
};

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * SECOND_NS + (uint64_t)t.tv_nsec;
}

static void stop(struct top *t, int status)
{
    t->status = status;
    loop_quit(t->loop);
}

/* Soon, but not sooner than a frame after the last one. */
static void want_frame(struct top *t)
{
    uint64_t passed = now_ns() - t->drawn_ns;
    if (!t->surface || t->framed)
        return;
    t->framed = true;
    loop_timer_arm(t->frame, passed < FRAME_NS ? FRAME_NS - passed : 0, 0);
}

static void draw_frame(void *arg, uint64_t n)
{
    struct top *t = arg;
    (void)n;
    t->framed = false;
    t->drawn_ns = now_ns();
    if (surface_draw(t->surface, t->drawn_ns))
        want_frame(t);
}

/* Everything that is there; the tag tells when it has been told. */
static void ask_all(struct top *t)
{
    mirror_expect(&t->mirror);
    feed_send(t->feed, "watch state");
    feed_send(t->feed, ALL_TAG " meters");
}

static void greet(void *arg)
{
    struct top *t = arg;
    t->mirror.lines = 0; /* the log comes anew */
    feed_send(t->feed, t->surface ? "watch meters rate=25" : "watch meters rate=10");
    feed_send(t->feed, t->surface ? "watch stats rate=4" : "watch stats rate=1");
    feed_send(t->feed, "watch transport rate=10");
    feed_send(t->feed, "watch log");
    ask_all(t);
    if (t->surface)
        surface_attend(t->surface, true);
}

/* Refusals are for the user. */
static void show_refusal(struct top *t, char *line)
{
    struct pair words[WORDS];
    size_t n = record_split(line, words, WORDS);
    size_t text = n > 1 && !words[1].key && words[1].value[0] == '@' ? 3 : 2;
    if (n > text)
        surface_tell(t->surface, words[text].value);
}

static void hear(void *arg, char *line)
{
    struct top *t = arg;
    if (strcmp(line, "ok " ALL_TAG) == 0)
        mirror_settle(&t->mirror);
    else if (strncmp(line, "err ", 4) != 0)
        mirror_absorb(&t->mirror, line);
    else if (t->surface)
        show_refusal(t, line);
}

static void served(void *arg)
{
    want_frame(arg);
}

static void lose(void *arg, int error)
{
    struct top *t = arg;
    if (!t->surface || error == -EPROTO) {
        stop(t, error);
        return;
    }
    mirror_lose(&t->mirror);
    surface_attend(t->surface, false);
    feed_retry(t->feed);
    want_frame(t);
}

static void write_block(struct top *t)
{
    struct text out = { 0 };
    screen_write(&out, &t->mirror);
    if (fwrite(text_string(&out), 1, out.length, stdout) != out.length || fflush(stdout) == EOF)
        stop(t, 0);
    text_clear(&out);
}

static void tick(void *arg, uint64_t n)
{
    struct top *t = arg;
    (void)n;
    if (!t->surface)
        write_block(t);
    mirror_second(&t->mirror);
    if (t->surface)
        feed_send(t->feed, "stats"); /* of every track */
    if (t->mirror.stale)
        ask_all(t);
    want_frame(t);
}

static void press(void *arg, unsigned events)
{
    struct top *t = arg;
    if (!surface_press(t->surface) || events & LOOP_HANGUP)
        stop(t, 0);
    want_frame(t);
}

static void resize(void *arg, int number)
{
    struct top *t = arg;
    (void)number;
    if (t->surface)
        surface_resize(t->surface);
    want_frame(t);
}

static void interrupt(void *arg, int number)
{
    (void)number;
    stop(arg, 0);
}

static void send_command(void *arg, const char *command)
{
    struct top *t = arg;
    if (!feed_send(t->feed, "%s", command))
        surface_tell(t->surface, "the daemon does not take commands now");
}

/* Takes the terminal if there is one that is able; its library would take the signal else. 0 or
 * -ENOMEM. */
static int take_terminal(struct top *t)
{
    if (!isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO))
        return 0;
    t->frame = loop_timer(t->loop, draw_frame, t);
    if (!t->frame || !loop_signal(t->loop, SIGWINCH, resize, t))
        return -ENOMEM;
    t->surface = surface_open(&t->mirror, send_command, t);
    if (t->surface && !loop_fd(t->loop, STDIN_FILENO, LOOP_READ, press, t))
        return -ENOMEM;
    return 0;
}

/* 0 or -errno; what was added goes with the loop. */
static int begin(struct top *t, const char *path)
{
    static const struct feed_news news = { greet, hear, served, lose };
    struct source *timer = loop_timer(t->loop, tick, t);

    t->feed = feed_new(t->loop, path, &news, t);
    if (!timer || !t->feed || !loop_signal(t->loop, SIGINT, interrupt, t) ||
        !loop_signal(t->loop, SIGTERM, interrupt, t))
        return -ENOMEM;
    int status = feed_connect(t->feed);
    if (!status)
        status = take_terminal(t);
    return status ? status : loop_timer_arm(timer, SECOND_NS, SECOND_NS);
}

int top_run(const char *path)
{
    struct top t = { .loop = loop_new() };

    mirror_init(&t.mirror);
    int status = t.loop ? begin(&t, path) : -ENOMEM;
    if (!status)
        status = loop_run(t.loop);
    surface_close(t.surface);
    feed_free(t.feed);
    loop_free(t.loop);
    mirror_clear(&t.mirror);
    return status ? status : t.status;
}
