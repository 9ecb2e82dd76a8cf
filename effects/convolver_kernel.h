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

/* One node of the splitting: the root t = cos (1 + i tan) of two successive splittings. */
struct turn {
    float cos2, tan2; /* first: the square root of the block's constant */
    float cos1, tan1; /* second: its fourth root */
};

/* One pass over blocks of `length` numbers each: columns from..to-1 of every block. */
struct pass {
    const float *in_r, *in_i; /* may equal r and i */
    float *r, *i;
    const struct turn *turns; /* one per block */
    uint32_t blocks, length, from, to;
};

/* One response of the matrix within a level; offsets in floats from the column's start. */
struct product_cell {
    uint32_t x, h;  /* the input's newest spectrum, the response's first partition */
    uint32_t count; /* partitions */
    uint32_t out;   /* cells are sorted by it */
};

/* Sums of products: for each column (LANES bins) and each output, the sum over its cells and their
 * partitions of input spectrum times response. Both are stored column by column, a column being
 * a row of (LANES real, LANES imaginary), so that one pass streams through memory once. */
struct product {
    const struct product_cell *cells;
    uint32_t n_cells;
    const float *x, *h;
    size_t x_stride, h_stride; /* floats from column to column */
    float *y;                  /* output o: real at o * 2 * bins, imaginary at + bins */
    uint32_t bins;
};

struct kernel {
    const char *name;
    uint32_t lanes;
    /* Control. Rows of lanes floats that split_ends and join_ends need per group. */
    uint32_t end_rows;
    /* Control. Fills end_rows rows for the group of KERNEL_GROUP blocks that starts at `block`;
     * depth: log2 of how many blocks there are. */
    void (*fill_ends)(float *rows, uint32_t depth, uint32_t block);

    RT void (*split2)(const struct pass *p); /* columns: length / 2 */
    RT void (*split4)(const struct pass *p); /* columns: length / 4 */
    RT void (*join2)(const struct pass *p);
    RT void (*join4)(const struct pass *p);
    /* The last, respectively first, splittings: within vectors. */
    RT void (*split_ends)(float *r, float *i, const float *rows, uint32_t groups);
    RT void (*join_ends)(float *r, float *i, const float *rows, uint32_t groups);

    /* Copies columns 0..n-1 of a spectrum to x and x + mirror, x += stride for each column. */
    RT void (*spread)(const float *r, const float *i, uint32_t n, float *x, size_t stride,
                      size_t mirror);
    RT void (*multiply)(const struct product *p, uint32_t from, uint32_t to);
};

extern const struct kernel kernel_4, kernel_8, kernel_16;

/* Control. The widest set that this CPU can run and that can transform n numbers; n is a power of
 * two, 16 or more. */
const struct kernel *kernel_for(uint32_t n);

/* Control. The angle of the constant of block `block` of 2^depth, in turns of a circle. */
double kernel_angle(uint32_t depth, uint32_t block);

#endif
