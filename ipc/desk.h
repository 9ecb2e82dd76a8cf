/* desk.h - what is known of the daemon's desk from the lines it sent, drawn as text */
#ifndef IPC_DESK_H
#define IPC_DESK_H

#include "ipc/record.h"
#include "ipc/text.h"

#include <stdbool.h>

struct desk;

/* One thread. NULL: out of memory. */
struct desk *desk_new(void);
void desk_free(struct desk *d); /* NULL is fine */

/* One thread. Takes over what a data line or an event says: pairs of a strip, bus, input or the
 * master (named by a bare word, or `strip/vox.peak=-6`) are its levels, pairs that begin with a
 * capital are figures, all else is the transport's. */
void desk_absorb(struct desk *d, const struct record *r);

/* One thread. Appends the desk, at most `rows` lines of at most `width` columns; `inplace`: each
 * line wipes what stood there before. */
void desk_draw(const struct desk *d, struct text *out, unsigned width, unsigned rows, bool inplace);

#endif
