/* top.h - the desk, refreshed */
#ifndef IPC_TOP_H
#define IPC_TOP_H

/* One thread. Watches the daemon at `path` until interrupted, or until nobody reads standard output
 * on. On a terminal it is the control surface, until q, and waits for a daemon that goes away;
 * elsewhere one block of lines a second. 0 or -errno (-ENOENT, -ECONNREFUSED: no daemon at first;
 * -EPIPE: it has gone; -EPROTO: it speaks another language). */
int top_run(const char *path);

#endif
