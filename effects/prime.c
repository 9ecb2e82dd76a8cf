/* prime.c - prime numbers, by trial */
#include "effects/prime.h"

#include <stdbool.h>

static bool is_prime(uint32_t n)
{
    if (n < 4 || n % 2 == 0)
        return n == 2 || n == 3;
    for (uint32_t d = 3; d * d <= n; d += 2)
        if (n % d == 0)
            return false;
    return true;
}

RT uint32_t prime_from(uint32_t n)
{
    while (!is_prime(n))
        n++;
    return n;
}
