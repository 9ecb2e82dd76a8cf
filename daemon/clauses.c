/* clauses.c - what handlers share: trailing clauses, times, refusals, answers that wait */
#include "daemon/verbs.h"
#include "effects/effect.h"
#include "effects/param.h"
#include "ipc/nearest.h"
#include "mixer/console.h"
#include "mixer/markers.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)FAULT_INTERNAL == (int)CODE_INTERNAL, "fault and code are in one order");

struct offering {
    struct nearest nearest;
    bool keys;   /* of a `key=value` word also what stands behind strip/NAME/ */
    bool values; /* parameters, and not only what has some */
};

static void offer(void *context, const struct console_value *v)
{
    struct offering *o = context;
    const char *name = strchr(v->address, '/'), *key = name ? strchr(name + 1, '/') : NULL;
    nearest_offer(&o->nearest, v->address);
    if (o->keys && key)
        nearest_offer(&o->nearest, key + 1);
}

static void offer_object(void *context, const char *address, const char *kind)
{
    struct offering *o = context;
    char key[PROTOCOL_LINE];
    nearest_offer(&o->nearest, address);
    if (o->keys && !strcmp(kind, "bus")) {
        snprintf(key, sizeof key, "send/%s", strchr(address, '/') + 1);
        nearest_offer(&o->nearest, key);
    }
}

/* Does the text name the word, and not only hold its letters? `tail`: as the end of a path, too. */
static bool names(const char *text, const char *word, bool tail)
{
    static const char wordy[] = "_-./|";
    size_t n = strlen(word);
    for (const char *at = text; n && (at = strstr(at, word)); at++) {
        unsigned char before = at > text ? (unsigned char)at[-1] : ' ',
                      behind = (unsigned char)at[n];
        bool begins = !isalnum(before) && (!strchr(wordy, before) || (tail && before == '/'));
        if (begins && (!behind || (!isalnum(behind) && !strchr(wordy, behind))))
            return true;
    }
    return false;
}

static bool ends_with(const char *text, const char *end, size_t n)
{
    size_t length = strlen(text);
    return n && length > n && text[length - n - 1] == ' ' && !memcmp(text + length - n, end, n);
}

/* Which word of the line the refusal speaks of, so that the answer can name its column. */
static const struct word *word_named(const struct call *call, const char *text)
{
    for (int tail = 0; tail < 2; tail++) {
        for (unsigned i = call->count; i-- > 1;) {
            const char *word = call->words[i].text;
            const char *value = strchr(word, '=');
            if (names(text, word, tail) || (value && names(text, value + 1, tail)) ||
                (value && ends_with(text, word, (size_t)(value - word))))
                return &call->words[i];
        }
    }
    return call->count > 1 ? &call->words[1] : &call->words[0];
}

static void offer_rows(struct offering *o, const struct effect_kind *kind)
{
    for (uint32_t i = 0; i < kind->n_params; i++)
        nearest_offer(&o->nearest, kind->params[i].name);
}

static void hint_nearest(const struct call *call, const struct word *word)
{
    const struct mixd *m = call->context;
    const char *value = strchr(word->text, '=');
    char key[PROTOCOL_LINE];
    snprintf(key, sizeof key, "%.*s", (int)(value ? value - word->text : PROTOCOL_LINE - 1),
             word->text);
    struct offering o = { .keys = value != NULL,
                          .values = value || call->verb->run == verb_set ||
                                    call->verb->run == verb_get ||
                                    call->verb->run == verb_describe };
    nearest_init(&o.nearest, key);
    console_each_object(m->console, &o, offer_object);
    if (o.keys && call->verb->run == verb_insert)
        offer_rows(&o, effect_find(call->words[2].text));
    if (o.values)
        console_each_value(m->console, &o, offer);
    if (nearest_best(&o.nearest))
        reply_hint(call->reply, "%s", nearest_best(&o.nearest));
}

