/* snapshot.h - the newest value of a block of bytes, from one thread to one other
 *
 * A triple buffer: the writer never waits and the reader always gets a whole, newest block. The
 * writer can ask whether the reader has seen the last one, which is how running maxima (meters)
 * are never lost: keep accumulating until the block that held them was taken.
 */
#ifndef MIXER_SNAPSHOT_H
#define MIXER_SNAPSHOT_H

#include "effects/rt.h"

#include <stdbool.h>
#include <stddef.h>

struct snapshot;

/* Control. Three zeroed blocks of `size` bytes. NULL: out of memory. */
struct snapshot *snapshot_new(size_t size);
void snapshot_free(struct snapshot *s); /* NULL is fine */

/* Write thread. The block to fill; its old content is some earlier block's. */
RT void *snapshot_draft(struct snapshot *s);
/* Write thread. Has the reader taken the block published last? (True before the first.) */
RT bool snapshot_seen(const struct snapshot *s);
/* Write thread. Makes the draft the newest. */
RT void snapshot_publish(struct snapshot *s);

/* Read thread. The newest block, the reader's until the next call; *fresh (may be NULL): it was
 * not returned before. Before the first publish it is all zeros. */
const void *snapshot_read(struct snapshot *s, bool *fresh);

#endif
