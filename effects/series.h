/* series.h - exp2, log2 and sin as short series, for loops that must vectorise
 *
 * libm's would be a call per sample. These are plain arithmetic in double, the same in every clone
 * of a loop, and cut where their error is under a tenth of a float's last bit. Any thread.
 */
#ifndef EFFECTS_SERIES_H
#define EFFECTS_SERIES_H

#include <stdint.h>
#include <string.h>

/* 2^x for |x| < 1000, to 6e-9 of itself; exact for whole x. */
static inline double series_exp2(double x)
{
    const double rounder = 0x1.8p52; /* x + rounder is x rounded, with the whole in its last bits */
    double whole = x + rounder, y = (x - (whole - rounder)) * 0.693147180559945309417;
    double tail = 1. / 24 + y * (1. / 120 + y * (1. / 720 + y * (1. / 5040)));
    double result = 1 + y * (1 + y * (1. / 2 + y * (1. / 6 + y * tail)));
    uint64_t bits, power;

    memcpy(&bits, &result, sizeof bits);
    memcpy(&power, &whole, sizeof power);
    bits += power << 52;
    memcpy(&result, &bits, sizeof result);
    return result;
}

/* log2 of a normal x > 0, to 1e-9; exact for powers of two. */
static inline double series_log2(double x)
{
    const uint64_t half = 0x3fe6a09e667f3bcd; /* the square root of 1/2 */
    uint64_t bits;
    double m, e;

    /* x = m 2^e with m within sqrt(2) of 1. e is read out of the bits by the rounder's trick,
     * since 64-bit integers become doubles in few instruction sets. */
    memcpy(&bits, &x, sizeof bits);
    uint64_t power = (bits - half) & 0xfff0000000000000;
    bits -= power;
    memcpy(&m, &bits, sizeof m);
    uint64_t biased = ((power >> 52) ^ 0x800) + 0x4330000000000000;
    memcpy(&e, &biased, sizeof e);
    e -= 0x1p52 + 0x800;

    double t = (m - 1) / (m + 1), y = t * t;
    double odd = 1 + y * (1. / 3 + y * (1. / 5 + y * (1. / 7 + y * (1. / 9 + y / 11))));
    return e + t * odd * 2.88539008177792681472; /* 2 / ln 2 */
}

/* sin x for |x| <= pi/2, to 1e-11. */
static inline double series_sin(double x)
{
    double y = x * x;
    double tail = 1. / 362880 - y * (1. / 39916800 - y * (1. / 6227020800 - y / 1307674368000));

    return x * (1 - y * (1. / 6 - y * (1. / 120 - y * (1. / 5040 - y * tail))));
}

#endif
