/* test_rtguard.c - every sin is caught, in this thread and others, and the innocent go free */
#include "tests/rtguard.h"

#include "effects/rt.h"
#include "tests/check.h"

#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What the sins act upon, made before the audio section begins. */
static void *volatile memory;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static sem_t semaphore;
static int null_fd, socket_fd;
static const struct timespec soon = { 0, 1 };
/* Read through a volatile, so that the compiler cannot see a call that it may leave out. */
static volatile size_t size = 100;

static void sin_malloc(void)
{
    memory = malloc(size);
}
static void sin_calloc(void)
{
    memory = calloc(size, 1);
}
static void sin_realloc(void)
{
    memory = realloc(memory, 2 * size);
}
static void sin_free(void)
{
    free(memory);
}
static void sin_posix_memalign(void)
{
    void *out;
    if (!posix_memalign(&out, 64, size))
        memory = out;
}
static void sin_aligned_alloc(void)
{
    memory = aligned_alloc(64, 64 * size);
}
static void sin_mmap(void)
{
    memory = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}
static void sin_munmap(void)
{
    munmap(NULL, size);
}
static void sin_lock(void)
{
    pthread_mutex_lock(&mutex);
}
static void sin_signal(void)
{
    pthread_cond_signal(&cond);
}
static void sin_cond_wait(void)
{
    pthread_cond_timedwait(&cond, &mutex, &soon);
}
static void sin_sem_wait(void)
{
    sem_wait(&semaphore);
}
static void sin_sem_post(void)
{
    sem_post(&semaphore);
}
static void sin_sem_timedwait(void)
{
    sem_timedwait(&semaphore, &soon);
}
static void sin_read(void)
{
    char c;
    size = (size_t)read(null_fd, &c, 1);
}
static void sin_write(void)
{
    size = (size_t)write(null_fd, "x", 1);
}
static void sin_open(void)
{
    null_fd = open("/dev/null", O_RDONLY);
}
static void sin_close(void)
{
    close(null_fd);
}
static void sin_poll(void)
{
    poll(NULL, 0, 0);
}
static void sin_send(void)
{
    send(socket_fd, "x", 1, MSG_DONTWAIT);
}
static void sin_recv(void)
{
    char c;
    recv(socket_fd, &c, 1, MSG_DONTWAIT);
}
static void sin_printf(void)
{
    printf("%zu", size);
}
static void sin_fprintf(void)
{
    fprintf(stdout, "%zu", size);
}
static void sin_puts(void)
{
    puts("puts");
}
static void sin_fwrite(void)
{
    fwrite("fwrite", 1, 6, stdout);
}
static void sin_fopen(void)
{
    memory = fopen("/dev/null", "r");
}
static void sin_nanosleep(void)
{
    nanosleep(&soon, NULL);
}
static void sin_clock_nanosleep(void)
{
    clock_nanosleep(CLOCK_MONOTONIC, 0, &soon, NULL);
}
static void sin_usleep(void)
{
    usleep(1);
}
static void sin_yield(void)
{
    sched_yield();
}
static void *nothing(void *arg)
{
    return arg;
}
static void sin_thread(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, nothing, NULL);
}
/* A call that no wrapper knows: only the kernel sees it. */
static void sin_getppid(void)
{
    size = (size_t)syscall(SYS_getppid);
}

/* What must have been watched for the sin to be seen. */
enum net { ALLOCATION, ALIGNED, NAME, SYSCALL, EITHER };

static const struct {
    void (*commit)(void);
    const char *named; /* in the message, when names are watched */
    enum net net;
} sins[] = {
    { sin_malloc, "malloc", ALLOCATION },
    { sin_calloc, "calloc", ALLOCATION },
    { sin_realloc, "realloc", ALLOCATION },
    { sin_free, "free", ALLOCATION },
    { sin_posix_memalign, "posix_memalign", ALIGNED },
    { sin_aligned_alloc, "aligned_alloc", ALIGNED },
    { sin_mmap, "mmap", EITHER },
    { sin_munmap, "munmap", EITHER },
    { sin_lock, "pthread_mutex_lock", NAME },
    { sin_signal, "pthread_cond_signal", NAME },
    { sin_cond_wait, "pthread_cond_timedwait", NAME },
    { sin_sem_wait, "sem_wait", NAME },
    { sin_sem_post, "sem_post", NAME },
    { sin_sem_timedwait, "sem_timedwait", NAME },
    { sin_read, "read", EITHER },
    { sin_write, "write", EITHER },
    { sin_open, "open", EITHER },
    { sin_close, "close", EITHER },
    { sin_poll, "poll", EITHER },
    { sin_send, "send", EITHER },
    { sin_recv, "recv", EITHER },
    { sin_printf, "printf", NAME },
    { sin_fprintf, "fprintf", NAME },
    { sin_puts, "puts", NAME },
    { sin_fwrite, "fwrite", NAME },
    { sin_fopen, "fopen", EITHER },
    { sin_nanosleep, "nanosleep", EITHER },
    { sin_clock_nanosleep, "clock_nanosleep", EITHER },
    { sin_usleep, "usleep", EITHER },
    { sin_yield, "sched_yield", EITHER },
    { sin_thread, "pthread_create", EITHER },
    { sin_getppid, "system call", SYSCALL },
};
enum { SINS = sizeof sins / sizeof *sins };

