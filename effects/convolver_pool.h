/* convolver_pool.h - all memory of one object in one piece, in huge pages
 *
 * After every sleep of the audio thread its caches and page tables are cold; what it touches should
 * lie close together and on few pages. Objects are laid out twice by the same code: once to
 * measure, with every pointer NULL, and once in earnest.
 *
 *     struct pool pool = { 0 };
 *     lay_out(object, &pool);
 *     if (!pool_open(&pool)) ...
 *     lay_out(object, &pool);
 */
#ifndef EFFECTS_CONVOLVER_POOL_H
#define EFFECTS_CONVOLVER_POOL_H

#include <stdbool.h>
#include <stddef.h>

struct pool {
    char *base; /* NULL: measuring */
    size_t used;
    size_t bytes; /* of an open one */
};

/* Control, all. */

/* Zero and aligned to 64 bytes; NULL while measuring. */
void *pool_take(struct pool *p, size_t bytes);
float *pool_floats(struct pool *p, size_t n);

/* Allocates what has been measured, touched, so that the audio thread meets no page fault. False:
 * out of memory. */
bool pool_open(struct pool *p);
void pool_close(struct pool *p); /* one that is not open is fine */

#endif
