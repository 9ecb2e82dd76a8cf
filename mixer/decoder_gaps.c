/* decoder_gaps.c - a decoder whose library stumbles over damage: what is missing becomes silence */
#include "mixer/decoder_gaps.h"

#include <stdio.h>
#include <string.h>

static uint32_t silence(struct gapped *g, float *out, uint32_t n)
{
    uint32_t got = n < g->silence ? n : (uint32_t)g->silence;
    memset(out, 0, (size_t)got * g->decoder.channels * sizeof *out);
    g->silence -= got;
    return got;
}

uint32_t gapped_read(struct decoder *d, float *out, uint32_t n)
{
    struct gapped *g = (struct gapped *)d;
    uint32_t done = 0;
    bool end = false;
    while (done < n && !end) {
        float *at = out + (size_t)done * d->channels;
        uint32_t got = g->silence > 0 ? silence(g, at, n - done) : g->some(g, at, n - done, &end);
        g->position += got;
        done += got;
    }
    return done;
}

void gapped_complain(struct gapped *g, const char *what)
{
    snprintf(g->decoder.fault, sizeof g->decoder.fault, "%s at frame %llu", what,
             (unsigned long long)g->position);
}