static bool seen(enum net net)
{
#ifdef __SANITIZE_THREAD__
    return net == ALLOCATION; /* its aligned allocations call no hook */
#endif
    return net == ALLOCATION || net == ALIGNED || (net != SYSCALL && guard_names()) ||
           (net != NAME && guard_syscalls());
}

static void *in_section(void *arg)
{
    void (*const *commit)(void) = arg;
    rt_enter();
    (*commit)();
    rt_leave();
    return NULL;
}

/* Commits a sin in a child, on its first thread or on one of its own, and returns the wait status;
 * what the child wrote to standard error is left in said[]. */
static int punish(void (*commit)(void), bool on_thread, char said[8192])
{
    int ends[2];
    if (pipe(ends))
        abort();
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        dup2(ends[1], STDERR_FILENO);
        pthread_t thread;
        if (!on_thread)
            in_section(&commit);
        else if (!pthread_create(&thread, NULL, in_section, &commit))
            pthread_join(thread, NULL);
        _exit(0);
    }
    close(ends[1]);
    size_t n = 0;
    for (ssize_t got; n < 8191 && (got = read(ends[0], said + n, 8191 - n)) > 0;)
        n += (size_t)got;
    said[n] = 0;
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    return status;
}

static void check_sins(bool on_thread)
{
    int caught = 0;
    for (int i = 0; i < SINS; i++) {
        if (!seen(sins[i].net))
            continue;
        char said[8192], want[80];
        int status = punish(sins[i].commit, on_thread, said);
        snprintf(want, sizeof want, "rtguard: %s", guard_names() ? sins[i].named : "");
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT || !strstr(said, want))
            CHECK_FAIL("%s: status %#x, said: %s", sins[i].named, (unsigned)status, said);
        else
            caught++;
    }
    printf("caught %d of %d planted sins%s; system calls %s\n", caught, SINS,
           on_thread ? " on a thread" : "", guard_syscalls() ? "watched" : "not watched");
}

static void every_sin_on_the_first_thread_aborts(void)
{
    check_sins(false);
}

static void every_sin_on_another_thread_aborts(void)
{
    check_sins(true);
}

static void all_is_allowed_outside(void)
{
    rt_enter();
    rt_leave();
    sin_malloc();
    sin_realloc();
    sin_free();
    sin_mmap();
    munmap(memory, size);
    sin_lock();
    pthread_mutex_unlock(&mutex);
    sin_sem_post();
    sin_sem_wait();
    sin_write();
    sin_nanosleep();
    sin_yield();
    sin_getppid();
    memory = malloc(100);
}

static void clean_work_passes(void)
{
    static float block[4096];
    static _Atomic unsigned published;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now); /* the first read binds the symbol */
    block[0] = sinf((float)size);
    for (int turn = 0; turn < 1000; turn++) {
        rt_enter();
        CHECK(rt_inside());
        for (int i = 0; i < 4096; i++)
            block[i] = 0.5f * block[i] + sinf((float)i);
        memmove(block, block + 1, sizeof block - sizeof *block);
        atomic_fetch_add_explicit(&published, 1, memory_order_release);
        clock_gettime(CLOCK_MONOTONIC, &now);
        rt_leave();
    }
    CHECK_INT(atomic_load(&published), 1000);
    CHECK(!rt_inside());
}

/* Touching n pages for the first time faults at least n times, however large the kernel's. */
static void faults_are_counted(void)
{
    enum { PAGES = 256 };
    size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = PAGES * page;
    char *fresh = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(fresh != MAP_FAILED);
    madvise(fresh, bytes, MADV_NOHUGEPAGE);
    struct guard_faults before = guard_faults();
    for (int i = 0; i < PAGES; i++)
        fresh[(size_t)i * page] = 1;
    struct guard_faults first = guard_faults();
    CHECK(first.minor - before.minor >= PAGES);
    for (int i = 0; i < PAGES; i++)
        fresh[(size_t)i * page] = 2;
    struct guard_faults again = guard_faults();
    CHECK(again.minor - first.minor < PAGES / 2);
    nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
    CHECK(guard_faults().waits > again.waits);
    munmap(fresh, bytes);
}

int main(void)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || sem_init(&semaphore, 0, 1))
        return 1;
    socket_fd = pair[0];
    null_fd = open("/dev/null", O_RDWR);
    RUN(all_is_allowed_outside);
    RUN(clean_work_passes);
    RUN(every_sin_on_the_first_thread_aborts);
    RUN(every_sin_on_another_thread_aborts);
    RUN(faults_are_counted);
    free(memory);
    return check_done();
}
