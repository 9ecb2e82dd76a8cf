/* set.c - `set`: a value read, checked, remembered and sent on its way */
#include "mixer/console_parts.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Places that scheduled sets leave to a scheduled play or stop. */
enum { MOVES_SPARE = 64 };

double target_now(const struct console *c, const struct target *t)
{
    const struct eve *eve = eve_find(c, t);
    if (eve)
        return eve->before;
    const struct model_send *s = t->to ? send_find(t->node, t->to) : NULL;
    switch (t->kind) {
    case TARGET_NODE:
        return t->row == NODE_LISTEN ? listen_now(c, t->node) : t->node->values[t->row];
    case TARGET_SEND:
        return s ? s->level_db : -INFINITY;
    case TARGET_PRE:
        return s && s->pre;
    case TARGET_PLUG:
        return t->plug->values[t->row];
    case TARGET_BYPASS:
        return t->plug->bypass;
    case TARGET_ENGINE:
        return c->values[t->row];
    case TARGET_MARKER:
        return marker_value(c, t->marker, t->row);
    case TARGET_GROUP:
        return t->group->values[t->row];
    case TARGET_MORPH:
        return c->morph;
    case TARGET_TRANSPORT:
        return transport_number(c, t->row);
    }
    return 0;
}

static int value_refuse(const struct console *c, const struct param *row, int err, const char *what,
                        struct refusal *why)
{
    char range[128];
    refuse(why, err == -ERANGE ? FAULT_RANGE : FAULT_TYPE, "%s", what);
    return refuse_hint(why, "%s", param_range(row, c->setup.rate, range, sizeof range));
}

/* Reads what stands behind `set ADDR`: a value, a relative one (cut to the range), or a toggle. */
static int value_read(const struct console *c, const struct target *t, const char *text,
                      double *value, struct refusal *why)
{
    const char *what = "";
    if (!strcmp(text, "!")) {
        if (!row_is_switch(t->param))
            return refuse(why, FAULT_TYPE, "! toggles switches; %s is none", t->param->name);
        *value = target_now(c, t) == 0;
        return 0;
    }
    if ((text[0] == '+' || text[0] == '-') && text[1] == '=') {
        struct param step = *t->param;
        step.min = -INFINITY;
        step.max = INFINITY;
        if (row_is_switch(t->param) || strchr(t->param->unit, '|'))
            return refuse(why, FAULT_TYPE, "%s: %s has no steps", text, t->param->name);
        int err = param_parse(&step, text + 2, c->setup.rate, value, &what);
        if (err)
            return value_refuse(c, t->param, err, what, why);
        double now = target_now(c, t);
        *value = isinf(now) ? now : text[0] == '+' ? now + *value : now - *value;
        *value = fmin(fmax(*value, t->param->min), t->param->max);
        return 0;
    }
    int err = param_parse(t->param, text, c->setup.rate, value, &what);
    return err ? value_refuse(c, t->param, err, what, why) : 0;
}

/* Is another decoder opened for a new value? */
static bool reopens(uint32_t row)
{
    switch (row) {
    case NODE_OFFSET:
    case NODE_IN:
    case NODE_END:
    case NODE_FADEIN:
    case NODE_FADEOUT:
    case NODE_LOOP:
    case NODE_QUALITY:
    case NODE_RING:
    case NODE_MODE:
    case NODE_RATE:
        return true;
    default:
        return false;
    }
}

static int node_set(struct console *c, struct node *n, uint32_t row, double value,
                    const struct console_change *change)
{
    if (row == NODE_RING && value > 0)
        value = fmax(value, engine_rows[ENGINE_RING].min);
    if (row == NODE_RATE) {
        n->rate_frame = rate_set(c, n, value, change->frames);
        return 0;
    }
    if (row == NODE_OFFSET || row == NODE_IN)
        n->pace.n = 0;
    n->values[row] = value;
    if (reopens(row)) {
        n->wants_source = true;
        c->dirty = true;
    } else if (row == NODE_SOLO || row == NODE_SOLOSAFE) {
        gates_levels(c, change);
    } else {
        node_levels(c, n, change);
    }
    return 0;
}

