/* script.h - the lines of a session, run one after the other: at once, or a few at a time
 *
 *     s = script_open(m, path, &fault);
 *     while (s && !script_run(s, rt_now() + SLICE_NS))
 *         ...                                            others are served
 *     status = s ? script_close(s) : -1;
 */
#ifndef DAEMON_SCRIPT_H
#define DAEMON_SCRIPT_H

#include "ipc/text.h"

#include <stdbool.h>
#include <stdint.h>

struct mixd;
struct script;

/* Control. A file, in whose folder m's console looks for others from now on; or lines in memory,
 * for which `name` stands in `fault`, and the folder stays. m, name and fault outlive it. NULL:
 * `fault` says why; or the file has to be read first (reading.h). */
struct script *script_open(struct mixd *m, const char *path, struct text *fault);
struct script *script_of(struct mixd *m, const char *name, struct text *lines, struct text *fault);

/* Control. Runs lines as if they were typed, none of them waiting for the engine, up to the first
 * that is refused, or all of them if m is thorough. False: it is past `until_ns` (rt_now), or a
 * file has to be read first, and there are more. */
bool script_run(struct script *s, uint64_t until_ns);

/* Control. 0, or -1: a line was refused, or it has no whole lines; `fault` says which. */
int script_close(struct script *s);

#endif
