/* test_convolver_slab.c - small pieces of memory lie side by side, and on no other's place */
#include "effects/convolver_slab.h"
#include "tests/check.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECES = 40, ROUNDS = 1000, THREADS = 4 };

struct piece {
    unsigned char *at;
    size_t bytes;
};

/* Is all of it still what it was filled with? */
static bool intact(const struct piece *p, unsigned char mark)
{
    return p->at[0] == mark && memcmp(p->at, p->at + 1, p->bytes - 1) == 0;
}

/* Takes and gives at random; returns how many pieces were found damaged or askew. `thread` is in
 * all marks, so that threads do not take each other's for their own. */
static void *take_and_give(void *thread)
{
    unsigned number = (unsigned)(uintptr_t)thread, dice = number, wrong = 0;
    struct piece pieces[PIECES] = { 0 };
    for (int round = 0; round < ROUNDS + PIECES; round++) {
        bool last = round >= ROUNDS;
        unsigned i = last ? (unsigned)(round - ROUNDS) : (unsigned)rand_r(&dice) % PIECES;
        struct piece *p = &pieces[i];
        unsigned char mark = (unsigned char)(number * PIECES + i);
        if (p->at) {
            wrong += !intact(p, mark);
            slab_give(p->at, p->bytes);
            p->at = NULL;
        } else if (!last) {
            p->bytes = 1 + (size_t)rand_r(&dice) % (i % 2 ? SLAB_PIECE_MAX : 100000);
            p->at = slab_take(p->bytes);
            wrong += (uintptr_t)p->at % 64 != 0;
            memset(p->at, mark, p->bytes);
        }
    }
    return (void *)(uintptr_t)wrong;
}

/* Bytes of address space. */
static size_t mapped(void)
{
    unsigned long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    CHECK(f && fscanf(f, "%lu", &pages) == 1);
    fclose(f);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* What was given back by all is the system's again, but for what malloc keeps of small things. */
static void pieces_keep_to_themselves(void)
{
    size_t before = mapped();
    CHECK_INT((uintptr_t)take_and_give((void *)(uintptr_t)0), 0);
    CHECK(mapped() < before + HUGE_PAGE);
}

static void so_they_do_among_threads(void)
{
    pthread_t threads[THREADS];
    for (uintptr_t i = 0; i < THREADS; i++)
        CHECK_INT(pthread_create(&threads[i], NULL, take_and_give, (void *)(i + 1)), 0);
    for (int i = 0; i < THREADS; i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        CHECK_INT((uintptr_t)wrong, 0);
    }
}

/* As many as there is room for share a page, and the next ones get another. */
static void small_ones_share_a_page(void)
{
    enum { SIZE = HUGE_PAGE / 8 };
    char *pieces[16];
    for (int i = 0; i < 16; i++)
        pieces[i] = slab_take(SIZE);
    for (int i = 0; i < 16; i++) {
        uintptr_t page = (uintptr_t)pieces[i] / HUGE_PAGE;
        CHECK(page == (uintptr_t)pieces[i / 8 * 8] / HUGE_PAGE);
        for (int j = 0; j < i; j++)
            CHECK(labs(pieces[i] - pieces[j]) >= SIZE);
    }
    /* A place that was given back is taken again. */
    slab_give(pieces[3], SIZE);
    char *again = slab_take(SIZE);
    CHECK(again == pieces[3]);
    for (int i = 0; i < 16; i++)
        slab_give(pieces[i], SIZE);
}

int main(void)
{
    RUN(pieces_keep_to_themselves);
    RUN(so_they_do_among_threads);
    RUN(small_ones_share_a_page);
    return check_done();
}
