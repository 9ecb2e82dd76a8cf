/* compressor.c - turns down what is louder than a threshold, the channels as one
 *
 * Feed-forward and in decibels throughout: the loudest channel's level, sample by sample, goes
 * through the static curve; the reduction that comes out is smoothed by an envelope; and all
 * channels are turned down by it, so that the stereo image stays where it is. (D. Giannoulis,
 * M. Massberg, J. Reiss: "Digital Dynamic Range Compressor Design", J. AES 60, 2012: the log-domain
 * detector with a smooth branching peak detector behind the gain computer.)
 */
#include "effects/catalog.h"
#include "effects/dsp.h"
#include "effects/envelope.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 64 }; /* samples worked on at once, so that the scratch stays in the first cache */
enum { THRESHOLD, RATIO, KNEE, ATTACK, RELEASE, MAKEUP, ROWS };

static const struct param rows[ROWS] = {
    [THRESHOLD] = { "threshold", "dB", -60, 0, -18, "peaks above it are turned down",
                    .rampable = true },
    [RATIO] = { "ratio", ":1", 1, 20, 3, "dB above the threshold that become one",
                .rampable = true },
    [KNEE] = { "knee", "dB", 0, 24, 6, "width of the bend around the threshold", .rampable = true },
    [ATTACK] = { "attack", "s", 0.0001, 0.5, 0.01, "time to go 63 % of the way down",
                 .step = 0.001 },
    [RELEASE] = { "release", "s", 0.005, 5, 0.15, "time to come 63 % of the way back",
                  .step = 0.001 },
    [MAKEUP] = { "makeup", "dB", -24, 24, 0, "gain after the compression", .rampable = true },
};

struct compressor {
    struct effect effect;
    uint32_t rate, channels;
    struct ramp threshold, slope, knee; /* dB; 1 - 1/ratio; dB */
    struct ramp makeup;                 /* amplitude */
    struct envelope reduction;          /* dB */
    _Atomic float shown;                /* greatest reduction of the last quantum; audio writes */
};

static RT void compressor_set(struct effect *e, uint32_t row, double value, uint32_t frames,
                              enum curve curve)
{
    struct compressor *c = (struct compressor *)e;
    enum curve in_db = curve == CURVE_DB ? CURVE_LIN : curve; /* straight in dB already */

    switch (row) {
    case THRESHOLD:
        ramp_set(&c->threshold, (float)value, frames, in_db);
        break;
    case RATIO:
        ramp_set(&c->slope, (float)(1 - 1 / value), frames, in_db);
        break;
    case KNEE:
        ramp_set(&c->knee, (float)value, frames, in_db);
        break;
    case ATTACK:
        c->reduction.attack = envelope_pole(value, c->rate);
        break;
    case RELEASE:
        c->reduction.release = envelope_pole(value, c->rate);
        break;
    case MAKEUP:
        ramp_set(&c->makeup, (float)db_to_gain(value), frames, curve);
        break;
    }
}

static struct effect *compressor_build(const struct effect_setup *setup, const char **why)
{
    struct compressor *c = calloc(1, sizeof *c);

    if (!c) {
        *why = "out of memory";
        return NULL;
    }
    c->effect.kind = &compressor_kind;
    c->rate = setup->rate;
    c->channels = setup->channels;
    for (uint32_t row = 0; row < ROWS; row++)
        compressor_set(&c->effect, row, setup->values[row], 0, CURVE_LIN);
    return &c->effect;
}

static void compressor_free(struct effect *e)
{
    free(e);
}

/* From levels to the reductions they call for, all in dB. Within the knee the curve is the parabola
 * that meets the two lines without a corner. */
CLONES static void bend(float *restrict level, const float *restrict threshold,
                        const float *restrict slope, const float *restrict knee, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        float width = knee[i] > 1e-3f ? knee[i] : 1e-3f;
        float entered = level[i] - threshold[i] + width / 2;
        float inside = entered > 0 ? entered : 0;
        float beyond = entered > width ? entered - width : 0;
        inside = inside < width ? inside : width;
        level[i] = slope[i] * (inside * inside / (2 * width) + beyond);
    }
}

/* The gain of each of the next n samples; returns the greatest reduction in dB. */
static float compute_gains(struct compressor *c, float *const *ch, float *gain, uint32_t n)
{
    float threshold[CHUNK], slope[CHUNK], knee[CHUNK];

    memset(gain, 0, n * sizeof *gain);
    for (uint32_t k = 0; k < c->channels; k++)
        dsp_raise(gain, ch[k], n);
    dsp_to_db(gain, n);
    ramp_fill(&c->threshold, threshold, n);
    ramp_fill(&c->slope, slope, n);
    ramp_fill(&c->knee, knee, n);
    bend(gain, threshold, slope, knee, n);
    envelope_follow(&c->reduction, gain, n);
    float most = dsp_measure(gain, n).peak;
    dsp_scale(gain, -1, n);
    dsp_to_gain(gain, n);
    ramp_scale(&c->makeup, gain, n);
    return most;
}

static RT void compressor_process(struct effect *e, float *const *ch, uint32_t n)
{
    struct compressor *c = (struct compressor *)e;
    float gain[CHUNK], *part[EFFECT_CHANNELS_MAX], most = 0;

    for (uint32_t at = 0; at < n; at += CHUNK) {
        uint32_t k = n - at < CHUNK ? n - at : CHUNK;
        for (uint32_t i = 0; i < c->channels; i++)
            part[i] = ch[i] + at;
        most = fmaxf(most, compute_gains(c, part, gain, k));
        for (uint32_t i = 0; i < c->channels; i++)
            dsp_multiply(part[i], gain, k);
    }
    atomic_store_explicit(&c->shown, most, memory_order_relaxed);
}

static RT float compressor_reduction(const struct effect *e)
{
    return atomic_load_explicit(&((const struct compressor *)e)->shown, memory_order_relaxed);
}

const struct effect_kind compressor_kind = {
    .name = "compressor",
    .help = "turns down what is louder than a threshold",
    .params = rows,
    .n_params = ROWS,
    .build = compressor_build,
    .free = compressor_free,
    .process = compressor_process,
    .set = compressor_set,
    .reduction = compressor_reduction,
};
