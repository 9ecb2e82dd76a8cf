/* get.c - a value as it stands, and as it is written */
#include "mixer/console_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* What was asked for; of a fixed row, what the newest instance says of itself. */
static double plug_value(const struct plug *p, uint32_t row)
{
    const struct model_insert *newest = p->instances.n ? p->instances.at[p->instances.n - 1] : NULL;
    if (!p->kind->params[row].fixed || !p->kind->fact || !newest)
        return p->values[row];
    return p->kind->fact(newest->insert.effect, row);
}

static bool node_saved(const struct node *n, uint32_t row, double number)
{
    switch (row) {
    case NODE_OUT:
        return strcmp(n->out, "master") != 0;
    case NODE_GROUP:
        return n->groups.n > 0;
    case NODE_SOURCE:
    case NODE_LISTEN: /* listening is a send */
        return false;
    default:
        return !node_rows[row].fixed && number != node_rows[row].def;
    }
}

static bool target_saved(const struct console *c, const struct target *t, double number)
{
    switch (t->kind) {
    case TARGET_NODE:
        return node_saved(t->node, t->row, number);
    case TARGET_TRANSPORT:
        if (t->row == TRANSPORT_SIGNATURE)
            return c->bars.beats != 4 || c->bars.unit != 4;
        break;
    case TARGET_PLUG:
        if (row_is_text(t->param))
            return t->plug->file != NULL;
        break;
    case TARGET_MORPH:
        return false;
    default:
        break;
    }
    return !t->param->fixed && number != t->param->def;
}

void target_number(const struct console *c, const struct target *t, struct console_value *v)
{
    v->row = t->param;
    v->number =
        t->kind == TARGET_PLUG && t->param->fixed ? plug_value(t->plug, t->row) : target_now(c, t);
    v->saved = target_saved(c, t, v->number);
    v->text[0] = '\0';
}

static void node_text(const struct node *n, uint32_t row, struct console_value *v)
{
    struct picked_file source = { .file = n->file, .first = n->first, .picked = n->picked };
    if (row == NODE_SOURCE)
        picked_text(&source, v->text);
    else if (row == NODE_OUT)
        snprintf(v->text, sizeof v->text, "%s", n->out);
    else if (row == NODE_GROUP)
        groups_text(n, v->text, sizeof v->text);
}

static void loop_text(const struct console *c, char *out, size_t size)
{
    char from[PARAM_TEXT], to[PARAM_TEXT];
    if (c->loop_from == c->loop_to)
        snprintf(out, size, "off");
    else
        snprintf(out, size, "%s %s", time_format(c->loop_from, c->setup.rate, from),
                 time_format(c->loop_to, c->setup.rate, to));
}

void target_text(const struct console *c, const struct target *t, struct console_value *v)
{
    char text[PARAM_TEXT];
    if (!row_is_text(t->param))
        strcpy(v->text, param_format(t->param, v->number, c->setup.rate, text));
    else if (t->kind == TARGET_NODE)
        node_text(t->node, t->row, v);
    else if (t->kind == TARGET_PLUG)
        snprintf(v->text, sizeof v->text, "%s", t->plug->file ? t->plug->file : "");
    else if (t->kind == TARGET_TRANSPORT && t->row == TRANSPORT_LOOP)
        loop_text(c, v->text, sizeof v->text);
    else if (t->kind == TARGET_TRANSPORT && t->row == TRANSPORT_SIGNATURE)
        signature_format(&c->bars, v->text);
}

int console_get(const struct console *c, const char *address, struct console_value *v,
                struct refusal *why)
{
    struct target t;
    if (target_find(c, address, &t, why))
        return -1;
    v->address = address;
    target_number(c, &t, v);
    target_text(c, &t, v);
    return 0;
}
