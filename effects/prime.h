/* prime.h - prime numbers: delays that have no common divisor do not ring together */
#ifndef EFFECTS_PRIME_H
#define EFFECTS_PRIME_H

#include "effects/rt.h"

#include <stdint.h>

/* Any thread. The least prime not below n. For n under 2^16 a few hundred divisions at most. */
RT uint32_t prime_from(uint32_t n);

#endif
