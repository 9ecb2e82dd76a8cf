/* rt.c - marks and guards of the audio thread */
#include "effects/rt.h"

#include <stdint.h>
#include <time.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define FLUSH_BITS 0x8040u /* MXCSR: flush to zero, denormals are zero */
#endif

/* Set before main by the loader, so reading them allocates nothing even in a shared object. */
static _Thread_local bool inside __attribute__((tls_model("initial-exec")));
static _Thread_local uint64_t saved __attribute__((tls_model("initial-exec")));

RT void rt_enter(void)
{
#if defined(__x86_64__)
    saved = _mm_getcsr();
    _mm_setcsr((unsigned)saved | FLUSH_BITS);
#elif defined(__aarch64__)
    uint64_t fpcr;
    __asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
    saved = fpcr;
    __asm__ volatile("msr fpcr, %0" : : "r"(fpcr | (1u << 24)));
#endif
    inside = true;
}

RT void rt_leave(void)
{
    inside = false;
#if defined(__x86_64__)
    _mm_setcsr((unsigned)saved);
#elif defined(__aarch64__)
    __asm__ volatile("msr fpcr, %0" : : "r"(saved));
#endif
}

RT bool rt_inside(void)
{
    return inside;
}

const bool *rt_flag(void)
{
    return &inside;
}

RT uint64_t rt_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}
