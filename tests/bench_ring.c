/* bench_ring.c - the ring beside jack_ringbuffer, a mutexed one and a mirrored one
 *
 * Items are stereo frames of 8 bytes, of which only the first of each transfer is touched: what
 * the samples themselves cost is the same everywhere. mode=quanta: blocks of 4,096 in, quanta of
 * 64 out, on one thread, as a track does; singles: one in, one out; threads: quanta between two
 * threads. Best of several turns in which the peers alternate; ratio: the peer's time over ours,
 * so over 1 we are faster.
 *
 * The mirrored ring maps its memory twice in a row, so that every span is in one piece; unmirrored
 * is the same code without. It was found to be worth 0.5 ns per quantum, which is 0.01 % of a core
 * for a hundred tracks: not two mappings more for every ring.
 */
#include "mixer/ring.h"
#include "tests/stopwatch.h"

#include <jack/ringbuffer.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SIZE = 65536, TURNS = 11 };

struct frame {
    float left, right;
};

/* A ring under test. Both move at most n frames and return how many. */
struct peer {
    const char *name;
    void *(*open)(void);
    void (*close)(void *ring);
    uint32_t (*write)(void *ring, uint32_t n);
    uint32_t (*read)(void *ring, uint32_t n, float *sum);
};

static float touch(const struct frame *f, uint32_t n)
{
    return n > 0 ? f->left : 0;
}

static void make(struct frame *f, uint32_t n)
{
    if (n > 0)
        *f = (struct frame){ (float)n, 1 };
}

static void *ours_open(void)
{
    return ring_new(sizeof(struct frame), SIZE);
}

static void ours_close(void *ring)
{
    ring_free(ring);
}

static uint32_t ours_write(void *ring, uint32_t n)
{
    struct frame *f = ring_write_span(ring, n, &n);
    make(f, n);
    ring_commit(ring, n);
    return n;
}

static uint32_t ours_read(void *ring, uint32_t n, float *sum)
{
    const struct frame *f = ring_read_span(ring, n, &n);
    *sum += touch(f, n);
    ring_take(ring, n);
    return n;
}

static void *jack_open(void)
{
    return jack_ringbuffer_create(SIZE * sizeof(struct frame));
}

static void jack_close(void *ring)
{
    jack_ringbuffer_free(ring);
}

static uint32_t jack_write(void *ring, uint32_t n)
{
    jack_ringbuffer_data_t v[2];
    jack_ringbuffer_get_write_vector(ring, v);
    uint32_t room = (uint32_t)(v[0].len / sizeof(struct frame));
    n = n < room ? n : room;
    make((struct frame *)(void *)v[0].buf, n);
    jack_ringbuffer_write_advance(ring, n * sizeof(struct frame));
    return n;
}

static uint32_t jack_read(void *ring, uint32_t n, float *sum)
{
    jack_ringbuffer_data_t v[2];
    jack_ringbuffer_get_read_vector(ring, v);
    uint32_t there = (uint32_t)(v[0].len / sizeof(struct frame));
    n = n < there ? n : there;
    *sum += touch((const struct frame *)(const void *)v[0].buf, n);
    jack_ringbuffer_read_advance(ring, n * sizeof(struct frame));
    return n;
}

struct mutexed {
    pthread_mutex_t mutex;
    uint64_t head, tail;
    struct frame frames[SIZE];
};

static void *mutexed_open(void)
{
    struct mutexed *m = calloc(1, sizeof *m);
    pthread_mutex_init(&m->mutex, NULL);
    return m;
}

static void mutexed_close(void *ring)
{
    free(ring);
}

static uint32_t mutexed_write(void *ring, uint32_t n)
{
    struct mutexed *m = ring;
    pthread_mutex_lock(&m->mutex);
    uint32_t at = (uint32_t)(m->head % SIZE), room = (uint32_t)(SIZE - (m->head - m->tail));
    pthread_mutex_unlock(&m->mutex);
    n = n < room ? n : room;
    n = n < SIZE - at ? n : SIZE - at;
    make(m->frames + at, n);
    pthread_mutex_lock(&m->mutex);
    m->head += n;
    pthread_mutex_unlock(&m->mutex);
    return n;
}

static uint32_t mutexed_read(void *ring, uint32_t n, float *sum)
{
    struct mutexed *m = ring;
    pthread_mutex_lock(&m->mutex);
    uint32_t at = (uint32_t)(m->tail % SIZE), there = (uint32_t)(m->head - m->tail);
    pthread_mutex_unlock(&m->mutex);
    n = n < there ? n : there;
    n = n < SIZE - at ? n : SIZE - at;
    *sum += touch(m->frames + at, n);
    pthread_mutex_lock(&m->mutex);
    m->tail += n;
    pthread_mutex_unlock(&m->mutex);
    return n;
}

/* Both are compiled into this file with constant sizes, as ours is not: what the mirror is worth
 * shows between the two. */
struct local {
    struct frame *frames;
    _Alignas(64) _Atomic uint64_t head;
    uint64_t seen_tail;
    _Alignas(64) _Atomic uint64_t tail;
    uint64_t seen_head;
};

