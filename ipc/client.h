/* client.h - one connection as its server sees it: lines in, answers and events out
 *
 * What the daemon may ask of a client stands in server.h.
 */
#ifndef IPC_CLIENT_H
#define IPC_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

struct client;
struct loop;
struct registry;
struct reply;

/* What a client needs of its server. */
struct client_host {
    struct loop *loop;
    const struct registry *registry;
    struct reply *reply; /* for the answer being made; NULL: taken by a client that waits */
    void (*busy)(void *server, struct client *c); /* it wants client_turn */
    void *server;
};

enum client_state {
    CLIENT_IDLE, /* waits for its socket or for a pending answer */
    CLIENT_BUSY, /* has more lines to run: another turn, once others had theirs */
    CLIENT_OVER, /* to be closed */
};

/* Control. Takes fd, also on failure, and queues the greeting. NULL: no memory or descriptors. */
struct client *client_open(struct client_host *host, int fd, uint64_t id, const char *greeting);
void client_close(struct client *c);

/* Control. Runs a bounded number of lines and sends what can be sent. */
enum client_state client_turn(struct client *c);

/* Control. Is its answer pending? Polls it; false: it is complete, the client is busy again. */
bool client_waiting(const struct client *c);
bool client_poll(struct client *c);

/* Control. Sends what the socket takes now. */
void client_flush(struct client *c);

/* Places in the server's lists. */
struct client_links {
    struct client *prev, *next; /* all clients */
    struct client *next_busy;
    bool in_busy;
    bool pending; /* counted among the server's pending answers */
};
struct client_links *client_links(struct client *c);

#endif
