/* screen.h - what is known of the daemon's desk from the lines it sent, drawn as text */
#ifndef IPC_SCREEN_H
#define IPC_SCREEN_H

#include "ipc/record.h"
#include "ipc/text.h"

#include <stdbool.h>

struct screen;

/* One thread. NULL: out of memory. */
struct screen *screen_new(void);
void screen_free(struct screen *s); /* NULL is fine */

/* One thread. Takes over what a data line or an event says: pairs of a strip, bus, input or the
 * master (named by a bare word, or `strip/vox.peak=-6`) are its levels, pairs that begin with a
 * capital are figures, all else is the transport's. */
void screen_absorb(struct screen *s, const struct record *r);

/* One thread. Appends the desk, at most `rows` lines of at most `width` columns; `inplace`: each
 * line wipes what stood there before. */
void screen_draw(const struct screen *s, struct text *out, unsigned width, unsigned rows,
                 bool inplace);

#endif
