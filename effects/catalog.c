/* catalog.c - every kind of effect: one row each, in the order of their names */
#include "effects/catalog.h"

#include <string.h>

static const struct effect_kind *const kinds[] = {
    &compressor_kind,
    &eq_kind,
    &gain_kind,
    &limiter_kind,
    &reverb_kind,
    &room_kind,
};

uint32_t effect_count(void)
{
    return sizeof kinds / sizeof kinds[0];
}

const struct effect_kind *effect_kind_at(uint32_t i)
{
    return i < effect_count() ? kinds[i] : NULL;
}

const struct effect_kind *effect_find(const char *name)
{
    for (uint32_t i = 0; i < effect_count(); i++)
        if (strcmp(kinds[i]->name, name) == 0)
            return kinds[i];
    return NULL;
}

int effect_param(const struct effect_kind *kind, const char *name)
{
    for (uint32_t i = 0; i < kind->n_params; i++)
        if (strcmp(kind->params[i].name, name) == 0)
            return (int)i;
    return -1;
}
