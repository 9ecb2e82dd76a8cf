/* registry.c - the table of verbs, and how a line finds its handler */
#include "ipc/registry.h"

#include "ipc/nearest.h"
#include "ipc/usage.h"

#include <stdlib.h>
#include <string.h>

static int compare(const void *name, const void *verb)
{
    return strcmp(name, ((const struct verb *)verb)->name);
}

const struct verb *registry_find(const struct registry *g, const char *name)
{
    return bsearch(name, g->verbs, g->count, sizeof *g->verbs, compare);
}

void registry_refuse_name(const struct registry *g, const struct call *call, unsigned word,
                          const char *what)
{
    struct nearest near;
    nearest_init(&near, call->words[word].text);
    for (size_t i = 0; i < g->count; i++)
        nearest_offer(&near, g->verbs[i].name);
    reply_err_at(call->reply, CODE_UNKNOWN, &call->words[word], "%s", what);
    if (nearest_best(&near))
        reply_hint(call->reply, "%s", nearest_best(&near));
}

/* The last `at WHEN` behind the words that the verb needs. A slot may be called `at`. */
static bool when_take(struct call *call)
{
    unsigned at = call->count - 1;
    call->when = (struct word){ 0 };
    if (!(call->verb->flags & VERB_SESSION))
        return true;
    for (; at > call->verb->min; at--) {
        const char *before = call->words[at - 1].text;
        if (!strcmp(call->words[at].text, "at") && strcmp(before, "as") != 0 &&
            strcmp(before, "before") != 0)
            break;
    }
    if (at <= call->verb->min)
        return true;
    if (at + 1 == call->count) {
        reply_err_at(call->reply, CODE_SYNTAX, &call->words[at], "wants a word behind it");
        reply_hint(call->reply, "now, +TIME, or a position on the timeline");
        return false;
    }
    call->when = call->words[at + 1];
    call->count -= 2;
    memmove(&call->words[at], &call->words[at + 2], (call->count - at) * sizeof *call->words);
    return true;
}

void call_hint_usage(const struct call *call)
{
    const struct verb *verb = call->verb;
    const char *word = call->count > 1 ? call->words[1].text : "", *at = verb->usage, *form;
    size_t verb_length = strlen(verb->name), length = strlen(word), n;
    while (length && (form = usage_form(&at, &n))) {
        const char *second = form + verb_length + (form[verb_length] == ' ');
        if (strcspn(second, " ") != length || strncmp(second, word, length) != 0)
            continue;
        reply_hint(call->reply, "%.*s", (int)n, form);
        return;
    }
    reply_hint(call->reply, "%s", verb->usage);
}

/* Too many: the first word too many is at fault; too few: the verb is. */
static bool arity_fits(const struct call *call)
{
    const struct verb *verb = call->verb;
    unsigned given = call->count - 1;

    if (given < verb->min)
        reply_err_at(call->reply, CODE_MISSING, &call->words[0], "needs more words");
    else if (given > verb->max)
        reply_err_at(call->reply, CODE_SYNTAX, &call->words[verb->max + 1], "a word too many");
    else
        return true;
    call_hint_usage(call);
    return false;
}

/* False: the reply says why the call cannot be run. */
static bool can_run(const struct registry *g, struct call *call)
{
    if (!call->verb) {
        registry_refuse_name(g, call, 0, "no such verb");
        return false;
    }
    if (!when_take(call) || !arity_fits(call))
        return false;
    if ((call->verb->flags & VERB_CLIENT) && !call->caller) {
        reply_err_at(call->reply, CODE_DENIED, &call->words[0], "only over a connection");
        return false;
    }
    return true;
}

static void tell_spoilt(const struct registry *g, void *caller, const struct reply *reply)
{
    if (g->spoilt)
        g->spoilt(g->context, caller, reply);
}

enum verdict registry_dispatch(const struct registry *g, struct call *call)
{
    call->context = g->context;
    call->verb = registry_find(g, call->words[0].text);
    if (can_run(g, call))
        return g->run ? g->run(call) : call->verb->run(call);
    tell_spoilt(g, call->caller, call->reply);
    return VERDICT_DONE;
}

int call_keep(const struct call *call, struct call *to)
{
    *to = *call;
    to->words = calloc(call->count, sizeof *to->words);
    bool whole = to->words != NULL;
    for (unsigned i = 0; whole && i < call->count; i++) {
        to->words[i] = (struct word){ strdup(call->words[i].text), call->words[i].column };
        whole = to->words[i].text != NULL;
    }
    if (to->when.text && !(to->when.text = strdup(to->when.text)))
        whole = false;
    if (whole)
        return 0;
    call_drop(to);
    return -1;
}

void call_drop(struct call *kept)
{
    for (unsigned i = 0; kept->words && i < kept->count; i++)
        free(kept->words[i].text);
    free(kept->words);
    free(kept->when.text);
    kept->words = NULL;
    kept->when.text = NULL;
}

void call_write(const struct call *call, struct text *out)
{
    for (unsigned i = 0; i < call->count; i++) {
        text_add_string(out, i ? " " : "");
        word_write(out, call->words[i].text);
    }
    text_add_string(out, "\n");
}

enum verdict registry_run(const struct registry *g, char *text, size_t length, void *caller,
                          struct reply *reply, struct pending *pending)
{
    struct line line;
    int status = line_parse(&line, text, length);

    reply_begin(reply, line.tag);
    if (status) {
        reply_err(reply, line.code, "%s", line.why);
        reply_set_column(reply, line.column);
        tell_spoilt(g, caller, reply);
        return VERDICT_DONE;
    }
    if (line.count == 0)
        return VERDICT_NONE;
    struct call call = {
        .caller = caller, .count = line.count, .words = line.words, .reply = reply
    };
    enum verdict verdict = registry_dispatch(g, &call);
    if (verdict == VERDICT_LATER)
        *pending = call.pending;
    return verdict;
}

bool registry_run_alone(const struct registry *g, char *text, size_t length, struct reply *reply)
{
    struct pending pending = { 0 };
    enum verdict v = registry_run(g, text, length, NULL, reply, &pending);
    if (v == VERDICT_LATER)
        pending.drop(pending.state);
    return v == VERDICT_LATER || !reply_refused(reply);
}
