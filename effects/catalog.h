/* catalog.h - every kind of effect, as its own file defines it; catalog.c has the sorted table */
#ifndef EFFECTS_CATALOG_H
#define EFFECTS_CATALOG_H

#include "effects/effect.h"

extern const struct effect_kind compressor_kind;
extern const struct effect_kind eq_kind;
extern const struct effect_kind gain_kind;
extern const struct effect_kind limiter_kind;
extern const struct effect_kind reverb_kind;
extern const struct effect_kind room_kind;

#endif
