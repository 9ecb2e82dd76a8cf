/* loop.c - the control thread's event loop: descriptors, timers, signals, wake-ups
 *
 * Every source but an `after` is a descriptor in one epoll. A removed source leaves epoll at once,
 * yet epoll_wait may have reported it already: it is only marked, and freed when the turn is over.
 */
#include "ipc/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define BATCH      64
#define NS_PER_S   1000000000u
#define SOONEST_NS 1 /* timerfd reads a first expiry of 0 as "disarm" */

struct source {
    struct loop *loop;
    struct source *prev,
        *next; /* in one of the loop's lists; kept when removed, for who is on it */
    struct source *next_removed;
    int fd;      /* -1: an `after` */
    bool own_fd; /* made here, closed here */
    bool removed;
    void (*serve)(struct source *s, unsigned events);
    void *arg;
    union {
        void (*ready)(void *arg, unsigned events);
        void (*fire)(void *arg, uint64_t n);
        void (*got)(void *arg, int number);
        void (*woken)(void *arg);
        bool (*after)(void *arg);
    } call;
};

struct loop {
    int epoll;
    bool quit, more; /* more: an `after` has work left */
    bool in_turn;
    struct source *sources, *afters, *removed;
};

struct loop *loop_new(void)
{
    struct loop *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    l->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (l->epoll < 0) {
        free(l);
        return NULL;
    }
    return l;
}

static void free_removed(struct loop *l)
{
    while (l->removed) {
        struct source *s = l->removed;
        l->removed = s->next_removed;
        free(s);
    }
}

void loop_free(struct loop *l)
{
    if (!l)
        return;
    while (l->sources)
        loop_remove(l->sources);
    while (l->afters)
        loop_remove(l->afters);
    free_removed(l);
    close(l->epoll);
    free(l);
}

static void enlist(struct source **list, struct source *s)
{
    s->next = *list;
    if (s->next)
        s->next->prev = s;
    *list = s;
}

static uint32_t epoll_events(unsigned events)
{
    return (events & LOOP_READ ? (uint32_t)EPOLLIN : 0) |
           (events & LOOP_WRITE ? (uint32_t)EPOLLOUT : 0);
}

/* Takes fd into the loop. On failure an own fd is closed and errno tells. */
static struct source *add(struct loop *l, int fd, bool own_fd, unsigned events,
                          void (*serve)(struct source *s, unsigned events), void *arg)
{
    struct source *s = calloc(1, sizeof *s);
    struct epoll_event e = { .events = epoll_events(events), .data.ptr = s };

    if (!s || fd < 0 || epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &e) < 0) {
        int why = s ? errno : ENOMEM;
        if (own_fd && fd >= 0)
            close(fd);
        free(s);
        errno = why;
        return NULL;
    }
    *s = (struct source){ .loop = l, .fd = fd, .own_fd = own_fd, .serve = serve, .arg = arg };
    enlist(&l->sources, s);
    return s;
}

static void serve_fd(struct source *s, unsigned events)
{
    s->call.ready(s->arg, events);
}

struct source *loop_fd(struct loop *l, int fd, unsigned events,
                       void (*ready)(void *arg, unsigned events), void *arg)
{
    struct source *s = add(l, fd, false, events, serve_fd, arg);
    if (s)
        s->call.ready = ready;
    return s;
}

int loop_fd_events(struct source *s, unsigned events)
{
    struct epoll_event e = { .events = epoll_events(events), .data.ptr = s };
    return epoll_ctl(s->loop->epoll, EPOLL_CTL_MOD, s->fd, &e) < 0 ? -errno : 0;
}

static void serve_timer(struct source *s, unsigned events)
{
    uint64_t n;
    (void)events;
    if (read(s->fd, &n, sizeof n) == sizeof n) /* else it was disarmed in this very turn */
        s->call.fire(s->arg, n);
}

struct source *loop_timer(struct loop *l, void (*fire)(void *arg, uint64_t n), void *arg)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    struct source *s = add(l, fd, true, LOOP_READ, serve_timer, arg);
    if (s)
        s->call.fire = fire;
    return s;
}

static struct timespec timespec_of(uint64_t ns)
{
    return (struct timespec){ .tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S) };
}

