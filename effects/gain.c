/* gain.c - a level and a polarity: the smallest effect, to be read first by who writes another
 *
 * The rows say what can be set; build() takes their first values, set() moves them, process() runs
 * a quantum. Both rows meet in one factor, and it is a ramp, so nothing that is set can click:
 * turning the polarity over is a way from 1 to -1 through silence.
 */
#include "effects/catalog.h"

#include <math.h>
#include <stdlib.h>

enum { LEVEL, INVERT, ROWS };

static const struct param rows[ROWS] = {
    [LEVEL] = { "level", "dB", -INFINITY, 24, 0, "gain of every channel", .rampable = true },
    [INVERT] = { "invert", "switch", 0, 1, 0, "turn the polarity over", .rampable = true },
};

struct gain {
    struct effect effect; /* first, so that a pointer to it is one to the whole */
    uint32_t channels;
    double values[ROWS]; /* where the rows are going */
    struct ramp factor;
};

static float factor(const double *values)
{
    double level = db_to_gain(values[LEVEL]);

    return (float)(values[INVERT] != 0 ? -level : level);
}

static struct effect *gain_build(const struct effect_setup *setup, const char **why)
{
    struct gain *g = calloc(1, sizeof *g);

    if (!g) {
        *why = "out of memory";
        return NULL;
    }
    g->effect.kind = &gain_kind;
    g->channels = setup->channels;
    for (int row = 0; row < ROWS; row++)
        g->values[row] = setup->values[row];
    ramp_init(&g->factor, factor(g->values));
    return &g->effect;
}

static void gain_free(struct effect *e)
{
    free(e);
}

static RT void gain_process(struct effect *e, float *const *ch, uint32_t n)
{
    struct gain *g = (struct gain *)e;
    const struct ramp start = g->factor;

    for (uint32_t c = 0; c < g->channels; c++) {
        g->factor = start; /* every channel goes the same way */
        ramp_scale(&g->factor, ch[c], n);
    }
}

static RT void gain_set(struct effect *e, uint32_t row, double value, uint32_t frames,
                        enum curve curve)
{
    struct gain *g = (struct gain *)e;

    g->values[row] = value;
    ramp_set(&g->factor, factor(g->values), frames, curve);
}

const struct effect_kind gain_kind = {
    .name = "gain",
    .help = "level and polarity",
    .params = rows,
    .n_params = ROWS,
    .build = gain_build,
    .free = gain_free,
    .process = gain_process,
    .set = gain_set,
};
