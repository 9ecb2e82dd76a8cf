/* convolver_pool.c - all memory of one object in one piece, in huge pages */
#include "effects/convolver_pool.h"

#include "effects/convolver_pages.h"
#include "effects/convolver_slab.h"

#include <stdlib.h>
#include <string.h>

/* Less than SMALL_MIN is not worth a place in a huge page. */
enum { LINE = 64, SMALL_MIN = 1 << 14 };

void *pool_take(struct pool *p, size_t bytes)
{
    void *at = p->base ? p->base + p->used : NULL;
    p->used += (bytes + LINE - 1) / LINE * LINE;
    return at;
}

float *pool_floats(struct pool *p, size_t n)
{
    return pool_take(p, n * sizeof(float));
}

bool pool_open(struct pool *p)
{
    p->bytes = p->used;
    if (p->bytes < SMALL_MIN)
        p->base = aligned_alloc(LINE, p->bytes + LINE);
    else if (p->bytes <= SLAB_PIECE_MAX)
        p->base = slab_take(p->bytes);
    else
        p->base = pages_take(p->bytes);
    if (!p->base)
        return false;
    memset(p->base, 0, p->bytes);
    p->used = 0;
    return true;
}

void pool_close(struct pool *p)
{
    if (p->bytes < SMALL_MIN)
        free(p->base);
    else if (p->bytes > SLAB_PIECE_MAX)
        pages_give(p->base, p->bytes);
    else if (p->base)
        slab_give(p->base, p->bytes);
    *p = (struct pool){ 0 };
}
