/* room.c - a reverb that is computed, for those who have no impulse response
 *
 *   input > predelay > level > first reflection -------------+
 *                        \ diffusers > network of lines > (sum) > width > wet > (sum) > output
 *     \--------------------------------------------------------------- dry /
 *
 * All of it works in blocks of 16 frames, the least quantum, counted from the instance's beginning:
 * so the bits are the same at every quantum. The level is set before the network, where a change
 * of decay can leave what already sounds as loud as it is.
 */
#include "effects/catalog.h"
#include "effects/convolver_pool.h"
#include "effects/delay.h"
#include "effects/dsp.h"
#include "effects/predelay.h"
#include "effects/room_diffuser.h"
#include "effects/room_lines.h"
#include "effects/wetdry.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROOM_SIZE,
    ROOM_DECAY,
    ROOM_LOWDECAY,
    ROOM_DAMPING,
    ROOM_DIFFUSION,
    ROOM_PREDELAY,
    ROOM_MODULATION,
    ROOM_MODRATE,
    ROOM_WET,
    ROOM_DRY,
    ROOM_WIDTH,
    ROOM_PARAMS
};

enum { SIDES = 2, BLOCK = DELAY_BLOCK };

#define PREDELAY_MAX_S 1.0
#define DAMPING_MAX_HZ 100000.0
#define SHARE_MAX      0.65  /* of the diffusers; with more they ring */
#define LOUDEST        1e6f  /* 120 dBFS: beyond, a network could reach infinity and keep it */
#define TAIL_DB        200.0 /* under full scale, where silence begins */
#define PI             3.14159265358979323846

static const struct param params[ROOM_PARAMS] = {
    [ROOM_SIZE] = { "size", "m", 2, ROOM_SIZE_MAX, 12,
                    "the mean way from wall to wall: 3 is a chamber, 12 a hall, 30 a cathedral",
                    .rampable = true },
    [ROOM_DECAY] = { "decay", "s", 0.1, 60, 2, "time to fall by 60 dB, at mid frequencies",
                     .rampable = true },
    [ROOM_LOWDECAY] = { "lowdecay", "%", 25, 200, 100,
                        "decay far below 200 Hz, as a share of decay", .rampable = true },
    [ROOM_DAMPING] = { "damping", "Hz", 200, DAMPING_MAX_HZ, 6000,
                       "where the decay is half as long; higher is shorter still; from half the "
                       "rate on: off",
                       .rampable = true },
    [ROOM_DIFFUSION] = { "diffusion", "%", 0, 100, 80,
                         "how soon single echoes run together into one sound", .rampable = true },
    [ROOM_PREDELAY] = { "predelay", "s", 0, PREDELAY_MAX_S, 0, "time before the reverb begins",
                        .rampable = true },
    [ROOM_MODULATION] = { "modulation", "%", 0, 100, 20,
                          "how far some echoes wander, of 1 ms: against ringing of small rooms",
                          .rampable = true },
    [ROOM_MODRATE] = { "modrate", "Hz", 0.05, 5, 0.6, "how often they wander and come back",
                       .rampable = true },
    [ROOM_WET] = { "wet", "dB", -INFINITY, 24, 0,
                   "level of the reverb; at 0 dB noise comes out as loud as it goes in",
                   .rampable = true },
    [ROOM_DRY] = { "dry", "dB", -INFINITY, 24, -INFINITY,
                   "level of what came in; silent on a bus that is fed by sends",
                   .rampable = true },
    [ROOM_WIDTH] = { "width", "%", 0, 100, 100, "0: the same on the left and on the right",
                     .rampable = true },
};

struct room {
    struct effect effect;
    uint32_t rate, channels, quantum;
    double values[ROOM_PARAMS]; /* as asked for */
    uint64_t time;              /* frames since the beginning */
    uint32_t silent;            /* blocks since anything was kept */
    uint32_t reach;             /* blocks until what was kept has been heard for the last time */
    _Atomic float tail_s;       /* audio writes */

