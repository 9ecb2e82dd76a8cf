/* verbs_scene.c - scene store, recall, remove, list, show, diff, morph, put; undo */
#include "daemon/verbs.h"
#include "effects/param.h"
#include "ipc/glob.h"
#include "ipc/nearest.h"
#include "ipc/protocol.h"
#include "mixer/console.h"
#include "mixer/scenes.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- only= and except=: comma-separated classes, objects and patterns of addresses */

struct scope {
    const char *only, *except;
};

/* Does one item, n bytes of text, mean the value? */
static bool item_means(const char *item, size_t n, const char *address, const char *kind)
{
    char glob[PROTOCOL_LINE];
    if (strlen(kind) == n && !memcmp(kind, item, n))
        return true;
    snprintf(glob, sizeof glob, "%.*s", (int)n, item);
    if (glob_match(glob, address))
        return true;
    snprintf(glob, sizeof glob, "%.*s/**", (int)n, item);
    return glob_match(glob, address);
}

static bool list_means(const char *list, const char *address, const char *kind)
{
    for (const char *item = list; *item;) {
        size_t n = strcspn(item, ",");
        if (item_means(item, n, address, kind))
            return true;
        item += n + (item[n] == ',');
    }
    return false;
}

static bool scope_wants(void *context, const char *address, const char *kind)
{
    const struct scope *s = context;
    return (!s->only || list_means(s->only, address, kind)) &&
           !(s->except && list_means(s->except, address, kind));
}

/* Looks for a value that one item of a list means. */
struct seeking {
    const char *item;
    size_t length;
    bool found;
    struct nearest nearest;
};

static void value_seek(void *context, const struct console_value *v)
{
    struct seeking *s = context;
    const char *kind = scene_kind(v->address, v->row);
    if (!kind || s->found)
        return;
    s->found = item_means(s->item, s->length, v->address, kind);
    nearest_offer(&s->nearest, kind);
}

static void object_offer(void *context, const char *address, const char *kind)
{
    struct seeking *s = context;
    (void)kind;
    nearest_offer(&s->nearest, address);
}

/* Does every item of a list mean something? A pattern need not. False: the reply is the error. */
static bool list_known(const struct call *call, unsigned word, const char *list)
{
    const struct mixd *m = call->context;
    char item[PROTOCOL_LINE];
    for (size_t n; *list; list += n + (list[n] == ',')) {
        n = strcspn(list, ",");
        snprintf(item, sizeof item, "%.*s", (int)n, list);
        struct seeking s = { .item = item, .length = n };
        nearest_init(&s.nearest, item);
        nearest_offer(&s.nearest, "send");
        nearest_offer(&s.nearest, "effect");
        console_each_object(m->console, &s, object_offer);
        console_each_value(m->console, &s, value_seek);
        if (s.found || glob_is_pattern(item) || !strcmp(item, "send") || !strcmp(item, "effect"))
            continue;
        reply_err_at(call->reply, CODE_UNKNOWN, &call->words[word], "%s is nothing in a scene",
                     item);
        reply_hint(call->reply, "%s",
                   nearest_best(&s.nearest) ? nearest_best(&s.nearest) : "scene show NAME");
        return false;
    }
    return true;
}

/* Takes words `only=` and `except=` from word *next on, which is then the first that is neither.
 * False: the reply is the error. */
static bool scope_read(const struct call *call, unsigned *next, struct scope *s)
{
    *s = (struct scope){ NULL, NULL };
    for (; *next < call->count; ++*next) {
        const char *word = call->words[*next].text;
        const char **list = !strncmp(word, "only=", 5)     ? &s->only
                            : !strncmp(word, "except=", 7) ? &s->except
                                                           : NULL;
        if (!list)
            break;
        if (*list) {
            reply_err_at(call->reply, CODE_SYNTAX, &call->words[*next], "is given twice");
            return false;
        }
        *list = strchr(word, '=') + 1;
        if (!list_known(call, *next, *list))
            return false;
    }
    return true;
}

/* ---- what handlers answer */

static void offer(void *context, const char *name, uint32_t values)
{
    (void)values;
    nearest_offer(context, name);
}

static enum verdict scene_refused(const struct call *call, unsigned word, const struct refusal *why)
{
    const struct mixd *m = call->context;
    struct nearest nearest;
    if (why->fault != FAULT_UNKNOWN || word >= call->count)
        return refused(call, why);
    reply_err_at(call->reply, CODE_UNKNOWN, &call->words[word], "is no scene");
    nearest_init(&nearest, call->words[word].text);
    console_each_scene(m->console, &nearest, offer);
    reply_hint(call->reply, "%s", nearest_best(&nearest) ? nearest_best(&nearest) : why->hint);
    return VERDICT_DONE;
}

static void answer_change(const struct call *call, const struct console_change *change,
                          const struct scene_count *n)
{
    reply_ok(call->reply, "frame=%" PRIu64 " values=%u changed=%u", change->frame, n->values,
             n->changed);
    if (n->safe)
        reply_pair(call->reply, "safe", "%u", n->safe);
    if (n->missing)
        reply_pair(call->reply, "missing", "%u", n->missing);
    if (n->refused)
        reply_pair(call->reply, "refused", "%u", n->refused);
    if (change->same)
        reply_pair(call->reply, "same", "1");
    mixd_hurry(call->context);
}

static enum verdict scene_store(struct call *call)
{
    struct mixd *m = call->context;
    struct scope scope;
    struct scene_count count;
    struct refusal why;
    unsigned end = 3;
    if (!scope_read(call, &end, &scope))
        return VERDICT_DONE;
    if (end < call->count)
        return usage_refused(call, end, "is not expected here");
    if (console_scene_store(m->console, call->words[2].text,
                            &(struct scene_scope){ scope_wants, &scope }, &count, &why))
        return refused(call, &why);
    reply_ok(call->reply, "values=%u", count.values);
    return VERDICT_DONE;
}

