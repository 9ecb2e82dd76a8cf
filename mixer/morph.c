/* morph.c - one parameter that moves the desk between two scenes */
#include "mixer/console_parts.h"
#include "mixer/scenes.h"

#include <math.h>
#include <string.h>

int console_scene_pair(struct console *c, const char *from, const char *to, double morph,
                       struct refusal *why)
{
    const char *names[2] = { from, to };
    for (int i = 0; i < 2; i++)
        if (!scene_find(c, names[i])) {
            refuse(why, FAULT_UNKNOWN, "there is no scene %s", names[i]);
            return refuse_hint(why, "scene list");
        }
    strcpy(c->morph_from, from); /* names of scenes fit */
    strcpy(c->morph_to, to);
    c->morph = morph;
    return 0;
}

bool console_scene_paired(const struct console *c, const char **from, const char **to,
                          double *morph)
{
    *from = c->morph_from;
    *to = c->morph_to;
    *morph = c->morph;
    return **from != '\0';
}

static double between(const struct param *row, double a, double b, double x)
{
    if (x <= 0 || a == b)
        return a;
    if (x >= 1)
        return b;
    if (row_is_switch(row) || strchr(row->unit, '|'))
        return x < 0.5 ? a : b;
    if (!strcmp(row->unit, "dB") && (isinf(a) || isinf(b)))
        return gain_to_db((1 - x) * db_to_gain(a) + x * db_to_gain(b));
    if (!strcmp(row->unit, "Hz") && a > 0 && b > 0)
        return a * pow(b / a, x);
    return a + (b - a) * x;
}

/* Scenes are stored in the desk's order, so a value's partner mostly has its place. */
static const struct kept *partner(const struct scene *to, const struct kept *a, uint32_t place)
{
    for (uint32_t k = 0; k < to->values.n; k++) {
        const struct kept *b = to->values.at[(place + k) % to->values.n];
        if (b->row == a->row && !strcmp(b->address, a->address))
            return b;
    }
    return NULL;
}

/* All values, or those alone that take effects to be built anew. */
static void values_move(struct console *c, const struct scene *from, const struct scene *to,
                        double morph, const struct console_change *change)
{
    struct scene_count count = { 0 };
    for (uint32_t i = 0; i < from->values.n; i++) {
        const struct kept *a = from->values.at[i];
        const struct kept *b = !c->foresees || row_refits(a->row) ? partner(to, a, i) : NULL;
        double before;
        if (b)
            kept_recall(c, a->address, a->row, between(a->row, a->value, b->value, morph), change,
                        &count, &before);
    }
}

int morph_set(struct console *c, double morph, const struct console_change *change,
              struct refusal *why)
{
    const struct scene *from = scene_find(c, c->morph_from), *to = scene_find(c, c->morph_to);
    if (!from || !to) {
        refuse(why, FAULT_STATE, "no two scenes are named to morph between");
        return refuse_hint(why, "scene morph FROM TO");
    }
    refits_begin(c);
    values_move(c, from, to, morph, change);
    if (refits_make(c, why))
        return -1;
    bool held = c->held;
    c->morph = morph;
    c->held = true;
    values_move(c, from, to, morph, change);
    refits_end(c);
    c->held = held;
    return 0;
}
