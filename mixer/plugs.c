/* plugs.c - effects in chains: built, set, replaced side by side, taken out */
#include "mixer/console_parts.h"

#include <math.h>
#include <stdlib.h>

static uint32_t row_frames(const struct console *c, const struct plug *p)
{
    int row = effect_param(p->kind, "xfade");
    return row < 0 ? xfade_frames(c) : (uint32_t)lround(p->values[row] * c->setup.rate);
}

/* Does a predecessor ring out (else it is cut with the crossfade)? */
static bool rings(const struct plug *p)
{
    int row = effect_param(p->kind, "tail");
    return row >= 0 && p->values[row] == 0 && p->kind->tail && !p->bypass;
}

static void insert_leave(struct console *c, struct plug *p, struct model_insert *i, uint32_t fade,
                         enum curve curve)
{
    if (i->life == LIFE_COMING) {
        list_remove(&p->instances, i);
        bury_later(c, i, insert_free);
        c->dirty = true; /* a grave waits for the next desk */
        return;
    }
    i->life = LIFE_LEAVING;
    i->rings = false;
    fade_out(c, &i->until, fade);
    post_set(c, &i->insert.mix, 0, fade, curve, 0);
}

/* Feeds it no more and lets it sound to its end. */
static void insert_ring_out(struct console *c, struct plug *p, struct model_insert *i,
                            uint32_t fade, enum curve curve)
{
    uint64_t tail = p->kind->tail(i->insert.effect);
    i->life = LIFE_LEAVING;
    i->rings = true;
    fade_out(c, &i->until, tail < UINT32_MAX - fade ? (uint32_t)tail + fade : UINT32_MAX);
    post_set(c, &i->insert.feed, 0, fade, curve, 0);
}

/* A slot has so many places: where they run out, what has rung longest is faded out. */
static void make_room(struct console *c, struct plug *p)
{
    for (uint32_t k = 0; k < p->instances.n && p->instances.n >= SLOT_INSERTS - 1; k++) {
        struct model_insert *i = p->instances.at[k];
        if (!i->rings)
            continue;
        insert_leave(c, p, i, ramp_frames(c), CURVE_LIN);
        return;
    }
}

static void ramp_begin(struct ramp *r, float from, float to, uint32_t frames, enum curve curve)
{
    ramp_init(r, from);
    ramp_set(r, to, frames, curve);
}

/* The effect's latency in whole quanta. */
static uint32_t settling_frames(const struct console *c, const struct effect *e)
{
    uint32_t latency = e->kind->latency ? e->kind->latency(e) : 0;
    return (latency + c->setup.quantum - 1) / c->setup.quantum * c->setup.quantum;
}

/* The newest instance, if it is on its way. */
static struct model_insert *newcomer(const struct plug *p)
{
    struct model_insert *newest = p->instances.n ? p->instances.at[p->instances.n - 1] : NULL;
    return newest && newest->life == LIFE_COMING ? newest : NULL;
}

/* Go as `i` comes: equal in power; or straight, if it is alike and what both are fed adds up to
 * what was fed before. */
static void predecessors_leave(struct console *c, struct plug *p, const struct model_insert *i,
                               uint32_t fade, bool *any)
{
    bool ring = rings(p) || (i->alike && !p->bypass);
    enum curve curve = i->alike ? CURVE_LIN : CURVE_POWER;
    for (uint32_t k = 0; k < p->instances.n; k++) {
        struct model_insert *before = p->instances.at[k];
        if (before->life != LIFE_HERE)
            continue;
        *any = true;
        if (ring)
            insert_ring_out(c, p, before, fade, curve);
        else
            insert_leave(c, p, before, p->bypass ? 0 : fade, curve);
    }
}

/* `i` will be on the desk that this batch brings. What sounds on is faded in where it is fed: to
 * fade what comes out would not hide that its sound begins with a step, which comes later. */
static void insert_arrive(struct console *c, struct node *n, struct plug *p, struct model_insert *i)
{
    bool heard = n->life != LIFE_COMING, replaces = false;
    uint32_t fade = heard ? row_frames(c, p) : 0;
    fade_out(c, &p->came, 0); /* the frame of this batch */
    predecessors_leave(c, p, i, fade, &replaces);
    enum curve curve = replaces && !i->alike ? CURVE_POWER : CURVE_LIN;
    float level = p->bypass ? 0 : 1;
    if (p->kind->tail) {
        ramp_init(&i->insert.mix, level);
        ramp_begin(&i->insert.feed, 0, level, fade, curve);
    } else {
        ramp_begin(&i->insert.mix, 0, level, fade, curve);
        ramp_init(&i->insert.feed, 1);
    }
    i->insert.settling = !replaces && fade ? settling_frames(c, i->insert.effect) : 0;
    if (!replaces)
        ramp_begin(&p->dry, heard ? 1 : p->bypass, p->bypass ? 1 : 0, fade, CURVE_LIN);
}

void plugs_arrive(struct console *c, struct node *n)
{
    for (uint32_t k = 0; k < n->plugs.n; k++) {
        struct plug *p = n->plugs.at[k];
        struct model_insert *i = newcomer(p);
        if (i)
            insert_arrive(c, n, p, i);
    }
}

bool plug_crowded(struct console *c, struct plug *p, struct refusal *why)
{
    if (p->instances.n - (newcomer(p) != NULL) < SLOT_INSERTS)
        return false;
    make_room(c, p);
    refuse(why, FAULT_BUSY, "%s is still crossfading; try again in a moment", p->name);
    return true;
}

