/* min64.h - the smaller of two counts of frames */
#ifndef MIXER_MIN64_H
#define MIXER_MIN64_H

#include <stdint.h>

static inline uint64_t min64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

#endif
