/* delay.h - the past of one signal, written in blocks of 16 frames and read back at any distance
 *
 * The memory is the owner's, so that many delays can lie in one piece. Blocks are read in place:
 * what lies at the end of the ring is kept twice, so a read never wraps.
 */
#ifndef EFFECTS_DELAY_H
#define EFFECTS_DELAY_H

#include "effects/rt.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
    DELAY_BLOCK = 16,
    DELAY_REACH = 8, /* frames after a block that may be read with it, where they are written */
    DELAY_TWICE = 2 * DELAY_BLOCK,
};

struct delay {
    float *past;
    uint32_t mask;
};

/* Control. The floats that a delay of up to `longest` frames needs. */
size_t delay_floats(uint32_t longest);

/* Control. `memory` is delay_floats(longest) zeros and outlives the delay. */
void delay_init(struct delay *d, float *memory, uint32_t longest);

/* Audio. The block that begins `back` frames before `time`. */
static inline RT const float *delay_read(const struct delay *d, uint64_t time, uint32_t back)
{
    return d->past + ((time - back) & d->mask);
}

/* Audio. `time` is a multiple of DELAY_BLOCK and one block later in every call. */
static inline RT void delay_write(struct delay *d, uint64_t time, const float *block)
{
    uint64_t at = time & d->mask;
    memcpy(d->past + at, block, DELAY_BLOCK * sizeof *block);
    if (at < DELAY_TWICE)
        memcpy(d->past + d->mask + 1 + at, block, DELAY_BLOCK * sizeof *block);
}

/* Audio. Is any of it at -200 dBFS or above? */
RT bool delay_sounds(const float *x, uint32_t n);

/* Audio. Makes x silent if all of it is below -200 dBFS. Returns whether it still sounds. */
RT bool delay_hush(float *x, uint32_t n);

#endif
