/* convolver_kernel_16.c - the inner loops for AVX-512: 512 bits */
#include "effects/convolver_kernel.h"

#if defined(__x86_64__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512vl,fma"))), \
                             apply_to = function)
#else
#pragma GCC target("avx512f,avx512dq,avx512vl,fma")
#endif

#define LANES  16
#define KERNEL kernel_16
#include "effects/convolver_kernel.inc"

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