    struct predelay predelay;
    struct delay past[SIDES];
    struct ramp level, share; /* into the network, and of the diffusers */
    struct room_diffuser diffusers[SIDES];
    struct room_lines lines;
    struct ramp own, other; /* how much of a side is heard on its own, and on the other one */
    struct wetdry mix;
    float *out[SIDES], *gain, *mixed; /* a quantum each */
    struct pool pool;
};

static RT uint32_t predelay_frames(const struct room *r)
{
    return (uint32_t)(r->values[ROOM_PREDELAY] * r->rate + 0.5);
}

static RT struct room_shape shape_of(const double *values)
{
    return (struct room_shape){
        .size_m = values[ROOM_SIZE],
        .decay = { .decay_s = values[ROOM_DECAY],
                   .low = values[ROOM_LOWDECAY] / 100,
                   .damping_hz = values[ROOM_DAMPING] },
        .wander_s = values[ROOM_MODULATION] / 100 * ROOM_WANDER_MAX,
        .wander_hz = values[ROOM_MODRATE],
    };
}

/* The level at which noise, unlike in all channels, comes out as loud as it goes in: each channel
 * hears its own first reflection and the echoes of all. */
static RT float level_of(const struct room *r)
{
    return (float)sqrt(1 / (1 + r->channels * room_lines_energy(&r->lines)));
}

static RT float share_of(const double *values)
{
    return (float)(values[ROOM_DIFFUSION] / 100 * SHARE_MAX);
}

/* The sides have nothing to do with each other, so their powers add up: what is taken from the own
 * side is added of the other, on a circle from 1, 0 to equal shares. */
static RT double angle_of(const double *values)
{
    return PI / 4 * (1 - values[ROOM_WIDTH] / 100);
}

static RT void note_tail(struct room *r)
{
    double decay = r->values[ROOM_DECAY] * fmax(1, r->values[ROOM_LOWDECAY] / 100);
    atomic_store_explicit(&r->tail_s, (float)(decay * TAIL_DB / 60), memory_order_relaxed);
}

static RT bool asleep(const struct room *r)
{
    return r->silent >= r->reach;
}

/* Nothing is kept, so nothing is heard of a movement: all of them end. */
static RT void rest(struct room *r)
{
    predelay_rest(&r->predelay);
    ramp_init(&r->level, level_of(r));
    ramp_init(&r->share, share_of(r->values));
    room_lines_rest(&r->lines);
}

static RT void reshape(struct room *r, uint32_t frames, enum curve curve)
{
    struct room_shape shape = shape_of(r->values);
    room_lines_set(&r->lines, &shape, frames);
    ramp_set(&r->level, level_of(r), frames, curve);
    note_tail(r);
}

static RT void room_set(struct effect *e, uint32_t param, double value, uint32_t frames,
                        enum curve curve)
{
    struct room *r = (struct room *)e;
    r->values[param] = value;
    switch (param) {
    case ROOM_WET:
        ramp_set(&r->mix.wet, (float)db_to_gain(value), frames, curve);
        break;
    case ROOM_DRY:
        ramp_set(&r->mix.dry, (float)db_to_gain(value), frames, curve);
        break;
    case ROOM_WIDTH:
        ramp_set(&r->own, (float)cos(angle_of(r->values)), frames, curve);
        ramp_set(&r->other, (float)sin(angle_of(r->values)), frames, curve);
        break;
    case ROOM_DIFFUSION:
        ramp_set(&r->share, share_of(r->values), frames, curve);
        break;
    case ROOM_PREDELAY:
        predelay_set(&r->predelay, predelay_frames(r), frames);
        break;
    default:
        reshape(r, frames, curve);
    }
    if (asleep(r))
        rest(r);
}

