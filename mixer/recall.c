/* recall.c - the values of a scene, moved back onto the desk, and taken back again */
#include "mixer/console.h"
#include "mixer/console_parts.h"
#include "mixer/scenes.h"

int kept_recall(struct console *c, const char *address, const struct param *row, double value,
                const struct console_change *change, struct scene_count *count, double *before)
{
    struct target t;
    struct refusal why;
    struct console_change its = *change;
    if (target_find(c, address, &t, &why) || t.param != row) {
        count->missing++;
        return -1;
    }
    if (t.node && t.node->values[NODE_SAFE] != 0) {
        count->safe++;
        return -1;
    }
    *before = target_now(c, &t);
    if (*before == value)
        return -1;
    if (c->foresees) {
        refit_foresee(c, t.node, t.plug, t.row, value);
        return -1;
    }
    if (!row->rampable)
        its.frames = UINT32_MAX;
    if (target_set(c, &t, value, &its, &why)) {
        count->refused++;
        return -1;
    }
    count->changed++;
    if (c->setup.changed)
        c->setup.changed(c->setup.context, address);
    return 0;
}

/* Makes what will sound otherwise. -1: a file has to be read first. */
static int scene_foresee(struct console *c, const struct scene *s, const struct scene_scope *scope,
                         const struct console_change *change, struct refusal *why)
{
    struct scene_count none = { 0 };
    double before;
    refits_begin(c);
    for (uint32_t i = 0; i < s->values.n; i++) {
        const struct kept *k = s->values.at[i];
        if (row_refits(k->row) && scene_wanted(scope, k->address, k->row))
            kept_recall(c, k->address, k->row, k->value, change, &none, &before);
    }
    return refits_make(c, why);
}

static int scene_recall(struct console *c, const struct scene *s, const struct scene_scope *scope,
                        struct console_change *change, struct scene_count *count,
                        struct refusal *why)
{
    struct scene before = { .name = "" };
    bool held = c->held;
    if (scene_foresee(c, s, scope, change, why))
        return -1;
    *count = (struct scene_count){ 0 };
    c->held = true;
    for (uint32_t i = 0; i < s->values.n; i++) {
        const struct kept *k = s->values.at[i];
        double value;
        if (!scene_wanted(scope, k->address, k->row))
            continue;
        count->values++;
        if (kept_recall(c, k->address, k->row, k->value, change, count, &value) == 0)
            scene_add(&before, k->address, k->row, value); /* no memory: this one stays */
    }
    refits_end(c);
    c->held = held;
    change->frame = post_flush(c);
    change->same = count->changed == 0;
    scene_clear(&c->undo);
    c->undo = before;
    return 0;
}

int console_scene_recall(struct console *c, const char *name, const struct scene_scope *scope,
                         struct console_change *change, struct scene_count *count,
                         struct refusal *why)
{
    struct scene *s;
    if (scene_want(c, name, &s, why))
        return -1;
    return scene_recall(c, s, scope, change, count, why);
}

int console_scene_undo(struct console *c, struct console_change *change, struct scene_count *count,
                       struct refusal *why)
{
    if (!c->undo.values.n)
        return refuse(why, FAULT_STATE, "there is no recall to undo");
    struct scene s = c->undo;
    c->undo.values = (struct list){ 0 };
    if (scene_recall(c, &s, NULL, change, count, why)) {
        c->undo = s;
        return -1;
    }
    scene_clear(&s);
    return 0;
}
