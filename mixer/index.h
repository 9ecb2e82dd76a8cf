/* index.h - things found by their names, however many there are; the control thread's
 *
 * A zeroed one is empty. The names are the things' own, and must stay as they are while the things
 * are in it.
 */
#ifndef MIXER_INDEX_H
#define MIXER_INDEX_H

#include <stdint.h>

struct index_place;
struct index {
    struct index_place *at;
    uint32_t n, room;
};

/* Control. Makes sure that the next index_add cannot fail. 0 or -ENOMEM. */
int index_reserve(struct index *x);
int index_add(struct index *x, const char *name, void *item); /* 0 or -ENOMEM */
/* Control. The oldest of that name, and the one that came after `item`, which is in it. NULL: none.
 */
void *index_find(const struct index *x, const char *name);
void *index_next(const struct index *x, const char *name, const void *item);
/* Control. Just this one goes; it need not be in it. */
void index_remove(struct index *x, const char *name, const void *item);
void index_clear(struct index *x); /* the things are not touched */

#endif