enum verdict refused(const struct call *call, const struct refusal *why)
{
    const struct word *word = word_named(call, why->text);
    reply_err_at(call->reply, (enum code)why->fault, word, "%s", why->text);
    if (*why->hint)
        reply_hint(call->reply, "%s", why->hint);
    else if (why->fault == FAULT_UNKNOWN)
        hint_nearest(call, word);
    return VERDICT_DONE;
}

static void refuse_time(const struct call *call, unsigned word, int err)
{
    if (err == -ERANGE)
        reply_err_at(call->reply, CODE_RANGE, &call->words[word], "is too long a time");
    else
        reply_err_at(call->reply, CODE_SYNTAX, &call->words[word], "is not a time");
    reply_hint(call->reply, "2.5s, 150ms, 1:23.456 or 480f");
}

enum verdict usage_refused(const struct call *call, unsigned word, const char *what)
{
    reply_err_at(call->reply, CODE_SYNTAX, &call->words[word], "%s", what);
    call_hint_usage(call);
    return VERDICT_DONE;
}

bool time_read(const struct call *call, unsigned word, uint64_t *frames)
{
    const struct mixd *m = call->context;
    const char *text = call->words[word].text;
    int err = time_parse(text, console_rate(m->console), frames);
    if (!err)
        return true;
    refuse_time(call, word, err);
    return false;
}

struct naming {
    struct nearest nearest;
    unsigned markers;
};

static void offer_marker(void *context, const struct marker_figures *m)
{
    struct naming *n = context;
    nearest_offer(&n->nearest, m->name);
    n->markers++;
}

void refuse_marker(const struct call *call, unsigned word, const char *what)
{
    const struct mixd *m = call->context;
    struct naming n = { .markers = 0 };
    nearest_init(&n.nearest, call->words[word].text);
    console_each_marker(m->console, &n, offer_marker);
    reply_err_at(call->reply, CODE_UNKNOWN, &call->words[word], "%s", what);
    if (nearest_best(&n.nearest))
        reply_hint(call->reply, "%s", nearest_best(&n.nearest));
    else
        reply_hint(call->reply, n.markers ? "marker list" : "marker add NAME TIME");
}

static void count_marker(void *context, const struct marker_figures *m)
{
    (void)m;
    ++*(unsigned *)context;
}

/* Where in bars: told apart by its bar lines. */
static bool bars_read(const struct call *call, unsigned word, uint64_t *frame)
{
    const struct mixd *m = call->context;
    const struct bars *bars = console_bars(m->console);
    const struct word *at = &call->words[word];
    if (!bars->tempo) {
        reply_err_at(call->reply, CODE_STATE, at, "is a bar and a beat, and there is no tempo");
        reply_hint(call->reply, "set transport/tempo 120");
        return false;
    }
    int err = bars_parse(at->text, bars, console_rate(m->console), frame);
    if (!err)
        return true;
    char signature[BARS_TEXT];
    reply_err_at(call->reply, err == -ERANGE ? CODE_RANGE : CODE_SYNTAX, at,
                 "is no bar and beat of %s", signature_format(bars, signature));
    reply_hint(call->reply, "17|3 or 17|3|240: bar and beat from 1, tick 0 to %d", BARS_TICKS - 1);
    return false;
}

bool position_read(const struct call *call, unsigned word, uint64_t *frames)
{
    const struct mixd *m = call->context;
    const char *text = call->words[word].text;
    unsigned markers = 0;
    if (strchr(text, '|'))
        return bars_read(call, word, frames);
    int err = time_parse(text, console_rate(m->console), frames);
    if (!err || (err == -EINVAL && console_find_marker(m->console, text, frames)))
        return true;
    console_each_marker(m->console, &markers, count_marker);
    if (err == -EINVAL && markers)
        refuse_marker(call, word, "is neither a time nor a marker");
    else
        refuse_time(call, word, err);
    return false;
}

