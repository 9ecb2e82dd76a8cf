/* chore.h - something that may hang, done on a thread of its own */
#ifndef DAEMON_CHORE_H
#define DAEMON_CHORE_H

#include <stdbool.h>

struct chore;

/* Any thread. Begins do_it(arg) on another thread; where there can be none, does it before it
 * returns. NULL: out of memory, nothing was done. */
struct chore *chore_new(void (*do_it)(void *arg), void *arg);

/* One thread. Is it done? Waits that long for it at most. */
bool chore_done(struct chore *c, unsigned timeout_ms);

/* One thread. What is not done by then goes on by itself. */
void chore_free(struct chore *c);

#endif
