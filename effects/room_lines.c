/* room_lines.c - a network of sixteen delay lines that feed each other: the echoes of a room
 *
 *   lines' ends > Hadamard matrix --+--> damping > lines' beginnings
 *                       out <-/    in
 *
 * The matrix loses nothing, so how long a room sounds is what the damping says and nothing else.
 * It stands where sound enters the lines: what is on its way has paid already, and gets neither
 * louder nor duller when the decay changes.
 * What it makes for two of the lines is heard as well: each of its rows is a sum of all lines with
 * signs, and any two rows have nothing to do with each other. The inputs are rows of it, too: all
 * signs alike, and in turn.
 *
 * Lengths are primes, in about equal steps of pitch.
 */
#include "effects/room_lines.h"

#include "effects/prime.h"

#include <math.h>
#include <string.h>

#define PI    3.14159265358979323846
#define SOUND 343.0 /* m/s, at 20 degrees */

/* The shortest and the longest line, of the mean. */
#define SHORTEST 0.6
#define LONGEST  1.6

#define WANDER_GLIDE_S 0.5

enum {
    LENGTH_MIN = 41, /* frames: a block, what an interpolation looks ahead, a wander */
    WANDERERS = 4,   /* lines; a quarter of a turn apart, so that the pitch stays */
    FIRST_WANDERER = 3,
    LEFT = 5,
    RIGHT = 10, /* rows that are heard */
};

static uint32_t length_of(double size_m, int line, uint32_t rate)
{
    double share = SHORTEST * pow(LONGEST / SHORTEST, line / (ROOM_LINES - 1.));
    return (uint32_t)(size_m / SOUND * share * rate);
}

static void choose_lengths(uint32_t lengths[ROOM_LINES], double size_m, uint32_t rate)
{
    uint32_t least = LENGTH_MIN;
    for (int i = 0; i < ROOM_LINES; i++) {
        uint32_t wanted = length_of(size_m, i, rate);
        lengths[i] = prime_from(wanted > least ? wanted : least);
        least = lengths[i] + 1;
    }
}

void room_lines_lay_out(struct room_lines *l, struct pool *pool, uint32_t rate)
{
    uint32_t lengths[ROOM_LINES];
    l->rate = rate;
    choose_lengths(lengths, ROOM_SIZE_MAX, rate);
    for (int i = 0; i < ROOM_LINES; i++) {
        uint32_t longest = lengths[i] + (uint32_t)(ROOM_WANDER_MAX * rate) + DELAY_REACH;
        delay_init(&l->delay[i], pool_floats(pool, delay_floats(longest)), longest);
        l->reach = longest;
    }
}

static void set_turn(struct room_lines *l, double hz)
{
    l->turn[0] = cos(2 * PI * hz * DELAY_BLOCK / l->rate);
    l->turn[1] = sin(2 * PI * hz * DELAY_BLOCK / l->rate);
}

void room_lines_init(struct room_lines *l, const struct room_shape *shape)
{
    l->shape = *shape;
    choose_lengths(l->asked, shape->size_m, l->rate);
    memcpy(l->next, l->asked, sizeof l->next);
    memcpy(l->now, l->asked, sizeof l->now);
    ramp_init(&l->fade, 1);
    ramp_init(&l->wander, (float)(shape->wander_s * l->rate));
    room_damping_init(&l->damping, l->rate);
    room_damping_set(&l->damping, &shape->decay, l->next, 0);
    l->cosine = 1;
    set_turn(l, shape->wander_hz);
}

static RT bool begin_resize(struct room_lines *l)
{
    memcpy(l->now, l->next, sizeof l->now);
    if (memcmp(l->next, l->asked, sizeof l->next) == 0)
        return false;
    memcpy(l->next, l->asked, sizeof l->next);
    l->fade.value = 0;
    ramp_set(&l->fade, 1, l->asked_frames, CURVE_LIN);
    room_damping_set(&l->damping, &l->shape.decay, l->next, l->asked_frames);
    return true;
}

/* A wander that came up faster would be heard as a slide. */
static RT uint32_t wander_frames(const struct room_lines *l, uint32_t frames)
{
    uint32_t least = (uint32_t)(WANDER_GLIDE_S * l->rate);
    return frames > least ? frames : least;
}

RT void room_lines_set(struct room_lines *l, const struct room_shape *shape, uint32_t frames)
{
    if (shape->wander_s != l->shape.wander_s)
        ramp_set(&l->wander, (float)(shape->wander_s * l->rate), wander_frames(l, frames),
                 CURVE_LIN);
    if (shape->wander_hz != l->shape.wander_hz)
        set_turn(l, shape->wander_hz);
    if (shape->size_m != l->shape.size_m) {
        choose_lengths(l->asked, shape->size_m, l->rate);
        l->asked_frames = frames;
    }
    if (memcmp(&l->shape.decay, &shape->decay, sizeof shape->decay) != 0)
        room_damping_set(&l->damping, &shape->decay, l->next, frames);
    l->shape = *shape;
}

/* Where the wanderers are at the end of this block. The phase is turned as a point on a circle,
 * which is kept from drifting off it. */
static RT void wander(struct room_lines *l)
{
    float depth[DELAY_BLOCK];
    double c = l->cosine * l->turn[0] - l->sine * l->turn[1];
    double s = l->cosine * l->turn[1] + l->sine * l->turn[0];
    double back = 1.5 - 0.5 * (c * c + s * s);
    l->cosine = c * back;
    l->sine = s * back;
    ramp_fill(&l->wander, depth, DELAY_BLOCK);
    memcpy(l->from, l->to, sizeof l->from);
    l->to[0] = depth[DELAY_BLOCK - 1] * (float)l->sine;
    l->to[1] = depth[DELAY_BLOCK - 1] * (float)l->cosine;
}

