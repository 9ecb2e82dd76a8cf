/* agenda.h - what is planned, in order: a balanced tree of places inside of what is planned
 *
 * Ordered by `key`, and by `order` among equal keys; adding, removing and finding cost the
 * logarithm of how many there are. A place lies in one agenda at a time, and what it is a part of
 * is the caller's.
 */
#ifndef DAEMON_AGENDA_H
#define DAEMON_AGENDA_H

#include <stdint.h>

struct place {
    uint64_t key, order;
    struct place *left, *right;
    uint32_t rank; /* random: it keeps the tree balanced */
};

struct agenda {
    struct place *root;
    uint32_t n;
    uint32_t random;
};

/* Control. An agenda begins as all zero. key and order are set. */
void agenda_add(struct agenda *a, struct place *p);
/* Control. It lies in there. */
void agenda_remove(struct agenda *a, struct place *p);
/* Control. The first with this key or a later one, and this order or a later one among equal keys;
 * NULL: none. */
struct place *agenda_from(const struct agenda *a, uint64_t key, uint64_t order);
/* Control. The one behind it, or NULL. */
struct place *agenda_next(const struct agenda *a, const struct place *p);

#endif
