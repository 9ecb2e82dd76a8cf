/* test_loop.c - descriptors, timers, signals and wake-ups, and callbacks that pull the rug */
#include "ipc/loop.h"
#include "tests/check.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

static struct loop *loop;
static int fds[2][2]; /* two pipes */
static struct source *sources[2];
static unsigned served, afters;

static void remove_both(void *arg, unsigned events)
{
    (void)arg, (void)events;
    served++;
    loop_remove(sources[0]);
    loop_remove(sources[1]);
}

static void removal_in_a_callback_holds(void)
{
    served = 0;
    for (int i = 0; i < 2; i++) {
        CHECK_INT(pipe(fds[i]), 0);
        CHECK_INT(write(fds[i][1], "x", 1), 1);
        sources[i] = loop_fd(loop, fds[i][0], LOOP_READ, remove_both, NULL);
    }
    CHECK_INT(loop_turn(loop, 0), 2); /* both were ready, */
    CHECK_INT(served, 1);             /* and one saw to it that the other is not called */
    CHECK_INT(loop_turn(loop, 0), 0);
    for (int i = 0; i < 4; i++)
        close(fds[i / 2][i % 2]);
}

static unsigned last_events;

static void note_events(void *arg, unsigned events)
{
    (void)arg;
    last_events = events;
}

static void tells_events(void)
{
    CHECK_INT(pipe(fds[0]), 0);
    struct source *in = loop_fd(loop, fds[0][0], 0, note_events, NULL);
    struct source *out = loop_fd(loop, fds[0][1], LOOP_WRITE, note_events, NULL);
    CHECK_INT(loop_turn(loop, 0), 1);
    CHECK_INT(last_events, LOOP_WRITE);
    CHECK_INT(loop_fd_events(out, 0), 0);
    CHECK_INT(write(fds[0][1], "x", 1), 1);
    CHECK_INT(loop_turn(loop, 0), 0);
    CHECK_INT(loop_fd_events(in, LOOP_READ), 0);
    CHECK_INT(loop_turn(loop, 0), 1);
    CHECK_INT(last_events, LOOP_READ);
    CHECK_INT(loop_fd_events(in, 0), 0);
    loop_remove(out);
    close(fds[0][1]);
    CHECK_INT(loop_turn(loop, 0), 1); /* asked for or not */
    CHECK_INT(last_events, LOOP_HANGUP);
    loop_remove(in);
    close(fds[0][0]);
    CHECK(!loop_fd(loop, -1, LOOP_READ, note_events, NULL));
}

static uint64_t ticks;
static struct source *timer;

static void tick(void *arg, uint64_t n)
{
    (void)arg;
    ticks += n;
    if (ticks >= 5)
        loop_quit(loop);
}

static void timers_fire(void)
{
    ticks = 0;
    timer = loop_timer(loop, tick, NULL);
    CHECK_INT(loop_turn(loop, 0), 0); /* not armed */
    CHECK_INT(loop_timer_arm(timer, 0, 1000000), 0);
    CHECK_INT(loop_run(loop), 0);
    CHECK(ticks >= 5);
    ticks = 0;
    loop_timer_disarm(timer);
    CHECK_INT(loop_turn(loop, 0), 0);
    CHECK_INT(loop_timer_arm(timer, 1, 0), 0); /* once */
    while (!ticks)
        loop_turn(loop, -1);
    CHECK_INT(ticks, 1);
    CHECK_INT(loop_turn(loop, 5), 0);
    loop_remove(timer);
}

static int signalled;

static void got(void *arg, int number)
{
    (void)arg;
    signalled = number;
}

static void signals_arrive(void)
{
    struct source *s = loop_signal(loop, SIGUSR1, got, NULL);
    CHECK_INT(raise(SIGUSR1), 0);
    CHECK_INT(signalled, 0); /* not in the handler's way, */
    CHECK_INT(loop_turn(loop, 0), 1);
    CHECK_INT(signalled, SIGUSR1); /* but in the loop's */
    loop_remove(s);
}

static unsigned wakes;

static void woken(void *arg)
{
    (void)arg;
    wakes++;
}

static void *wake_often(void *arg)
{
    for (int i = 0; i < 1000; i++)
        loop_wake(arg);
    return NULL;
}

static void wakes_from_another_thread(void)
{
    pthread_t thread;
    struct source *s = loop_wakeup(loop, woken, NULL);
    CHECK_INT(pthread_create(&thread, NULL, wake_often, s), 0);
    while (!wakes)
        loop_turn(loop, -1);
    pthread_join(thread, NULL);
    wakes = 0;
    loop_wake(s);
    loop_wake(s);
    loop_turn(loop, 0);
    loop_turn(loop, 0);
    CHECK_INT(wakes, 1); /* once for any number */
    loop_remove(s);
}

static bool count_down(void *arg)
{
    int *left = arg;
    afters++;
    return --*left > 0;
}

static void afters_keep_it_awake(void)
{
    int left = 3;
    struct source *s = loop_after(loop, count_down, &left);
    afters = 0;
    loop_turn(loop, 0);
    loop_turn(loop, -1); /* for ever, were there not more to do */
    loop_turn(loop, -1);
    CHECK_INT(afters, 3);
    loop_hurry(loop);
    loop_turn(loop, -1);
    CHECK_INT(afters, 4);
    loop_remove(s);
}

static bool remove_itself(void *arg)
{
    (void)arg;
    afters++;
    loop_remove(sources[0]);
    loop_remove(sources[1]);
    return false;
}

static void afters_may_go(void)
{
    int left = 1;
    afters = 0;
    struct source *last = loop_after(loop, count_down, &left);
    sources[0] = loop_after(loop, count_down, &left);
    sources[1] = loop_after(loop, remove_itself, NULL); /* latest first */
    loop_turn(loop, 0);
    CHECK_INT(afters, 2);
    loop_remove(last);
    loop_remove(NULL);
}

static void a_quit_before_the_run_counts(void)
{
    loop_quit(loop);
    CHECK_INT(loop_run(loop), 0);
}

int main(void)
{
    loop = loop_new();
    RUN(removal_in_a_callback_holds);
    RUN(tells_events);
    RUN(timers_fire);
    RUN(signals_arrive);
    RUN(wakes_from_another_thread);
    RUN(afters_keep_it_awake);
    RUN(afters_may_go);
    RUN(a_quit_before_the_run_counts);
    timer = loop_timer(loop, tick, NULL); /* left for loop_free */
    loop_free(loop);
    loop_free(NULL);
    return check_done();
}
