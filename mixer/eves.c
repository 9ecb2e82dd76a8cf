/* eves.c - values on the eve of their frame
 *
 * What is scheduled is put into the model and posted a moment ahead. Until its frame has come the
 * value in force is the one before; and a change that is made in between holds up to that frame
 * only: what was scheduled is posted again behind it.
 */
#include "mixer/console_parts.h"

#include <stdlib.h>

enum { EVES_MOST = 256 }; /* beyond that, values are told a moment early */

static bool same_target(const struct target *a, const struct target *b)
{
    return a->kind == b->kind && a->node == b->node && a->to == b->to && a->plug == b->plug &&
           a->marker == b->marker && a->group == b->group && a->row == b->row &&
           a->param == b->param;
}

/* Those whose frame has come are forgotten. */
static void eves_prune(struct console *c)
{
    uint64_t now = link_horizon(c->link);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < c->n_eves; i++)
        if (c->eves[i].frame > now)
            c->eves[kept++] = c->eves[i];
    c->n_eves = kept;
}

void eve_add(struct console *c, const struct target *t, double before, double after,
             const struct console_change *change)
{
    eves_prune(c);
    if (c->at <= link_horizon(c->link) || c->n_eves == EVES_MOST)
        return;
    if (!c->eves)
        c->eves = calloc(EVES_MOST, sizeof *c->eves);
    if (!c->eves)
        return;
    c->eves[c->n_eves++] = (struct eve){ .target = *t,
                                         .before = before,
                                         .after = after,
                                         .frame = c->at,
                                         .frames = change->frames,
                                         .curve = change->curve };
}

void eves_forget(struct console *c, const void *what)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < c->n_eves; i++) {
        const struct target *t = &c->eves[i].target;
        if (t->node != what && t->to != what && t->plug != what && t->marker != what &&
            t->group != what)
            c->eves[kept++] = c->eves[i];
    }
    c->n_eves = kept;
}

const struct eve *eve_find(const struct console *c, const struct target *t)
{
    if (c->batch_number) /* who makes a batch sees what it makes */
        return NULL;
    for (uint32_t i = 0; i < c->n_eves; i++)
        if (same_target(&c->eves[i].target, t) && c->eves[i].frame > link_horizon(c->link))
            return &c->eves[i];
    return NULL;
}

void eves_repeat(struct console *c, const struct target *t, double value)
{
    struct refusal why;
    for (uint32_t i = 0; i < c->n_eves; i++) {
        struct eve *e = &c->eves[i];
        if (!same_target(&e->target, t) || e->frame <= link_horizon(c->link))
            continue;
        struct console_change change = { .frames = e->frames, .curve = e->curve, .at = e->frame };
        e->before = value;
        target_set(c, t, e->after, &change, &why);
        value = e->after;
    }
    post_flush(c);
}
