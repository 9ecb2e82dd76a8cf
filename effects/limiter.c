/* limiter.c - no sample leaves above the ceiling, and none is bent to keep it there
 *
 * The sound is delayed by a window less one sample. Meanwhile the cut that each sample needs, from
 * 0 (none) to 1 (silence), passes three stages, none of which makes it less:
 *   - the greatest cut of the window behind, which so is known a window ahead of its sample;
 *   - the release: up at once, down slowly;
 *   - the mean of the window behind, which makes slopes of steps.
 * Every cut that enters the mean had the delayed sample's own need within its window, so none is
 * below that need, nor is their mean: the ceiling holds by construction. The clamp at the end only
 * takes off the last bit's rounding.
 */
#include "effects/catalog.h"
#include "effects/dsp.h"
#include "effects/envelope.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 64 }; /* samples worked on at once */
enum { CEILING, RELEASE, ROWS };

#define WINDOW_S 0.0015   /* at most: 64 frames at 48 kHz; a level that falls faster is heard */
#define ROUNDER  0x1.8p28 /* added and subtracted it rounds a double to a multiple of 2^-24 */

static const struct param rows[ROWS] = {
    [CEILING] = { "ceiling", "dB", -40, 0, -1, "no sample leaves above it", .rampable = true },
    [RELEASE] = { "release", "s", 0.001, 5, 0.1, "time to come 63 % of the way back",
                  .step = 0.001 },
};

struct limiter {
    struct effect effect;
    uint32_t rate, channels;
    uint32_t window; /* frames, a power of two */
    struct ramp ceiling;
    struct envelope release;
    double sum;          /* of the window's cuts; exact, since they are multiples of 2^-24 */
    _Atomic float least; /* gain of the last quantum; audio writes */
    /* Lines of a window and a chunk: what is behind, then what has just come. All zero at first,
     * which is silence that needs no cut. */
    float *needs, *cuts, *ceilings, *sound; /* sound: a line for each channel */
    float *scratch[2];                      /* of a line's length */
    float memory[];
};

static RT void limiter_set(struct effect *e, uint32_t row, double value, uint32_t frames,
                           enum curve curve)
{
    struct limiter *l = (struct limiter *)e;

    if (row == CEILING)
        ramp_set(&l->ceiling, (float)db_to_gain(value), frames, curve);
    else
        l->release.release = envelope_pole(value, l->rate);
}

static struct effect *limiter_build(const struct effect_setup *setup, const char **why)
{
    uint32_t window = 1;
    struct limiter *l;

    while (2 * window <= WINDOW_S * setup->rate)
        window *= 2;
    size_t line = window + CHUNK;
    l = calloc(1, sizeof *l + (5 + setup->channels) * line * sizeof(float));
    if (!l) {
        *why = "out of memory";
        return NULL;
    }
    l->effect.kind = &limiter_kind;
    l->rate = setup->rate;
    l->channels = setup->channels;
    l->window = window;
    atomic_init(&l->least, 1);
    l->needs = l->memory;
    l->cuts = l->needs + line;
    l->ceilings = l->cuts + line;
    l->scratch[0] = l->ceilings + line;
    l->scratch[1] = l->scratch[0] + line;
    l->sound = l->scratch[1] + line;
    for (uint32_t row = 0; row < ROWS; row++)
        limiter_set(&l->effect, row, setup->values[row], 0, CURVE_LIN);
    return &l->effect;
}

static void limiter_free(struct effect *e)
{
    free(e);
}

static uint32_t limiter_latency(const struct effect *e)
{
    return ((const struct limiter *)e)->window - 1;
}

/* From peaks to the cuts that they need. */
CLONES static void find_needs(float *restrict peaks, const float *restrict ceiling, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        float top = peaks[i] > ceiling[i] ? peaks[i] : ceiling[i];
        peaks[i] = 1 - ceiling[i] / top;
    }
}

CLONES static void raise_pairs(float *restrict out, const float *restrict in, uint32_t apart,
                               uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        out[i] = in[i] > in[i + apart] ? in[i] : in[i + apart];
}

