/* region.c - the part of a file that is played, and its edges */
#include "mixer/region.h"

bool region_equal(const struct region *a, const struct region *b)
{
    return a->in == b->in && a->end == b->end && a->fadein == b->fadein && a->fadeout == b->fadeout;
}

uint64_t region_most(const struct region *r)
{
    if (r->end == 0)
        return UINT64_MAX;
    return r->end > r->in ? r->end - r->in : 0;
}

uint64_t region_length(const struct region *r, uint64_t file_frames)
{
    uint64_t most = region_most(r);
    if (file_frames == UINT64_MAX)
        return most;
    uint64_t there = file_frames > r->in ? file_frames - r->in : 0;
    return there < most ? there : most;
}

/* Of the k-th frame from an edge. */
static float gain_at(uint64_t k, uint32_t fade)
{
    return k < fade ? (float)(k + 1) / (float)(fade + 1) : 1;
}

void region_shape(const struct region *r, uint64_t length, uint64_t frame, float *out, uint32_t n,
                  uint32_t channels)
{
    bool ends = length != UINT64_MAX && frame + n + r->fadeout > length;
    if (frame >= r->fadein && !ends)
        return;
    for (uint32_t i = 0; i < n && frame + i < length; i++) {
        float g = gain_at(frame + i, r->fadein);
        if (length != UINT64_MAX)
            g *= gain_at(length - 1 - frame - i, r->fadeout);
        for (uint32_t c = 0; c < channels; c++)
            out[(uint64_t)i * channels + c] *= g;
    }
}
