/* server.h - the listening socket and its clients
 *
 * Lines come in, go through the registry, answers go out in order. A client whose answer is
 * pending waits, the others go on; a client that does not read is not read from either, so honest
 * pipelining is never punished, and only a backlog past a fixed bound costs the connection.
 * Everything runs on the thread of the loop; nothing here blocks.
 */
#ifndef IPC_SERVER_H
#define IPC_SERVER_H

#include "ipc/loop.h"
#include "ipc/registry.h"
#include "ipc/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SERVER_GREETING 512 /* bytes of the greeting, NUL included */

struct server;
struct client; /* one connection; the registry's caller */

struct server_setup {
    const char *path;                /* as protocol_socket_path gives it; copied */
    const char *group;               /* name or number: mode 0660 and this group; NULL: 0600 */
    const struct registry *registry; /* borrowed */
    /* Writes the greeting, without its line end: "mixd 1 name=mixd rate=48000 ...". */
    void (*greet)(void *context, char *line, size_t size);
    /* A connection ends; nothing more comes of it. NULL: nobody asks. */
    void (*leave)(void *context, struct client *c);
    void *context;
};

/* Control. Listens. A live socket is never stolen, a stale one is replaced; a folder that is
 * missing is made when it lies in $XDG_RUNTIME_DIR or /run. Sets the umask for a moment: call
 * before there are other threads that make files. NULL: *why says what failed, in a static buffer
 * (another daemon there, a path too long, no such group, ...). */
struct server *server_open(struct loop *l, const struct server_setup *setup, const char **why);
/* Control. Sends what can be sent without waiting, drops what is pending, closes every client,
 * removes the socket. Not from within a callback of the loop. NULL is fine. */
void server_close(struct server *s);

/* Control. Polls every pending answer once; returns how many are still pending. Call it about
 * every millisecond while server_pending is not 0. */
unsigned server_poll(struct server *s);
unsigned server_pending(const struct server *s);

/* Control. The client after `c`, the first if c is NULL; NULL at the end. In order of arrival. */
struct client *server_next(struct server *s, struct client *c);
unsigned server_clients(const struct server *s);

/* Control. A number of its own for every connection, from 1. */
uint64_t client_id(const struct client *c);
/* Control. The daemon's own per-connection state. `drop` (may be NULL) is called with it when the
 * connection ends, or when other data is set. */
void client_set_data(struct client *c, void *data, void (*drop)(void *data));
void *client_data(const struct client *c);

/* Control. Would an event be queued now? Asked before a batch of events (one tick of telemetry,
 * up to 1 MB), it holds for the batch. False: what was sent before is still unread; merge instead.
 */
bool client_event_room(const struct client *c);
/* Control. Queues the line `event ...` (format begins after "event "), never inside an answer; it
 * leaves at the end of the loop's turn. False: there was no room, nothing was queued. */
bool client_event(struct client *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Control. The same line in two pieces that are fit for one as they are. */
bool client_event_text(struct client *c, const struct text *head, const struct text *rest);

#endif