static void lay_out(struct room *r)
{
    uint32_t longest = (uint32_t)(PREDELAY_MAX_S * r->rate + 0.5);
    uint32_t reach = longest;
    for (uint32_t c = 0; c < r->channels; c++) {
        delay_init(&r->past[c], pool_floats(&r->pool, delay_floats(longest)), longest);
        room_diffuser_lay_out(&r->diffusers[c], &r->pool, c, r->rate);
        r->out[c] = pool_floats(&r->pool, r->quantum);
    }
    room_lines_lay_out(&r->lines, &r->pool, r->rate);
    reach = r->lines.reach > reach ? r->lines.reach : reach;
    r->gain = pool_floats(&r->pool, r->quantum);
    r->mixed = pool_floats(&r->pool, r->quantum);
    r->reach = reach / BLOCK + 2;
}

static void start(struct room *r)
{
    struct room_shape shape = shape_of(r->values);
    room_lines_init(&r->lines, &shape);
    wetdry_init(&r->mix, r->values[ROOM_WET], r->values[ROOM_DRY]);
    ramp_init(&r->own, (float)cos(angle_of(r->values)));
    ramp_init(&r->other, (float)sin(angle_of(r->values)));
    predelay_init(&r->predelay, predelay_frames(r));
    r->silent = r->reach;
    note_tail(r);
    rest(r);
}

static void room_free(struct effect *e)
{
    struct room *r = (struct room *)e;
    pool_close(&r->pool);
    free(r);
}

static struct effect *room_build(const struct effect_setup *setup, const char **why)
{
    if (setup->channels > SIDES) {
        *why = "a room takes mono or stereo sound";
        return NULL;
    }
    struct room *r = calloc(1, sizeof *r);
    if (!r) {
        *why = "out of memory";
        return NULL;
    }
    r->effect.kind = &room_kind;
    r->rate = setup->rate;
    r->channels = setup->channels;
    r->quantum = setup->quantum;
    memcpy(r->values, setup->values, sizeof r->values);
    lay_out(r);
    if (!pool_open(&r->pool)) {
        room_free(&r->effect);
        *why = "out of memory";
        return NULL;
    }
    lay_out(r);
    start(r);
    return &r->effect;
}

CLONES static void clamp(float *restrict to, const float *restrict x)
{
    for (int i = 0; i < BLOCK; i++) {
        float low = x[i] < LOUDEST ? x[i] : LOUDEST;
        to[i] = low > -LOUDEST ? low : -LOUDEST;
    }
}

/* Takes in a block of each channel; returns whether any of it sounds. */
static RT bool take(struct room *r, float *const *ch, uint32_t at, float (*x)[BLOCK])
{
    bool sounds = false;
    for (uint32_t c = 0; c < r->channels; c++) {
        clamp(x[c], ch[c] + at);
        sounds |= delay_hush(x[c], BLOCK);
    }
    return sounds;
}

/* Turns x into what came in a while ago. */
static RT void delay_input(struct room *r, float (*x)[BLOCK])
{
    float share[BLOCK];
    bool moves = predelay_move(&r->predelay, share, BLOCK);
    for (uint32_t c = 0; c < r->channels; c++) {
        delay_write(&r->past[c], r->time, x[c]);
        memcpy(x[c], delay_read(&r->past[c], r->time, r->predelay.next), sizeof x[c]);
        if (moves)
            dsp_blend(x[c], delay_read(&r->past[c], r->time, r->predelay.now), share, BLOCK);
    }
}

/* Left goes to all lines alike, right with a sign that alternates: so one line of two gets their
 * sum, the other their difference. */
static RT bool echo(struct room *r, float (*x)[BLOCK], float *const out[SIDES])
{
    float even[BLOCK], odd[BLOCK];
    for (int i = 0; i < BLOCK; i++) {
        float right = r->channels == SIDES ? x[1][i] : 0;
        even[i] = x[0][i] + right;
        odd[i] = x[0][i] - right;
    }
    return room_lines_run(&r->lines, r->time, even, odd, out);
}

