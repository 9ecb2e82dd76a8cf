/* schedule.h - commands that are obeyed later: at an engine frame, or where the timeline comes by
 *
 * A command is checked when it is scheduled, kept here as a line, and run on the console a little
 * ahead of its frame (SCHEDULE_AHEAD_MS), with everything that it posts stamped with that frame: so
 * it is heard from exactly there, and until then every value is the one in force. The files it will
 * play are opened some seconds ahead. One that comes too late is obeyed at once, and says so.
 */
#ifndef DAEMON_SCHEDULE_H
#define DAEMON_SCHEDULE_H

#include "ipc/registry.h"

#include <stdbool.h>
#include <stdint.h>

struct errand;
struct mixd;
struct schedule;
struct when;

enum { SCHEDULE_MOST = 65536, SCHEDULE_AHEAD_MS = 50 };

/* Control. NULL: out of memory. */
struct schedule *schedule_new(void);
void schedule_free(struct schedule *s); /* NULL is fine */

/* Control. Checks a command that has a `when` other than now, and keeps it; the reply tells. */
enum verdict schedule_add(struct call *call);
/* Control. Keeps an errand that was tried, for `when`, and takes what it holds; the reply tells. */
void schedule_add_errand(struct call *call, const struct when *when, struct errand *e);

/* Control. Every turn: hands to the engine what is due soon. */
void schedule_tick(struct mixd *m);
/* Control. Does it want to be called every millisecond? */
bool schedule_busy(const struct mixd *m);
/* Control. The engine begins anew at frame 0, at another rate: what waits for a frame waits as
 * long. */
void schedule_rebase(struct mixd *m, uint64_t frame, uint32_t rate_before, uint32_t rate);

/* Control. How many wait. */
unsigned schedule_count(const struct mixd *m);
/* Control. A data line for each, in the order in which they come up. */
void schedule_list(const struct mixd *m, struct reply *r);
/* Control. Forgets one by its id, or all (0); how many it were. */
unsigned schedule_cancel(struct mixd *m, uint64_t id);
/* Control. Forgets what session files have scheduled, not clients. */
void schedule_cancel_session(struct mixd *m);

#endif
