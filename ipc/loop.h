/* loop.h - the control thread's event loop: descriptors, timers, signals, wake-ups
 *
 * Everything is called on the thread that runs the loop. A callback may remove any source, its own
 * included: nothing is called for a removed source any more.
 */
#ifndef IPC_LOOP_H
#define IPC_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct source; /* something the loop waits for */

enum loop_event {
    LOOP_READ = 1,
    LOOP_WRITE = 2,
    LOOP_HANGUP = 4, /* the other end closed, or an error; told whether asked for or not */
};

/* Control. NULL: out of memory or descriptors. */
struct loop *loop_new(void);
/* Control. Removes what is still there; descriptors given to loop_fd stay open. NULL is fine. */
void loop_free(struct loop *l);

/* Control. Calls ready(arg, events) while `fd` is ready for one of `events` (enum loop_event, may
 * be 0). The fd stays the caller's and is closed after loop_remove. NULL: see errno. */
struct source *loop_fd(struct loop *l, int fd, unsigned events,
                       void (*ready)(void *arg, unsigned events), void *arg);
int loop_fd_events(struct source *s, unsigned events); /* waits for these from now on; 0, -errno */

/* Control. A timer, not armed; fire(arg, n) tells how many periods have passed since last time. */
struct source *loop_timer(struct loop *l, void (*fire)(void *arg, uint64_t n), void *arg);
/* First after `first_ns` (0: at once), then every `period_ns` (0: once). Arming anew restarts. */
int loop_timer_arm(struct source *s, uint64_t first_ns, uint64_t period_ns); /* 0, -errno */
void loop_timer_disarm(struct source *s);

/* Control. Blocks signal `number` on this thread (call before other threads are made, they inherit
 * it) and calls got(arg, number) when it comes. */
struct source *loop_signal(struct loop *l, int number, void (*got)(void *arg, int number),
                           void *arg);

/* Control. A wake-up: loop_wake from any thread makes woken(arg) be called here, once for any
 * number of wakes since. */
struct source *loop_wakeup(struct loop *l, void (*woken)(void *arg), void *arg);
/* Any thread but the audio thread (it is a system call), and signal handlers. */
void loop_wake(struct source *s);

/* Control. Calls after(arg) at the end of every turn, once all that was ready has been served;
 * true: there is more to do, the next turn does not sleep. */
struct source *loop_after(struct loop *l, bool (*after)(void *arg), void *arg);

/* Control. The next turn does not sleep, so the afters are run soon. */
void loop_hurry(struct loop *l);

/* Control. Ends a source of any kind. NULL is fine. */
void loop_remove(struct source *s);

/* Control. Runs turns until loop_quit; 0, or -errno of epoll. */
int loop_run(struct loop *l);
/* Control. One turn that sleeps at most `timeout_ms` (-1: for ever). Returns how many sources were
 * served, or -errno. */
int loop_turn(struct loop *l, int timeout_ms);
/* Control, in a callback. loop_run returns at the end of this turn. */
void loop_quit(struct loop *l);

#endif
