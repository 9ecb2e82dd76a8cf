/* test_ring.c - order, bounds and wrap-around of the ring; two threads and 12 million items
 *
 * test_ring ITEMS: so many through two threads and a ring of 4,096 places instead (10^9 take some
 * seconds).
 */
#include "tests/check.h"

#include "mixer/ring.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <time.h>

static void empty_and_full(void)
{
    struct ring *r = ring_new(sizeof(uint32_t), 8);
    uint32_t n = 99, out[8], in[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

    CHECK_INT(ring_size(r), 8);
    CHECK_INT(ring_fill(r), 0);
    CHECK_INT(ring_space(r), 8);
    ring_read_span(r, 99, &n);
    CHECK_INT(n, 0);
    CHECK_INT(ring_read(r, out, 8), 0);

    CHECK_INT(ring_write(r, in, 8), 0);
    CHECK_INT(ring_space(r), 0);
    ring_write_span(r, 999, &n);
    CHECK_INT(n, 0);
    CHECK_INT(ring_write(r, in, 1), -EAGAIN);
    CHECK_INT(ring_write(r, in, 0), 0);
    CHECK_INT(ring_fill(r), 8);
    CHECK(ring_holds(r, 8) && ring_holds(r, 0) && !ring_holds(r, 9));
    ring_read_span(r, 3, &n);
    CHECK_INT(n, 3);
    CHECK_INT(ring_read(r, out, 8), 8);
    CHECK(memcmp(in, out, sizeof in) == 0);
    CHECK_INT(ring_written(r), 8);
    CHECK_INT(ring_taken(r), 8);
    ring_free(r);
    ring_free(NULL);
}

static void all_or_nothing(void)
{
    struct ring *r = ring_new(1, 4);
    CHECK_INT(ring_write(r, "abc", 3), 0);
    CHECK_INT(ring_write(r, "de", 2), -EAGAIN);
    CHECK_INT(ring_fill(r), 3);
    CHECK_INT(ring_write(r, "xyzuv", 5), -EAGAIN); /* more than it can ever hold */
    CHECK_INT(ring_write(r, "d", 1), 0);
    char out[5] = "";
    CHECK_INT(ring_read(r, out, 4), 4);
    CHECK_STR(out, "abcd");
    ring_free(r);
}

static void new_ring_is_zeroed_and_bounded(void)
{
    struct ring *r = ring_new(12, 100);
    uint32_t n, sum = 0;
    const unsigned char *span = ring_write_span(r, 999, &n);
    CHECK_INT(n, 100);
    for (uint32_t i = 0; i < 12 * n; i++)
        sum += span[i];
    CHECK_INT(sum, 0);
    ring_free(r);
    CHECK(ring_new(1, UINT32_MAX) == NULL);
    CHECK(ring_new((size_t)1 << 40, 1u << 30) == NULL);
}

/* Spans, commits and copies of every length, at every offset, against plain counting. */
static void every_length_at_every_offset(void)
{
    enum { SIZE = 13 };
    for (uint32_t offset = 0; offset < SIZE; offset++)
        for (uint32_t length = 1; length <= SIZE; length++) {
            struct ring *r = ring_new(sizeof(uint64_t), SIZE);
            uint64_t items[SIZE], out[SIZE];
            uint32_t n;
            CHECK_INT(ring_write(r, items, offset), 0);
            ring_read(r, out, offset);

            for (uint32_t i = 0; i < length; i++)
                items[i] = 1000 * offset + i;
            uint64_t *span = ring_write_span(r, 999, &n);
            CHECK_INT(n, SIZE - offset); /* empty: contiguous up to the end of the block */
            if (length <= n) {
                memcpy(span, items, length * sizeof *items);
                ring_commit(r, length);
            } else {
                CHECK_INT(ring_write(r, items, length), 0);
            }
            const uint64_t *got = ring_read_span(r, 99, &n);
            CHECK_INT(n, length < SIZE - offset ? length : SIZE - offset);
            CHECK(got[0] == items[0] && got[n - 1] == items[n - 1]);
            CHECK_INT(ring_read(r, out, SIZE), length);
            CHECK(memcmp(items, out, length * sizeof *items) == 0);
            CHECK_INT(ring_written(r), offset + length);
            CHECK_INT(ring_taken(r), offset + length);
            ring_free(r);
        }
}

/* Through one place each item may cost two turns of a busy machine's scheduler, of some ms each. */
enum { ITEMS = 3000000, CHUNK_MAX = 61, PATIENCE_S = 20 };

struct run {
    struct ring *ring;
    _Atomic uint64_t items; /* the writer's: fewer once its time is up */
    uint64_t wrong;
    time_t end; /* of CLOCK_MONOTONIC; 0: it takes as long as it takes */
};

static bool time_is_up(const struct run *run)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return run->end && now.tv_sec >= run->end;
}