bool plugs_crowded(struct console *c)
{
    struct refusal none;
    bool any = false;
    for (uint32_t i = 0; i <= c->nodes.n; i++) {
        const struct node *n = i < c->nodes.n ? c->nodes.at[i] : c->master;
        for (uint32_t k = 0; k < n->plugs.n; k++)
            any |= plug_crowded(c, n->plugs.at[k], &none);
    }
    return any;
}

int plug_take(struct console *c, struct plug *p, struct effect *e, struct refusal *why)
{
    struct model_insert *never_heard = newcomer(p), *i = calloc(1, sizeof *i);
    if (!i || list_reserve(&p->instances, 1)) {
        free(i);
        effect_free(e);
        return refuse(why, FAULT_LIMIT, "out of memory");
    }
    i->insert.effect = e;
    make_room(c, p);
    if (never_heard)
        insert_leave(c, p, never_heard, 0, CURVE_LIN);
    list_add(&p->instances, i); /* reserved */
    c->dirty = true;
    return 0;
}

int plug_build(struct console *c, struct node *n, struct plug *p, struct refusal *why)
{
    if (plug_crowded(c, p, why))
        return -1;
    struct effect *e = plug_effect(c, n, p, why);
    return e ? plug_take(c, p, e, why) : -1;
}

bool plug_replan(struct console *c, struct node *n, struct plug *p)
{
    struct model_insert *newest = p->instances.n ? p->instances.at[p->instances.n - 1] : NULL;
    struct refusal why;
    if (!newest || p->leaving || newest->life == LIFE_LEAVING || !p->kind->stale ||
        !p->kind->stale(newest->insert.effect))
        return false;
    bool alike = newest->life == LIFE_HERE || newest->alike;
    if (plug_build(c, n, p, &why)) /* later; or its file has gone, and it stays as it is */
        return why.fault == FAULT_BUSY || (c->needs && needs_lack(c->needs));
    newcomer(p)->alike = alike;
    return true;
}

/* A row that takes another instance, unless that has been made already. */
static int row_rebuild(struct console *c, struct node *n, struct plug *p, uint32_t row,
                       double value, struct refusal *why)
{
    double before = p->values[row];
    bool taken;
    if (refit_known(c, p, &taken) && !taken)
        return refuse(why, FAULT_BUSY, "%s cannot be built now", p->name);
    p->values[row] = value;
    if (taken || !plug_build(c, n, p, why))
        return 0;
    p->values[row] = before;
    return -1;
}

int plug_set(struct console *c, struct node *n, struct plug *p, uint32_t row, double value,
             const struct console_change *change, struct refusal *why)
{
    if (p->kind->rebuilds && p->kind->rebuilds(row))
        return row_rebuild(c, n, p, row, value, why);
    p->values[row] = value;
    uint32_t frames = change->frames == UINT32_MAX ? ramp_frames(c) : change->frames;
    for (uint32_t k = 0; k < p->instances.n; k++) {
        struct model_insert *i = p->instances.at[k];
        i->told |= change->at != 0;
        if (i->life == LIFE_COMING && !i->told) /* it is still ours */
            p->kind->set(i->insert.effect, row, value, 0, CURVE_LIN);
        else if (i->life != LIFE_LEAVING)
            post(c, &(struct command){ .frame = change->at,
                                       .kind = COMMAND_TUNE,
                                       .effect = i->insert.effect,
                                       .param = row,
                                       .value = value,
                                       .frames = frames,
                                       .curve = change->curve });
    }
    return 0;
}

bool plug_comes(const struct plug *p)
{
    return newcomer(p) != NULL;
}

bool console_heard(const struct console *c, const char *address, uint64_t *frame)
{
    struct refusal why;
    struct target t;
    struct node *n;
    struct plug *p = NULL;
    if (!target_find(c, address, &t, &why))
        p = t.kind == TARGET_PLUG ? t.plug : NULL;
    else if (object_find(c, address, &n, &p, &why))
        return true;
    if (p && (plug_comes(p) || desk_under_way(c)))
        return false;
    if (p && p->came > *frame)
        *frame = p->came;
    return true;
}

void plug_bypass(struct console *c, struct plug *p, bool bypass,
                 const struct console_change *change)
{
    p->bypass = bypass;
    uint32_t frames = change->frames == UINT32_MAX ? ramp_frames(c) : change->frames;
    bool heard = false;
    for (uint32_t k = 0; k < p->instances.n; k++) {
        struct model_insert *i = p->instances.at[k];
        if (i->life == LIFE_COMING)
            continue; /* plugs_arrive sees to it */
        heard = true;
        if (i->life == LIFE_HERE || (bypass && i->rings))
            post_set(c, &i->insert.mix, bypass ? 0 : 1, frames, change->curve, change->at);
        /* What sounds on would bring up again later what it heard now. All else goes on hearing, so
         * that it comes back knowing the level of what goes through it. */
        if (i->life == LIFE_HERE && p->kind->tail)
            post_set(c, &i->insert.feed, bypass ? 0 : 1, frames, change->curve, change->at);
    }
    if (heard)
        post_set(c, &p->dry, bypass ? 1 : 0, frames, change->curve, change->at);
}

void plug_leave(struct console *c, struct node *n, struct plug *p)
{
    p->leaving = true;
    for (uint32_t k = p->instances.n; k-- > 0;)
        insert_leave(c, p, p->instances.at[k], xfade_frames(c), CURVE_LIN);
    if (n->life != LIFE_COMING)
        post_set(c, &p->dry, 1, xfade_frames(c), CURVE_LIN, 0);
    c->dirty = true;
}
