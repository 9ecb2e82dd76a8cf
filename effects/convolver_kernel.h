/* convolver_kernel.h - the convolver's inner loops, one set for each width of vector
 *
 * Every set is made from the same source, convolver_kernel.inc, so that they differ in nothing but
 * LANES and the instructions that the compiler may use. All arrays are aligned to 64 bytes.
 *
 * The transform. A block of n complex numbers z stands for a polynomial modulo (x^n - i). Step by
 * step it is split into remainders modulo (x^(n/2) - w) and (x^(n/2) + w), w = sqrt(i), and so on
 * down to single numbers: the spectrum, in whatever order this leaves it. A product of two spectra
 * is the product of the polynomials, and joining is splitting backwards, times n. Real sequences
 * of 2n numbers fit in (z = first half + i second half), which makes their product negacyclic:
 * a real transform without any untangling of bins, and with no bin that is special.
 */
#ifndef EFFECTS_CONVOLVER_KERNEL_H
#define EFFECTS_CONVOLVER_KERNEL_H

#include "effects/rt.h"

#include <stddef.h>
#include <stdint.h>

/* Four blocks of this many lanes are the smallest transform of a set. */
enum { KERNEL_GROUP = 4 };

/* One node of two or three successive splittings: roots t = cos (1 + i tan) of the constant of a
 * block. What its other halves need are these times i. */
struct turn {
    float cos2, tan2; /* the square root */
    float cos4, tan4; /* the fourth root */
    float cos8, tan8; /* the eighth root, and that an eighth of a circle on */
    float cos8on, tan8on;
};

/* One pass over blocks of `length` numbers each: columns from..to-1 of every block. */
struct pass {
    const float *in_r, *in_i; /* may equal r and i */
    float *r, *i;             /* joins: r may be NULL, then only imaginary parts are stored */
    const struct turn *turns; /* one per block */
    uint32_t blocks, length, from, to;
};

/* Spectra are kept in groups of KERNEL_GROUP * lanes bins, a group's row being KERNEL_GROUP times
 * (lanes real parts, lanes imaginary parts); all partitions' rows of one group lie side by side, so
 * that sums of products stream through memory once. Offsets and strides are in floats.
 *
 * Nor need they stream through it for every block, for what the past adds to the next blocks can be
 * summed while it is at hand. Every KERNEL_AHEAD blocks a group takes its turn: it sums all its
 * products for this block, and for the blocks until its next turn what has already come in makes of
 * them. In between, only the products with what has come in since are added. Groups take turns one
 * after another, so that every block costs the same. */
enum { KERNEL_AHEAD = 4 };

/* One response of the matrix within a level. */
struct product_cell {
    uint32_t x;     /* the input's ring of spectra */
    uint32_t h;     /* the response's first partition */
    uint32_t count; /* partitions */
    uint32_t out;   /* cells are sorted by it */
};

/* Sums of products: for each group and each output, the sum over its cells and their partitions of
 * input spectrum, newest first, times response. */
struct product {
    const struct product_cell *cells;
    uint32_t n_cells;
    uint32_t newest, slots; /* in the rings of spectra */
    uint32_t turn;          /* rises by one with every block; group 0's turn is at 0 */
    float *x;               /* the inputs' rings, and at `sums` KERNEL_AHEAD - 1 rows per output */
    size_t sums;
    const float *h;
    size_t x_stride, h_stride; /* from group to group */
    float *y;                  /* output o: real parts at o * 2 * imaginary, */
    uint32_t imaginary;        /* imaginary ones so far behind */
};

/* Any thread. Blocks since the group's last turn; 0: this is it. */
static inline uint32_t kernel_age(uint32_t turn, uint32_t group)
{
    return (turn + group) % KERNEL_AHEAD;
}

struct kernel {
    const char *name;
    uint32_t lanes;
    /* Control. Rows of lanes floats that split_ends and join_ends need per group. */
    uint32_t end_rows;
    /* Control. Fills end_rows rows for the group of KERNEL_GROUP blocks that starts at `block`;
     * depth: log2 of how many blocks there are. */
    void (*fill_ends)(float *rows, uint32_t depth, uint32_t block);

    RT void (*split4)(const struct pass *p); /* columns: length / 4 */
    RT void (*split8)(const struct pass *p); /* columns: length / 8 */
    RT void (*join4)(const struct pass *p);
    RT void (*join8)(const struct pass *p);
    /* The last splittings, within vectors; leaves the spectrum's groups at x, x + stride, ... */
    RT void (*split_ends)(const float *r, const float *i, const float *rows, uint32_t groups,
                          float *x, size_t stride);
    RT void (*join_ends)(float *r, float *i, const float *rows, uint32_t groups);
    /* Of groups from..to-1. */
    RT void (*multiply)(const struct product *p, uint32_t from, uint32_t to);
};

extern const struct kernel kernel_4, kernel_8, kernel_16; /* the last two on x86-64 only */

/* Control. Sets that this CPU can run, the widest first; NULL from the last on. */
const struct kernel *kernel_at(uint32_t i);

/* Control. The widest set that this CPU can run and that can transform n numbers; n is a power of
 * two, 16 or more. */
const struct kernel *kernel_for(uint32_t n);

/* Control. The angle of the constant of block `block` of 2^depth, in turns of a circle. */
double kernel_angle(uint32_t depth, uint32_t block);

#endif