int loop_timer_arm(struct source *s, uint64_t first_ns, uint64_t period_ns)
{
    struct itimerspec t = { .it_value = timespec_of(first_ns ? first_ns : SOONEST_NS),
                            .it_interval = timespec_of(period_ns) };
    return timerfd_settime(s->fd, 0, &t, NULL) < 0 ? -errno : 0;
}

void loop_timer_disarm(struct source *s)
{
    timerfd_settime(s->fd, 0, &(struct itimerspec){ 0 }, NULL);
}

static void serve_signal(struct source *s, unsigned events)
{
    struct signalfd_siginfo info;
    (void)events;
    if (read(s->fd, &info, sizeof info) == sizeof info)
        s->call.got(s->arg, (int)info.ssi_signo);
}

struct source *loop_signal(struct loop *l, int number, void (*got)(void *arg, int number),
                           void *arg)
{
    sigset_t set;
    sigemptyset(&set);
    if (sigaddset(&set, number) < 0)
        return NULL;
    errno = pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (errno)
        return NULL;
    int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    struct source *s = add(l, fd, true, LOOP_READ, serve_signal, arg);
    if (s)
        s->call.got = got;
    return s;
}

static void serve_wakeup(struct source *s, unsigned events)
{
    uint64_t n;
    (void)events;
    if (read(s->fd, &n, sizeof n) == sizeof n)
        s->call.woken(s->arg);
}

struct source *loop_wakeup(struct loop *l, void (*woken)(void *arg), void *arg)
{
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    struct source *s = add(l, fd, true, LOOP_READ, serve_wakeup, arg);
    if (s)
        s->call.woken = woken;
    return s;
}

void loop_wake(struct source *s)
{
    uint64_t one = 1;
    int kept = errno; /* a signal handler leaves errno alone */
    ssize_t n = write(s->fd, &one, sizeof one);
    (void)n; /* full: it is awake already */
    errno = kept;
}

struct source *loop_after(struct loop *l, bool (*after)(void *arg), void *arg)
{
    struct source *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    *s = (struct source){ .loop = l, .fd = -1, .arg = arg };
    s->call.after = after;
    enlist(&l->afters, s);
    return s;
}

void loop_hurry(struct loop *l)
{
    l->more = true;
}

void loop_remove(struct source *s)
{
    if (!s)
        return;
    struct loop *l = s->loop;
    struct source **first = s->fd < 0 ? &l->afters : &l->sources;
    if (*first == s)
        *first = s->next;
    else
        s->prev->next = s->next;
    if (s->next)
        s->next->prev = s->prev;
    if (s->fd >= 0)
        epoll_ctl(l->epoll, EPOLL_CTL_DEL, s->fd, NULL);
    if (s->own_fd)
        close(s->fd);
    s->removed = true;
    s->next_removed = l->removed;
    l->removed = s;
    if (!l->in_turn)
        free_removed(l);
}

/* An after may remove any other: those stay readable until the turn is over. */
static void run_afters(struct loop *l)
{
    l->more = false; /* whoever hurries from here on means the next turn */
    for (struct source *s = l->afters; s; s = s->next)
        if (!s->removed && s->call.after(s->arg))
            l->more = true;
}

int loop_turn(struct loop *l, int timeout_ms)
{
    struct epoll_event ready[BATCH];
    int n = epoll_wait(l->epoll, ready, BATCH, l->more ? 0 : timeout_ms);
    if (n < 0)
        return errno == EINTR ? 0 : -errno;
    l->in_turn = true;
    for (int i = 0; i < n; i++) {
        struct source *s = ready[i].data.ptr;
        unsigned events = (ready[i].events & EPOLLIN ? LOOP_READ : 0u) |
                          (ready[i].events & EPOLLOUT ? LOOP_WRITE : 0u) |
                          (ready[i].events & (EPOLLHUP | EPOLLERR) ? LOOP_HANGUP : 0u);
        if (!s->removed)
            s->serve(s, events);
    }
    run_afters(l);
    l->in_turn = false;
    free_removed(l);
    return n;
}

int loop_run(struct loop *l)
{
    int status = 0;
    while (!l->quit && status >= 0)
        status = loop_turn(l, -1);
    l->quit = false;
    return status < 0 ? status : 0;
}

void loop_quit(struct loop *l)
{
    l->quit = true;
}
