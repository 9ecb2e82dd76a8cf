/* top.h - the desk, refreshed: what `watch stats meters transport` tells, one screen at a time */
#ifndef IPC_TOP_H
#define IPC_TOP_H

#include "ipc/answer.h"

struct connection;

/* The command whose answer and events are shown. */
#define TOP_COMMAND "watch stats meters transport rate=10"

/* One thread. `first` is the answer to TOP_COMMAND; its events are read from c. On a terminal
 * redraws in place until q or an interrupt; elsewhere writes one block of lines a second. 0 in the
 * end, also when nobody reads standard output on, or -errno of the connection (-EPIPE: the daemon
 * has gone). */
int top_run(struct connection *c, const struct answer *first);

#endif
