/* connection.h - the connecting end of the socket: lines out, lines in, no limit to their length */
#ifndef IPC_CONNECTION_H
#define IPC_CONNECTION_H

#include <stddef.h>
#include <sys/types.h>

struct connection;

/* One thread. NULL: errno tells (ENOENT, ECONNREFUSED: nobody there). */
struct connection *connection_open(const char *path);
void connection_close(struct connection *c); /* NULL is fine */
int connection_fd(const struct connection *c);

/* One thread. Sends n bytes and a \n; waits as long as it takes. 0, or -errno (-EPIPE: the daemon
 * has gone). */
int connection_send(struct connection *c, const char *line, size_t n);

/* One thread. Sends what goes without waiting; how many of the n bytes, or -errno as above. */
ssize_t connection_push(struct connection *c, const char *bytes, size_t n);

/* One thread. The next line, without its end, good until the next call. Waits for it. 0, or -errno;
 * -EPIPE: the daemon has gone. */
int connection_read(struct connection *c, char **line);

/* One thread. The same from what has been received already; NULL: no whole line. */
char *connection_take(struct connection *c);
/* One thread. Receives once, waiting for at least a byte. 0 or -errno as above. */
int connection_fill(struct connection *c);

#endif
