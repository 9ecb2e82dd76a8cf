/* dispatch.h - what becomes of a command: run now, scheduled, or kept for a transaction */
#ifndef DAEMON_DISPATCH_H
#define DAEMON_DISPATCH_H

#include "ipc/registry.h"

/* Control. The registry's `run`. */
enum verdict dispatch(struct call *call);

#endif
