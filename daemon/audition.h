/* audition.h - a session file tried on a desk that never sounds, a few lines at a time
 *
 *     audition_begin(&a, m, path);
 *     while (!audition_go_on(&a, m))
 *         ...                          others are served
 *     if (a.good)
 *         ...
 *     audition_clear(&a);
 *
 * A thread reads what it needs of files, its own text included, and keeps that: whoever enters
 * `reading` then (reading.h) and runs the file on the desk that sounds finds everything there.
 */
#ifndef DAEMON_AUDITION_H
#define DAEMON_AUDITION_H

#include "daemon/mixd.h"
#include "daemon/reading.h"
#include "ipc/text.h"

#include <stdbool.h>

struct script;

struct audition {
    char *path;
    struct mixd trial; /* what the file makes of an empty desk, once it is over */
    struct reading reading;
    struct script *script; /* while it is being run */
    struct text fault;     /* why it is refused: `file:line:column: text` */
    /* Its owner's: the file will be performed whatever comes. Begun anew, it goes on behind lines
     * that are refused then, to know what all others need. */
    bool determined;
    bool over, good;
};

/* Control. At the rate of m. Out of memory: it is over, and not good. */
void audition_begin(struct audition *a, const struct mixd *m, const char *path);
/* Control. True: it is over. If m has another rate by now, it begins anew, with the text that it
 * has read. */
bool audition_go_on(struct audition *a, const struct mixd *m);
/* Control. What was begun, or all 0. */
void audition_clear(struct audition *a);

/* Control, when it is over at the rate of m, which has an empty desk. Runs the file on that. 0, or
 * -1 and a->fault: a line that the trial took is refused, perhaps for what clients have scheduled;
 * all others are obeyed. */
int audition_perform(struct audition *a, struct mixd *m);

#endif
