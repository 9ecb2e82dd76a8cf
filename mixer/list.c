/* list.c - a growing row of pointers, in the order they were added; the control thread's */
#include "mixer/list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int list_reserve(struct list *l, uint32_t more)
{
    if (l->n + more <= l->room)
        return 0;
    uint32_t room = l->room ? 2 * l->room : 8;
    while (room < l->n + more)
        room *= 2;
    void **at = realloc(l->at, sizeof *at * room);
    if (!at)
        return -ENOMEM;
    l->at = at;
    l->room = room;
    return 0;
}

int list_add(struct list *l, void *item)
{
    return list_insert(l, l->n, item);
}

void *list_add_copy(struct list *l, const void *item, size_t bytes)
{
    void *copy = malloc(bytes);
    if (!copy || list_add(l, copy)) {
        free(copy);
        return NULL;
    }
    return memcpy(copy, item, bytes);
}

int list_insert(struct list *l, uint32_t place, void *item)
{
    int err = list_reserve(l, 1);
    if (err)
        return err;
    memmove(l->at + place + 1, l->at + place, sizeof *l->at * (l->n - place));
    l->at[place] = item;
    l->n++;
    return 0;
}

void list_remove(struct list *l, const void *item)
{
    for (uint32_t i = 0; i < l->n; i++) {
        if (l->at[i] != item)
            continue;
        l->n--;
        memmove(l->at + i, l->at + i + 1, sizeof *l->at * (l->n - i));
        return;
    }
}

void list_clear(struct list *l)
{
    free(l->at);
    *l = (struct list){ 0 };
}
