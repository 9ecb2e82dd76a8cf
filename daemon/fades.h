/* fades.h - movements that somebody waits for: set ... over TIME, stop over TIME
 *
 * Whoever began one is told by an event `done` when it has come to its end, or that another command
 * took over.
 */
#ifndef DAEMON_FADES_H
#define DAEMON_FADES_H

#include "ipc/registry.h"

#include <stdint.h>

struct fades;
struct mixd;

/* Control. NULL: out of memory. */
struct fades *fades_new(void);
void fades_free(struct fades *f); /* NULL is fine */

/* Control. `address` moves from engine frame `frame` on over `frames` (UINT32_MAX: nobody waits for
 * it). A movement of it that is under way ends here. */
void fades_begin(const struct call *call, const char *address, uint64_t frame, uint32_t frames);

/* Control. Every turn: tells who waits for what has come to its end. */
void fades_tick(struct mixd *m);

/* Control. Everything was built anew with every value where it was to go, and the engine counts
 * from 0 again: tells that all are over. */
void fades_finish(struct mixd *m);

#endif