static enum verdict scene_recall(struct call *call)
{
    struct mixd *m = call->context;
    struct scope scope;
    struct clauses clauses;
    struct scene_count count;
    struct refusal why;
    unsigned end = 3;
    if (!scope_read(call, &end, &scope) || !clauses_read(call, end, "oc", &clauses))
        return VERDICT_DONE;
    struct console_change change = { .frames = clauses.frames, .curve = clauses.curve };
    if (console_scene_recall(m->console, call->words[2].text,
                             &(struct scene_scope){ scope_wants, &scope }, &change, &count, &why))
        return scene_refused(call, 2, &why);
    answer_change(call, &change, &count);
    return VERDICT_DONE;
}

static enum verdict scene_remove(struct call *call)
{
    struct mixd *m = call->context;
    struct refusal why;
    if (call->count > 3)
        return usage_refused(call, 3, "is not expected here");
    if (console_scene_remove(m->console, call->words[2].text, &why))
        return scene_refused(call, 2, &why);
    return VERDICT_DONE;
}

static void scene_print(void *context, const char *name, uint32_t values)
{
    reply_item(context, name);
    reply_pair(context, "values", "%u", values);
}

static enum verdict scene_list(struct call *call)
{
    const struct mixd *m = call->context;
    if (call->count > 2)
        return usage_refused(call, 2, "is not expected behind list");
    console_each_scene(m->console, call->reply, scene_print);
    return VERDICT_DONE;
}

static void value_print(void *context, const struct scene_value *v)
{
    reply_value(context, v->address, "%s", v->stored);
}

static void difference_print(void *context, const struct scene_value *v)
{
    if (!strcmp(v->stored, v->now))
        return;
    reply_item(context, v->address);
    reply_pair(context, "scene", "%s", v->stored);
    reply_pair(context, "now", "%s", *v->now ? v->now : "missing");
}

static enum verdict scene_show(struct call *call,
                               void (*print)(void *context, const struct scene_value *v))
{
    const struct mixd *m = call->context;
    struct refusal why;
    if (call->count > 3)
        return usage_refused(call, 3, "is not expected here");
    if (console_scene_values(m->console, call->words[2].text, call->reply, print, &why))
        return scene_refused(call, 2, &why);
    return VERDICT_DONE;
}

/* scene morph FROM TO [POSITION] */
static enum verdict scene_morph(struct call *call)
{
    static const struct param row = { "morph", "", 0, 1, 0, "", .rampable = true };
    struct mixd *m = call->context;
    double position = 0;
    const char *what = "";
    struct refusal why;
    if (call->count < 4 || call->count > 5)
        return usage_refused(call, call->count > 5 ? 5 : 1, "wants two scenes");
    if (call->count == 5 && param_parse(&row, call->words[4].text, 1, &position, &what)) {
        reply_err_at(call->reply, CODE_RANGE, &call->words[4], "%s", what);
        return VERDICT_DONE;
    }
    if (console_scene_pair(m->console, call->words[2].text, call->words[3].text, position, &why))
        return scene_refused(call, strstr(why.text, call->words[2].text) ? 2 : 3, &why);
    return VERDICT_DONE;
}

/* scene put NAME ADDRESS=VALUE ... */
static enum verdict scene_put(struct call *call)
{
    struct mixd *m = call->context;
    struct refusal why;
    for (unsigned i = 3; i < call->count; i++)
        if (key_repeated(call, 3, i))
            return VERDICT_DONE;
    for (unsigned i = 3; i < call->count; i++) {
        char *address, *value;
        if (!word_split(call->words[i].text, &address, &value))
            return usage_refused(call, i, "is no ADDRESS=VALUE");
        int err = console_scene_put(m->console, call->words[2].text, address, value, &why);
        value[-1] = '=';
        if (err)
            return refused(call, &why);
    }
    return VERDICT_DONE;
}

static enum verdict scene_show_all(struct call *call)
{
    return scene_show(call, value_print);
}

static enum verdict scene_diff(struct call *call)
{
    return scene_show(call, difference_print);
}

enum verdict verb_scene(struct call *call)
{
    static const struct {
        const char *word;
        enum verdict (*run)(struct call *call);
    } what[] = {
        { "store", scene_store }, { "recall", scene_recall }, { "remove", scene_remove },
        { "list", scene_list },   { "show", scene_show_all }, { "diff", scene_diff },
        { "morph", scene_morph }, { "put", scene_put },
    };
    for (size_t i = 0; i < sizeof what / sizeof *what; i++) {
        if (strcmp(call->words[1].text, what[i].word) != 0)
            continue;
        if (call->count > 2 || what[i].run == scene_list)
            return what[i].run(call);
        reply_err_at(call->reply, CODE_MISSING, &call->words[1], "wants the name of a scene");
        call_hint_usage(call);
        return VERDICT_DONE;
    }
    return usage_refused(call, 1, "is nothing that scenes do");
}

enum verdict verb_undo(struct call *call)
{
    struct mixd *m = call->context;
    struct clauses clauses;
    struct scene_count count;
    struct refusal why;
    if (!clauses_read(call, 1, "oc", &clauses))
        return VERDICT_DONE;
    struct console_change change = { .frames = clauses.frames, .curve = clauses.curve };
    if (console_scene_undo(m->console, &change, &count, &why))
        return refused(call, &why);
    answer_change(call, &change, &count);
    return VERDICT_DONE;
}
