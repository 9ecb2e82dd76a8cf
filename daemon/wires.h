/* wires.h - the connections of our ports: which are there, and which should be
 *
 * Pure bookkeeping, for a driver whose ports somebody may connect at any time and whose server may
 * go and come back. The driver looks at the server and tells what it sees; between two looks a wire
 * that has vanished was either taken apart, if both its ports are still there, and is let go; or it
 * went with a port. All are the control thread's.
 */
#ifndef DAEMON_WIRES_H
#define DAEMON_WIRES_H

#include <stdbool.h>
#include <stdint.h>

struct wires;

struct wire {
    const char *from, *to; /* full port names */
    bool asked;            /* by wires_ask: kept until wires_forget, there or not */
    bool live;             /* there at the last look */
    bool due;              /* to be made as soon as both its ports are there */
};

struct wires *wires_new(void); /* NULL: out of memory */
void wires_free(struct wires *w);

/* From now on this wire is kept, and due unless it is live. 0, -EEXIST (it was asked for before,
 * and is due again unless live) or -ENOMEM. */
int wires_ask(struct wires *w, const char *from, const char *to);
/* It may go, and is not due. Was it asked for or due? */
bool wires_forget(struct wires *w, const char *from, const char *to);

/* One look at the server: begin, every wire that is there, end. `now_ns` is the time of the look;
 * `there` says whether a port of that name is there. Out of memory, a wire is overlooked. */
void wires_look(struct wires *w);
void wires_see(struct wires *w, const char *from, const char *to);
void wires_looked(struct wires *w, uint64_t now_ns, void *context,
                  bool (*there)(void *context, const char *port));

/* The server is gone. Every wire that was live is due, and those too whose port had gone a moment
 * before, because a server that ends in order takes its own ports first. */
void wires_lose(struct wires *w, uint64_t now_ns);

/* Walks over those that are live, asked for or due: begins with *place 0; false after the last. The
 * names are valid until the next call that is no question. */
bool wires_next(const struct wires *w, uint32_t *place, struct wire *out);

#endif
