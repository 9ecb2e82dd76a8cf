/* convolver_pool.c - all memory of one object in one piece, in huge pages if it is large */
#include "effects/convolver_pool.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { LINE = 64, HUGE_PAGE = 1 << 21 };

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
    /* Half a huge page is worth a whole one. */
    size_t align = p->used >= HUGE_PAGE / 2 ? HUGE_PAGE : LINE;
    size_t bytes = (p->used + align) / align * align;
    p->base = aligned_alloc(align, bytes);
    if (!p->base)
        return false;
    if (align == HUGE_PAGE)
        madvise(p->base, bytes, MADV_HUGEPAGE); /* where there are none, small ones do */
    memset(p->base, 0, bytes);
    p->used = 0;
    return true;
}

void pool_close(struct pool *p)
{
    free(p->base);
    *p = (struct pool){ 0 };
}
