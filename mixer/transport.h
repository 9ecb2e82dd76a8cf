/* transport.h - where the timeline stands and whether it rolls; the audio thread's */
#ifndef MIXER_TRANSPORT_H
#define MIXER_TRANSPORT_H

#include "effects/ramp.h"
#include "effects/rt.h"

#include <stdbool.h>
#include <stdint.h>

struct transport {
    bool rolling;
    bool stopping;               /* rolling, and fading out towards a stop */
    uint64_t position;           /* timeline frame that comes next */
    uint64_t rolled;             /* frames rolled, ever: the tracks' clock */
    uint64_t loop_from, loop_to; /* equal: no loop */
    struct ramp roll;            /* 1 while rolling, 0 when stopped, between them the fade */
};

void transport_init(struct transport *t);

RT void transport_play(struct transport *t, uint32_t fade);
RT void transport_stop(struct transport *t, uint32_t fade);
RT void transport_locate(struct transport *t, uint64_t position);
/* Audio. The timeline was at `position` when `rolled` frames had rolled, and went on from there by
 * the loop that is now in force. */
RT void transport_step(struct transport *t, uint64_t position, uint64_t rolled);
RT void transport_loop(struct transport *t, uint64_t from, uint64_t to);
/* Audio. As if n more frames had rolled by now: what the tracks hold of them is never heard. */
RT void transport_skip(struct transport *t, uint64_t n);
/* Audio. n frames went by; a finished fade of a stop ends the rolling here. */
RT void transport_advance(struct transport *t, uint32_t n);

/* Any thread. The timeline frame that lies `frames` after `position` in a loop; equal ends: none.
 */
RT uint64_t transport_after(uint64_t position, uint64_t frames, uint64_t loop_from,
                            uint64_t loop_to);

#endif
