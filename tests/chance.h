/* chance.h - random numbers that a seed names, so that a failing test fails again */
#ifndef TESTS_CHANCE_H
#define TESTS_CHANCE_H

#include <stdint.h>

/* The next of them, 0..below-1. Numerical Recipes' generator, by its upper bits. */
static inline uint32_t chance(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)*seed * below >> 32);
}

#endif
