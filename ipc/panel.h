/* panel.h - what is known of the daemon's desk from the lines it sent, drawn as text */
#ifndef IPC_PANEL_H
#define IPC_PANEL_H

#include "ipc/record.h"
#include "ipc/text.h"

#include <stdbool.h>

struct panel;

/* One thread. NULL: out of memory. */
struct panel *panel_new(void);
void panel_free(struct panel *d); /* NULL is fine */

/* One thread. Takes over what a data line or an event says: pairs of a strip, bus, input or the
 * master (named by a bare word, or `strip/vox.peak=-6`) are its levels, pairs that begin with a
 * capital are figures, all else is the transport's. */
void panel_absorb(struct panel *d, const struct record *r);

/* One thread. Appends the desk, at most `rows` lines of at most `width` columns; `inplace`: each
 * line wipes what stood there before. */
void panel_draw(const struct panel *d, struct text *out, unsigned width, unsigned rows, bool inplace);

#endif
