/* stream.h - a file as the transport will cross it: offset, repeat, the transport's loop
 *
 * A sequence of frames without holes. Index 0 of the stream is the timeline frame `position`; the
 * first `lead` indexes are silence that is counted and never written; stream_read begins behind
 * them. Each turn of the transport's loop goes on at loop_from, and its first frames are a linear
 * crossfade: frame i of xfade is (1 - g) * what lies behind loop_to + g * what lies at loop_from,
 * g = (i + 1) / (xfade + 1). Gaps inside a loop are zeros. One thread at a time, which may block.
 */
#ifndef MIXER_STREAM_H
#define MIXER_STREAM_H

#include "mixer/pace.h"
#include "mixer/playlist.h"
#include "mixer/region.h"

#include <stdbool.h>
#include <stdint.h>

struct stream;

/* Timeline frames at the engine's rate. */
struct stream_plan {
    uint64_t position;           /* of index 0 */
    uint64_t offset;             /* where the region's first frame sounds */
    bool repeat;                 /* the region starts again at its end, for ever (material.h) */
    uint64_t loop_from, loop_to; /* equal, or position >= loop_to: no loop */
    uint32_t xfade;              /* cut to the loop's length; and as in material.h */
    struct region region;        /* of the file, which is all that is played of it */
    struct pace pace;     /* of its material, until the transport's loop turns round; then, and if
                             it has no legs, plain, from offset on */
    double rate;          /* the plain one; 0: 1 */
    enum quality quality; /* of the interpolation at other rates than 1 */
};

/* Indexes before the first that can sound; UINT64_MAX: none ever will. */
uint64_t stream_lead(const struct stream_plan *plan);

/* Takes over `list`, whatever comes of it. NULL: out of memory. */
struct stream *stream_new(struct playlist *list, const struct audiofile_info *info,
                          const struct stream_plan *plan);
void stream_free(struct stream *s); /* NULL is fine */

/* Frames that stream_read will give in all, at most: what the header says. UINT64_MAX: it does not,
 * or there is no end. */
uint64_t stream_frames(const struct stream *s);

/* The next n frames, interleaved. Fewer: the stream has ended. */
uint32_t stream_read(struct stream *s, float *out, uint32_t n);

/* As of the playlist. */
uint64_t stream_nans(const struct stream *s);
const char *stream_problem(const struct stream *s, uint32_t k);
enum audiofile_lack stream_lack(const struct stream *s);
struct file_mark stream_mark(const struct stream *s);

#endif
