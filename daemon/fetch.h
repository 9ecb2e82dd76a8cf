/* fetch.h - a client's command that is obeyed once the files it needs have been read */
#ifndef DAEMON_FETCH_H
#define DAEMON_FETCH_H

#include "ipc/registry.h"

struct needs;

/* Control. Runs obey(call), at once if it needs no file. Else a thread reads what it needs, and it
 * is run again then; it keeps its place among its client's lines, and is obeyed even if the client
 * has gone. What is read comes to `shared`, or, if that is NULL, goes with the command. */
enum verdict fetch_and_obey(struct call *call, enum verdict (*obey)(struct call *call),
                            struct needs *shared);

#endif
