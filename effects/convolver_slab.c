/* convolver_slab.c - small pieces of memory side by side in huge pages */
#include "effects/convolver_slab.h"

#include "effects/convolver_pages.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

enum { UNITS = 64, UNIT = HUGE_PAGE / UNITS };

struct slab {
    char *base;
    uint64_t taken; /* a bit for every unit */
    struct slab *next;
};

/* All slabs there are, none of them empty. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct slab *slabs;

static uint32_t units_of(size_t bytes)
{
    return (uint32_t)((bytes + UNIT - 1) / UNIT);
}

/* The lowest `n` units, as bits. */
static uint64_t run_of(uint32_t n)
{
    return UINT64_MAX >> (UNITS - n);
}

/* The first of n free units in a row, or -1. */
static int find_run(const struct slab *s, uint32_t n)
{
    for (uint32_t at = 0; at + n <= UNITS; at++)
        if ((s->taken & run_of(n) << at) == 0)
            return (int)at;
    return -1;
}

static struct slab *slab_new(void)
{
    struct slab *s = malloc(sizeof *s);
    char *base = pages_take(HUGE_PAGE);
    if (!s || !base) {
        free(s);
        pages_give(base, HUGE_PAGE);
        return NULL;
    }
    *s = (struct slab){ .base = base, .next = slabs };
    return slabs = s;
}

void *slab_take(size_t bytes)
{
    uint32_t n = units_of(bytes);
    pthread_mutex_lock(&lock);
    struct slab *s = slabs;
    int at = -1;
    while (s && (at = find_run(s, n)) < 0)
        s = s->next;
    if (!s && (s = slab_new()))
        at = 0;
    char *piece = s ? s->base + (size_t)at * UNIT : NULL;
    if (s)
        s->taken |= run_of(n) << at;
    pthread_mutex_unlock(&lock);
    return piece;
}

void slab_give(void *piece, size_t bytes)
{
    pthread_mutex_lock(&lock);
    struct slab **at = &slabs;
    while ((char *)piece < (*at)->base || (char *)piece >= (*at)->base + HUGE_PAGE)
        at = &(*at)->next;
    struct slab *s = *at;
    s->taken &= ~(run_of(units_of(bytes)) << ((char *)piece - s->base) / UNIT);
    if (s->taken == 0) {
        *at = s->next;
        pages_give(s->base, HUGE_PAGE);
        free(s);
    }
    pthread_mutex_unlock(&lock);
}
