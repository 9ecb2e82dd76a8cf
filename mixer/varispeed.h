/* varispeed.h - material along a pace: what lies at each frame of the timeline
 *
 * Where the rate is 1 on a whole frame it is the material itself, bit for bit. Elsewhere it is
 * interpolated. A jump of the pace is a linear crossfade from what would have gone on to what
 * comes. One thread at a time, which may block.
 */
#ifndef MIXER_VARISPEED_H
#define MIXER_VARISPEED_H

#include "mixer/material.h"
#include "mixer/pace.h"

#include <stdint.h>

struct varispeed;

/* `m` is borrowed. xfade: frames of the crossfade of a jump. NULL: out of memory. */
struct varispeed *varispeed_new(struct material *m, uint32_t channels, enum quality quality,
                                uint32_t xfade, const struct pace *pace);
void varispeed_free(struct varispeed *v); /* NULL is fine */

/* Another pace from now on. */
void varispeed_set_pace(struct varispeed *v, const struct pace *pace);
const struct pace *varispeed_pace(const struct varispeed *v);

/* The n frames of the timeline from `from` on, none of them before the material's first. Returns
 * how many there are until its end; what is behind them is left alone. */
uint32_t varispeed_read(struct varispeed *v, uint64_t from, float *out, uint32_t n);
/* The first timeline frame from `from` on that is behind the end of the material, as far as it is
 * known; UINT64_MAX: never. */
uint64_t varispeed_end(const struct varispeed *v, uint64_t from);

#endif
