/* room_damping.c - what walls and air take from the sound on each way through a room
 *
 * A line of m frames has to lose 60 dB m / (T60 rate) at each pass (J.-M. Jot, A. Chaigne, "Digital
 * delay networks for designing artificial reverberators", AES 90, 1991): a gain for the mids, a
 * low-pass of one pole that takes as much again at damping_hz, and a shelf under ROOM_LOW_HZ. None
 * of them ever amplifies, nor do the filters on the straight way between two of them.
 *
 * The filters remember, so they run frame by frame, the lines side by side in vectors; blocks come
 * line by line and are turned for it.
 */
#include "effects/room_damping.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846

enum { QUAD = 4 };
typedef float quad __attribute__((vector_size(QUAD * sizeof(float)), aligned(4), may_alias));

void room_damping_init(struct room_damping *d, double rate)
{
    *d = (struct room_damping){ .rate = rate };
    d->share = (float)(1 - exp(-2 * PI * ROOM_LOW_HZ / rate));
}

static double gain_after(double frames, double decay_s, double rate)
{
    return pow(10, -3 * frames / (decay_s * rate));
}

/* The pole p for which (1 - p) / (1 - p/z) has a gain of `gain` at `hz`: of the two solutions of
 * (1-p)^2 / (1 - 2p cos + p^2) = gain^2 the stable one. */
static double pole_of(double gain, double hz, double rate)
{
    if (hz >= rate / 2)
        return 0;
    double power = gain * gain, lost = 1 - power;
    double middle = 1 - power * cos(2 * PI * hz / rate);
    return lost / (middle + sqrt(middle * middle - lost * lost));
}

/* The difference is spread over all frames, so that no step is heard. */
static void step_towards(float *step, const float *now, const float *to, float share)
{
    for (int l = 0; l < ROOM_LINES; l++)
        step[l] = (to[l] - now[l]) * share;
}

RT void room_damping_set(struct room_damping *d, const struct room_decay *decay,
                         const uint32_t lengths[ROOM_LINES], uint32_t frames)
{
    for (int l = 0; l < ROOM_LINES; l++) {
        double mid = gain_after(lengths[l], decay->decay_s, d->rate);
        double low = gain_after(lengths[l], decay->decay_s * decay->low, d->rate);
        d->to.pole[l] = (float)pole_of(mid, decay->damping_hz, d->rate);
        d->to.gain[l] = (float)mid;
        d->to.lift[l] = (float)(low - mid);
    }
    d->left = (frames + ROOM_BLOCK - 1) / ROOM_BLOCK;
    if (d->left == 0) {
        d->now = d->to;
        return;
    }
    float share = 1 / ((float)d->left * ROOM_BLOCK);
    step_towards(d->step.pole, d->now.pole, d->to.pole, share);
    step_towards(d->step.gain, d->now.gain, d->to.gain, share);
    step_towards(d->step.lift, d->now.lift, d->to.lift, share);
}

static inline __attribute__((always_inline)) quad load(const float *p)
{
    return *(const quad *)p;
}

/* Rows become columns, in squares of four: to[j][i] = from[i][j]. */
static inline __attribute__((always_inline)) void turn(float (*restrict to)[ROOM_BLOCK],
                                                       const float (*restrict from)[ROOM_BLOCK])
{
    for (int i = 0; i < ROOM_LINES; i += QUAD) {
        for (int j = 0; j < ROOM_BLOCK; j += QUAD) {
            quad a = load(from[i] + j), b = load(from[i + 1] + j);
            quad c = load(from[i + 2] + j), d = load(from[i + 3] + j);
            quad ab = __builtin_shufflevector(a, b, 0, 4, 1, 5);
            quad cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
            quad ab2 = __builtin_shufflevector(a, b, 2, 6, 3, 7);
            quad cd2 = __builtin_shufflevector(c, d, 2, 6, 3, 7);
            *(quad *)(to[j] + i) = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
            *(quad *)(to[j + 1] + i) = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
            *(quad *)(to[j + 2] + i) = __builtin_shufflevector(ab2, cd2, 0, 1, 4, 5);
            *(quad *)(to[j + 3] + i) = __builtin_shufflevector(ab2, cd2, 2, 3, 6, 7);
        }
    }
}

/* The low-pass as (1 - pole) in + pole high, and not as in + pole (high - in): what waits for the
 * frame before is one operation shorter. */
CLONES static void filter(struct room_damping *d, float (*x)[ROOM_BLOCK])
{
    float turned[ROOM_BLOCK][ROOM_LINES] __attribute__((aligned(64)));
    float high[ROOM_LINES], low[ROOM_LINES], share = d->share, rest = 1 - share;
    struct room_filter f = d->now;

    memcpy(high, d->high, sizeof high);
    memcpy(low, d->low, sizeof low);
    turn(turned, (const float(*)[ROOM_BLOCK])x);
    for (int t = 0; t < ROOM_BLOCK; t++) {
        for (int l = 0; l < ROOM_LINES; l++) {
            high[l] = (1 - f.pole[l]) * turned[t][l] + f.pole[l] * high[l];
            low[l] = share * high[l] + rest * low[l];
            turned[t][l] = f.gain[l] * high[l] + f.lift[l] * low[l];
        }
    }
    turn(x, (const float(*)[ROOM_LINES])turned);
    memcpy(d->high, high, sizeof high);
    memcpy(d->low, low, sizeof low);
}

CLONES static void filter_moving(struct room_damping *d, float (*x)[ROOM_BLOCK])
{
    float turned[ROOM_BLOCK][ROOM_LINES] __attribute__((aligned(64)));
    float share = d->share, rest = 1 - share;
    struct room_filter *f = &d->now;

    turn(turned, (const float(*)[ROOM_BLOCK])x);
    for (int t = 0; t < ROOM_BLOCK; t++) {
        for (int l = 0; l < ROOM_LINES; l++) {
            f->pole[l] += d->step.pole[l];
            f->gain[l] += d->step.gain[l];
            f->lift[l] += d->step.lift[l];
            d->high[l] = (1 - f->pole[l]) * turned[t][l] + f->pole[l] * d->high[l];
            d->low[l] = share * d->high[l] + rest * d->low[l];
            turned[t][l] = f->gain[l] * d->high[l] + f->lift[l] * d->low[l];
        }
    }
    turn(x, (const float(*)[ROOM_LINES])turned);
}

RT void room_damping_run(struct room_damping *d, float (*x)[ROOM_BLOCK])
{
    if (d->left == 0) {
        filter(d, x);
        return;
    }
    filter_moving(d, x);
    if (--d->left == 0)
        d->now = d->to;
}

RT void room_damping_rest(struct room_damping *d)
{
    memset(d->high, 0, sizeof d->high);
    memset(d->low, 0, sizeof d->low);
}

/* All lines together lose what goes into them, on the mean of the lines, by the same share at each
 * round: a geometric series. */
RT double room_damping_energy(const struct room_decay *decay, const uint32_t lengths[ROOM_LINES],
                              double rate)
{
    double kept = 0;
    for (int l = 0; l < ROOM_LINES; l++) {
        double gain = gain_after(lengths[l], decay->decay_s, rate);
        kept += gain * gain;
    }
    return kept / (1 - kept / ROOM_LINES);
}
