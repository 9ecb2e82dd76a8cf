/* figures.h - the figures of PROTOCOL.md, gathered and spelled */
#ifndef DAEMON_FIGURES_H
#define DAEMON_FIGURES_H

#include "ipc/text.h"

#include <stdbool.h>

struct meter_figures;
struct mixd;
struct reply;

/* Control. "OUT=48.00 CAP=... BUF=1.00" and " starved=0 ... nans=0"; between them belongs
 * " BUF.low=N". Returns the fill of the emptiest playing track. */
double figures_spell(struct mixd *m, struct text *before, struct text *behind);

/* Control. "peak=-6dB rms=... clips=0". */
void figures_meter(const struct meter_figures *f, struct text *out);
/* Control. "state=rolling position=1.5s position.frames=72000 loop=off": the position twice, to the
 * millisecond, to be read, and to the frame. */
void figures_transport(struct mixd *m, struct text *out);

/* Control. All figures as a data line, then one line for each stage and each track. *fill_low
 * (NULL: the present fill) is the lowest fill since its owner last read it, and starts afresh. */
void figures_reply(struct mixd *m, double *fill_low, struct reply *r);

/* Control. The last lines of the log as data lines. */
void figures_log_reply(struct reply *r);

/* Any thread. glob_match, where NULL matches everything. */
bool figures_match(const char *glob, const char *address);

#endif
