/* test_snapshot.c - the newest block, whole, and no maximum missed */
#include "tests/check.h"

#include "mixer/snapshot.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

static void before_the_first_it_is_zero(void)
{
    struct snapshot *s = snapshot_new(sizeof(int[3]));
    bool fresh = true;
    const int *got = snapshot_read(s, &fresh);
    CHECK(!fresh);
    CHECK(got[0] == 0 && got[1] == 0 && got[2] == 0);
    CHECK(snapshot_seen(s));
    snapshot_free(s);
    snapshot_free(NULL);
}

static void the_newest_is_read_once_as_fresh(void)
{
    struct snapshot *s = snapshot_new(sizeof(int));
    bool fresh;
    for (int i = 1; i <= 5; i++) {
        *(int *)snapshot_draft(s) = i;
        snapshot_publish(s);
        CHECK(!snapshot_seen(s));
    }
    CHECK_INT(*(const int *)snapshot_read(s, &fresh), 5);
    CHECK(fresh);
    CHECK(snapshot_seen(s));
    CHECK_INT(*(const int *)snapshot_read(s, &fresh), 5);
    CHECK(!fresh);
    *(int *)snapshot_draft(s) = 6; /* a draft is nobody's business */
    CHECK_INT(*(const int *)snapshot_read(s, NULL), 5);
    snapshot_publish(s);
    CHECK_INT(*(const int *)snapshot_read(s, NULL), 6);
    snapshot_free(s);
}

enum { BLOCKS = 2000000, WORDS = 24, PEAK_EVERY = 1000 };

struct block {
    uint64_t number, peak, words[WORDS];
};

struct run {
    struct snapshot *snapshot;
    _Atomic bool done; /* the writer's */
};

/* Numbered blocks; one in a thousand carries a rare peak that lasts a single block. */
static void *write_all(void *arg)
{
    struct run *run = arg;
    uint64_t peak = 0;
    for (uint64_t i = 1; i <= BLOCKS; i++) {
        struct block *draft = snapshot_draft(run->snapshot);
        uint64_t now = i % PEAK_EVERY == 0 ? i : 0;
        if (snapshot_seen(run->snapshot))
            peak = 0;
        peak = now > peak ? now : peak;
        draft->number = i;
        draft->peak = peak;
        for (int w = 0; w < WORDS; w++)
            draft->words[w] = i;
        snapshot_publish(run->snapshot);
    }
    atomic_store_explicit(&run->done, true, memory_order_release); /* pairs with the main thread */
    return NULL;
}

static void blocks_are_whole_and_peaks_kept(void)
{
    struct run run = { .snapshot = snapshot_new(sizeof(struct block)) };
    pthread_t writer;
    uint64_t last = 0, torn = 0, back = 0, missed = 0;
    bool fresh = true, done = false;
    CHECK_INT(pthread_create(&writer, NULL, write_all, &run), 0);
    while (!done || fresh) {
        done = atomic_load_explicit(&run.done, memory_order_acquire);
        const struct block *b = snapshot_read(run.snapshot, &fresh);
        uint64_t newest_peak = b->number / PEAK_EVERY * PEAK_EVERY;
        for (int w = 0; w < WORDS; w++)
            torn += b->words[w] != b->number;
        back += b->number < last || (fresh && b->number == last);
        /* A peak that came after what was read last must be in what is read now. */
        missed += newest_peak > last && b->peak != newest_peak;
        last = b->number;
        if (!fresh)
            sched_yield();
    }
    pthread_join(writer, NULL);
    CHECK_INT(torn, 0);
    CHECK_INT(back, 0);
    CHECK_INT(missed, 0);
    CHECK_INT(last, BLOCKS);
    snapshot_free(run.snapshot);
}

int main(void)
{
    RUN(before_the_first_it_is_zero);
    RUN(the_newest_is_read_once_as_fresh);
    RUN(blocks_are_whole_and_peaks_kept);
    return check_done();
}
