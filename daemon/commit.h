/* commit.h - an errand obeyed as soon as it can be, and answered then */
#ifndef DAEMON_COMMIT_H
#define DAEMON_COMMIT_H

#include "ipc/registry.h"

struct errand;

/* Control. Takes what the errand holds. The call is answered when it is on its way: with a data
 * line for each of its lines, and the frame from which all of it is heard. */
enum verdict commit(struct call *call, struct errand *e);

#endif
