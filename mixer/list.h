/* list.h - a growing row of pointers, in the order they were added; the control thread's */
#ifndef MIXER_LIST_H
#define MIXER_LIST_H

#include <stddef.h>
#include <stdint.h>

struct list {
    void **at;
    uint32_t n, room;
};

/* Makes sure that `more` calls of list_add cannot fail. 0 or -ENOMEM. */
int list_reserve(struct list *l, uint32_t more);
int list_add(struct list *l, void *item); /* 0 or -ENOMEM */
/* Adds a copy of so many bytes: for free(). NULL: out of memory, nothing was added. */
void *list_add_copy(struct list *l, const void *item, size_t bytes);
int list_insert(struct list *l, uint32_t place, void *item); /* 0 or -ENOMEM */
void list_remove(struct list *l, const void *item);          /* the order of the rest stays */
void list_clear(struct list *l);                             /* the items are not touched */

#endif
