/* test_gate.c - what the audio thread may be using is never taken from under it */
#include "tests/check.h"

#include "daemon/gate.h"

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

static void a_turn_that_is_under_way_has_not_passed(void)
{
    struct gate g;
    gate_init(&g);
    uint64_t before = gate_turn(&g);
    CHECK(gate_passed(&g, before)); /* none was under way */
    CHECK(!gate_enter(&g));         /* closed in the beginning */
    uint64_t during = gate_turn(&g);
    CHECK(gate_passed(&g, before));
    CHECK(!gate_passed(&g, during));
    gate_leave(&g);
    CHECK(gate_passed(&g, during));
    gate_enter(&g); /* the next one is another */
    CHECK(gate_passed(&g, during));
    gate_leave(&g);
}

static void it_is_empty_when_the_last_that_found_it_open_has_left(void)
{
    struct gate g;
    gate_init(&g);
    CHECK(gate_empty(&g));
    gate_open(&g);
    CHECK(!gate_empty(&g));
    CHECK(gate_enter(&g));
    gate_close(&g);
    CHECK(!gate_empty(&g));
    gate_leave(&g);
    CHECK(gate_empty(&g));
    CHECK(!gate_enter(&g)); /* a visitor who found it closed is none */
    CHECK(gate_empty(&g));
    gate_leave(&g);
    gate_open(&g);
    CHECK(gate_enter(&g));
    gate_leave(&g);
}

/* JACK cancels its thread wherever it is. */
struct worker {
    struct gate gate;
    _Atomic bool inside, cancelled;
    bool whole;
};

static void *work(void *arg)
{
    struct worker *w = arg;
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    gate_enter(&w->gate);
    atomic_store(&w->inside, true);
    while (!atomic_load(&w->cancelled))
        ;
    w->whole = true;
    gate_leave(&w->gate);
    while (pause() < 0) /* for ever: who cancels us waits for our end */
        ;
    return NULL;
}

static void a_turn_ends_before_its_thread_does(void)
{
    struct worker w = { .whole = false };
    pthread_t thread;
    gate_init(&w.gate);
    pthread_create(&thread, NULL, work, &w);
    while (!atomic_load(&w.inside))
        sched_yield();
    uint64_t turn = gate_turn(&w.gate);
    pthread_cancel(thread);
    atomic_store(&w.cancelled, true);
    pthread_join(thread, NULL);
    CHECK(w.whole);
    CHECK(gate_passed(&w.gate, turn));
}

/* An audio thread that uses what it finds, while control takes it away and spoils it. Neither
 * member of struct thing is atomic: without the gate ThreadSanitizer says so too. */
enum { THINGS = 20000, SOUND = 1, SPOILT = 2 };

struct thing {
    int state, used;
};

static struct gate shared_gate;
static struct thing things[THINGS];
static _Atomic(struct thing *) offered;
static _Atomic bool ended;
static int found_spoilt, used_closed, room; /* the audio thread's; room also control's, closed */

static void *audio(void *arg)
{
    (void)arg;
    while (!atomic_load(&ended)) {
        bool open = gate_enter(&shared_gate);
        struct thing *t = atomic_load(&offered);
        if (t) {
            found_spoilt += t->state != SOUND;
            t->used++;
        }
        if (open)
            room++;
        gate_leave(&shared_gate);
    }
    return NULL;
}

static void nothing_is_spoilt_while_it_is_used(void)
{
    pthread_t thread;
    gate_init(&shared_gate);
    pthread_create(&thread, NULL, audio, NULL);
    for (int i = 0; i < THINGS; i++) {
        things[i].state = SOUND;
        atomic_store(&offered, &things[i]);
        if (i % 7 == 0)
            gate_open(&shared_gate);
        if (i % 3 == 0)
            sched_yield();
        atomic_store(&offered, NULL);
        for (uint64_t turn = gate_turn(&shared_gate); !gate_passed(&shared_gate, turn);)
            sched_yield();
        things[i].state = SPOILT;
        if (i % 7 != 6)
            continue;
        gate_close(&shared_gate);
        while (!gate_empty(&shared_gate))
            sched_yield();
        int before = room;
        for (uint64_t turn = gate_turn(&shared_gate); gate_turn(&shared_gate) < turn + 2;)
            sched_yield(); /* a whole turn, that finds it closed */
        used_closed += room++ != before;
    }
    atomic_store(&ended, true);
    pthread_join(thread, NULL);
    CHECK_INT(found_spoilt, 0);
    CHECK_INT(used_closed, 0);
}

int main(void)
{
    RUN(a_turn_that_is_under_way_has_not_passed);
    RUN(it_is_empty_when_the_last_that_found_it_open_has_left);
    RUN(a_turn_ends_before_its_thread_does);
    RUN(nothing_is_spoilt_while_it_is_used);
    return check_done();
}
