/* wetdry.c - how loud an effect is heard, and how loud what came into it */
#include "effects/wetdry.h"

#include "effects/dsp.h"
#include "effects/param.h"

void wetdry_init(struct wetdry *w, double wet_db, double dry_db)
{
    ramp_init(&w->wet, (float)db_to_gain(wet_db));
    ramp_init(&w->dry, (float)db_to_gain(dry_db));
}

static RT void scale_all(struct ramp *level, float *const *x, uint32_t channels, float *gain,
                         uint32_t n)
{
    ramp_fill(level, gain, n);
    for (uint32_t c = 0; c < channels; c++)
        dsp_multiply(x[c], gain, n);
}

RT void wetdry_mix(struct wetdry *w, float *const *ch, float *const *out, uint32_t channels,
                   float *gain, uint32_t n)
{
    scale_all(&w->dry, ch, channels, gain, n);
    scale_all(&w->wet, out, channels, gain, n);
    for (uint32_t c = 0; c < channels; c++)
        dsp_add(ch[c], out[c], 1, n);
}
