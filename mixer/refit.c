/* refit.c - effects that a change of many values builds anew: all of them before any value moves
 *
 *     refits_begin(c);
 *     for each value: refit_foresee(c, n, p, row, value);
 *     if (refits_make(c, why))
 *         return -1;                 a file has to be read first; nothing has changed
 *     for each value: target_set(...);
 *     refits_end(c);
 *
 * So a reverb of which a scene changes size and filters is built once, with all of them.
 */
#include "mixer/console_parts.h"

#include <stdlib.h>
#include <string.h>

struct refit {
    struct node *n;
    struct plug *p;
    double values[EFFECT_PARAMS_MAX]; /* as they will be */
    struct effect *effect;            /* until the plug has it; NULL before: it cannot be had */
    bool taken;
};

bool row_refits(const struct param *row)
{
    for (uint32_t i = 0; i < effect_count(); i++) {
        const struct effect_kind *kind = effect_kind_at(i);
        uintptr_t at = (uintptr_t)row - (uintptr_t)kind->params; /* bytes */
        if (at < kind->n_params * sizeof *row)
            return kind->rebuilds && kind->rebuilds((uint32_t)(at / sizeof *row));
    }
    return false;
}

static struct refit *find(const struct console *c, const struct plug *p)
{
    for (uint32_t i = 0; i < c->refits.n; i++) {
        struct refit *r = c->refits.at[i];
        if (r->p == p)
            return r;
    }
    return NULL;
}

void refits_begin(struct console *c)
{
    c->foresees = true;
}

void refit_foresee(struct console *c, struct node *n, struct plug *p, uint32_t row, double value)
{
    struct refit *r = find(c, p);
    if (!r) {
        struct refit fresh = { .n = n, .p = p };
        memcpy(fresh.values, p->values, sizeof fresh.values);
        r = list_add_copy(&c->refits, &fresh, sizeof fresh);
    }
    if (r) /* out of memory: it is built with each of its values */
        r->values[row] = value;
}

static void effect_make(struct console *c, struct refit *r)
{
    struct plug as_it_will_be = { .kind = r->p->kind, .file = r->p->file };
    struct refusal why;
    memcpy(as_it_will_be.values, r->values, sizeof r->values);
    if (!plug_crowded(c, r->p, &why))
        r->effect = plug_effect(c, r->n, &as_it_will_be, &why);
}

int refits_make(struct console *c, struct refusal *why)
{
    struct refusal none;
    for (uint32_t i = 0; i < c->refits.n; i++)
        effect_make(c, c->refits.at[i]);
    if (c->needs && needs_lack(c->needs)) {
        refits_end(c);
        return refuse(why, FAULT_INTERNAL, "a file has to be read first");
    }
    c->foresees = false;
    for (uint32_t i = 0; i < c->refits.n; i++) {
        struct refit *r = c->refits.at[i];
        r->taken = r->effect && !plug_take(c, r->p, r->effect, &none);
        r->effect = NULL;
    }
    return 0;
}

bool refit_known(const struct console *c, const struct plug *p, bool *taken)
{
    const struct refit *r = find(c, p);
    *taken = r && r->taken;
    return r;
}

void refits_end(struct console *c)
{
    c->foresees = false;
    for (uint32_t i = 0; i < c->refits.n; i++) {
        struct refit *r = c->refits.at[i];
        effect_free(r->effect);
        free(r);
    }
    list_clear(&c->refits);
}
