/* rtguard.c - aborts when the audio thread does what it may not
 *
 * Two nets, because each has holes where the other has none:
 *
 * Names. The functions below stand in front of libc's for the whole process, shared libraries
 * included, and look at rt_inside() first. They see a lock that nobody contends and a print that
 * stays in its buffer, which cost nothing today and a missed period some other day; they do not
 * see what libc does by itself.
 *
 * System calls. Linux can turn every system call of a thread into SIGSYS while a byte in the
 * thread's memory is 1 (Syscall User Dispatch). The flag behind rt_inside() is such a byte, so the
 * kernel reads the very flag that rt_enter() and rt_leave() write anyway: the guard costs the
 * audio thread nothing, and effects/rt.c only has to say where the flag lies. The switch is per
 * thread and not inherited, hence the wrapper of pthread_create and the handler after fork.
 * The clock is read without a system call where the kernel maps it (vDSO); where it does not, a
 * read on the audio thread is caught, rightly.
 *
 * Sanitizers own the names, and ThreadSanitizer's run time makes system calls of its own inside
 * instrumented code: see rtguard.h for what is left there.
 */
#include "tests/rtguard.h"

#include "effects/rt.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#if defined(__SANITIZE_THREAD__)
#define NAMES    0
#define SYSCALLS 0
#elif defined(__SANITIZE_ADDRESS__)
#define NAMES    0
#define SYSCALLS 1
#else
#define NAMES    1
#define SYSCALLS 1
#endif

/* Weak: a program without an audio thread, and any program that merely runs under the preloaded
 * guard, has none of them; the guard then watches nothing. */
#pragma weak rt_inside
#pragma weak rt_leave
#pragma weak rt_flag

static _Thread_local bool watched; /* this thread's system calls */

static void say(const char *text)
{
    if (write(STDERR_FILENO, text, strlen(text)) < 0)
        return; /* nothing to be done about it */
}

/* Ends the process. The caller has left the audio section, or this would be the next sin; it is
 * the caller's because AddressSanitizer makes a system call before one that does not return. */
static _Noreturn void die(const char *deed, const char *detail)
{
    say("rtguard: ");
    say(deed);
    say(detail);
    say(" on the audio thread\n");
    void *frames[48];
    backtrace_symbols_fd(frames, backtrace(frames, 48), STDERR_FILENO);
    abort();
}

static void watch(const char *deed)
{
    if (rt_inside && rt_inside()) {
        rt_leave();
        die(deed, "");
    }
}

#if SYSCALLS

/* Kernel 5.11's, missing from older headers. */
#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#define PR_SYS_DISPATCH_ON           1
#endif

static void caught(int sig, siginfo_t *info, void *context)
{
    (void)sig, (void)context;
    rt_leave();
    char number[16];
    char *digit = number + sizeof number - 1;
    *digit = 0;
    for (int n = info->si_syscall; n; n /= 10)
        *--digit = (char)('0' + n % 10);
    *--digit = ' ';
    die("system call", digit);
}

static void arm(void)
{
    if (rt_flag)
        watched = !prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, 0UL, 0UL, rt_flag());
}

#endif

#if NAMES || SYSCALLS

/* The function that the guard stands in front of: the next of that name in the loader's order. */
static void find(const char *name, void *function)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (!found)
        die(name, " (not in libc)");
    memcpy(function, &found, sizeof found);
}

/* Declares `real`, libc's function of this name. Looked up at first use: other libraries call
 * these names before any constructor of ours has run. */
