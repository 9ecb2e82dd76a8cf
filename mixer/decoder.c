/* decoder.c - what decoders of every family do alike */
#include "mixer/decoder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { SCRATCH = 4096 /* frames */ };

bool decoder_drop(struct decoder *d, uint64_t n)
{
    float *scratch = malloc(SCRATCH * d->channels * sizeof *scratch);
    uint32_t got = scratch ? 1 : 0;
    for (; n > 0 && got > 0; n -= got)
        got = d->kind->read(d, scratch, n < SCRATCH ? (uint32_t)n : SCRATCH);
    free(scratch);
    return got > 0;
}

int decoder_cannot_seek(struct decoder *d, uint64_t frame)
{
    snprintf(d->fault, sizeof d->fault, "cannot seek to frame %llu", (unsigned long long)frame);
    return -EIO;
}
