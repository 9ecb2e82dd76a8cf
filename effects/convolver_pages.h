/* convolver_pages.h - huge pages of memory that go back to the system when they are given back
 *
 * malloc keeps what was freed between what is not, and a response is megabytes: after a night of
 * swaps a process would be several times as large as what it uses.
 */
#ifndef EFFECTS_CONVOLVER_PAGES_H
#define EFFECTS_CONVOLVER_PAGES_H

#include <stddef.h>

enum { HUGE_PAGE = 1 << 21 };

/* Any thread but the audio thread, both. At least `bytes`, zero and not touched yet, aligned to a
 * huge page. Where there are no huge ones, small ones do. NULL: out of memory. */
void *pages_take(size_t bytes);
/* Gives back what pages_take gave for so many bytes. NULL is fine. */
void pages_give(void *pages, size_t bytes);

#endif
