/* reverb.c - convolution with the impulse response of a room, with no added latency
 *
 * input > predelay > convolver > wet --+--> output
 *   \----------------------------> dry /
 *
 * What shapes the response is done when it is built, on the control thread; wet, dry and predelay
 * move while sounding.
 */
#include "effects/catalog.h"
#include "effects/convolver.h"
#include "effects/convolver_pool.h"
#include "effects/dsp.h"
#include "effects/predelay.h"
#include "effects/reverb_response.h"
#include "effects/wetdry.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    REVERB_IR,
    REVERB_WET,
    REVERB_DRY,
    REVERB_PREDELAY,
    REVERB_NORMALISE,
    REVERB_TRIM,
    REVERB_LENGTH,
    REVERB_SIZE,
    REVERB_LOWCUT,
    REVERB_HIGHCUT,
    REVERB_SWAP,
    REVERB_XFADE,
    REVERB_TAIL,
    REVERB_SECONDS,
    REVERB_RESPONSES,
    REVERB_TAPS,
    REVERB_PARTITIONS,
    REVERB_COST,
    REVERB_PARAMS
};

#define PREDELAY_MAX_S 1.0

static const struct param params[REVERB_PARAMS] = {
    [REVERB_IR] = { "ir", "text", 0, 0, 0,
                    "impulse response: a sound file of 1, 2 or 4 channels (4: true stereo, left to "
                    "left, left to right, right to left, right to right)" },
    [REVERB_WET] = { "wet", "dB", -INFINITY, 24, 0, "level of the reverb", .rampable = true },
    [REVERB_DRY] = { "dry", "dB", -INFINITY, 24, -INFINITY,
                     "level of what came in; silent on a bus that is fed by sends",
                     .rampable = true },
    [REVERB_PREDELAY] = { "predelay", "s", 0, PREDELAY_MAX_S, 0, "time before the reverb begins",
                          .rampable = true },
    [REVERB_NORMALISE] = { "normalise", "off|peak|energy", 0, 2, REVERB_ENERGY,
                           "level of the response: as in the file; its peak at 0 dBFS; or such "
                           "that noise comes out as loud as it goes in" },
    [REVERB_TRIM] = { "trim", "dB", -200, -20, -80,
                      "the tail ends where it stays below this, re the response's peak" },
    [REVERB_LENGTH] = { "length", "s", 0.001, 60, 60, "the response ends here at the latest" },
    [REVERB_SIZE] = { "size", "%", 50, 150, 100, "size of the room: stretches the response" },
    [REVERB_LOWCUT] = { "lowcut", "Hz", 0, 2000, 0, "takes lows out of the reverb; 0: off" },
    [REVERB_HIGHCUT] = { "highcut", "Hz", 200, 100000, 100000,
                         "takes highs out of the reverb; from half the rate on: off" },
    [REVERB_SWAP] = { "swap", "switch", 0, 1, 0, "left for right in the reverb" },
    [REVERB_XFADE] = { "xfade", "s", 0, 10, 0.4,
                       "crossfade, equal in power, when another response takes over" },
    [REVERB_TAIL] = { "tail", "ring|cut", 0, 1, 0,
                      "what becomes of the old response's tail then: it rings out, or is cut with "
                      "the crossfade" },
    [REVERB_SECONDS] = { "seconds", "", 0, 60, 0, "length of the response in use", .fixed = true },
    [REVERB_RESPONSES] = { "responses", "", 0, 4, 0, "paths from an input to an output",
                           .fixed = true },
    [REVERB_TAPS] = { "taps", "", 0, 1e9, 0, "frames of the response in use, all paths",
                      .fixed = true },
    [REVERB_PARTITIONS] = { "partitions", "", 0, 1e9, 0, "pieces that a path is computed in",
                            .fixed = true },
    [REVERB_COST] = { "cost", "", 0, 1e9, 0, "predicted, ns per frame", .fixed = true },
};

