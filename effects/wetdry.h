/* wetdry.h - how loud an effect is heard, and how loud what came into it */
#ifndef EFFECTS_WETDRY_H
#define EFFECTS_WETDRY_H

#include "effects/ramp.h"
#include "effects/rt.h"

#include <stdint.h>

struct wetdry {
    struct ramp wet, dry; /* linear */
};

/* Control. At rest. */
void wetdry_init(struct wetdry *w, double wet_db, double dry_db);
/* Audio. ch = dry ch + wet out, of so many channels; out is spoilt. `gain` has room for n. */
RT void wetdry_mix(struct wetdry *w, float *const *ch, float *const *out, uint32_t channels,
                   float *gain, uint32_t n);

#endif
