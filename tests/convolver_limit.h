/* convolver_limit.h - what a convolver's plan must cost at least on this machine, with FFTW */
#ifndef TESTS_CONVOLVER_LIMIT_H
#define TESTS_CONVOLVER_LIMIT_H

#include "effects/convolver.h"

/* ns per frame for `inputs` x `outputs` full responses in these levels: FFTW's measured time for
 * every real transform, and one pass over the spectra at the speed at which this CPU reads memory
 * of that size. No copying, no adding, no call. */
double convolver_limit(const struct filter_level *levels, uint32_t n, uint32_t inputs,
                       uint32_t outputs);

#endif
