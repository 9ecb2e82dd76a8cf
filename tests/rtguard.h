/* rtguard.h - aborts when the audio thread does what it may not
 *
 * Linked into every test program, or put under a real one:
 *
 *     LD_PRELOAD=build/rtguard.so RTGUARD_SAY=1 build/mixd ...
 *
 * From then on, a thread between rt_enter() and rt_leave() that allocates, frees, locks, waits,
 * sleeps, prints, or makes any system call ends the process with SIGABRT, after a line on standard
 * error that names the deed (`rtguard: malloc on the audio thread`) and a backtrace. Nothing needs
 * to be called; what stands below is for tests that want to know more.
 *
 * Under AddressSanitizer allocations are caught by its hooks and system calls as ever, but an
 * uncontended lock or a print into a buffer is not; under ThreadSanitizer only allocations are.
 */
#ifndef TESTS_RTGUARD_H
#define TESTS_RTGUARD_H

#include <stdbool.h>
#include <stdint.h>

/* What the calling thread has suffered since it began; counters that only grow. */
struct guard_faults {
    uint64_t minor;    /* page faults served from memory */
    uint64_t major;    /* page faults that waited for a disk */
    uint64_t waits;    /* times it gave up the CPU by itself */
    uint64_t preempts; /* times the kernel took the CPU away: no fault of the thread's */
};

/* Any thread, outside rt_enter/rt_leave (it is a system call). */
struct guard_faults guard_faults(void);

/* Any thread. Are functions watched by name in this build? False under the sanitizers. */
bool guard_names(void);

/* Any thread. Is every system call of the calling thread watched, whoever makes it? False on a
 * kernel without Syscall User Dispatch (it came with Linux 5.11, x86 only) and under
 * ThreadSanitizer, whose own run time makes some. */
bool guard_syscalls(void);

#endif
