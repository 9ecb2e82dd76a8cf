/* region.h - the part of a file that is played, and its edges
 *
 * Frames at the engine's rate; frame 0 of a region is frame `in` of the file.
 */
#ifndef MIXER_REGION_H
#define MIXER_REGION_H

#include <stdbool.h>
#include <stdint.h>

/* All zero: the whole file. */
struct region {
    uint64_t in;              /* the first frame */
    uint64_t end;             /* the frame behind the last; 0: the file's own end */
    uint32_t fadein, fadeout; /* frames; where they meet they multiply */
};

bool region_equal(const struct region *a, const struct region *b);

/* Frames that lie before `end`, however long the file is; UINT64_MAX: no end is given. */
uint64_t region_most(const struct region *r);
/* Frames of it in a file of so many; UINT64_MAX: unknown, both of them. */
uint64_t region_length(const struct region *r, uint64_t file_frames);

/* Applies the fades to n interleaved frames from `frame` of a region of `length`. Frame k of the
 * fade-in is times (k + 1) / (fadein + 1), and the fade-out is the same backwards from the end;
 * none of unknown length has one. */
void region_shape(const struct region *r, uint64_t length, uint64_t frame, float *out, uint32_t n,
                  uint32_t channels);

#endif
