/* listener.h - the socket in the file system: born with its mode, never stolen, never left behind
 */
#ifndef IPC_LISTENER_H
#define IPC_LISTENER_H

#include <stddef.h>

struct listener;

/* Control. Listens at `path`, mode 0600; with `group` (name or number) 0660 and that group. A file
 * PATH.lock is held locked as long as the listener lives, so of two daemons only one gets through;
 * what else may be at `path` is removed only if it is a socket on which nobody answers. The umask
 * changes for a moment. NULL: why says what failed. */
struct listener *listener_open(const char *path, const char *group, char *why, size_t size);
/* Control. Removes socket and lock file, unless another daemon's have taken their place. NULL is
 * fine. */
void listener_close(struct listener *l);

/* Control. The listening descriptor, for the loop. */
int listener_fd(const struct listener *l);

/* Control. The next connection, non-blocking and close-on-exec; -EAGAIN: none is waiting now;
 * another -errno: it could not be taken and was turned away. */
int listener_accept(struct listener *l);

#endif
