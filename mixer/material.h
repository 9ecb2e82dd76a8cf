/* material.h - what a strip has to play, by its own frames: a region of its files, once or for ever
 *
 * Frame 0 is the region's first. Read in order it costs no seeks. Where it repeats, frame k is
 * frame k modulo the region's length, fades and all; and where the file goes on behind the region's
 * end and the region has no fades of its own, each turn but the first begins with a linear
 * crossfade: frame i is (1 - g) * what lies behind the end + g * what lies at the beginning,
 * g = (i + 1) / (n + 1), over n = xfade frames, or as many as there are. A file that is played
 * whole has nothing behind its end and joins exactly. One thread at a time, which may block.
 */
#ifndef MIXER_MATERIAL_H
#define MIXER_MATERIAL_H

#include "mixer/playlist.h"
#include "mixer/region.h"

#include <stdbool.h>
#include <stdint.h>

struct material;

struct material_plan {
    struct region region; /* of the file, which is all that is played of it */
    bool repeat;          /* it starts again at its end, for ever */
    uint32_t xfade;       /* frames of the crossfade where it does */
};

/* Takes over `list`, whatever comes of it. NULL: out of memory. */
struct material *material_new(struct playlist *list, const struct audiofile_info *info,
                              const struct material_plan *plan);
void material_free(struct material *m); /* NULL is fine */

/* Frames in all, at most: what the header says, until the end was met; 0: nothing can be read any
 * more; UINT64_MAX: the header does not say, or there is no end. */
uint64_t material_length(const struct material *m);

/* n frames from `frame` on, interleaved. Returns how many there are until the end; what is behind
 * them is left alone. */
uint32_t material_read(struct material *m, uint64_t frame, float *out, uint32_t n);

/* As of the playlist. */
uint64_t material_nans(const struct material *m);
const char *material_problem(const struct material *m, uint32_t k);
enum audiofile_lack material_lack(const struct material *m);
struct file_mark material_mark(const struct material *m);

#endif
