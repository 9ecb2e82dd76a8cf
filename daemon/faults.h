/* faults.h - what is wrong with a session file: `file:line:column: text`, a line for each
 *
 *     for (every line) {
 *         faults_line(f, line, length);
 *         if (it is refused)
 *             faults_add(f, number, reply);
 *     }
 *
 * A line that only misses what a wrong line before it would have made is left out: it would be
 * right if that one were.
 */
#ifndef DAEMON_FAULTS_H
#define DAEMON_FAULTS_H

#include "ipc/text.h"

#include <stddef.h>

struct faults;
struct reply;

/* Control. `path` and `out`, to which the faults are appended, outlive it. NULL: out of memory. */
struct faults *faults_new(const char *path, struct text *out);
void faults_free(struct faults *f); /* NULL is fine */

/* Control. The line that is to be run next, and may be taken apart then. */
void faults_line(struct faults *f, const char *line, size_t length);
/* Control. It was refused. */
void faults_add(struct faults *f, unsigned number, const struct reply *reply);
/* Control. Something else is wrong, at that line and column. */
void faults_say(struct faults *f, unsigned line, unsigned column, const char *text);
/* Control. How many lines were refused, those left out included. */
unsigned faults_count(const struct faults *f);

#endif
