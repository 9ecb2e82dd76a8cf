/* snapshot.c - the newest value of a block of bytes, from one thread to one other
 *
 * Three blocks: one the writer fills, one the reader reads, and the one between them, which is
 * handed over by exchanging its number. A flag beside the number says that nobody read it yet.
 */
#include "mixer/snapshot.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 64, NUMBER = 3, FRESH = 4 };

struct snapshot {
    unsigned char *blocks;
    size_t stride;                        /* bytes from block to block: whole cache lines */
    _Alignas(LINE) unsigned draft;        /* the writer's block */
    _Alignas(LINE) unsigned reading;      /* the reader's block */
    _Alignas(LINE) _Atomic unsigned swap; /* the block between and FRESH; exchanged by both */
};

struct snapshot *snapshot_new(size_t size)
{
    struct snapshot *s = aligned_alloc(LINE, sizeof *s);
    if (!s)
        return NULL;
    memset(s, 0, sizeof *s);
    s->stride = (size + LINE - 1) / LINE * LINE;
    s->blocks = aligned_alloc(LINE, s->stride ? 3 * s->stride : LINE);
    if (!s->blocks) {
        free(s);
        return NULL;
    }
    memset(s->blocks, 0, 3 * s->stride);
    s->draft = 0;
    s->reading = 1;
    atomic_init(&s->swap, 2);
    return s;
}

void snapshot_free(struct snapshot *s)
{
    if (!s)
        return;
    free(s->blocks);
    free(s);
}

RT void *snapshot_draft(struct snapshot *s)
{
    return s->blocks + s->draft * s->stride;
}

RT bool snapshot_seen(const struct snapshot *s)
{
    /* Relaxed: the answer orders nothing; the blocks change hands in the exchanges alone. */
    return !(atomic_load_explicit(&s->swap, memory_order_relaxed) & FRESH);
}

RT void snapshot_publish(struct snapshot *s)
{
    /* Release: pairs with snapshot_read, which sees the whole draft. Acquire: pairs with the
     * reader's exchange, which gave back the block that becomes the next draft. */
    s->draft = NUMBER & atomic_exchange_explicit(&s->swap, s->draft | FRESH, memory_order_acq_rel);
}

const void *snapshot_read(struct snapshot *s, bool *fresh)
{
    bool newer = atomic_load_explicit(&s->swap, memory_order_relaxed) & FRESH;
    /* Acquire: pairs with snapshot_publish. Release: our reads of the old block are done. */
    if (newer)
        s->reading = NUMBER & atomic_exchange_explicit(&s->swap, s->reading, memory_order_acq_rel);
    if (fresh)
        *fresh = newer;
    return s->blocks + s->reading * s->stride;
}
