/* decoder_gaps.h - a decoder whose library stumbles over damage: what is missing becomes silence
 *
 * So that what follows keeps its place. The owner's thread, all of it.
 */
#ifndef MIXER_DECODER_GAPS_H
#define MIXER_DECODER_GAPS_H

#include "mixer/decoder.h"

struct gapped {
    struct decoder decoder;
    uint64_t position; /* the next frame that gapped_read gives */
    uint64_t silence;  /* frames to be given as zeros before anything else */
    /* Some of the frames that come next, at most n; or 0: ask again, there may be silence now.
     * *end: nothing more will come. */
    uint32_t (*some)(struct gapped *g, float *out, uint32_t n, bool *end);
};

/* As decoder_kind.read. */
uint32_t gapped_read(struct decoder *d, float *out, uint32_t n);
/* Makes the fault "WHAT at frame N", where it is now. */
void gapped_complain(struct gapped *g, const char *what);

#endif
