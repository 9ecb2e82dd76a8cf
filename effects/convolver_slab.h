/* convolver_slab.h - small pieces of memory side by side in huge pages
 *
 * A hundred short reverbs have megabytes between them and a small page for every few of their
 * rows, more than a CPU keeps addresses of. In huge pages they cost a fifth less.
 */
#ifndef EFFECTS_CONVOLVER_SLAB_H
#define EFFECTS_CONVOLVER_SLAB_H

#include "effects/convolver_pages.h"

#include <stddef.h>

enum { SLAB_PIECE_MAX = HUGE_PAGE / 2 };

/* Any thread but the audio thread, both. `bytes`: 1..SLAB_PIECE_MAX, aligned to 64 and not cleared;
 * NULL: out of memory. */
void *slab_take(size_t bytes);
/* Gives back what slab_take gave for so many bytes. */
void slab_give(void *piece, size_t bytes);

#endif
