/* booth.c - the scratch memory of one quantum */
#include "mixer/strip.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { RAMP_BUFFERS = 4, BOOTH_BUFFERS = 3 * EFFECT_CHANNELS_MAX + RAMP_BUFFERS, CACHE_LINE = 64 };

int booth_init(struct booth *b, uint32_t quantum)
{
    *b = (struct booth){ .quantum = quantum };
    size_t bytes = sizeof(float) * quantum * BOOTH_BUFFERS;
    b->memory = aligned_alloc(CACHE_LINE, bytes);
    if (!b->memory)
        return -ENOMEM;
    memset(b->memory, 0, bytes);
    float *next = b->memory;
    for (uint32_t c = 0; c < EFFECT_CHANNELS_MAX; c++, next += 3 * quantum) {
        b->ch[c] = next;
        b->dry[c] = next + quantum;
        b->wet[c] = next + 2 * quantum;
    }
    b->gain = next;
    b->left = next + quantum;
    b->right = next + 2 * quantum;
    b->part = next + 3 * quantum;
    return 0;
}

void booth_clear(struct booth *b)
{
    free(b->memory);
    *b = (struct booth){ 0 };
}