void helpers_muster(struct console *c)
{
    uint32_t choice = (uint32_t)c->values[ENGINE_HELPERS];
    if (c->crew)
        crew_set_helpers(c->crew, choice ? choice - 1 : crew_spare_cores());
}

uint32_t console_helpers(const struct console *c)
{
    return crew_helpers(c->crew);
}

static void engine_set(struct console *c, uint32_t row, double value)
{
    c->values[row] = value;
    if (row == ENGINE_HELPERS)
        helpers_muster(c);
    if (row == ENGINE_PLAN) /* what changes is seen to by replan_tick */
        plans_choose(c->plans, value != 0);
    for (uint32_t i = 0; row == ENGINE_RING && i < c->nodes.n; i++) {
        struct node *n = c->nodes.at[i];
        if (n->kind == NODE_STRIP && n->life != LIFE_LEAVING && n->values[NODE_RING] == 0)
            n->wants_source = c->dirty = true;
    }
}

int target_set(struct console *c, const struct target *t, double value,
               const struct console_change *change, struct refusal *why)
{
    switch (t->kind) {
    case TARGET_NODE:
        if (t->node->piped && pipe_refuses(t->node, t->row, value, why))
            return -1;
        return t->row == NODE_LISTEN ? listen_set(c, t->node, (enum listen)value, change, why)
                                     : node_set(c, t->node, t->row, value, change);
    case TARGET_SEND:
        return send_set(c, t->node, t->to, value, change, why);
    case TARGET_PRE:
        return send_set_pre(c, t->node, t->to, value != 0, change, why);
    case TARGET_PLUG:
        return plug_set(c, t->node, t->plug, t->row, value, change, why);
    case TARGET_BYPASS:
        plug_bypass(c, t->plug, value != 0, change);
        return 0;
    case TARGET_ENGINE:
        engine_set(c, t->row, value);
        return 0;
    case TARGET_GROUP:
        group_set(c, t->group, t->row, value, change);
        return 0;
    case TARGET_MORPH:
        return morph_set(c, value, change, why);
    case TARGET_MARKER:
        return marker_set(c, t->marker, t->row, value, why);
    case TARGET_TRANSPORT:
        return transport_set(c, t->row, value, why);
    }
    return refuse(why, FAULT_INTERNAL, "%s has nowhere to go", t->param->name);
}

static int text_set(struct console *c, const struct target *t, const char *address,
                    const char *text, struct refusal *why)
{
    char object[ADDRESS_SIZE];
    if (t->kind == TARGET_NODE && t->row == NODE_OUT)
        return route_set(c, t->node, text, why);
    if (t->kind == TARGET_NODE && t->row == NODE_GROUP)
        return groups_join(c, t->node, text, why);
    if (t->kind == TARGET_TRANSPORT)
        return signature_set(c, text, why);
    snprintf(object, sizeof object, "%s", address);
    *strrchr(object, '/') = '\0';
    return console_load(c, object, text, why);
}

/* What is a matter of ramps can wait inside the engine; what is built anew, or moves every strip
 * (solo), cannot. */
static bool schedulable(const struct target *t)
{
    if (t->kind == TARGET_NODE)
        return t->row != NODE_SOLO && t->row != NODE_SOLOSAFE && t->row != NODE_LISTEN &&
               !reopens(t->row) && !row_is_text(t->param);
    if (t->kind == TARGET_PLUG)
        return !row_is_text(t->param) &&
               !(t->plug->kind->rebuilds && t->plug->kind->rebuilds(t->row));
    return t->kind == TARGET_SEND || t->kind == TARGET_PRE || t->kind == TARGET_BYPASS;
}

/* In a batch everything waits for its frame, unless the frame is this command's own because what
 * it is for comes before the batch does. */
