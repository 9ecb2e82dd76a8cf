/* pace.h - where in its material a strip is at every frame of the timeline: its varispeed
 *
 * The position is the integral of the rate over the timeline, from where the strip was anchored.
 * Plainly it is rate * (frame - offset). A change of the rate adds a leg: from its first frame on
 * the rate goes to the new one in equal steps of PACE_STEP frames, and the position goes on from
 * where it is. A movement that ends at 1 is bent by less than half a frame over its length, so that
 * it ends on a whole frame and the material can be played as it is. A jump is a leg that begins
 * elsewhere. Positions are frames of the material, 0 its first; below 0 it has not begun.
 */
#ifndef MIXER_PACE_H
#define MIXER_PACE_H

#include <stdbool.h>
#include <stdint.h>

enum { PACE_LEGS = 6, PACE_STEP = 16 };

struct pace_leg {
    uint64_t at;     /* timeline frame from which it is in force */
    double position; /* there */
    double from, to; /* rates, material frames for each of the timeline */
    double bend;     /* added to the rate while it moves */
    uint32_t frames; /* of the movement, whole steps */
    bool jumps;      /* it does not go on where the leg before was */
};

struct pace {
    uint32_t n; /* legs; the first holds backwards too, at its first rate */
    struct pace_leg leg[PACE_LEGS];
};

/* rate * (frame - offset) for ever. */
void pace_plain(struct pace *p, uint64_t offset, double rate);
/* From `at` on, not before the last leg, the rate goes to `to` in `frames`, rounded up to steps. */
void pace_turn(struct pace *p, uint64_t at, double to, uint32_t frames);
/* From `at` on, not before the last leg, it goes on at `position`. */
void pace_jump(struct pace *p, uint64_t at, double position);
/* Forgets the legs that are over at timeline frame `frame`. */
void pace_forget(struct pace *p, uint64_t frame);
bool pace_equal(const struct pace *a, const struct pace *b);

/* The leg in force. */
uint32_t pace_leg_at(const struct pace *p, uint64_t frame);
double pace_position(const struct pace *p, uint64_t frame);
/* By one leg alone, as if no other came. *rate (may be NULL) is in force from `frame` on for *run
 * frames at least, 1 or more. */
double pace_leg_position(const struct pace_leg *l, uint64_t frame, double *rate, uint64_t *run);
/* The first timeline frame from `frame` on whose position is `position` or more; UINT64_MAX: none.
 */
uint64_t pace_reaches(const struct pace *p, double position, uint64_t frame);

#endif
