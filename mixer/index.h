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

/* Control. If there is one of that name, the older one is found. 0 or -ENOMEM. */
int index_add(struct index *x, const char *name, void *item);
void *index_find(const struct index *x, const char *name); /* NULL: none */
/* Control. Just this one goes; it need not be in it. */
void index_remove(struct index *x, const char *name, const void *item);
void index_clear(struct index *x); /* the things are not touched */

#endif
