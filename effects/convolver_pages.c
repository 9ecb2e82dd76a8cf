/* convolver_pages.c - huge pages of memory that go back to the system when they are given back */
#include "effects/convolver_pages.h"

#include <stdint.h>
#include <sys/mman.h>

static size_t whole_pages(size_t bytes)
{
    return (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
}

void *pages_take(size_t bytes)
{
    /* The system aligns to small pages: what is too much at both ends goes back. */
    size_t size = whole_pages(bytes);
    char *all =
        mmap(NULL, size + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED)
        return NULL;
    size_t before = (HUGE_PAGE - (uintptr_t)all % HUGE_PAGE) % HUGE_PAGE;
    char *pages = all + before;
    if (before > 0)
        munmap(all, before);
    munmap(pages + size, HUGE_PAGE - before);
    madvise(pages, size, MADV_HUGEPAGE);
    return pages;
}

void pages_give(void *pages, size_t bytes)
{
    if (pages)
        munmap(pages, whole_pages(bytes));
}