CLONES static void round_to_grid(float *x, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        x[i] = (float)((x[i] + ROUNDER) - ROUNDER);
}

CLONES static void turn_down(float *restrict out, const float *restrict sound,
                             const float *restrict gain, const float *restrict ceiling, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        float y = sound[i] * gain[i];
        y = y > ceiling[i] ? ceiling[i] : y;
        out[i] = y < -ceiling[i] ? -ceiling[i] : y;
    }
}

/* The greatest need of the window that ends at each of the n new samples: of pairs, of pairs of
 * pairs, and so on, which is a few straight loops where a queue would be a branch per sample. */
static const float *greatest_needs(struct limiter *l, uint32_t n)
{
    const float *in = l->needs;
    uint32_t length = l->window - 1 + n, turn = 0;

    for (uint32_t apart = 1; apart < l->window; apart *= 2) {
        length -= apart;
        raise_pairs(l->scratch[turn], in, apart, length);
        in = l->scratch[turn];
        turn = !turn;
    }
    return in;
}

/* Makes room at the end of a line for the next n samples; what is behind stays. */
static void shift(float *line, uint32_t behind, uint32_t n)
{
    memmove(line, line + n, behind * sizeof *line);
}

/* The gain of each of the n samples that leave now. */
static void compute_gains(struct limiter *l, float *const *ch, float *gain, uint32_t n)
{
    uint32_t behind = l->window - 1;
    float *ceilings = l->ceilings + behind, *needs = l->needs + behind;
    float *cuts = l->cuts + l->window;

    ramp_fill(&l->ceiling, ceilings, n);
    memset(needs, 0, n * sizeof *needs);
    for (uint32_t c = 0; c < l->channels; c++)
        dsp_raise(needs, ch[c], n);
    find_needs(needs, ceilings, n);
    memcpy(cuts, greatest_needs(l, n), n * sizeof *cuts);
    shift(l->needs, behind, n);
    envelope_follow(&l->release, cuts, n);
    round_to_grid(cuts, n);
    for (uint32_t i = 0; i < n; i++) {
        l->sum += (double)cuts[i] - (double)l->cuts[i];
        gain[i] = (float)(1 - l->sum / l->window);
    }
    shift(l->cuts, l->window, n);
}

static RT void limiter_process(struct effect *e, float *const *ch, uint32_t n)
{
    struct limiter *l = (struct limiter *)e;
    uint32_t behind = l->window - 1;
    float gain[CHUNK], *part[EFFECT_CHANNELS_MAX], least = 1;

    for (uint32_t at = 0; at < n; at += CHUNK) {
        uint32_t k = n - at < CHUNK ? n - at : CHUNK;
        for (uint32_t c = 0; c < l->channels; c++)
            part[c] = ch[c] + at;
        compute_gains(l, part, gain, k);
        for (uint32_t c = 0; c < l->channels; c++) {
            float *line = l->sound + c * (size_t)(l->window + CHUNK);
            memcpy(line + behind, part[c], k * sizeof *line);
            turn_down(part[c], line, gain, l->ceilings, k);
            shift(line, behind, k);
        }
        shift(l->ceilings, behind, k);
        for (uint32_t i = 0; i < k; i++)
            least = gain[i] < least ? gain[i] : least;
    }
    atomic_store_explicit(&l->least, least, memory_order_relaxed);
}

static RT float limiter_reduction(const struct effect *e)
{
    const struct limiter *l = (const struct limiter *)e;

    return (float)fabs(gain_to_db(atomic_load_explicit(&l->least, memory_order_relaxed)));
}

const struct effect_kind limiter_kind = {
    .name = "limiter",
    .help = "keeps every sample under a ceiling, by turning down ahead of it",
    .params = rows,
    .n_params = ROWS,
    .build = limiter_build,
    .free = limiter_free,
    .process = limiter_process,
    .set = limiter_set,
    .latency = limiter_latency,
    .reduction = limiter_reduction,
};
