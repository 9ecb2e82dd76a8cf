/* ring.c - a bounded queue from one thread to one other, without locks
 *
 * Each side lies on a cache line of its own, with all that its owner needs: its position, what it
 * last saw of the other one's, and where the items are. An owner looks across only when what it
 * saw is not enough, so that in the steady state the two threads do not fight for a line, and a
 * transfer touches one line and the items.
 */
#include "mixer/ring.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { LINE = 64, COUNT_MAX = 1u << 30 };

struct side {
    _Alignas(LINE) _Atomic uint64_t position; /* items ever moved; the owner's, read by anyone */
    uint64_t seen;                            /* the owner's last look at the other position */
    uint32_t at;                              /* the owner's place: position modulo size */
    uint32_t size;                            /* items; the rest stands still, twice */
    size_t item;                              /* bytes */
    unsigned char *data;
};

struct ring {
    struct side writer, reader;
};

/* The items come straight from the kernel: large rings that come and go leave no holes in the
 * heap, and freeing one gives its memory back at once. */
static struct ring *make(size_t item, uint32_t count, int populate)
{
    uint32_t size = count > 0 ? count : 1;
    assert(item > 0);
    if (count > COUNT_MAX)
        return NULL;
    struct ring *r = aligned_alloc(LINE, sizeof *r);
    if (!r)
        return NULL;
    void *data = mmap(NULL, item * size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | populate, -1, 0);
    if (data == MAP_FAILED) {
        free(r);
        return NULL;
    }
    memset(r, 0, sizeof *r);
    r->writer.data = r->reader.data = data;
    r->writer.item = r->reader.item = item;
    r->writer.size = r->reader.size = size;
    return r;
}

struct ring *ring_new(size_t item, uint32_t count)
{
    return make(item, count, MAP_POPULATE);
}

struct ring *ring_new_lazy(size_t item, uint32_t count)
{
    return make(item, count, 0);
}

void ring_free(struct ring *r)
{
    if (!r)
        return;
    munmap(r->writer.data, r->writer.item * r->writer.size);
    free(r);
}

uint32_t ring_size(const struct ring *r)
{
    return r->writer.size;
}

uint64_t ring_written(const struct ring *r)
{
    /* Acquire: pairs with ring_commit. */
    return atomic_load_explicit(&r->writer.position, memory_order_acquire);
}

uint64_t ring_taken(const struct ring *r)
{
    /* Acquire: pairs with ring_take. */
    return atomic_load_explicit(&r->reader.position, memory_order_acquire);
}

/* The owner's own position. */
static RT uint64_t own(const struct side *s)
{
    return atomic_load_explicit(&s->position, memory_order_relaxed);
}

static RT uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static RT void *place(const struct side *s)
{
    return s->data + s->at * s->item;
}

static RT uint32_t up_to_the_end(const struct side *s)
{
    return s->size - s->at;
}

/* n places on, at most once around. */
static RT void step(struct side *s, uint32_t n)
{
    uint32_t end = up_to_the_end(s);
    s->at = n < end ? s->at + n : n - end;
}

/* Write thread. Free places; looks across only when fewer than `enough` are known. */
static RT uint32_t space(struct ring *r, uint64_t head, uint32_t enough)
{
    struct side *w = &r->writer;
    uint32_t n = w->size - (uint32_t)(head - w->seen);
    if (n >= enough)
        return n;
    /* Acquire: pairs with ring_take; the reader is done with the places that it gave back. */
    w->seen = atomic_load_explicit(&r->reader.position, memory_order_acquire);
    return w->size - (uint32_t)(head - w->seen);
}

/* Read thread. Items waiting; looks across only when fewer than `enough` are known. */
static RT uint32_t fill(struct ring *r, uint64_t tail, uint32_t enough)
{
    struct side *d = &r->reader;
    uint32_t n = (uint32_t)(d->seen - tail);
    if (n >= enough)
        return n;
    /* Acquire: pairs with ring_commit; what the items hold is visible before their number. */
    d->seen = atomic_load_explicit(&r->writer.position, memory_order_acquire);
    return (uint32_t)(d->seen - tail);
}

RT uint32_t ring_space(struct ring *r)
{
    return space(r, own(&r->writer), r->writer.size);
}

RT void *ring_write_span(struct ring *r, uint32_t want, uint32_t *n)
{
    uint64_t head = own(&r->writer);
    want = least(want, up_to_the_end(&r->writer));
    *n = least(want, space(r, head, want));
    return place(&r->writer);
}

RT void ring_commit(struct ring *r, uint32_t n)
{
    uint64_t head = own(&r->writer);
    assert(n <= r->writer.size - (uint32_t)(head - r->writer.seen));
    step(&r->writer, n);
    /* Release: pairs with fill() and ring_written(); publishes the items written before. */
    atomic_store_explicit(&r->writer.position, head + n, memory_order_release);
}

RT int ring_write(struct ring *r, const void *items, uint32_t n)
{
    const struct side *w = &r->writer;
    uint32_t end = least(n, up_to_the_end(w));
    if (space(r, own(w), n) < n)
        return -EAGAIN;
    memcpy(place(w), items, end * w->item);
    if (n > end)
        memcpy(w->data, (const unsigned char *)items + end * w->item, (n - end) * w->item);
    ring_commit(r, n);
    return 0;
}

RT uint32_t ring_fill(struct ring *r)
{
    return fill(r, own(&r->reader), r->reader.size);
}

RT bool ring_holds(struct ring *r, uint32_t n)
{
    return fill(r, own(&r->reader), n) >= n;
}

RT const void *ring_read_span(struct ring *r, uint32_t want, uint32_t *n)
{
    uint64_t tail = own(&r->reader);
    want = least(want, up_to_the_end(&r->reader));
    *n = least(want, fill(r, tail, want));
    return place(&r->reader);
}

RT void ring_prefetch(const struct ring *r)
{
    __builtin_prefetch(&r->reader, 1);
}

RT void ring_take(struct ring *r, uint32_t n)
{
    uint64_t tail = own(&r->reader);
    assert(n <= (uint32_t)(r->reader.seen - tail));
    step(&r->reader, n);
    /* Release: pairs with space() and ring_taken(); the items were read before their places are
     * free. */
    atomic_store_explicit(&r->reader.position, tail + n, memory_order_release);
}

RT uint32_t ring_read(struct ring *r, void *items, uint32_t n)
{
    const struct side *d = &r->reader;
    n = least(n, fill(r, own(d), n));
    if (n == 0)
        return 0;
    uint32_t end = least(n, up_to_the_end(d));
    memcpy(items, place(d), end * d->item);
    if (n > end)
        memcpy((unsigned char *)items + end * d->item, d->data, (n - end) * d->item);
    ring_take(r, n);
    return n;
}
