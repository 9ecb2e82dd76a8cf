/* feed.c - a daemon's lines as they come, for one who watches: connects, and again when it went */
#include "ipc/feed.h"

#include "ipc/connection.h"
#include "ipc/protocol.h"
#include "ipc/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RETRY_NS 200000000u
#define KEPT     4096 /* bytes of commands that a daemon has not taken yet */

struct feed {
    struct loop *loop;
    char *path;
    struct feed_news news;
    void *arg;
    struct connection *connection; /* NULL: nobody there */
    struct source *ready, *timer;
    struct text out; /* commands not taken yet */
    bool greeted;
};

static void hang_up(struct feed *f)
{
    loop_remove(f->ready);
    f->ready = NULL;
    text_clear(&f->out);
    connection_close(f->connection);
    f->connection = NULL;
}

static void lose(struct feed *f, int error)
{
    hang_up(f);
    f->news.down(f->arg, error);
}

/* The first line is the greeting. 0, or -EPROTO: it is none, or another version's. */
static int check_greeting(struct feed *f, const char *line)
{
    int version;
    if (sscanf(line, "mixd %d", &version) != 1 || version != PROTOCOL_VERSION)
        return -EPROTO;
    f->greeted = true;
    return 0;
}

static int tell(struct feed *f, char *line)
{
    bool first = !f->greeted;
    int status = first ? check_greeting(f, line) : 0;
    if (status)
        return status;
    f->news.line(f->arg, line);
    if (first)
        f->news.up(f->arg);
    return 0;
}

/* A connection that fails here is found broken by the next read. */
static void flush(struct feed *f)
{
    ssize_t sent = connection_push(f->connection, text_string(&f->out), f->out.length);
    if (sent != 0)
        text_drop(&f->out, sent > 0 ? (size_t)sent : f->out.length);
    loop_fd_events(f->ready, f->out.length ? LOOP_READ | LOOP_WRITE : LOOP_READ);
}

static void hear(struct feed *f)
{
    char *line;
    int status = connection_fill(f->connection);
    while (f->connection && (line = connection_take(f->connection))) {
        int wrong = tell(f, line);
        status = wrong ? wrong : status;
        if (wrong)
            break;
    }
    f->news.served(f->arg);
    if (status && f->connection)
        lose(f, status);
}

static void serve(void *arg, unsigned events)
{
    struct feed *f = arg;
    if (events & LOOP_WRITE)
        flush(f);
    if (events & (LOOP_READ | LOOP_HANGUP))
        hear(f);
}

int feed_connect(struct feed *f)
{
    hang_up(f);
    f->greeted = false;
    f->connection = connection_open(f->path);
    if (!f->connection)
        return -errno;
    f->ready = loop_fd(f->loop, connection_fd(f->connection), LOOP_READ, serve, f);
    if (f->ready)
        return 0;
    int error = -errno;
    hang_up(f);
    return error;
}

static void try_again(void *arg, uint64_t n)
{
    struct feed *f = arg;
    (void)n;
    if (feed_connect(f) == 0)
        loop_timer_disarm(f->timer);
}

int feed_retry(struct feed *f)
{
    return loop_timer_arm(f->timer, RETRY_NS, RETRY_NS);
}

bool feed_send(struct feed *f, const char *format, ...)
{
    va_list args;
    if (!f->connection || f->out.length > KEPT)
        return false;
    va_start(args, format);
    text_vprintf(&f->out, format, args);
    va_end(args);
    text_add(&f->out, "\n", 1);
    flush(f);
    return true;
}

struct feed *feed_new(struct loop *l, const char *path, const struct feed_news *news, void *arg)
{
    struct feed *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    *f = (struct feed){ .loop = l, .path = strdup(path), .news = *news, .arg = arg };
    f->timer = loop_timer(l, try_again, f);
    if (f->path && f->timer)
        return f;
    feed_free(f);
    return NULL;
}

void feed_free(struct feed *f)
{
    if (!f)
        return;
    hang_up(f);
    loop_remove(f->timer);
    free(f->path);
    free(f);
}
