/* convolver_limit.h - what a convolver's plan must cost at least on this machine, with FFTW */
#ifndef TESTS_CONVOLVER_LIMIT_H
#define TESTS_CONVOLVER_LIMIT_H

#include "effects/convolver.h"

/* ns of CPU time per frame for `inputs` x `outputs` full responses in these levels: FFTW's measured
 * time for every real transform, and for the products the longer of two: the arithmetic alone, at
 * the speed at which this CPU multiplies and adds in registers; or one pass over the spectra every
 * KERNEL_AHEAD blocks, which is how often ours make one, at the speed at which it reads memory of
 * that size. No copying, no call. Ours can only fall below it where its transform beats FFTW's. */
double convolver_limit(const struct filter_level *levels, uint32_t n, uint32_t inputs,
                       uint32_t outputs);

#endif
