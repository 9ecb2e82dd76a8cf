/* rehearsal.h - a desk that never sounds, on which commands are tried before they are obeyed
 *
 * It begins as a copy of the desk that is there. What it refuses would be refused; what it took
 * tells which files will be wanted.
 */
#ifndef DAEMON_REHEARSAL_H
#define DAEMON_REHEARSAL_H

#include "ipc/registry.h"

#include <stdbool.h>
#include <stddef.h>

struct mixd;
struct rehearsal;
struct wishes;
struct console;

/* Control. A copy of m's desk; what is tried on it finds of files what a command finds that is
 * tried on m (reading.h). `whole`: of a transaction; else of lines that are scheduled one by one.
 * NULL: out of memory. */
struct rehearsal *rehearsal_new(struct mixd *m, bool whole);
void rehearsal_free(struct rehearsal *r); /* NULL is fine */

/* Control. Has m's desk changed since, other than by levels? Then the copy is none any more. */
bool rehearsal_stale(const struct rehearsal *r, const struct mixd *m);

/* Control. Tries the first of the lines at *at, which moves behind it, or a command that somebody
 * gave; `reply`, or the command's, has the answer. False: it is refused. */
bool rehearsal_try_next(struct rehearsal *r, const char **at, struct reply *reply);
bool rehearsal_try_call(struct rehearsal *r, const struct call *call);
/* Control. Facts of files that `other` (NULL: nobody) knows are believed, not read. */
void rehearsal_believe(struct rehearsal *r, const struct rehearsal *other);
/* Control. As wishes_take: what the lines tried since the last time would open. */
struct wishes *rehearsal_wishes(struct rehearsal *r);
const struct console *rehearsal_console(const struct rehearsal *r);

#endif
