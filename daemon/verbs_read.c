/* verbs_read.c - get, ls, describe */
#include "daemon/verbs.h"
#include "effects/effect.h"
#include "effects/param.h"
#include "ipc/glob.h"
#include "mixer/console.h"

#include <math.h>
#include <string.h>

struct matching {
    struct call *call;
    const char *glob;
    unsigned found;
};

static bool address_matches(void *context, const char *address)
{
    const struct matching *match = context;
    return glob_match(match->glob, address);
}

/* Calls each, as console_each_value does, for what matches. */
static void matching_values(struct matching *match,
                            void (*each)(void *context, const struct console_value *v))
{
    const struct mixd *m = match->call->context;
    const struct console_sieve sieve = { .wants = address_matches,
                                         .head = match->glob,
                                         .head_length = strcspn(match->glob, "*?") };
    console_sift_values(m->console, &sieve, match, each);
}

static void value_print(void *context, const struct console_value *v)
{
    struct matching *match = context;
    reply_value(match->call->reply, v->address, "%s", v->text);
    match->found++;
}

static void object_count(void *context, const char *address, const char *kind)
{
    struct matching *match = context;
    (void)kind;
    match->found += glob_match(match->glob, address);
}

/* An address without wildcards that matched nothing is a mistake; a pattern may match nothing. */
static enum verdict found(struct matching *match)
{
    const struct mixd *m = match->call->context;
    struct refusal why;
    if (match->found || glob_is_pattern(match->glob))
        return VERDICT_DONE;
    console_each_object(m->console, match, object_count);
    if (match->found) {
        refuse(&why, FAULT_UNKNOWN, "%s is no parameter", match->glob);
        refuse_hint(&why, "%s/*", match->glob);
    } else {
        refuse(&why, FAULT_UNKNOWN, "there is no %s", match->glob);
    }
    return refused(match->call, &why);
}

bool object_known(struct call *call, unsigned word)
{
    const struct mixd *m = call->context;
    struct matching match = { call, call->words[word].text, 0 };
    struct refusal why;
    console_each_object(m->console, &match, object_count);
    if (match.found || glob_is_pattern(match.glob))
        return true;
    refuse(&why, FAULT_UNKNOWN, "there is no %s", match.glob);
    refused(call, &why);
    return false;
}

enum verdict verb_get(struct call *call)
{
    for (unsigned i = 1; i < call->count; i++) {
        struct matching match = { call, call->words[i].text, 0 };
        matching_values(&match, value_print);
        found(&match);
        if (reply_refused(call->reply))
            return VERDICT_DONE;
    }
    reply_done(call->reply);
    return VERDICT_DONE;
}

/* Without a pattern: what has a place on the desk; effects are below that. */
static void object_print(void *context, const char *address, const char *kind)
{
    struct matching *match = context;
    bool shown = match->glob ? glob_match(match->glob, address) : !effect_find(kind);
    if (!shown)
        return;
    reply_item(match->call->reply, address);
    match->found++;
}

static void address_print(void *context, const struct console_value *v)
{
    struct matching *match = context;
    reply_item(match->call->reply, v->address);
    match->found++;
}

enum verdict verb_ls(struct call *call)
{
    struct mixd *m = call->context;
    struct matching match = { call, call->count > 1 ? call->words[1].text : NULL, 0 };
    console_each_object(m->console, &match, object_print);
    if (!match.glob) {
        reply_item(call->reply, "transport");
        reply_item(call->reply, "engine");
        return VERDICT_DONE;
    }
    matching_values(&match, address_print);
    return found(&match);
}

static const char *type_name(const struct param *row)
{
    if (!strcmp(row->unit, "switch") || !strcmp(row->unit, "text"))
        return row->unit;
    if (strchr(row->unit, '|'))
        return "choice";
    return !strcmp(row->unit, "s") ? "time" : "number";
}

/* Where in the reply a row is described: all but its address and its value is the same wherever it
 * stands, and is only written out once. */
struct described {
    const struct param *row; /* NULL: none yet */
    size_t begin, value, behind, end;
};

struct describing {
    struct matching match;      /* first: matching_values knows no more */
    struct described rows[256]; /* each row has its place, and a few share one */
};

static void row_number(struct reply *r, const char *key, const struct param *row, double value,
                       uint32_t rate)
{
    char text[PARAM_TEXT];
    if (isinf(value) && value > 0)
        reply_pair(r, key, "inf");
    else
        reply_pair(r, key, "%s", param_format(row, value, rate, text));
}

static void row_begin(struct reply *r, const struct param *row, uint32_t rate)
{
    const char *type = type_name(row);
    reply_pair(r, "type", "%s", type);
    if (!strcmp(type, "choice"))
        reply_pair(r, "choices", "%s", row->unit);
    else if (strcmp(type, row->unit) != 0 && *row->unit)
        reply_pair(r, "unit", "%s", row->unit);
    if (strcmp(type, "text") != 0) {
        row_number(r, "min", row, row->min, rate);
        row_number(r, "max", row, row->max, rate);
        row_number(r, "default", row, row->def, rate);
    }
    if (param_step(row) != 0)
        row_number(r, "step", row, param_step(row), rate);
}

static void row_end(struct reply *r, const struct param *row)
{
    reply_pair(r, "rampable", row->rampable ? "on" : "off");
    if (row->fixed)
        reply_pair(r, "fixed", "on");
    reply_pair(r, "help", "%s", row->help);
}

static void row_print(void *context, const struct console_value *v)
{
    struct describing *d = context;
    const struct mixd *m = d->match.call->context;
    struct reply *r = d->match.call->reply;
    struct described *known = &d->rows[(uintptr_t)v->row / sizeof *v->row % 256];
    bool again = known->row == v->row;
    d->match.found++;
    reply_item(r, v->address);
    size_t begin = reply_length(r);
    if (again)
        reply_again(r, known->begin, known->value);
    else
        row_begin(r, v->row, console_rate(m->console));
    size_t value = reply_length(r);
    reply_pair(r, "current", "%s", v->text);
    size_t behind = reply_length(r);
    if (again)
        reply_again(r, known->behind, known->end);
    else
        row_end(r, v->row);
    *known = (struct described){ v->row, begin, value, behind, reply_length(r) };
}

enum verdict verb_describe(struct call *call)
{
    struct describing d = { .match = { call, call->count > 1 ? call->words[1].text : "**", 0 } };
    matching_values(&d.match, row_print);
    return found(&d.match);
}