static void *local_open(void)
{
    size_t bytes = SIZE * sizeof(struct frame);
    struct local *l = aligned_alloc(64, sizeof *l);
    int fd = memfd_create("ring", MFD_CLOEXEC);
    char *at = mmap(NULL, 2 * bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (!l || fd < 0 || at == MAP_FAILED || ftruncate(fd, (off_t)bytes) < 0)
        exit(1);
    for (int i = 0; i < 2; i++)
        if (mmap(at + i * (ptrdiff_t)bytes, bytes, PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_FIXED | MAP_POPULATE, fd, 0) == MAP_FAILED)
            exit(1);
    close(fd);
    memset(l, 0, sizeof *l);
    l->frames = (struct frame *)(void *)at;
    return l;
}

static void local_close(void *ring)
{
    struct local *l = ring;
    munmap(l->frames, 2 * SIZE * sizeof(struct frame));
    free(l);
}

static inline uint32_t local_write(struct local *l, uint32_t n, bool mirrored)
{
    uint64_t head = atomic_load_explicit(&l->head, memory_order_relaxed);
    uint32_t at = (uint32_t)(head % SIZE), end = mirrored ? SIZE : SIZE - at;
    n = n < end ? n : end;
    if (SIZE - (head - l->seen_tail) < n)
        l->seen_tail = atomic_load_explicit(&l->tail, memory_order_acquire);
    uint32_t room = (uint32_t)(SIZE - (head - l->seen_tail));
    n = n < room ? n : room;
    make(l->frames + at, n);
    atomic_store_explicit(&l->head, head + n, memory_order_release);
    return n;
}

static inline uint32_t local_read(struct local *l, uint32_t n, float *sum, bool mirrored)
{
    uint64_t tail = atomic_load_explicit(&l->tail, memory_order_relaxed);
    uint32_t at = (uint32_t)(tail % SIZE), end = mirrored ? SIZE : SIZE - at;
    n = n < end ? n : end;
    if (l->seen_head - tail < n)
        l->seen_head = atomic_load_explicit(&l->head, memory_order_acquire);
    uint32_t there = (uint32_t)(l->seen_head - tail);
    n = n < there ? n : there;
    *sum += touch(l->frames + at, n);
    atomic_store_explicit(&l->tail, tail + n, memory_order_release);
    return n;
}

static uint32_t mirrored_write(void *ring, uint32_t n)
{
    return local_write(ring, n, true);
}

static uint32_t mirrored_read(void *ring, uint32_t n, float *sum)
{
    return local_read(ring, n, sum, true);
}

static uint32_t unmirrored_write(void *ring, uint32_t n)
{
    return local_write(ring, n, false);
}

static uint32_t unmirrored_read(void *ring, uint32_t n, float *sum)
{
    return local_read(ring, n, sum, false);
}

static const struct peer peers[] = {
    { "ours", ours_open, ours_close, ours_write, ours_read },
    { "jack_ringbuffer", jack_open, jack_close, jack_write, jack_read },
    { "mutexed", mutexed_open, mutexed_close, mutexed_write, mutexed_read },
    { "mirrored", local_open, local_close, mirrored_write, mirrored_read },
    { "unmirrored", local_open, local_close, unmirrored_write, unmirrored_read },
};

enum { PEERS = sizeof peers / sizeof *peers };

static float checksum; /* what was read has to go somewhere */

/* How items go through: so many at a time, so many in all. */
struct mode {
    const char *name;
    uint32_t block, quantum, items;
    bool threads;
};

static void one_thread(const struct peer *p, void *ring, const struct mode *m)
{
    for (uint32_t done = 0; done < m->items; done += m->block) {
        for (uint32_t n = 0; n < m->block;)
            n += p->write(ring, m->block - n);
        for (uint32_t n = 0; n < m->block;)
            n += p->read(ring, m->quantum, &checksum);
    }
}

struct writer {
    const struct peer *peer;
    const struct mode *mode;
    void *ring;
};

static void *write_all(void *arg)
{
    struct writer *w = arg;
    for (uint32_t done = 0; done < w->mode->items;) {
        uint32_t n = w->peer->write(w->ring, w->mode->quantum);
        if (n == 0)
            sched_yield();
        done += n;
    }
    return NULL;
}

static void two_threads(const struct peer *p, void *ring, const struct mode *m)
{
    struct writer w = { p, m, ring };
    pthread_t thread;
    if (pthread_create(&thread, NULL, write_all, &w) != 0)
        exit(1);
    for (uint32_t done = 0; done < m->items;) {
        uint32_t n = p->read(ring, m->quantum, &checksum);
        if (n == 0)
            sched_yield();
        done += n;
    }
    pthread_join(thread, NULL);
}

static void compare(const struct mode *m)
{
    double ns[PEERS];
    for (int turn = 0; turn < TURNS; turn++)
        for (size_t i = 0; i < PEERS; i++) {
            void *ring = peers[i].open();
            double start = clock_ns(CLOCK_MONOTONIC);
            (m->threads ? two_threads : one_thread)(&peers[i], ring, m);
            double took = (clock_ns(CLOCK_MONOTONIC) - start) / m->items;
            ns[i] = turn == 0 || took < ns[i] ? took : ns[i];
            peers[i].close(ring);
        }
    for (size_t i = 0; i < PEERS; i++)
        printf("bench ring peer=%s mode=%s ns_per_item=%.3f ratio=%.2f\n", peers[i].name, m->name,
               ns[i], ns[i] / ns[0]);
}

int main(void)
{
    static const struct mode modes[] = {
        { "quanta", 4096, 64, 1 << 26, false },
        { "singles", 1, 1, 1 << 22, false },
        { "threads", 64, 64, 1 << 26, true },
    };
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        compare(&modes[i]);
    return checksum < 0; /* never */
}
