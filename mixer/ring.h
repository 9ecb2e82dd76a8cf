/* ring.h - a bounded queue from one thread to one other, without locks
 *
 * Items of a fixed size in one contiguous block, any number of them; positions are 64 bits wide
 * and only grow, so that "ever written" and "ever taken" are the counters that accounting wants.
 * Exactly one thread writes and exactly one reads; nothing is ever dropped.
 */
#ifndef MIXER_RING_H
#define MIXER_RING_H

#include "effects/rt.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring;

/* Control. Room for `count` items (1 at least) of `item` bytes, zeroed and
 * touched so that no page faults later. NULL: out of memory. */
struct ring *ring_new(size_t item, uint32_t count);
/* Control. The same, but memory is only touched by the write thread as it is written to, which so
 * must be one that may fault; places that nobody ever wrote to cost nothing. */
struct ring *ring_new_lazy(size_t item, uint32_t count);
void ring_free(struct ring *r); /* both threads are done with it; NULL is fine */

/* Any thread. Places in all; items ever written; items ever taken. */
uint32_t ring_size(const struct ring *r);
uint64_t ring_written(const struct ring *r);
uint64_t ring_taken(const struct ring *r);

/* Write thread. Free places now. */
RT uint32_t ring_space(struct ring *r);
/* Write thread. Up to `want` contiguous free places at the head; *n says how many (0: full). Fill
 * them and publish with ring_commit. */
RT void *ring_write_span(struct ring *r, uint32_t want, uint32_t *n);
RT void ring_commit(struct ring *r, uint32_t n);
/* Write thread. Copies n items and publishes them with one store, or none: 0 or -EAGAIN. */
RT int ring_write(struct ring *r, const void *items, uint32_t n);

/* Read thread. Items waiting now. */
RT uint32_t ring_fill(struct ring *r);
/* Read thread. Are n items waiting? Looks at the writer's side only when it must, so that to ask
 * costs nothing most of the time. */
RT bool ring_holds(struct ring *r, uint32_t n);
/* Read thread. Up to `want` contiguous items at the tail; *n says how many (0: empty). They stay
 * the reader's until ring_take. */
RT const void *ring_read_span(struct ring *r, uint32_t want, uint32_t *n);
RT void ring_take(struct ring *r, uint32_t n);
/* Any thread. Calls what the read thread looks at into the cache. */
RT void ring_prefetch(const struct ring *r);
/* Read thread. Copies up to n items out and takes them; returns how many. */
RT uint32_t ring_read(struct ring *r, void *items, uint32_t n);

#endif
