/* eq.c - six bands in a row: a high-pass, a low shelf, two bells, a high shelf and a low-pass
 *
 * While a band moves, its filter is designed anew every STEP samples, and the coefficients go in
 * straight lines between. A band at rest that does nothing (0 dB, or a pass at the end of its
 * range) passes every bit, and costs nothing once its memory has run out.
 *
 * A pass is switched off without a click by keeping its poles and moving its zeros onto them, which
 * is the same as fading from the filtered signal to the plain one.
 */
#include "effects/biquad.h"
#include "effects/catalog.h"

#include <math.h>
#include <stdlib.h>

enum { STEP = 16 }; /* the smallest quantum, so that all quanta move alike */
enum band_name { HP, LOW, MID1, MID2, HIGH, LP, BANDS };
enum quantity { FREQ, AMOUNT, Q, QUANTITIES };

#define BUTTERWORTH 0.70710678118654752440 /* q of the passes */
#define HP_OFF      10                     /* Hz */
#define LP_OFF      20000                  /* Hz */
#define SPENT       1e-12                  /* a memory as small as this, -240 dB, is empty */

static const struct param rows[] = {
    { "hp.freq", "Hz", HP_OFF, 2000, HP_OFF, "high-pass, 12 dB per octave; 10Hz is off",
      .rampable = true },
    { "low.freq", "Hz", 20, 20000, 100, "where the low shelf has half its gain", .rampable = true },
    { "low.gain", "dB", -24, 24, 0, "gain well below low.freq", .rampable = true },
    { "low.q", "", 0.3, 2, BUTTERWORTH, "steepness of the low shelf", .rampable = true,
      .step = 0.1 },
    { "mid1.freq", "Hz", 20, 20000, 400, "centre of the first bell", .rampable = true },
    { "mid1.gain", "dB", -24, 24, 0, "gain at mid1.freq", .rampable = true },
    { "mid1.q", "", 0.1, 16, 1, "narrowness of the first bell", .rampable = true, .step = 0.1 },
    { "mid2.freq", "Hz", 20, 20000, 2500, "centre of the second bell", .rampable = true },
    { "mid2.gain", "dB", -24, 24, 0, "gain at mid2.freq", .rampable = true },
    { "mid2.q", "", 0.1, 16, 1, "narrowness of the second bell", .rampable = true, .step = 0.1 },
    { "high.freq", "Hz", 20, 20000, 8000, "where the high shelf has half its gain",
      .rampable = true },
    { "high.gain", "dB", -24, 24, 0, "gain well above high.freq", .rampable = true },
    { "high.q", "", 0.3, 2, BUTTERWORTH, "steepness of the high shelf", .rampable = true,
      .step = 0.1 },
    { "lp.freq", "Hz", 1000, LP_OFF, LP_OFF, "low-pass, 12 dB per octave; 20kHz is off",
      .rampable = true },
};
enum { ROWS = sizeof rows / sizeof rows[0] };

/* What each row moves, in the same order. */
static const struct target {
    enum band_name band;
    enum quantity quantity;
} targets[ROWS] = {
    { HP, FREQ },     { LOW, FREQ },    { LOW, AMOUNT }, { LOW, Q },       { MID1, FREQ },
    { MID1, AMOUNT }, { MID1, Q },      { MID2, FREQ },  { MID2, AMOUNT }, { MID2, Q },
    { HIGH, FREQ },   { HIGH, AMOUNT }, { HIGH, Q },     { LP, FREQ },
};

struct band {
    /* FREQ in Hz; AMOUNT is the gain in dB, or for a pass how much of it is heard, 0..1. Gains move
     * in dB, because one that moves in amplitude takes all its way down in the last few steps. */
    struct ramp moving[QUANTITIES];
    struct biquad filter;
};

struct eq {
    struct effect effect;
    uint32_t rate, channels;
    struct band bands[BANDS];
    struct biquad_memory memory[]; /* band by band, of each channel */
};

static bool is_pass(int band)
{
    return band == HP || band == LP;
}

