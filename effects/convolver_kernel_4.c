/* convolver_kernel_4.c - the inner loops for any CPU: 128 bits (SSE2, NEON) */
#include "effects/convolver_kernel.h"

#define LANES  4
#define KERNEL kernel_4
#include "effects/convolver_kernel.inc"
