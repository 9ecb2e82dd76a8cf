/* reading.h - files that another thread reads for what is tried on this one
 *
 *     if (!reading_idle(&r))
 *         return false;                   later
 *     reading_enter(&r, m);
 *     obey(call);
 *     if (!reading_leave(&r, m))
 *         return false;                   it came to nothing: once more, later
 *
 * Whatever is obeyed or tried in between finds there what it needs of files, or is refused and has
 * changed nothing; then a thread reads that, and meanwhile others are served.
 */
#ifndef DAEMON_READING_H
#define DAEMON_READING_H

#include <stdbool.h>

struct chore;
struct mixd;
struct needs;

/* All 0: files are read there and then. */
struct reading {
    struct needs *needs;
    struct chore *chore; /* while a file is read */
};

/* Control. False: out of memory. */
bool reading_init(struct reading *r);
/* Control. What was read for one is there for the other as well; they take turns. `needs` may be
 * NULL. */
void reading_share(struct reading *r, struct needs *needs);
/* Control. What is being read then nobody waits for. */
void reading_clear(struct reading *r);

/* Control. Is no file being read? */
bool reading_idle(struct reading *r);
/* Control. Waits so long at most for what has been begun. */
void reading_await(const struct reading *r, unsigned timeout_ms);
/* Control, while it is idle, and one at a time. */
void reading_enter(struct reading *r, struct mixd *m);
/* Control. False: a file had to be read first, which has been begun. */
bool reading_leave(struct reading *r, struct mixd *m);
/* Control. Begins to read what is lacking, if something is; false: it has begun. */
bool reading_pursue(struct reading *r);
/* Control, in between. Has it come to that already? */
bool reading_lacks(const struct mixd *m);

#endif
