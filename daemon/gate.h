/* gate.h - what the audio thread may be using, seen from the control thread, without a wait
 *
 * The audio thread's turns are counted. What the control thread takes away (a pointer that it
 * clears with a sequentially consistent store) is unused once the turn that was under way has
 * passed.
 */
#ifndef DAEMON_GATE_H
#define DAEMON_GATE_H

#include "effects/rt.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct gate {
    _Atomic uint64_t turn; /* odd while one is under way; audio thread's */
    _Atomic bool closed;   /* control thread's */
    uint64_t closed_at;    /* control thread's: the turn that may have missed it */
};

/* Control, before the audio thread begins. Closed. */
void gate_init(struct gate *g);

/* Audio. Begin and end of a turn. Is the gate open? It stays so, or not, for this turn. A thread
 * that is cancelled in the middle of a turn, as JACK does with that of a lost server, ends with it.
 */
RT bool gate_enter(struct gate *g);
RT void gate_leave(struct gate *g);

/* Control. The turn that may be under way; has it passed? Asked about a turn in which nothing was
 * under way, yes. */
uint64_t gate_turn(struct gate *g);
bool gate_passed(struct gate *g, uint64_t turn);

/* Control. Closed: turns from the next one on find it so. Empty: and the last that did not has
 * passed. */
void gate_open(struct gate *g);
void gate_close(struct gate *g);
bool gate_empty(struct gate *g);

#endif