static struct biquad design(const struct eq *eq, int band)
{
    static const enum biquad_shape shapes[BANDS] = {
        [HP] = BIQUAD_HIGH_PASS, [LOW] = BIQUAD_LOW_SHELF,   [MID1] = BIQUAD_BELL,
        [MID2] = BIQUAD_BELL,    [HIGH] = BIQUAD_HIGH_SHELF, [LP] = BIQUAD_LOW_PASS,
    };
    const struct ramp *m = eq->bands[band].moving;
    double freq = (double)m[FREQ].value / eq->rate, amount = m[AMOUNT].value;
    struct biquad b = biquad_design(shapes[band], freq, m[Q].value, db_to_gain(amount));

    if (is_pass(band)) {
        b.b0 = 1 + amount * (b.b0 - 1);
        b.b1 = b.a1 + amount * (b.b1 - b.a1);
        b.b2 = b.a2 + amount * (b.b2 - b.a2);
    }
    return b;
}

static RT void eq_set(struct effect *e, uint32_t row, double value, uint32_t frames,
                      enum curve curve)
{
    struct eq *eq = (struct eq *)e;
    const struct target *t = &targets[row];
    struct ramp *moving = eq->bands[t->band].moving;

    if (t->quantity == AMOUNT && curve == CURVE_DB)
        curve = CURVE_LIN;
    ramp_set(&moving[t->quantity], (float)value, frames, curve);
    if (is_pass(t->band)) {
        bool off = t->band == HP ? value <= HP_OFF : value >= LP_OFF;
        ramp_set(&moving[AMOUNT], off ? 0 : 1, frames, CURVE_LIN);
    }
}

static struct effect *eq_build(const struct effect_setup *setup, const char **why)
{
    struct eq *eq = calloc(1, sizeof *eq + BANDS * setup->channels * sizeof eq->memory[0]);

    if (!eq) {
        *why = "out of memory";
        return NULL;
    }
    eq->effect.kind = &eq_kind;
    eq->rate = setup->rate;
    eq->channels = setup->channels;
    ramp_init(&eq->bands[HP].moving[Q], (float)BUTTERWORTH);
    ramp_init(&eq->bands[LP].moving[Q], (float)BUTTERWORTH);
    for (uint32_t row = 0; row < ROWS; row++)
        eq_set(&eq->effect, row, setup->values[row], 0, CURVE_LIN);
    for (int band = 0; band < BANDS; band++)
        eq->bands[band].filter = design(eq, band);
    return &eq->effect;
}

static void eq_free(struct effect *e)
{
    free(e);
}

static bool is_moving(const struct band *b)
{
    return !(ramp_resting(&b->moving[FREQ]) && ramp_resting(&b->moving[AMOUNT]) &&
             ramp_resting(&b->moving[Q]));
}

static bool is_spent(const struct biquad_memory *m, uint32_t channels)
{
    double most = 0;

    for (uint32_t c = 0; c < channels; c++)
        most = fmax(most, fmax(fabs(m[c].s1), fabs(m[c].s2)));
    return most < SPENT;
}

static void move_band(struct eq *eq, int band, struct biquad_memory *m, float *const *ch,
                      uint32_t n)
{
    struct band *b = &eq->bands[band];
    float *part[EFFECT_CHANNELS_MAX], passed[STEP];

    for (uint32_t at = 0; at < n; at += STEP) {
        for (int quantity = 0; quantity < QUANTITIES; quantity++)
            ramp_fill(&b->moving[quantity], passed, STEP);
        for (uint32_t c = 0; c < eq->channels; c++)
            part[c] = ch[c] + at;
        struct biquad next = design(eq, band);
        biquad_glide(&b->filter, &next, m, part, eq->channels, STEP);
        b->filter = next;
    }
}

static RT void eq_process(struct effect *e, float *const *ch, uint32_t n)
{
    struct eq *eq = (struct eq *)e;

    for (int band = 0; band < BANDS; band++) {
        struct band *b = &eq->bands[band];
        struct biquad_memory *m = eq->memory + (uint32_t)band * eq->channels;

        if (is_moving(b))
            move_band(eq, band, m, ch, n);
        else if (b->moving[AMOUNT].value != 0 || !is_spent(m, eq->channels))
            biquad_run(&b->filter, m, ch, eq->channels, n);
    }
}

const struct effect_kind eq_kind = {
    .name = "eq",
    .help = "equaliser: high-pass, low shelf, two bells, high shelf, low-pass",
    .params = rows,
    .n_params = ROWS,
    .build = eq_build,
    .free = eq_free,
    .process = eq_process,
    .set = eq_set,
};
