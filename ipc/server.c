/* server.c - the listening socket and its clients
 *
 * Sockets only mark their client busy; the work is done at the end of the loop's turn, when every
 * busy client runs a few lines and sends. So no client starves another, a batch of events to one
 * client costs one system call, and a client is only ever closed where nobody holds it.
 */
#include "ipc/server.h"

#include "ipc/client.h"
#include "ipc/listener.h"
#include "ipc/text.h"

#include <errno.h>
#include <stdlib.h>

#define ACCEPTS_PER_TURN 64

struct server {
    struct server_setup setup;
    struct client_host host;
    struct listener *listener;
    struct source *listening, *after;
    struct client *first, *last; /* all clients, in order of arrival */
    struct client *busy, **busy_end;
    unsigned clients, pending;
    uint64_t ids; /* given out so far */
};

static void mark_busy(void *server, struct client *c)
{
    struct server *s = server;
    struct client_links *l = client_links(c);
    if (l->in_busy)
        return;
    l->in_busy = true;
    l->next_busy = NULL;
    *s->busy_end = c;
    s->busy_end = &l->next_busy;
    loop_hurry(s->host.loop);
}

static void link_client(struct server *s, struct client *c)
{
    struct client_links *l = client_links(c);
    l->prev = s->last;
    if (s->last)
        client_links(s->last)->next = c;
    else
        s->first = c;
    s->last = c;
    s->clients++;
}

static void end_client(struct server *s, struct client *c)
{
    struct client_links *l = client_links(c);
    if (l->prev)
        client_links(l->prev)->next = l->next;
    else
        s->first = l->next;
    if (l->next)
        client_links(l->next)->prev = l->prev;
    else
        s->last = l->prev;
    s->clients--;
    if (s->setup.leave)
        s->setup.leave(s->setup.context, c);
    client_close(c);
}

static void welcome(struct server *s, int fd)
{
    char line[SERVER_GREETING] = "";
    s->setup.greet(s->setup.context, line, sizeof line);
    struct client *c = client_open(&s->host, fd, ++s->ids, line);
    if (c)
        link_client(s, c);
}

static void arrive(void *server, unsigned events)
{
    struct server *s = server;
    (void)events;
    for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
        int fd = listener_accept(s->listener);
        if (fd == -EAGAIN)
            return;
        if (fd >= 0)
            welcome(s, fd);
    }
}

/* One turn of one busy client, and what it did to the count of pending answers. */
static void serve(struct server *s, struct client *c)
{
    struct client_links *l = client_links(c);
    bool waited = l->pending;
    l->in_busy = false;
    enum client_state state = client_turn(c);
    l->pending = client_waiting(c) && state != CLIENT_OVER;
    s->pending = s->pending - waited + l->pending;
    if (state == CLIENT_BUSY)
        mark_busy(s, c);
    /* Over, yet busy: it sent itself an event; its next turn will find it over again. */
    if (state == CLIENT_OVER && !l->in_busy)
        end_client(s, c);
}

static bool serve_busy(void *server)
{
    struct server *s = server;
    struct client *c = s->busy, *next;
    s->busy = NULL;
    s->busy_end = &s->busy;
    for (; c; c = next) {
        next = client_links(c)->next_busy;
        serve(s, c);
    }
    return s->busy != NULL;
}

struct server *server_open(struct loop *l, const struct server_setup *setup, const char **why)
{
    static char text[PROTOCOL_PATH + 128];
    struct server *s = calloc(1, sizeof *s);

    *why = "out of memory";
    if (!s)
        return NULL;
    s->setup = *setup;
    s->busy_end = &s->busy;
    s->host = (struct client_host){
        .loop = l, .registry = setup->registry, .busy = mark_busy, .server = s
    };
    s->listener = listener_open(setup->path, setup->group, text, sizeof text);
    if (!s->listener) {
        *why = text;
        server_close(s);
        return NULL;
    }
    s->listening = loop_fd(l, listener_fd(s->listener), LOOP_READ, arrive, s);
    s->after = loop_after(l, serve_busy, s);
    if (!s->listening || !s->after) {
        server_close(s);
        return NULL;
    }
    return s;
}

void server_close(struct server *s)
{
    if (!s)
        return;
    for (struct client *c = s->first; c; c = client_links(c)->next)
        client_flush(c);
    while (s->first)
        end_client(s, s->first);
    loop_remove(s->after);
    loop_remove(s->listening);
    listener_close(s->listener);
    reply_free(s->host.reply);
    free(s);
}

unsigned server_poll(struct server *s)
{
    for (struct client *c = s->pending ? s->first : NULL; c; c = client_links(c)->next) {
        if (!client_links(c)->pending || client_poll(c))
            continue;
        client_links(c)->pending = false;
        s->pending--;
    }
    return s->pending;
}

unsigned server_pending(const struct server *s)
{
    return s->pending;
}

struct client *server_next(struct server *s, struct client *c)
{
    return c ? client_links(c)->next : s->first;
}

unsigned server_clients(const struct server *s)
{
    return s->clients;
}
