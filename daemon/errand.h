/* errand.h - command lines that were tried, and are run together as one batch when all is ready */
#ifndef DAEMON_ERRAND_H
#define DAEMON_ERRAND_H

#include "daemon/asker.h"
#include "daemon/reading.h"
#include "ipc/reply.h"
#include "ipc/text.h"

#include <stdbool.h>
#include <stdint.h>

struct mixd;
struct rehearsal;
struct wishes;

struct errand {
    struct asker asker;    /* who gave them */
    struct text lines;     /* each ended by \n */
    unsigned n, obeyed;    /* lines: all, and those that were obeyed when they were run last */
    struct wishes *wishes; /* files that they will play; or NULL */
    struct rehearsal *rehearsal; /* where they were tried, if it is still known; or NULL */
    struct text fault;           /* why the rehearsal refused a line; "": it did not */
    enum code code;              /* of that */
    struct reading reading;      /* of their files */
    bool tried;                  /* the wishes have been taken from the rehearsal */
    bool whole;                  /* all of them or none, and nothing else is under way meanwhile */
    bool quoted;                 /* each line is told with its answer: who asked has not said it */
    bool plain;                  /* they move levels only: no desk, no file */
};

enum errand_state {
    ERRAND_DONE,
    ERRAND_PRIMING, /* files are being opened for it */
    ERRAND_READING, /* a file has to be read first, which may take for ever: others need not wait */
    ERRAND_BUSY,    /* the engine has to go on first */
    ERRAND_REFUSED, /* `reply` says why; of `whole` ones nothing has changed, unless `obeyed` says
                       that it came out of nowhere, behind so many lines */
};

/* Control. Somebody else reads its files from now on, unless nobody would be held up by that (a
 * render). False: out of memory. */
bool errand_reads(const struct mixd *m, struct errand *e);

/* Control. Of `whole` ones: has the desk changed since they were tried, they are tried again.
 * DONE: they would be obeyed. READING; or REFUSED: one is refused now, and `reply` says which and
 * why. */
enum errand_state errand_refresh(struct mixd *m, struct errand *e, struct reply *reply);

/* Control. Runs its lines, one after the other; `answers` and `reply` as below. False: one is
 * refused, and none behind it was run. */
bool errand_run_lines(struct mixd *m, struct errand *e, struct reply *answers, struct reply *reply);

/* Control. Runs it, if it can be run now, at engine frame `at` (0: at once); *frame is where it is
 * heard from. `patient`: waits for its files whatever comes. `answers` (may be NULL) gets a data
 * line for each of its lines; `reply` is for the lines' own answers, and keeps the last. */
enum errand_state errand_run(struct mixd *m, struct errand *e, uint64_t at, bool patient,
                             uint64_t *frame, struct reply *answers, struct reply *reply);
/* Control. Forgets where its lines were tried and what they would open: the desk will be another.
 */
void errand_forget(struct mixd *m, struct errand *e);
/* Control. Frees what it holds. */
void errand_clear(struct mixd *m, struct errand *e);

#endif
