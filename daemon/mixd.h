/* mixd.h - the daemon: what main() wires together and the verbs work on */
#ifndef DAEMON_MIXD_H
#define DAEMON_MIXD_H

#include "daemon/driver.h"
#include "daemon/lockstep.h"
#include "daemon/reading.h"
#include "ipc/registry.h"
#include "mixer/refusal.h"

#include <stdbool.h>
#include <stdint.h>

struct asker;
struct console;
struct fades;
struct engine;
struct link;
struct loop;
struct bulletin;
struct meters;
struct needs;
struct ports;
struct server;
struct schedule;
struct source;
struct telemetry;
struct transaction;
struct turns;
struct wires;

struct mixd {
    const char *name;
    uint32_t quantum;
    struct link *link;
    struct console *console;
    struct engine *engine;
    struct ports *ports;
    const struct driver_kind *driver_kind;
    struct driver *driver; /* NULL: render, check */
    struct telemetry *telemetry;
    struct meters *meters;
    struct bulletin *bulletin;
    struct registry registry;
    struct loop *loop;     /* NULL: render, check */
    struct server *server; /* the same */
    struct source *timer;
    struct source *waker; /* for the driver's threads */
    /* No verb waits for the engine: a session is being read before it runs, or to be checked. */
    bool at_once;
    bool trial;    /* nothing of it will ever sound: lines are tried on it */
    bool plans;    /* a trial on which what has a time waits for it; else it is run at once */
    bool thorough; /* a session is run on behind a wrong line, to find them all */
    bool offline;  /* the engine waits for the control thread: a render */
    bool batch; /* what is run is part of a batch: no verb waits, and all is obeyed at its frame */
    bool whole; /* and it is a transaction (of a rehearsal: it is one that is tried there): what has
                   changed since it was tried refuses no line */
    const struct mixd *real;          /* of a rehearsal: the desk that it is a copy of; or NULL */
    uint64_t revision;                /* grows with each change of the desk other than of levels */
    struct schedule *schedule;        /* NULL: a trial that plans nothing */
    struct transaction *transactions; /* that have been begun */
    struct fades *fades;
    struct turns *turns;
    const struct asker *asker; /* of the batch that is run; NULL: none is */
    struct needs *needs;       /* what is tried finds of files, or notes; NULL: it reads them */
    struct reading spare;      /* of what is built anew by itself; all 0: a render, a trial */
    const uint64_t *said;      /* engine frame at which what is tried was said; NULL: now */
    bool quitting;
    bool autoplay;      /* --play, or a session's own `play` */
    char *session_path; /* what `save` without a file is not, but `reload` is; may be NULL */
    /* Connections that the session names, for `save`: the driver has no ports; or NULL. */
    struct wires *wires;
    uint64_t driver_due_ns;         /* of its next tick */
    enum driver_state driver_state; /* as it was told last */
    struct lockstep lockstep;       /* with the driver's shared timeline */
    uint64_t metered_frame;         /* of the status that the meters have taken in */
    uint64_t looked_ns;             /* when the figures of all tracks were looked at last */
};

/* Control. Link, console, engine (and ports, unless there are some) for this rate; no server. 0, or
 * -1 when out of memory. mixd_clear undoes it, and closes driver and server first if there are any.
 */
int mixd_init(struct mixd *m, const char *name, uint32_t rate, uint32_t quantum);
void mixd_clear(struct mixd *m);

/* Control. The control thread's turn: console, figures, watchers, answers that were pending. Sets
 * its own pace: about every ms while something is under way. */
void mixd_tick(struct mixd *m);
/* Control. Something has been asked for: look at it soon. */
void mixd_hurry(struct mixd *m);

/* commands.c: the table of verbs, sorted. */
extern const struct verb verbs[];
extern const unsigned verb_count;

/* Answers with what the console refused; for unknown addresses with the nearest known one. */
enum verdict refused(const struct call *call, const struct refusal *why);

#endif