#define REAL(type, name, params)                                             \
    static type(*_Atomic known) params;                                      \
    type(*real) params = atomic_load_explicit(&known, memory_order_relaxed); \
    if (!real) {                                                             \
        find(#name, &real);                                                  \
        atomic_store_explicit(&known, real, memory_order_relaxed);           \
    }

#define GUARD(type, name, params, args) \
    type name params                    \
    {                                   \
        watch(#name);                   \
        REAL(type, name, params)        \
        return real args;               \
    }

struct start {
    void *(*run)(void *);
    void *arg;
};

static void *started(void *arg)
{
    struct start start = *(struct start *)arg;
    free(arg);
    arm();
    return start.run(start.arg);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *arg)
{
    watch("pthread_create");
    REAL(int, pthread_create, (pthread_t *, const pthread_attr_t *, void *(*)(void *), void *))
    struct start *start = malloc(sizeof *start);
    if (!start)
        return EAGAIN;
    *start = (struct start){ run, arg };
    int failed = real(thread, attr, started, start);
    if (failed)
        free(start);
    return failed;
}

#endif

#if NAMES

/* Allocation. dlsym may allocate, so these go to glibc's own names. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t align, size_t size);
extern void __libc_free(void *old);

void *malloc(size_t size)
{
    watch("malloc");
    return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    watch("calloc");
    return __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
    watch("realloc");
    return __libc_realloc(old, size);
}

void free(void *old)
{
    watch("free");
    __libc_free(old);
}

void *memalign(size_t align, size_t size);
void *memalign(size_t align, size_t size)
{
    watch("memalign");
    return __libc_memalign(align, size);
}

void *aligned_alloc(size_t align, size_t size)
{
    watch("aligned_alloc");
    return __libc_memalign(align, size);
}

int posix_memalign(void **out, size_t align, size_t size)
{
    watch("posix_memalign");
    if (align % sizeof(void *) || (align & (align - 1)) || !align)
        return EINVAL;
    void *memory = __libc_memalign(align, size);
    if (!memory)
        return ENOMEM;
    *out = memory;
    return 0;
}

GUARD(void *, mmap, (void *at, size_t n, int prot, int flags, int fd, off_t offset),
      (at, n, prot, flags, fd, offset))
GUARD(int, munmap, (void *at, size_t n), (at, n))
GUARD(int, mprotect, (void *at, size_t n, int prot), (at, n, prot))
GUARD(int, madvise, (void *at, size_t n, int advice), (at, n, advice))

/* Locks, waits and wakes. */
GUARD(int, pthread_mutex_lock, (pthread_mutex_t * m), (m))
GUARD(int, pthread_mutex_trylock, (pthread_mutex_t * m), (m))
GUARD(int, pthread_rwlock_rdlock, (pthread_rwlock_t * l), (l))
GUARD(int, pthread_rwlock_wrlock, (pthread_rwlock_t * l), (l))
GUARD(int, pthread_cond_wait, (pthread_cond_t * c, pthread_mutex_t *m), (c, m))
GUARD(int, pthread_cond_timedwait,
      (pthread_cond_t * c, pthread_mutex_t *m, const struct timespec *t), (c, m, t))
GUARD(int, pthread_cond_signal, (pthread_cond_t * c), (c))
GUARD(int, pthread_cond_broadcast, (pthread_cond_t * c), (c))
GUARD(int, pthread_join, (pthread_t thread, void **result), (thread, result))
GUARD(int, sem_wait, (sem_t * s), (s))
GUARD(int, sem_timedwait, (sem_t * s, const struct timespec *t), (s, t))
GUARD(int, sem_post, (sem_t * s), (s))

/* Files and sockets. */
GUARD(ssize_t, read, (int fd, void *to, size_t n), (fd, to, n))
GUARD(ssize_t, write, (int fd, const void *from, size_t n), (fd, from, n))
GUARD(int, close, (int fd), (fd))
GUARD(int, poll, (struct pollfd * fds, nfds_t n, int ms), (fds, n, ms))
GUARD(ssize_t, send, (int fd, const void *from, size_t n, int flags), (fd, from, n, flags))
GUARD(ssize_t, recv, (int fd, void *to, size_t n, int flags), (fd, to, n, flags))
GUARD(FILE *, fopen, (const char *path, const char *mode), (path, mode))
GUARD(int, fclose, (FILE * f), (f))
GUARD(int, fflush, (FILE * f), (f))
GUARD(size_t, fwrite, (const void *from, size_t size, size_t n, FILE *f), (from, size, n, f))
GUARD(int, puts, (const char *text), (text))
GUARD(int, fputs, (const char *text, FILE *f), (text, f))
GUARD(int, putchar, (int c), (c))
GUARD(int, fputc, (int c, FILE *f), (c, f))
GUARD(int, vfprintf, (FILE * f, const char *format, va_list list), (f, format, list))

int open(const char *path, int flags, ...)
{
    watch("open");
    REAL(int, open, (const char *, int, ...))
    va_list list;
    va_start(list, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0;
    va_end(list);
    return real(path, flags, mode);
}

int printf(const char *format, ...)
{
    watch("printf");
    va_list list;
    va_start(list, format);
    int n = vfprintf(stdout, format, list);
    va_end(list);
    return n;
}

int fprintf(FILE *f, const char *format, ...)
{
    watch("fprintf");
    va_list list;
    va_start(list, format);
    int n = vfprintf(f, format, list);
    va_end(list);
    return n;
}

/* Sleep. */
GUARD(int, nanosleep, (const struct timespec *t, struct timespec *left), (t, left))
GUARD(int, clock_nanosleep,
      (clockid_t clock, int flags, const struct timespec *t, struct timespec *left),
      (clock, flags, t, left))
GUARD(int, usleep, (useconds_t us), (us))
GUARD(unsigned, sleep, (unsigned s), (s))
GUARD(int, sched_yield, (void), ())

#else

/* Declared here since gcc ships the run time with this function but not always its header. */
extern int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *,
                                                                       size_t),
                                                     void (*on_free)(const volatile void *));

static void on_malloc(const volatile void *memory, size_t size)
{
    (void)memory, (void)size;
    watch("malloc");
}

static void on_free(const volatile void *memory)
{
    (void)memory;
    watch("free");
}

#endif

__attribute__((constructor)) static void begin(void)
{
    void *first[1];
    backtrace(first, 1); /* loads the unwinder now: it allocates, and die() may not */
#if !NAMES
    __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);
#endif
#if SYSCALLS
    struct sigaction on_sigsys = { .sa_sigaction = caught, .sa_flags = SA_SIGINFO };
    sigaction(SIGSYS, &on_sigsys, NULL);
    pthread_atfork(NULL, NULL, arm);
    arm();
#endif
    if (rt_inside && getenv("RTGUARD_SAY"))
        say(guard_syscalls() ? "rtguard: watching names and system calls\n"
                             : "rtguard: watching names\n");
}

bool guard_names(void)
{
    return NAMES;
}

bool guard_syscalls(void)
{
    return watched;
}

struct guard_faults guard_faults(void)
{
    struct rusage now;
    getrusage(RUSAGE_THREAD, &now);
    return (struct guard_faults){ .minor = (uint64_t)now.ru_minflt,
                                  .major = (uint64_t)now.ru_majflt,
                                  .waits = (uint64_t)now.ru_nvcsw,
                                  .preempts = (uint64_t)now.ru_nivcsw };
}
