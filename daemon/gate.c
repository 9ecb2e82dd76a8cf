/* gate.c - what the audio thread may be using, seen from the control thread, without a wait
 *
 * Each side writes its own word and then reads the other's. All four accesses are sequentially
 * consistent, so that one of the two at least sees what the other wrote.
 */
#include "daemon/gate.h"

#include <pthread.h>

void gate_init(struct gate *g)
{
    atomic_init(&g->turn, 0);
    atomic_init(&g->closed, true);
    g->closed_at = 0;
}

RT bool gate_enter(struct gate *g)
{
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    uint64_t turn = atomic_load_explicit(&g->turn, memory_order_relaxed); /* our own */
    atomic_store(&g->turn, turn + 1);
    return !atomic_load(&g->closed);
}

RT void gate_leave(struct gate *g)
{
    uint64_t turn = atomic_load_explicit(&g->turn, memory_order_relaxed);
    /* Release: what the turn did is done when gate_passed says that it has passed. */
    atomic_store_explicit(&g->turn, turn + 1, memory_order_release);
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
}

uint64_t gate_turn(struct gate *g)
{
    return atomic_load(&g->turn);
}

bool gate_passed(struct gate *g, uint64_t turn)
{
    return !(turn & 1) || atomic_load(&g->turn) != turn;
}

void gate_open(struct gate *g)
{
    atomic_store(&g->closed, false);
}

void gate_close(struct gate *g)
{
    atomic_store(&g->closed, true);
    g->closed_at = gate_turn(g);
}

bool gate_empty(struct gate *g)
{
    return atomic_load_explicit(&g->closed, memory_order_relaxed) && gate_passed(g, g->closed_at);
}
