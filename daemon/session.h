/* session.h - a session file: command lines read and written */
#ifndef DAEMON_SESSION_H
#define DAEMON_SESSION_H

#include "ipc/text.h"

#include <stdbool.h>

struct mixd;

/* Control. Runs every line of the file as if it were typed, none of them waiting for the engine;
 * relative paths are taken from the file's folder from now on. 0, or -1 at the first line that is
 * refused: `fault` (cleared by the caller) then says `file:line:column: text`, of a thorough m for
 * every wrong line. */
int session_run(struct mixd *m, const char *path, struct text *fault);

/* Control. The same with lines in memory, as session_write gave them; `name` stands for the file in
 * `fault`, and the folder stays. */
int session_run_text(struct mixd *m, const char *name, struct text *lines, struct text *fault);

/* Control. Takes everything off the desk, and forgets what a session has scheduled; done once the
 * console has settled. */
void session_clear(struct mixd *m);

/* Control. Appends the session as command lines. Paths that lie in `folder` are written relative to
 * it, and so are those that were written relative to the present folder if that is the same. */
void session_write(struct mixd *m, const char *folder, struct text *out);

/* Control. Of these lines those that `other` is to be compared with: of what has no address of its
 * own (queues, markers, the loop, connections, and scenes that do not hold just the same there),
 * and, if `desk`, of what has one. */
void session_write_for(struct mixd *m, const struct mixd *other, bool desk, struct text *out);

#endif
