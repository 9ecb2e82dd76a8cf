/* index.c - things found by their names, however many there are
 *
 * A table with a power of two of places, at most half of them taken. A thing stands at the place
 * that its name's hash says, or at the next free one behind it; so whoever looks goes on to the
 * first free place. What is removed lets those behind it move up (Knuth, TAOCP 6.4, algorithm R).
 */
#include "mixer/index.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_LEAST = 16 };

struct index_place {
    const char *name; /* NULL: free */
    void *item;
    uint32_t hash;
};

/* FNV-1a, 32 bits. */
static uint32_t hash_of(const char *name)
{
    uint32_t hash = 2166136261u;
    for (const unsigned char *s = (const unsigned char *)name; *s; s++)
        hash = (hash ^ *s) * 16777619u;
    return hash;
}

static void place(struct index *x, struct index_place p)
{
    uint32_t i = p.hash & (x->room - 1);
    while (x->at[i].name)
        i = (i + 1) & (x->room - 1);
    x->at[i] = p;
}

static int grow(struct index *x)
{
    struct index old = *x;
    uint32_t room = old.room ? 2 * old.room : ROOM_LEAST;
    struct index_place *at = calloc(room, sizeof *at);
    if (!at)
        return -ENOMEM;
    *x = (struct index){ at, old.n, room };
    /* From a free place on, so that of one name the older stays in front. */
    uint32_t from = 0;
    while (old.room && old.at[from].name)
        from++;
    for (uint32_t k = 0; k < old.room; k++)
        if (old.at[(from + k) % old.room].name)
            place(x, old.at[(from + k) % old.room]);
    free(old.at);
    return 0;
}

int index_reserve(struct index *x)
{
    return 2 * (x->n + 1) > x->room ? grow(x) : 0;
}

int index_add(struct index *x, const char *name, void *item)
{
    if (index_reserve(x))
        return -ENOMEM;
    place(x, (struct index_place){ name, item, hash_of(name) });
    x->n++;
    return 0;
}

/* The first of that name behind `item`; of all if that is NULL. */
static void *find(const struct index *x, const char *name, const void *item)
{
    if (!x->n)
        return NULL;
    uint32_t hash = hash_of(name), i = hash & (x->room - 1);
    bool behind = !item;
    for (; x->at[i].name; i = (i + 1) & (x->room - 1)) {
        if (behind && x->at[i].hash == hash && !strcmp(x->at[i].name, name))
            return x->at[i].item;
        behind |= x->at[i].item == item;
    }
    return NULL;
}

void *index_find(const struct index *x, const char *name)
{
    return find(x, name, NULL);
}

void *index_next(const struct index *x, const char *name, const void *item)
{
    return find(x, name, item);
}

/* Fills the gap at i with what would be found there as well. */
static void close_up(struct index *x, uint32_t i)
{
    uint32_t mask = x->room - 1;
    x->at[i].name = NULL;
    for (uint32_t k = (i + 1) & mask; x->at[k].name; k = (k + 1) & mask) {
        uint32_t home = x->at[k].hash & mask;
        if (((k - home) & mask) < ((k - i) & mask))
            continue; /* its home lies behind the gap */
        x->at[i] = x->at[k];
        x->at[k].name = NULL;
        i = k;
    }
}

void index_remove(struct index *x, const char *name, const void *item)
{
    if (!x->n)
        return;
    uint32_t i = hash_of(name) & (x->room - 1);
    while (x->at[i].name && x->at[i].item != item)
        i = (i + 1) & (x->room - 1);
    if (!x->at[i].name)
        return;
    close_up(x, i);
    x->n--;
}

void index_clear(struct index *x)
{
    free(x->at);
    *x = (struct index){ 0 };
}
