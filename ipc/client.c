/* client.c - one connection: lines in, answers and events out
 *
 * Answers are appended to `out` whole, so an event can only fall between two. Lines are run only
 * while little is left unsent, so `out` is bounded by a mark plus one answer. What was received is
 * obeyed even if its sender is gone: `echo panic | nc -N -U ...` must work.
 */
#include "ipc/client.h"

#include "ipc/loop.h"
#include "ipc/protocol.h"
#include "ipc/registry.h"
#include "ipc/server.h"
#include "ipc/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define IN_ROOM        (2 * PROTOCOL_LINE)
#define LINES_PER_TURN 32
#define BYTES_PER_TURN (16u << 10) /* of answers; the line that reaches it is the turn's last */
#define REPLY_MARK     (64u << 10) /* unsent bytes from which on no more lines are run */
#define EVENT_MARK     (1u << 20)  /* most bytes of events in one tick */
#define BACKLOG        (16u << 20) /* unsent bytes that cost the connection: one giant answer */
#define KEEP           (64u << 10) /* an emptied `out` larger than this is given back */

struct client {
    struct client_host *host;
    struct client_links links;
    uint64_t id;
    int fd;
    struct source *source;
    unsigned wanted; /* events that the source waits for */

    char in[IN_ROOM + 1]; /* received, not yet run: in[at .. end) */
    size_t at, end;
    bool discarding; /* the rest of a line that was too long */
    bool ended;      /* the peer has sent its last byte */

    struct text out;
    size_t sent; /* bytes of out that the socket has taken */
    bool held;   /* the socket did not take everything last time */
    bool gone;   /* nobody reads any more: what is said is thrown away */
    bool over;   /* too much unread, or no memory */

    bool waiting;
    struct pending pending;
    struct reply *reply; /* of the pending answer */

    void *data;
    void (*drop)(void *data);
};

static size_t unsent(const struct client *c)
{
    return c->out.length - c->sent;
}

static void leave(struct client *c)
{
    c->gone = true;
    c->sent = 0;
    text_clear(&c->out);
}

static void say(struct client *c, const char *bytes, size_t n)
{
    if (c->gone)
        return;
    text_add(&c->out, bytes, n);
    if (c->out.failed || unsent(c) > BACKLOG) {
        c->over = true;
        leave(c);
    }
}

void client_flush(struct client *c)
{
    while (unsent(c)) {
        ssize_t n = send(c->fd, c->out.data + c->sent, unsent(c), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN)
            leave(c);
        if (n <= 0)
            break;
        c->sent += (size_t)n;
    }
    c->held = unsent(c) > 0;
    if (!c->held && c->out.room > KEEP)
        text_clear(&c->out);
    if (c->sent > c->out.length / 2 || !c->held) { /* moves a byte at most once on average */
        text_drop(&c->out, c->held ? c->sent : c->out.length);
        c->sent = 0;
    }
}

static void finish_waiting(struct client *c)
{
    c->waiting = false;
    c->pending.drop(c->pending.state);
    reply_free(c->reply);
    c->reply = NULL;
}

/* Nobody waits for the answer any more. A command that is still to be obeyed is polled on. */
static void forgo(struct client *c)
{
    const struct pending *p = &c->pending;
    if (c->gone && c->waiting && !(p->owed && p->owed(p->state)))
        finish_waiting(c);
}

static void receive(struct client *c)
{
    memmove(c->in, c->in + c->at, c->end - c->at);
    c->end -= c->at;
    c->at = 0;
    if (c->end == IN_ROOM || c->ended)
        return;
    ssize_t n = recv(c->fd, c->in + c->end, IN_ROOM - c->end, 0);
    if (n > 0)
        c->end += (size_t)n;
    else if (n == 0 || (errno != EAGAIN && errno != EINTR))
        c->ended = true;
}

static void ready(void *arg, unsigned events)
{
    struct client *c = arg;
    if (events & LOOP_HANGUP)
        leave(c);
    if (events & (LOOP_READ | LOOP_HANGUP))
        receive(c);
    c->host->busy(c->host->server, c);
}

/* Takes the next whole line, or as much of one as shows that it is too long. */
static bool next_line(struct client *c, char **line, size_t *length)
{
    for (;;) {
        char *start = c->in + c->at;
        size_t n = c->end - c->at;
        char *newline = memchr(start, '\n', n);
        if (!newline && !c->discarding && n <= PROTOCOL_LINE + 1)
            return false;
        bool rest = c->discarding;
        c->discarding = !newline;
        c->at += newline ? (size_t)(newline - start) + 1 : n;
        if (rest && !newline)
            return false;
        if (rest)
            continue;
        *line = start;
        *length = newline ? (size_t)(newline - start) : n;
        if (newline && *length && start[*length - 1] == '\r')
            --*length;
        return true;
    }
}

/* Returns the answer's size. */
static size_t answer(struct client *c, struct reply *r)
{
    size_t n;
    const char *bytes = reply_finish(r, &n);
    say(c, bytes, n);
    return n;
}

