/* plans.h - what convolution costs on this machine: measured once, kept in a file
 *
 * Plans are weighed by built-in costs unless a session says engine/plan measured. Then the costs
 * are read from the file `plan-costs` in the cache folder. Where there is none that fits this
 * program and this CPU, a thread of the lowest priority measures them, in some tenths of a second,
 * while the built-in ones go on serving; then it writes the file, whole or not at all.
 */
#ifndef MIXER_PLANS_H
#define MIXER_PLANS_H

#include <stdbool.h>

struct plans;

/* Control, all. */

/* folder: of the file; made if need be; copied; NULL: none is kept. measures: a thread may measure;
 * else only the file serves. With neither it leaves the costs in force alone, which are the whole
 * program's. NULL: out of memory. */
struct plans *plans_new(const char *folder, bool measures);
/* Ends the thread; takes its costs out of force. NULL is fine. */
void plans_free(struct plans *p);

/* From now on by the machine's own costs, as soon as there are some, or by the built-in ones. */
void plans_choose(struct plans *p, bool measured);
/* Puts into force what the thread has found. */
void plans_tick(struct plans *p);
/* Have other costs come into force since this was asked last? */
bool plans_changed(struct plans *p);
/* What was wrong with the file, with its path; each once; else NULL. Good until the next call. */
const char *plans_problem(struct plans *p);
/* Is the thread at work? */
bool plans_measuring(const struct plans *p);

#endif
