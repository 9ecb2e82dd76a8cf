/* room_damping.h - what walls and air take from the sound on each way through a room
 *
 * A filter for each line of the network, such that every mode of the room decays at the pace that
 * was asked for at its frequency, however long the lines are.
 */
#ifndef EFFECTS_ROOM_DAMPING_H
#define EFFECTS_ROOM_DAMPING_H

#include "effects/rt.h"

#include <stdbool.h>
#include <stdint.h>

enum { ROOM_LINES = 16, ROOM_BLOCK = 16 };

#define ROOM_LOW_HZ 200.0 /* where decays of lows and of mids meet */

struct room_decay {
    double decay_s;    /* to -60 dB, at mid frequencies */
    double low;        /* decay far below ROOM_LOW_HZ, as a share of decay_s */
    double damping_hz; /* where the decay is half of decay_s; from half the rate on: none */
};

/* Of each line: high += (1 - pole) (in - high), low += share (high - low), and what comes out is
 * gain high + lift low. */
struct room_filter {
    float pole[ROOM_LINES], gain[ROOM_LINES], lift[ROOM_LINES];
};

struct room_damping {
    struct room_filter now, step, to; /* moves by `step` a frame */
    uint32_t left;                    /* blocks until `to` is reached */
    float high[ROOM_LINES], low[ROOM_LINES];
    float share;
    double rate;
};

/* Control. At rest, passing nothing. */
void room_damping_init(struct room_damping *d, double rate);

/* Audio, all below. */

/* For lines of so many frames; reached in `frames`, rounded up to blocks, or at once if 0. */
RT void room_damping_set(struct room_damping *d, const struct room_decay *decay,
                         const uint32_t lengths[ROOM_LINES], uint32_t frames);

/* One block of each line, in place. */
RT void room_damping_run(struct room_damping *d, float (*x)[ROOM_BLOCK]);

/* Forgets the sound. */
RT void room_damping_rest(struct room_damping *d);

/* The energy of all outputs of a network of such lines, mixed without loss, after an impulse of 1
 * into each line, at mid frequencies. */
RT double room_damping_energy(const struct room_decay *decay, const uint32_t lengths[ROOM_LINES],
                              double rate);

#endif
