/* plug_effect.c - the effect of a plug: built from its values, and from its file if it has one */
#include "mixer/console_parts.h"

#include <stdlib.h>
#include <string.h>

/* Has the peer an effect of this kind from this file? Then it can be had. */
static bool peer_has(const struct console *c, const struct plug *p)
{
    if (!c->peer || strcmp(c->peer->folder, c->folder) != 0)
        return false;
    for (uint32_t i = 0; i <= c->peer->nodes.n; i++) {
        const struct node *n = i < c->peer->nodes.n ? c->peer->nodes.at[i] : c->peer->master;
        for (uint32_t k = 0; k < n->plugs.n; k++) {
            const struct plug *have = n->plugs.at[k];
            if (have->kind == p->kind && have->file && !strcmp(have->file, p->file))
                return true;
        }
    }
    return false;
}

/* One that is like it in all but its sound. */
static struct effect *stand_in(const struct console *c, const struct node *n, const struct plug *p,
                               struct refusal *why)
{
    static const float click = 1;
    const struct response response = { 1, 1, &click };
    const char *what = "out of memory";
    struct effect *e = p->kind->build(&(struct effect_setup){ .rate = c->setup.rate,
                                                              .quantum = c->setup.quantum,
                                                              .channels = n->strip.channels,
                                                              .values = p->values,
                                                              .response = &response },
                                      &what);
    if (!e)
        refuse(why, FAULT_FORMAT, "%s: %s", p->file, what);
    return e;
}

/* An effect that is made from a whole file. */
static struct effect *effect_of_file(struct console *c, const struct node *n, const struct plug *p,
                                     struct refusal *why)
{
    if (c->setup.rehearses && peer_has(c, p))
        return stand_in(c, n, p, why);
    struct need want = { .what = NEED_EFFECT,
                         .path = console_path(c, p->file),
                         .name = strdup(p->file),
                         .rate = c->setup.rate,
                         .kind = p->kind,
                         .quantum = c->setup.quantum,
                         .channels = n->strip.channels };
    memcpy(want.values, p->values, sizeof want.values);
    struct need *made = need_meet(c, &want, why);
    struct effect *e = NULL;
    if (made && made != &want && c->setup.rehearses) {
        e = stand_in(c, n, p, why); /* it is promised to the desk that sounds */
    } else if (made) {
        e = made->effect;
        made->effect = NULL;
    }
    need_clear(&want);
    return e;
}

static struct effect *effect_of_values(const struct console *c, const struct node *n,
                                       const struct plug *p, struct refusal *why)
{
    const char *what = "out of memory";
    struct effect_setup setup = { .rate = c->setup.rate,
                                  .quantum = c->setup.quantum,
                                  .channels = n->strip.channels,
                                  .values = p->values };
    struct effect *e = p->kind->build(&setup, &what);
    if (!e)
        refuse(why, FAULT_FORMAT, "%s: %s", p->kind->name, what);
    return e;
}

struct effect *plug_effect(struct console *c, const struct node *n, const struct plug *p,
                           struct refusal *why)
{
    if (p->kind->wants_response && !p->file) {
        refuse(why, FAULT_MISSING, "%s needs an impulse response", p->kind->name);
        refuse_hint(why, "ir=FILE");
        return NULL;
    }
    struct effect *e =
        p->kind->wants_response ? effect_of_file(c, n, p, why) : effect_of_values(c, n, p, why);
    if (e && p->kind->join)
        p->kind->join(e, c->crew);
    return e;
}
