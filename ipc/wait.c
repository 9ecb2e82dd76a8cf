/* wait.c - waits until a daemon's desk is in a state */
#include "ipc/wait.h"

#include "ipc/feed.h"
#include "ipc/record.h"
#include "ipc/value.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#define LOOK_NS    50000000u
#define NS_PER_S   1e9
#define WORDS      32
#define SILENCE_DB (-90.0)

static bool is_rolling(const char *value)
{
    return strcmp(value, "rolling") == 0;
}

static bool is_stopped(const char *value)
{
    return strcmp(value, "stopped") == 0;
}

static bool is_on(const char *value)
{
    return strcmp(value, "on") == 0;
}

static bool is_silent(const char *value)
{
    return value_db(value) < SILENCE_DB;
}

static const struct goal {
    const char *name, *question, *key; /* which value of which answer tells */
    bool (*met)(const char *value);
    unsigned looks; /* that must find it so, one after the other */
} goals[] = {
    { "playing", "status", "state", is_rolling, 1 },
    { "stopped", "status", "state", is_stopped, 1 },
    { "primed", "status", "primed", is_on, 1 },
    { "silence", "meters master", "peak", is_silent, 4 },
};

struct wait {
    struct loop *loop;
    struct feed *feed;
    const struct goal *goal;
    unsigned met; /* looks in a row that found it so */
    bool asked;
    int status;
};

const char *wait_goals(void)
{
    return "playing|stopped|primed|silence";
}

static const struct goal *find_goal(const char *name)
{
    for (size_t i = 0; i < sizeof goals / sizeof *goals; i++)
        if (strcmp(goals[i].name, name) == 0)
            return &goals[i];
    return NULL;
}

static void end(struct wait *w, int status)
{
    w->status = status;
    loop_quit(w->loop);
}

static void look(void *arg, uint64_t n)
{
    struct wait *w = arg;
    (void)n;
    if (!w->asked)
        feed_send(w->feed, "%s", w->goal->question);
    w->asked = true;
}

static void greet(void *arg)
{
    look(arg, 1);
}

static void hear(void *arg, char *line)
{
    struct wait *w = arg;
    struct pair pairs[WORDS];
    size_t n = record_split(line, pairs, WORDS);
    if (n == 0 || pairs[0].key)
        return;
    if (strcmp(pairs[0].value, "err") == 0)
        end(w, -EPROTO);
    if (strcmp(pairs[0].value, "ok") == 0)
        w->asked = false;
    for (size_t i = 1; i < n && strcmp(pairs[0].value, "-") == 0; i++)
        if (pairs[i].key && strcmp(pairs[i].key, w->goal->key) == 0)
            w->met = w->goal->met(pairs[i].value) ? w->met + 1 : 0;
    if (w->met >= w->goal->looks)
        end(w, 0);
}

static void served(void *arg)
{
    (void)arg;
}

static void lose(void *arg, int error)
{
    end(arg, error);
}

static void run_out(void *arg, uint64_t n)
{
    (void)n;
    end(arg, -ETIMEDOUT);
}

static void interrupt(void *arg, int number)
{
    (void)number;
    end(arg, -EINTR);
}

/* 0 or -errno; what was added goes with the loop. */
static int begin(struct wait *w, const char *path, double timeout_s)
{
    static const struct feed_news news = { greet, hear, served, lose };
    struct source *looks = loop_timer(w->loop, look, w);
    struct source *timeout = loop_timer(w->loop, run_out, w);

    w->feed = feed_new(w->loop, path, &news, w);
    if (!looks || !timeout || !w->feed || !loop_signal(w->loop, SIGINT, interrupt, w) ||
        !loop_signal(w->loop, SIGTERM, interrupt, w))
        return -ENOMEM;
    int status = feed_connect(w->feed);
    if (!status)
        status = loop_timer_arm(looks, LOOK_NS, LOOK_NS);
    if (!status && timeout_s > 0)
        status = loop_timer_arm(timeout, (uint64_t)(timeout_s * NS_PER_S), 0);
    return status;
}

int wait_run(const char *path, const char *goal, double timeout_s)
{
    struct wait w = { .goal = find_goal(goal) };
    if (!w.goal)
        return -EINVAL;
    w.loop = loop_new();
    int status = w.loop ? begin(&w, path, timeout_s) : -ENOMEM;
    if (!status)
        status = loop_run(w.loop);
    feed_free(w.feed);
    loop_free(w.loop);
    return status ? status : w.status;
}