struct reverb {
    struct effect effect;
    uint32_t rate, channels, quantum;
    struct convolver *convolver;
    double facts[REVERB_PARAMS]; /* of the fixed rows */
    struct wetdry mix;
    struct predelay predelay;
    float *past[EFFECT_CHANNELS_MAX]; /* a ring per channel */
    uint64_t mask, time;
    float *in[EFFECT_CHANNELS_MAX], *out[EFFECT_CHANNELS_MAX]; /* a quantum each */
    float *gain;
    struct pool pool;
};

static bool reverb_rebuilds(uint32_t param)
{
    return param == REVERB_IR || (param >= REVERB_NORMALISE && param <= REVERB_SWAP);
}

static uint32_t predelay_frames(const struct reverb *r, double seconds)
{
    return (uint32_t)(seconds * r->rate + 0.5);
}

static void reverb_join(struct effect *e, struct crew *crew)
{
    convolver_join(((struct reverb *)e)->convolver, crew);
}

static void reverb_free(struct effect *e)
{
    struct reverb *r = (struct reverb *)e;
    convolver_free(r->convolver);
    pool_close(&r->pool);
    free(r);
}

static void note_facts(const struct filter *f, const struct reverb_response *response,
                       uint32_t rate, double *facts)
{
    struct filter_level levels[CONVOLVER_LEVELS_MAX];
    uint32_t n = filter_levels(f, levels);
    facts[REVERB_SECONDS] = (double)filter_frames(f) / rate;
    facts[REVERB_RESPONSES] = response->n_cells;
    for (uint32_t i = 0; i < response->n_cells; i++)
        facts[REVERB_TAPS] += (double)response->cells[i].frames;
    for (uint32_t i = 0; i < n; i++) {
        facts[REVERB_PARTITIONS] += levels[i].partitions;
        facts[REVERB_COST] += levels[i].ns_per_frame;
    }
}

static struct convolver *build_convolver(const struct reverb_response *response,
                                         const struct effect_setup *setup, double *facts)
{
    struct filter_cell cells[REVERB_CELLS_MAX];
    for (uint32_t i = 0; i < response->n_cells; i++) {
        const struct reverb_cell *cell = &response->cells[i];
        const float *taps = response->data + cell->channel * response->frames;
        cells[i] = (struct filter_cell){ cell->in, cell->out, taps, cell->frames };
    }
    struct filter *filter = filter_new(&(struct filter_setup){
        .quantum = setup->quantum,
        .inputs = setup->channels,
        .outputs = setup->channels,
        .cells = cells,
        .n_cells = response->n_cells,
    });
    if (filter)
        note_facts(filter, response, setup->rate, facts);
    struct convolver *c = filter ? convolver_new(filter) : NULL;
    filter_drop(filter);
    return c;
}

static void lay_out(struct reverb *r)
{
    r->gain = pool_floats(&r->pool, r->quantum);
    for (uint32_t c = 0; c < r->channels; c++) {
        r->in[c] = pool_floats(&r->pool, r->quantum);
        r->out[c] = pool_floats(&r->pool, r->quantum);
        r->past[c] = pool_floats(&r->pool, r->mask + 1);
    }
}

static bool build_blocks(struct reverb *r)
{
    uint64_t ring = 1;
    while (ring < (uint64_t)(PREDELAY_MAX_S * r->rate) + 1 + r->quantum)
        ring *= 2;
    r->mask = ring - 1;
    lay_out(r);
    if (!pool_open(&r->pool))
        return false;
    lay_out(r);
    return true;
}

static struct reverb_shape shape_of(const double *values)
{
    return (struct reverb_shape){
        .size = values[REVERB_SIZE] / 100,
        .lowcut_hz = values[REVERB_LOWCUT],
        .highcut_hz = values[REVERB_HIGHCUT],
        .length_s = values[REVERB_LENGTH],
        .trim_db = values[REVERB_TRIM],
        .swap = values[REVERB_SWAP] != 0,
        .normalise = (enum reverb_normalise)values[REVERB_NORMALISE],
    };
}