/* The reverb of one block to out; returns whether anything is kept for later. */
static RT bool sound(struct room *r, float (*x)[BLOCK], float *const out[SIDES])
{
    float gain[BLOCK], share[BLOCK];
    bool kept = false;
    delay_input(r, x);
    ramp_fill(&r->level, gain, BLOCK);
    ramp_fill(&r->share, share, BLOCK);
    for (uint32_t c = 0; c < r->channels; c++) {
        dsp_multiply(x[c], gain, BLOCK);
        memcpy(out[c], x[c], sizeof x[c]);
        kept |= room_diffuser_run(&r->diffusers[c], r->time, x[c], share);
    }
    return echo(r, x, out) || kept;
}

/* The reverb of the block at frame `at` of the quantum. */
static RT void process_block(struct room *r, float *const *ch, uint32_t at)
{
    float x[SIDES][BLOCK];
    float *out[SIDES] = { r->out[0] + at, r->channels == SIDES ? r->out[1] + at : NULL };
    bool sounds = take(r, ch, at, x);
    if (sounds || !asleep(r)) {
        sounds |= sound(r, x, out);
        r->silent = sounds ? 0 : r->silent + 1;
        if (asleep(r))
            rest(r);
    } else {
        for (uint32_t c = 0; c < r->channels; c++)
            memset(out[c], 0, sizeof x[c]);
    }
    r->time += BLOCK;
}

/* own and other of each side become what is heard there. */
CLONES static void narrow(float *restrict left, float *restrict right, const float *restrict own,
                          const float *restrict other, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        float l = left[i], r = right[i];
        left[i] = own[i] * l + other[i] * r;
        right[i] = own[i] * r + other[i] * l;
    }
}

/* A quantum of nothing for a room that keeps nothing: does what the long way would, to the bit. */
static RT void pass_by(struct room *r, float *const *ch, uint32_t n)
{
    r->time += n;
    ramp_fill(&r->own, r->gain, n);
    ramp_fill(&r->other, r->gain, n);
    ramp_fill(&r->mix.wet, r->gain, n);
    bool dry = !ramp_resting(&r->mix.dry) || r->mix.dry.value != 0;
    ramp_fill(&r->mix.dry, r->gain, n);
    for (uint32_t c = 0; c < r->channels; c++) {
        if (!dry) {
            memset(ch[c], 0, n * sizeof *ch[c]);
            continue;
        }
        dsp_multiply(ch[c], r->gain, n);
        dsp_add(ch[c], r->gain, 0, n); /* the sign of a zero */
    }
}

static RT bool is_silence(const struct room *r, float *const *ch, uint32_t n)
{
    bool sounds = false;
    for (uint32_t c = 0; c < r->channels; c++)
        sounds |= delay_sounds(ch[c], n);
    return !sounds;
}

static RT void room_process(struct effect *e, float *const *ch, uint32_t n)
{
    struct room *r = (struct room *)e;
    for (uint32_t c = 0; c < r->channels; c++)
        dsp_scrub(ch[c], n); /* one NaN would go round for ever */
    if (asleep(r) && is_silence(r, ch, n)) {
        pass_by(r, ch, n);
        return;
    }
    for (uint32_t at = 0; at < n; at += BLOCK)
        process_block(r, ch, at);
    ramp_fill(&r->own, r->gain, n);
    ramp_fill(&r->other, r->mixed, n);
    if (r->channels == SIDES)
        narrow(r->out[0], r->out[1], r->gain, r->mixed, n);
    wetdry_mix(&r->mix, ch, r->out, r->channels, r->gain, n);
}

static RT uint64_t room_tail(const struct effect *e)
{
    const struct room *r = (const struct room *)e;
    double decay_s = atomic_load_explicit(&r->tail_s, memory_order_relaxed);
    return (uint64_t)ceil((decay_s + PREDELAY_MAX_S) * r->rate) + (uint64_t)r->reach * BLOCK;
}

const struct effect_kind room_kind = {
    .name = "room",
    .help = "a room that is computed: a network of delays; needs no impulse response",
    .params = params,
    .n_params = ROOM_PARAMS,
    .build = room_build,
    .free = room_free,
    .process = room_process,
    .set = room_set,
    .tail = room_tail,
};
