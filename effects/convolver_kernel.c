/* convolver_kernel.c - which set of inner loops fits this CPU */
#include "effects/convolver_kernel.h"

const struct kernel *kernel_at(uint32_t i)
{
    const struct kernel *runs[3], **end = runs;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl"))
        *end++ = &kernel_16;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        *end++ = &kernel_8;
#endif
    *end++ = &kernel_4;
    return i < end - runs ? runs[i] : NULL;
}

const struct kernel *kernel_for(uint32_t n)
{
    uint32_t i = 0;
    while (n < KERNEL_GROUP * kernel_at(i)->lanes)
        i++;
    return kernel_at(i);
}

double kernel_angle(uint32_t depth, uint32_t block)
{
    double angle = 0.25; /* of i */
    for (uint32_t bit = depth; bit-- > 0;)
        angle = angle / 2 + (block >> bit & 1) * 0.5;
    return angle;
}
