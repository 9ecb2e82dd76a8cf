/* turns.h - who asked last for a strip's change of rate or leap, so that he is told if it is late
 */
#ifndef DAEMON_TURNS_H
#define DAEMON_TURNS_H

#include "ipc/registry.h"

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

#endif
