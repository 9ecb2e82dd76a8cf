/* turns.h - who asked last for what may come late, or not at all, so that he is told then: a
 * strip's change of rate or leap, a one-shot in a transaction, and what is recorded
 */
#ifndef DAEMON_TURNS_H
#define DAEMON_TURNS_H

#include "ipc/registry.h"
#include "mixer/refusal.h"

#include <stdint.h>

struct mixd;
struct turns;

/* Control. NULL: out of memory. */
struct turns *turns_new(void);
void turns_free(struct turns *t); /* NULL is fine */

/* Control. `call`, or the batch that it is part of, turns the strip "strip/vox". */
void turns_note(const struct call *call, const char *strip);
/* Control. It was heard so many frames late: the event `late` to who asked, or the log. */
void turns_late(struct mixd *m, const char *strip, uint64_t frames);

/* Control. `call`, or the batch that it is part of, has "strip/vox" recorded. */
void turns_note_recording(const struct call *call, const char *address);
/* Control. It is not: the event `failed` to who asked, or the log. */
void turns_failed(struct mixd *m, const char *address, const struct refusal *why);

#endif
