/* ring.c - a bounded queue from one thread to one other, without locks
 *
 * head is the writer's, tail the reader's; each lies on a cache line of its own together with what
 * its owner last saw of the other one. The owner looks across again only when what it saw is not
 * enough, so that in the steady state the two threads do not fight for a line.
 */
#include "mixer/ring.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { LINE = 64, COUNT_MAX = 1u << 30 };

struct ring {
    unsigned char *data;
    size_t item;
    uint32_t size;
    uint32_t mask;
    _Alignas(LINE) _Atomic uint64_t head; /* items ever written; the writer's, read by anyone */
    uint64_t seen_tail;                   /* the writer's last look at tail */
    _Alignas(LINE) _Atomic uint64_t tail; /* items ever taken; the reader's, read by anyone */
    uint64_t seen_head;                   /* the reader's last look at head */
};

/* The items come straight from the kernel: large rings that come and go leave no holes in the
 * heap, and freeing one gives its memory back at once. */
struct ring *ring_new(size_t item, uint32_t count)
{
    uint32_t size = 1;
    assert(item > 0);
    if (count > COUNT_MAX)
        return NULL;
    while (size < count)
        size *= 2;
    struct ring *r = aligned_alloc(LINE, sizeof *r);
    if (!r)
        return NULL;
    memset(r, 0, sizeof *r);
    r->item = item;
    r->size = size;
    r->mask = size - 1;
    void *data = mmap(NULL, item * size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (data == MAP_FAILED) {
        free(r);
        return NULL;
    }
    r->data = data;
    return r;
}

void ring_free(struct ring *r)
{
    if (!r)
        return;
    munmap(r->data, r->item * r->size);
    free(r);
}

uint32_t ring_size(const struct ring *r)
{
    return r->size;
}

uint64_t ring_written(const struct ring *r)
{
    return atomic_load_explicit(&r->head, memory_order_acquire); /* pairs with ring_commit */
}

uint64_t ring_taken(const struct ring *r)
{
    return atomic_load_explicit(&r->tail, memory_order_acquire); /* pairs with ring_take */
}

static RT void *place(const struct ring *r, uint64_t position)
{
    return r->data + (size_t)(position & r->mask) * r->item;
}

/* Write thread. Free places; looks at the reader's tail only when fewer than `enough` are known. */
static RT uint32_t space(struct ring *r, uint64_t head, uint32_t enough)
{
    uint32_t n = r->size - (uint32_t)(head - r->seen_tail);
    if (n >= enough)
        return n;
    /* Pairs with ring_take: the reader is done with the places that it gave back. */
    r->seen_tail = atomic_load_explicit(&r->tail, memory_order_acquire);
    return r->size - (uint32_t)(head - r->seen_tail);
}

/* Read thread. Items waiting; looks at the writer's head only when fewer than `enough` are known.
 */
static RT uint32_t fill(struct ring *r, uint64_t tail, uint32_t enough)
{
    uint32_t n = (uint32_t)(r->seen_head - tail);
    if (n >= enough)
        return n;
    /* Pairs with ring_commit: what the items hold is visible before their number. */
    r->seen_head = atomic_load_explicit(&r->head, memory_order_acquire);
    return (uint32_t)(r->seen_head - tail);
}

static RT uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static RT uint32_t up_to_the_end(const struct ring *r, uint64_t position)
{
    return r->size - (uint32_t)(position & r->mask);
}

RT uint32_t ring_space(struct ring *r)
{
    return space(r, atomic_load_explicit(&r->head, memory_order_relaxed), r->size);
}

RT void *ring_write_span(struct ring *r, uint32_t want, uint32_t *n)
{
    uint64_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
    want = least(want, up_to_the_end(r, head));
    *n = least(want, space(r, head, want));
    return place(r, head);
}

RT void ring_commit(struct ring *r, uint32_t n)
{
    uint64_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
    assert(n <= r->size - (uint32_t)(head - r->seen_tail));
    /* Pairs with fill() and ring_written(): publishes the items written above. */
    atomic_store_explicit(&r->head, head + n, memory_order_release);
}

RT int ring_write(struct ring *r, const void *items, uint32_t n)
{
    uint64_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
    uint32_t end = least(n, up_to_the_end(r, head));
    if (space(r, head, n) < n)
        return -EAGAIN;
    memcpy(place(r, head), items, end * r->item);
    if (n > end)
        memcpy(r->data, (const unsigned char *)items + end * r->item, (n - end) * r->item);
    ring_commit(r, n);
    return 0;
}

RT uint32_t ring_fill(struct ring *r)
{
    return fill(r, atomic_load_explicit(&r->tail, memory_order_relaxed), r->size);
}

RT bool ring_holds(struct ring *r, uint32_t n)
{
    return fill(r, atomic_load_explicit(&r->tail, memory_order_relaxed), n) >= n;
}

RT const void *ring_read_span(struct ring *r, uint32_t want, uint32_t *n)
{
    uint64_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);
    want = least(want, up_to_the_end(r, tail));
    *n = least(want, fill(r, tail, want));
    return place(r, tail);
}

RT void ring_take(struct ring *r, uint32_t n)
{
    uint64_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);
    assert(n <= (uint32_t)(r->seen_head - tail));
    /* Pairs with space() and ring_taken(): the items were read before their places are free. */
    atomic_store_explicit(&r->tail, tail + n, memory_order_release);
}

RT uint32_t ring_read(struct ring *r, void *items, uint32_t n)
{
    uint64_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);
    n = least(n, fill(r, tail, n));
    if (n == 0)
        return 0;
    uint32_t end = least(n, up_to_the_end(r, tail));
    memcpy(items, place(r, tail), end * r->item);
    if (n > end)
        memcpy((unsigned char *)items + end * r->item, r->data, (n - end) * r->item);
    ring_take(r, n);
    return n;
}
