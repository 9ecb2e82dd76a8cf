/* top.c - the desk, refreshed */
#include "ipc/top.h"

#include "ipc/feed.h"
#include "ipc/mirror.h"
#include "ipc/screen.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>

#define SECOND_NS 1000000000u

struct top {
    struct loop *loop;
    struct feed *feed;
    struct mirror mirror;
    int status;
};

static void stop(struct top *t, int status)
{
    t->status = status;
    loop_quit(t->loop);
}

static void greet(void *arg)
{
    struct top *t = arg;
    feed_send(t->feed, "watch meters rate=10");
    feed_send(t->feed, "watch stats transport rate=10");
    feed_send(t->feed, "watch state");
}

static void hear(void *arg, char *line)
{
    struct top *t = arg;
    mirror_absorb(&t->mirror, line);
}

static void served(void *arg)
{
    (void)arg;
}

static void lose(void *arg, int error)
{
    stop(arg, error);
}

static void draw(void *arg, uint64_t n)
{
    struct top *t = arg;
    struct text out = { 0 };
    (void)n;
    screen_write(&out, &t->mirror);
    if (fwrite(text_string(&out), 1, out.length, stdout) != out.length || fflush(stdout) == EOF)
        stop(t, 0);
    text_clear(&out);
}

static void interrupt(void *arg, int number)
{
    (void)number;
    stop(arg, 0);
}

/* 0 or -errno; what was added goes with the loop. */
static int begin(struct top *t, const char *path)
{
    static const struct feed_news news = { greet, hear, served, lose };
    struct source *timer = loop_timer(t->loop, draw, t);

    t->feed = feed_new(t->loop, path, &news, t);
    if (!timer || !t->feed || !loop_signal(t->loop, SIGINT, interrupt, t) ||
        !loop_signal(t->loop, SIGTERM, interrupt, t))
        return -ENOMEM;
    int status = feed_connect(t->feed);
    return status ? status : loop_timer_arm(timer, SECOND_NS, SECOND_NS);
}

int top_run(const char *path)
{
    struct top t = { .loop = loop_new() };

    mirror_init(&t.mirror);
    int status = t.loop ? begin(&t, path) : -ENOMEM;
    if (!status)
        status = loop_run(t.loop);
    feed_free(t.feed);
    loop_free(t.loop);
    mirror_clear(&t.mirror);
    return status ? status : t.status;
}
