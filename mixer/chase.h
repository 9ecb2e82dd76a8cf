/* chase.h - a timeline that somebody else moves, and what ours has to do to be in step with it
 *
 * The audio thread's. Told before a turn where the other timeline is at the next frame the engine
 * makes, ours stops by a fade when it stops, and rolls when it rolls: from the frame for which the
 * tracks on the desk were primed, or, when that has passed, from where the other one is by now.
 */
#ifndef MIXER_CHASE_H
#define MIXER_CHASE_H

#include "effects/rt.h"
#include "mixer/transport.h"

#include <stdbool.h>
#include <stdint.h>

struct chase {
    bool on;
    bool rolling;      /* the other timeline rolls */
    uint64_t frame;    /* engine frame at which it is at `position` */
    uint64_t position; /* timeline frame */
    uint32_t fade;     /* frames of our stop, and of what is cut into when we begin */
};

enum chase_step {
    CHASE_KEEP, /* all is as it should be, or nothing can be done about it yet */
    CHASE_STOP, /* ours is to stop by a fade */
    CHASE_SKIP, /* ours rolls, and is `skip` frames behind */
    CHASE_ROLL, /* ours is to roll, once it has skipped `skip` frames */
};

/* How far behind, in frames, ours may be and still catch up by skipping: about what a ring holds
 * ready, so that no track goes silent. What is farther behind is primed anew. */
enum { CHASE_REACH = 12000 };

/* Audio. Where the other timeline is at engine frame `frame`. */
RT uint64_t chase_where(const struct chase *c, uint64_t frame);

/* Audio. What is to be done at engine frame `frame`, a quantum edge, before the quantum is made. */
RT enum chase_step chase_step(const struct chase *c, const struct transport *t, uint64_t frame,
                              uint64_t *skip);

#endif
