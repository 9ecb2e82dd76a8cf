/* chase.c - a timeline that somebody else moves, and what ours has to do to be in step with it */
#include "mixer/chase.h"

RT uint64_t chase_where(const struct chase *c, uint64_t frame)
{
    return c->position + (c->rolling ? frame - c->frame : 0);
}

/* Ours is ahead, by a period that was called too early or a target that is yet to come: it stands
 * until the other one is there. Far behind, it stands until it has been primed anew. */
RT enum chase_step chase_step(const struct chase *c, const struct transport *t, uint64_t frame,
                              uint64_t *skip)
{
    uint64_t where = chase_where(c, frame);
    bool reached = where >= t->position && where - t->position <= CHASE_REACH;
    *skip = reached ? where - t->position : 0;
    if (t->stopping)
        return CHASE_KEEP;
    if (!c->rolling)
        return t->rolling ? CHASE_STOP : CHASE_KEEP;
    if (!reached)
        return t->rolling ? CHASE_STOP : CHASE_KEEP;
    if (!t->rolling)
        return CHASE_ROLL;
    return *skip ? CHASE_SKIP : CHASE_KEEP;
}
