/* convolver_kernel.c - which set of inner loops fits this CPU */
#include "effects/convolver_kernel.h"

const struct kernel *kernel_for(uint32_t n)
{
#if defined(__x86_64__)
    if (n >= KERNEL_GROUP * 16 && __builtin_cpu_supports("avx512f") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        return &kernel_16;
    if (n >= KERNEL_GROUP * 8 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return &kernel_8;
#else
    (void)n;
#endif
    return &kernel_4;
}

double kernel_angle(uint32_t depth, uint32_t block)
{
    double angle = 0.25; /* of i */
    for (uint32_t bit = depth; bit-- > 0;)
        angle = angle / 2 + (block >> bit & 1) * 0.5;
    return angle;
}