/* Writes 0, 1, 2... in chunks of changing length, by span and by copy in turn. */
static void *write_all(void *arg)
{
    struct run *run = arg;
    uint32_t seed = 1;
    for (uint64_t next = 0; next < run->items;) {
        uint64_t chunk[CHUNK_MAX];
        uint32_t n, want = 1 + (seed = seed * 1664525u + 1013904223u) % CHUNK_MAX;
        if (want > ring_size(run->ring)) /* a chunk that never fits would never be written */
            want = ring_size(run->ring);
        if (want > run->items - next)
            want = (uint32_t)(run->items - next);
        if (seed & 1 << 16) {
            uint64_t *span = ring_write_span(run->ring, want, &n);
            for (uint32_t i = 0; i < n; i++)
                span[i] = next + i;
            ring_commit(run->ring, n);
        } else {
            for (n = 0; n < want; n++)
                chunk[n] = next + n;
            n = ring_write(run->ring, chunk, want) == 0 ? want : 0;
        }
        next += n;
        if (n == 0)
            sched_yield();
        if (n == 0 && time_is_up(run))
            run->items = next;
    }
    return NULL;
}

static void *read_all(void *arg)
{
    struct run *run = arg;
    uint32_t seed = 2;
    for (uint64_t next = 0; next < run->items;) {
        uint64_t chunk[CHUNK_MAX];
        uint32_t n, want = 1 + (seed = seed * 1664525u + 1013904223u) % CHUNK_MAX;
        if (seed & 1 << 16) {
            const uint64_t *got = ring_read_span(run->ring, want, &n);
            for (uint32_t i = 0; i < n; i++)
                run->wrong += got[i] != next + i;
            ring_take(run->ring, n);
        } else {
            n = ring_read(run->ring, chunk, want);
            for (uint32_t i = 0; i < n; i++)
                run->wrong += chunk[i] != next + i;
        }
        if (n == 0)
            sched_yield();
        next += n;
    }
    return NULL;
}

static void through_two_threads(uint32_t places, uint64_t items, time_t seconds)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    struct run run = { .ring = ring_new(sizeof(uint64_t), places),
                       .items = items,
                       .end = seconds ? now.tv_sec + seconds : 0 };
    pthread_t writer;
    CHECK_INT(pthread_create(&writer, NULL, write_all, &run), 0);
    read_all(&run);
    pthread_join(writer, NULL);
    CHECK_INT(run.wrong, 0);
    CHECK(run.items == items || (seconds && run.items >= 100));
    CHECK_INT(ring_written(run.ring), run.items);
    CHECK_INT(ring_taken(run.ring), run.items);
    ring_free(run.ring);
}

static void two_threads_lose_nothing(void)
{
    static const uint32_t sizes[] = { 1, 2, 61, 4096 };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        through_two_threads(sizes[i], ITEMS, PATIENCE_S);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        through_two_threads(4096, strtoull(argv[1], NULL, 10), 0);
        return check_done();
    }
    RUN(empty_and_full);
    RUN(all_or_nothing);
    RUN(new_ring_is_zeroed_and_bounded);
    RUN(every_length_at_every_offset);
    RUN(two_threads_lose_nothing);
    return check_done();
}