static uint64_t batch_at(const struct console *c, const struct target *t)
{
    bool coming = t->node && t->node->life == LIFE_COMING && t->node->batch != c->batch_number;
    coming |= t->plug && plug_comes(t->plug);
    return coming && !c->whole && schedulable(t) ? c->at : 0;
}

int console_set(struct console *c, const char *address, const char *text,
                struct console_change *change, struct refusal *why)
{
    struct target t;
    double value = 0;
    if (target_find(c, address, &t, why))
        return -1;
    if (t.param->fixed)
        return refuse(why, FAULT_DENIED, "%s can be read, not set", address);
    if (change->frames != UINT32_MAX && !t.param->rampable)
        return refuse(why, FAULT_STATE, "%s does not move gradually; it takes no `over`", address);
    if (c->batch_number)
        change->at = batch_at(c, &t);
    if (!c->batch_number && change->at && !schedulable(&t))
        return refuse(why, FAULT_STATE, "%s changes at once; it takes no `at`", address);
    if (change->at && t.kind == TARGET_BYPASS && plug_comes(t.plug))
        return refuse(why, FAULT_BUSY, "%s is still arriving; try again in a moment", address);
    if (row_is_text(t.param)) {
        struct console_value v;
        if (!console_get(c, address, &v, why) && !strcmp(v.text, text))
            change->same = true;
        else if (text_set(c, &t, address, text, why))
            return -1;
        change->frame = post_flush(c);
        return 0;
    }
    if (value_read(c, &t, text, &value, why))
        return -1;
    double before = target_now(c, &t);
    change->same = value == before;
    if (c->panic && t.node == c->master && t.param == &node_rows[NODE_MUTE] && value == 0) {
        change->same = false;
        console_calm(c);
    }
    /* A pan moves two ramps, a send two; but for a bypass, nothing that is set moves more. */
    uint32_t moves = t.kind == TARGET_BYPASS ? 1 + 2 * t.plug->instances.n : 2;
    if (!change->same && change->at && post_schedule(c, change->at, moves, MOVES_SPARE, why))
        return -1;
    if (!change->same && target_set(c, &t, value, change, why))
        return -1;
    change->frame = post_flush(c);
    if (!change->same && c->batch_number)
        eve_add(c, &t, before, value, change);
    else if (!change->same && c->n_eves && !change->at)
        eves_repeat(c, &t, value);
    if (change->at > change->frame)
        change->frame = change->at;
    if (t.kind == TARGET_NODE && t.row == NODE_RATE && t.node->rate_frame > change->frame)
        change->frame = t.node->rate_frame;
    return 0;
}

int console_try_set(struct console *c, const char *address, const char *text,
                    struct console_try *out, struct refusal *why)
{
    struct target t;
    double value = 0;
    char formatted[PARAM_TEXT];
    *out = (struct console_try){ .plain = false };
    if (target_find(c, address, &t, why))
        return -1;
    if (t.param->fixed)
        return refuse(why, FAULT_DENIED, "%s can be read, not set", address);
    if (row_is_text(t.param))
        return 0;
    if (value_read(c, &t, text, &value, why))
        return -1;
    out->plain = schedulable(&t);
    if ((text[0] != '+' && text[0] != '-') || text[1] != '=')
        if (strcmp(text, "!") != 0)
            snprintf(out->text, sizeof out->text, "%s",
                     param_format(t.param, value, c->setup.rate, formatted));
    return 0;
}

void console_reset(struct console *c)
{
    struct refusal why;
    for (uint32_t row = 0; row < NODE_PARAMS; row++)
        c->master->values[row] = node_rows[row].def;
    node_levels(c, c->master, &gently);
    scenes_clear(c);
    for (uint32_t row = 0; row < ENGINE_PARAMS; row++)
        if (!engine_rows[row].fixed)
            c->values[row] = engine_rows[row].def;
    helpers_muster(c);
    if (c->loop_from != c->loop_to)
        console_loop(c, 0, 0, &why);
    transport_reset(c);
    post_flush(c);
}
