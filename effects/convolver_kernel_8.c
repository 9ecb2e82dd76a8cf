/* convolver_kernel_8.c - the inner loops for AVX2 with FMA: 256 bits */
#include "effects/convolver_kernel.h"

#if defined(__x86_64__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx2,fma")
#endif

#define LANES  8
#define KERNEL kernel_8
#include "effects/convolver_kernel.inc"

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
