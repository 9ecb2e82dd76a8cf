/* room_lines.h - a network of sixteen delay lines that feed each other: the echoes of a room
 *
 * Blocks of DELAY_BLOCK frames, counted from the beginning, so that what comes out does not depend
 * on how frames are cut into calls.
 */
#ifndef EFFECTS_ROOM_LINES_H
#define EFFECTS_ROOM_LINES_H

#include "effects/convolver_pool.h"
#include "effects/delay.h"
#include "effects/ramp.h"
#include "effects/room_damping.h"

#define ROOM_SIZE_MAX   40.0  /* metres */
#define ROOM_WANDER_MAX 0.001 /* seconds */

/* What is asked for. */
struct room_shape {
    double size_m; /* the mean way of the sound from wall to wall, 2..ROOM_SIZE_MAX */
    struct room_decay decay;
    double wander_s; /* some lines are longer and shorter by so much, 0..ROOM_WANDER_MAX */
    double wander_hz;
};

struct room_lines {
    struct delay delay[ROOM_LINES];
    /* Frames; they move from `now` to `next` while `fade` goes from 0 to 1, then to `asked`. */
    uint32_t now[ROOM_LINES], next[ROOM_LINES], asked[ROOM_LINES];
    struct ramp fade;
    uint32_t asked_frames; /* of the next fade */
    struct room_damping damping;
    struct room_shape shape;
    double sine, cosine;  /* of the wandering's phase */
    double turn[2];       /* cosine and sine of a block's turn of the phase */
    struct ramp wander;   /* frames */
    float from[2], to[2]; /* how far from their places the wanderers are in this block */
    uint32_t rate, reach;
};

/* Control. Laid out twice, as the pool wants it. */
void room_lines_lay_out(struct room_lines *l, struct pool *pool, uint32_t rate);
void room_lines_init(struct room_lines *l, const struct room_shape *shape);

/* Audio. Another shape, reached in `frames`; the size by a crossfade that waits for one under way.
 */
RT void room_lines_set(struct room_lines *l, const struct room_shape *shape, uint32_t frames);

/* Audio. Feeds a block to every other line, from the first and from the second on. Adds to out[0]
 * and out[1] (NULL: not wanted) what the lines give, each in its own way. Returns whether anything
 * is kept for later. */
RT bool room_lines_run(struct room_lines *l, uint64_t time, const float *even, const float *odd,
                       float *const out[2]);

/* Audio, while nothing is kept: ends every movement. */
RT void room_lines_rest(struct room_lines *l);

/* Audio. The energy in each output after an impulse of 1 in `even` and `odd`, or in one of them and
 * its negative in the other, at mid frequencies. */
RT double room_lines_energy(const struct room_lines *l);

#endif
