/* news.h - what the engine tells of its own: meters, and how long each turn took
 *
 * The status shows what was measured since the console last looked: what it has not seen yet is
 * carried over into the next one.
 */
#ifndef MIXER_NEWS_H
#define MIXER_NEWS_H

#include "effects/rt.h"
#include "mixer/desk.h"
#include "mixer/link.h"

#include <stdint.h>

/* The audio thread's; all zero at first. */
struct news {
    uint64_t stage_ns[STAGES];        /* of this turn */
    uint64_t lost_timings;            /* ever */
    struct meter unseen[LINK_METERS]; /* what the status last showed */
};

/* Audio. A stage of a quantum is done: takes the time since *began, apart from what convolution
 * took of it, and begins the next one. */
RT void news_stage(struct news *n, enum stage stage, uint64_t *began, uint64_t reverb_ns);
/* Audio. A turn is done that began at `began` (rt_now), at engine frame `frame`, and made
 * `frames`. */
RT void news_turn(struct news *n, struct link *link, uint64_t began, uint64_t frame,
                  uint32_t frames);
/* Audio. Fills the meters of a status that is about to be published. */
RT void news_meters(struct news *n, struct link *link, const struct desk *d, struct status *s);

#endif
