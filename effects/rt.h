/* rt.h - marks and guards of the audio thread
 *
 * RT on a function says: the audio thread runs it. It takes no lock, allocates nothing, makes no
 * system call, has no unbounded loop, and calls only RT functions. It cannot fail: it does less.
 */
#ifndef EFFECTS_RT_H
#define EFFECTS_RT_H

#include <stdbool.h>
#include <stdint.h>

#if defined(__clang__) && __has_attribute(nonblocking)
#define RT __attribute__((nonblocking))
#else
#define RT
#endif

/* Loops marked so are compiled three times (SSE2, AVX2, AVX-512) and chosen at run time by the
 * CPU. Off where the tools cannot bear it: gcc 12's TSan crashes before main with clones. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif

/* Audio. Begin and end of one turn on the audio thread; they stand in engine_process and in the
 * convolver's helpers alone. Between them denormals are flushed to zero and rt_inside() is true
 * for this thread, which is what tests/rtguard.c watches. rt_leave restores what rt_enter saved;
 * the pair does not nest. */
RT void rt_enter(void);
RT void rt_leave(void);

/* Any thread. The monotonic clock in ns; on Linux a read of mapped memory, not a system call. */
RT uint64_t rt_now(void);

/* Any thread. Is the calling thread between rt_enter and rt_leave? */
RT bool rt_inside(void);

/* Any thread. Where the calling thread keeps the answer of rt_inside(): one byte, 0 or 1, for as
 * long as the thread lives. tests/rtguard.c hands it to the kernel, which then refuses the thread
 * every system call while it is 1. */
const bool *rt_flag(void);

#endif