/* Between the samples by a cubic through four of them, which amplifies nothing: where the way
 * `first` + i `step` crosses 1, the four are one sample later. x[0] is one sample before 0. */
CLONES static void read_between(float *restrict out, const float *restrict x, float first,
                                float step)
{
    for (int i = 0; i < DELAY_BLOCK; i++) {
        float way = first + step * (float)i;
        bool later = way >= 1;
        float f = later ? way - 1 : way;
        float a = later ? x[i + 1] : x[i], b = later ? x[i + 2] : x[i + 1];
        float c = later ? x[i + 3] : x[i + 2], d = later ? x[i + 4] : x[i + 3];
        float g = f - 1, h = f - 2, k = f + 1;
        out[i] = (k * g) * (0.5f * h * b) - (k * f) * (0.5f * h * c) +
                 (f * g) * (1 / 6.f) * (k * d - h * a);
    }
}

/* A block of line i, which is `length` long and `later` frames from there at its two ends. */
static RT void read_wandering(const struct delay *d, uint64_t time, uint32_t length,
                              const float later[2], float *out)
{
    float least = floorf(later[0] < later[1] ? later[0] : later[1]);
    uint32_t back = (uint32_t)((int32_t)length - (int32_t)least);
    read_between(out, delay_read(d, time, back + 1), later[0] - least,
                 (later[1] - later[0]) / DELAY_BLOCK);
}

static RT void read_line(const struct room_lines *l, int i, uint64_t time, uint32_t length,
                         float *out)
{
    bool wanders = i % WANDERERS == FIRST_WANDERER;
    int turn = i / WANDERERS;
    float sign = turn < 2 ? 1 : -1;
    float later[2] = { sign * l->from[turn % 2], sign * l->to[turn % 2] };
    if (wanders && (later[0] != 0 || later[1] != 0))
        read_wandering(&l->delay[i], time, length, later, out);
    else
        memcpy(out, delay_read(&l->delay[i], time, length), DELAY_BLOCK * sizeof *out);
}

CLONES static void blend(float *restrict x, const float *restrict was, const float *restrict t)
{
    for (int i = 0; i < DELAY_BLOCK; i++)
        x[i] = was[i] + t[i] * (x[i] - was[i]);
}

static RT void read_lines(struct room_lines *l, uint64_t time, float (*x)[DELAY_BLOCK])
{
    float t[DELAY_BLOCK], was[DELAY_BLOCK];
    bool fading = !ramp_resting(&l->fade) || begin_resize(l);
    if (fading)
        ramp_fill(&l->fade, t, DELAY_BLOCK);
    for (int i = 0; i < ROOM_LINES; i++) {
        read_line(l, i, time, l->next[i], x[i]);
        if (fading) {
            read_line(l, i, time, l->now[i], was);
            blend(x[i], was, t);
        }
    }
}

/* The sums and differences of four rows: a Hadamard matrix of order 4. */
static inline __attribute__((always_inline)) void mix_four(float *restrict a, float *restrict b,
                                                           float *restrict c, float *restrict d)
{
    for (int i = 0; i < DELAY_BLOCK; i++) {
        float ab = a[i] + b[i], cd = c[i] + d[i], a_b = a[i] - b[i], c_d = c[i] - d[i];
        a[i] = ab + cd;
        b[i] = a_b + c_d;
        c[i] = ab - cd;
        d[i] = a_b - c_d;
    }
}

/* Order 16 is order 4 of order 4. It makes things 4 times larger. */
CLONES static void mix(float (*x)[DELAY_BLOCK])
{
    for (int i = 0; i < ROOM_LINES; i += 4)
        mix_four(x[i], x[i + 1], x[i + 2], x[i + 3]);
    for (int i = 0; i < 4; i++)
        mix_four(x[i], x[i + 4], x[i + 8], x[i + 12]);
}

CLONES static void add(float *restrict out, const float *restrict x)
{
    for (int i = 0; i < DELAY_BLOCK; i++)
        out[i] += x[i];
}

CLONES static void feed(float (*x)[DELAY_BLOCK], const float *restrict even,
                        const float *restrict odd)
{
    for (int l = 0; l < ROOM_LINES; l += 2) {
        for (int i = 0; i < DELAY_BLOCK; i++) {
            x[l][i] = x[l][i] * 0.25f + even[i];
            x[l + 1][i] = x[l + 1][i] * 0.25f + odd[i];
        }
    }
}

RT bool room_lines_run(struct room_lines *l, uint64_t time, const float *even, const float *odd,
                       float *const out[2])
{
    float x[ROOM_LINES][DELAY_BLOCK] __attribute__((aligned(64)));
    wander(l);
    read_lines(l, time, x);
    mix(x);
    add(out[0], x[LEFT]);
    if (out[1])
        add(out[1], x[RIGHT]);
    feed(x, even, odd);
    room_damping_run(&l->damping, x);
    bool sounds = delay_hush(x[0], ROOM_LINES * DELAY_BLOCK);
    for (int i = 0; i < ROOM_LINES; i++)
        delay_write(&l->delay[i], time, x[i]);
    return sounds;
}

RT void room_lines_rest(struct room_lines *l)
{
    memcpy(l->next, l->asked, sizeof l->next);
    memcpy(l->now, l->asked, sizeof l->now);
    ramp_init(&l->fade, 1);
    room_damping_set(&l->damping, &l->shape.decay, l->next, 0);
    room_damping_rest(&l->damping);
    ramp_init(&l->wander, (float)(l->shape.wander_s * l->rate));
}

RT double room_lines_energy(const struct room_lines *l)
{
    return room_damping_energy(&l->shape.decay, l->asked, l->rate);
}