static bool curve_read(const struct call *call, unsigned word, enum curve *curve)
{
    static const char *const names[] = { "lin", "db", "scurve", "equalpower" };
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(call->words[word].text, names[i]) != 0)
            continue;
        *curve = (enum curve)i;
        return true;
    }
    reply_err_at(call->reply, CODE_SYNTAX, &call->words[word], "is no curve");
    reply_hint(call->reply, "lin, db, scurve or equalpower");
    return false;
}

bool key_repeated(const struct call *call, unsigned from, unsigned word)
{
    const char *text = call->words[word].text;
    size_t n = strcspn(text, "=");
    for (unsigned i = from; i < word; i++) {
        const char *before = call->words[i].text;
        if (strncmp(before, text, n) != 0 || (before[n] && before[n] != '=')) /* or it was split */
            continue;
        reply_err_at(call->reply, CODE_SYNTAX, &call->words[word], "%.*s is given twice", (int)n,
                     text);
        return true;
    }
    return false;
}

/* Is it said for the second time? Then the reply is the error. */
static bool clause_repeated(const struct call *call, unsigned from, unsigned word)
{
    for (unsigned i = from; i < word; i += 2) {
        if (strcmp(call->words[i].text, call->words[word].text) != 0)
            continue;
        reply_err_at(call->reply, CODE_SYNTAX, &call->words[word], "is given twice");
        return true;
    }
    return false;
}

bool clauses_read(const struct call *call, unsigned from, const char *allowed, struct clauses *out)
{
    *out = (struct clauses){ .frames = UINT32_MAX };
    for (unsigned i = from; i < call->count; i += 2) {
        const char *name = call->words[i].text;
        bool known = !strcmp(name, "over") || !strcmp(name, "curve");
        if (!known || !strchr(allowed, *name)) {
            reply_err_at(call->reply, CODE_SYNTAX, &call->words[i], "is not expected here");
            call_hint_usage(call);
            return false;
        }
        if (i + 1 == call->count) {
            reply_err_at(call->reply, CODE_SYNTAX, &call->words[i], "wants a word behind it");
            return false;
        }
        uint64_t frames;
        if (clause_repeated(call, from, i))
            return false;
        if (*name == 'c' ? !curve_read(call, i + 1, &out->curve) : !time_read(call, i + 1, &frames))
            return false;
        if (*name == 'o')
            out->frames = frames < UINT32_MAX ? (uint32_t)frames : UINT32_MAX - 1;
    }
    return true;
}

struct settling {
    struct mixd *m;
    bool (*done)(const struct console *c);
    void (*answer)(struct mixd *m, struct reply *r, const uint64_t arg[2]);
    uint64_t arg[2];
};

static bool settled(void *state, struct reply *r)
{
    struct settling *s = state;
    if (!s->done(s->m->console))
        return false;
    s->answer(s->m, r, s->arg);
    return true;
}

enum verdict answer_later(struct call *call, bool (*poll)(void *state, struct reply *r),
                          const void *state, size_t size)
{
    void *later = malloc(size);
    if (!later) {
        reply_err(call->reply, CODE_LIMIT, "out of memory");
        return VERDICT_DONE;
    }
    memcpy(later, state, size);
    call->pending = (struct pending){ .poll = poll, .drop = free, .state = later };
    mixd_hurry(call->context);
    return VERDICT_LATER;
}

enum verdict answer_when(struct call *call, bool (*done)(const struct console *c),
                         void (*answer)(struct mixd *m, struct reply *r, const uint64_t arg[2]),
                         uint64_t arg0, uint64_t arg1)
{
    struct mixd *m = call->context;
    struct settling now = { m, done, answer, { arg0, arg1 } };
    if (m->at_once || m->batch) {
        answer(m, call->reply, now.arg);
        return VERDICT_DONE;
    }
    return answer_later(call, settled, &now, sizeof now);
}

enum verdict answer_settled(struct call *call,
                            void (*answer)(struct mixd *m, struct reply *r, const uint64_t arg[2]),
                            uint64_t arg0, uint64_t arg1)
{
    return answer_when(call, console_settled, answer, arg0, arg1);
}
