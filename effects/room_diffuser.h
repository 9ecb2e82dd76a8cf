/* room_diffuser.h - makes of one sharp sound many, close together, in the same colour
 *
 * Four allpasses in a row. Blocks of DELAY_BLOCK frames.
 */
#ifndef EFFECTS_ROOM_DIFFUSER_H
#define EFFECTS_ROOM_DIFFUSER_H

#include "effects/convolver_pool.h"
#include "effects/delay.h"

enum { ROOM_STAGES = 4 };

struct room_diffuser {
    struct delay delay[ROOM_STAGES];
    uint32_t length[ROOM_STAGES];
};

/* Control. Two sides have lengths of their own: side 0 or 1. Laid out twice, as the pool wants it.
 */
void room_diffuser_lay_out(struct room_diffuser *d, struct pool *pool, uint32_t side,
                           uint32_t rate);

/* Audio. One block in place; share[i], 0..0.9, is what comes at once of sample i. Returns whether
 * anything is kept for later. */
RT bool room_diffuser_run(struct room_diffuser *d, uint64_t time, float *x, const float *share);

/* Control. The longest of the delays in frames. */
uint32_t room_diffuser_reach(const struct room_diffuser *d);

#endif
