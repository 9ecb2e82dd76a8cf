/* figures.h - the figures of PROTOCOL.md, gathered and spelled */
#ifndef DAEMON_FIGURES_H
#define DAEMON_FIGURES_H

#include "ipc/text.h"

#include <stdbool.h>

struct mixd;
struct reply;

/* Control. "OUT=48.00 CAP=... nans=0" on one line. *fill_low (NULL: the present fill) is the lowest
 * fill since its owner last read it, and starts afresh. */
void figures_write(struct mixd *m, double *fill_low, struct text *out);

/* Control. The same as a data line, then one line for each stage and each track. */
void figures_reply(struct mixd *m, double *fill_low, struct reply *r);

/* Control. The last lines of the log as data lines. */
void figures_log_reply(struct reply *r);

/* Any thread. glob_match, where NULL matches everything. */
bool figures_match(const char *glob, const char *address);

#endif