static struct effect *reverb_build(const struct effect_setup *setup, const char **why)
{
    struct reverb_response response;
    struct reverb_shape shape = shape_of(setup->values);
    if (!setup->response) {
        *why = "a reverb needs an impulse response (ir=FILE)";
        return NULL;
    }
    if (reverb_response_init(&response, setup->response, setup->rate, setup->channels, &shape,
                             why) != 0) {
        reverb_response_clear(&response);
        return NULL;
    }
    struct reverb *r = calloc(1, sizeof *r);
    if (r) {
        r->effect.kind = &reverb_kind;
        r->rate = setup->rate;
        r->channels = setup->channels;
        r->quantum = setup->quantum;
        r->convolver = build_convolver(&response, setup, r->facts);
        wetdry_init(&r->mix, setup->values[REVERB_WET], setup->values[REVERB_DRY]);
        predelay_init(&r->predelay, predelay_frames(r, setup->values[REVERB_PREDELAY]));
    }
    reverb_response_clear(&response);
    if (r && r->convolver && build_blocks(r))
        return &r->effect;
    if (r)
        reverb_free(&r->effect);
    *why = "out of memory";
    return NULL;
}

/* n frames that came in `delay` frames ago; a ring is read in two pieces at most. */
static RT void read_past(const struct reverb *r, uint32_t c, uint32_t delay, float *to, uint32_t n)
{
    uint64_t at = (r->time - delay) & r->mask, first = r->mask + 1 - at;
    if (first > n)
        first = n;
    memcpy(to, r->past[c] + at, first * sizeof *to);
    memcpy(to + first, r->past[c], (n - first) * sizeof *to);
}

/* Fills in[] with the delayed input. */
static RT void delay_input(struct reverb *r, float *const *ch, uint32_t n)
{
    bool moves = predelay_move(&r->predelay, r->gain, n);
    for (uint32_t c = 0; c < r->channels; c++) {
        dsp_scrub(ch[c], n); /* one NaN would ring on for the length of the response */
        memcpy(r->past[c] + (r->time & r->mask), ch[c], n * sizeof *ch[c]);
        read_past(r, c, r->predelay.next, r->in[c], n);
        if (moves) {
            read_past(r, c, r->predelay.now, r->out[c], n);
            dsp_blend(r->in[c], r->out[c], r->gain, n);
        }
    }
    r->time += n;
}

static RT void reverb_process(struct effect *e, float *const *ch, uint32_t n)
{
    struct reverb *r = (struct reverb *)e;
    delay_input(r, ch, n);
    convolver_process(r->convolver, (const float *const *)r->in, r->out);
    wetdry_mix(&r->mix, ch, r->out, r->channels, r->gain, n);
}

static RT void reverb_set(struct effect *e, uint32_t param, double value, uint32_t frames,
                          enum curve curve)
{
    struct reverb *r = (struct reverb *)e;
    if (param == REVERB_WET)
        ramp_set(&r->mix.wet, (float)db_to_gain(value), frames, curve);
    if (param == REVERB_DRY)
        ramp_set(&r->mix.dry, (float)db_to_gain(value), frames, curve);
    if (param == REVERB_PREDELAY)
        predelay_set(&r->predelay, predelay_frames(r, value), frames);
}

static double reverb_fact(const struct effect *e, uint32_t param)
{
    return ((const struct reverb *)e)->facts[param];
}

static RT uint64_t reverb_tail(const struct effect *e)
{
    const struct reverb *r = (const struct reverb *)e;
    return (uint64_t)ceil((r->facts[REVERB_SECONDS] + PREDELAY_MAX_S) * r->rate);
}

static bool reverb_stale(const struct effect *e)
{
    return convolver_stale(((const struct reverb *)e)->convolver);
}

const struct effect_kind reverb_kind = {
    .name = "reverb",
    .help = "convolution with the impulse response of a room",
    .params = params,
    .n_params = REVERB_PARAMS,
    .wants_response = true,
    .rebuilds = reverb_rebuilds,
    .build = reverb_build,
    .join = reverb_join,
    .free = reverb_free,
    .process = reverb_process,
    .set = reverb_set,
    .tail = reverb_tail,
    .fact = reverb_fact,
    .stale = reverb_stale,
};