/* Returns the size of the answer, 0 if there is none now. */
static size_t run_line(struct client *c, char *line, size_t length)
{
    struct client_host *host = c->host;
    struct reply *r = host->reply ? host->reply : reply_new();

    host->reply = r;
    if (!r) {
        c->over = true;
        return 0;
    }
    switch (registry_run(host->registry, line, length, c, r, &c->pending)) {
    case VERDICT_DONE:
        return answer(c, r);
    case VERDICT_LATER:
        c->waiting = true;
        c->reply = r;
        host->reply = NULL;
        break;
    case VERDICT_NONE:
        break;
    }
    return 0;
}

/* False: out of memory, and its next turn is its last. */
static bool listen_again(struct client *c)
{
    c->wanted = 0;
    c->source = loop_fd(c->host->loop, c->fd, c->wanted, ready, c);
    if (c->source)
        return true;
    c->over = true;
    c->host->busy(c->host->server, c);
    return false;
}

/* Waits for what makes sense now: bytes if they can be held, room if there is something to send. */
static void want(struct client *c)
{
    if (c->gone && c->waiting) { /* a hang-up is told again and again */
        loop_remove(c->source);
        c->source = NULL;
        return;
    }
    if (!c->source && !listen_again(c))
        return;
    bool read = !c->ended && !c->waiting && unsent(c) < REPLY_MARK && c->end - c->at < IN_ROOM;
    unsigned wanted = (read ? LOOP_READ : 0u) | (c->held ? LOOP_WRITE : 0u);
    if (wanted != c->wanted && loop_fd_events(c->source, wanted) == 0)
        c->wanted = wanted;
}

/* Runs up to a turn's worth of lines, one if the client has left and is in no hurry; true: there
 * may be more that could be run. */
static bool run_lines(struct client *c)
{
    char *line;
    size_t length, said = 0;
    int most = c->gone ? 1 : LINES_PER_TURN;

    for (int i = 0; i < most && said < BYTES_PER_TURN; i++) {
        forgo(c);
        if (c->waiting || c->over || unsent(c) >= REPLY_MARK || !next_line(c, &line, &length))
            return false;
        said += run_line(c, line, length);
    }
    return true;
}

enum client_state client_turn(struct client *c)
{
    bool more = run_lines(c);
    bool full = unsent(c) >= REPLY_MARK;

    client_flush(c);
    forgo(c);
    more = more || (full && unsent(c) < REPLY_MARK);
    if (c->over || (c->ended && !more && !c->waiting && !unsent(c)))
        return CLIENT_OVER;
    want(c);
    return more ? CLIENT_BUSY : CLIENT_IDLE;
}

bool client_waiting(const struct client *c)
{
    return c->waiting;
}

bool client_poll(struct client *c)
{
    if (!c->waiting)
        return false;
    if (!c->pending.poll(c->pending.state, c->reply))
        return true;
    answer(c, c->reply);
    finish_waiting(c);
    c->host->busy(c->host->server, c);
    return false;
}

struct client *client_open(struct client_host *host, int fd, uint64_t id, const char *greeting)
{
    struct client *c = calloc(1, sizeof *c);
    struct source *source = c ? loop_fd(host->loop, fd, LOOP_READ, ready, c) : NULL;
    if (!source) {
        free(c);
        close(fd);
        return NULL;
    }
    c->host = host;
    c->id = id;
    c->fd = fd;
    c->source = source;
    c->wanted = LOOP_READ;
    say(c, greeting, strlen(greeting));
    say(c, "\n", 1);
    host->busy(host->server, c);
    return c;
}

void client_close(struct client *c)
{
    if (c->waiting)
        finish_waiting(c);
    client_set_data(c, NULL, NULL);
    loop_remove(c->source);
    close(c->fd);
    text_clear(&c->out);
    free(c);
}

struct client_links *client_links(struct client *c)
{
    return &c->links;
}

uint64_t client_id(const struct client *c)
{
    return c->id;
}

void client_set_data(struct client *c, void *data, void (*drop)(void *data))
{
    if (c->drop)
        c->drop(c->data);
    c->data = data;
    c->drop = drop;
}

void *client_data(const struct client *c)
{
    return c->data;
}

bool client_event_room(const struct client *c)
{
    return !c->gone && !c->held && unsent(c) < EVENT_MARK;
}

bool client_event(struct client *c, const char *format, ...)
{
    va_list args;

    if (!client_event_room(c))
        return false;
    text_add_string(&c->out, "event ");
    size_t from = c->out.length;
    va_start(args, format);
    text_vprintf(&c->out, format, args);
    va_end(args);
    text_tame(&c->out, from);
    say(c, "\n", 1);
    c->host->busy(c->host->server, c);
    return true;
}

bool client_event_text(struct client *c, const struct text *head, const struct text *rest)
{
    if (!client_event_room(c))
        return false;
    text_add(&c->out, "event ", 6);
    text_add(&c->out, text_string(head), head->length);
    text_add(&c->out, text_string(rest), rest->length);
    say(c, "\n", 1);
    c->host->busy(c->host->server, c);
    return true;
}
