/* verbs_desk.c - add, insert, remove, load, set */
#include "daemon/fades.h"
#include "daemon/turns.h"
#include "daemon/verbs.h"
#include "daemon/watch.h"
#include "effects/effect.h"
#include "ipc/nearest.h"
#include "ipc/text.h"
#include "mixer/console.h"
#include "mixer/groups.h"
#include "mixer/link.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS_MAX = 256 };

/* Makes whole words of them again, for a refusal that names the word. */
static void keys_join(struct console_key *keys, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        ((char *)keys[i].value)[-1] = '=';
}

/* Splits words from `from` on into keys and values; the words are changed. */
static bool keys_read(const struct call *call, unsigned from, struct console_key *keys, uint32_t *n)
{
    *n = 0;
    for (unsigned i = from; i < call->count; i++) {
        char *key, *value;
        if (key_repeated(call, from, i)) {
            keys_join(keys, *n);
            return false;
        }
        if (*n == KEYS_MAX || !word_split(call->words[i].text, &key, &value)) {
            usage_refused(call, i, "is no key=value");
            return false;
        }
        keys[(*n)++] = (struct console_key){ key, value };
    }
    return true;
}

enum verdict verb_add(struct call *call)
{
    struct mixd *m = call->context;
    const char *what = call->words[1].text, *name = call->words[2].text;
    struct console_key keys[KEYS_MAX];
    struct refusal why;
    uint32_t n;
    if (!keys_read(call, 3, keys, &n))
        return VERDICT_DONE;
    int err;
    if (!strcmp(what, "strip"))
        err = console_add_strip(m->console, name, keys, n, &why);
    else if (!strcmp(what, "input"))
        err = console_add_input(m->console, name, keys, n, &why);
    else if (!strcmp(what, "bus"))
        err = console_add_bus(m->console, name, keys, n, &why);
    else if (!strcmp(what, "group"))
        err = console_add_group(m->console, name, keys, n, &why);
    else
        return usage_refused(call, 1, "is neither strip, input, bus nor group");
    keys_join(keys, n);
    if (err)
        return refused(call, &why);
    reply_ok(call->reply, "address=%s/%s", what, name);
    watch_state(m, "added=%s/%s", what, name);
    mixd_hurry(m);
    return VERDICT_DONE;
}

static enum verdict kind_unknown(const struct call *call)
{
    struct nearest near;
    nearest_init(&near, call->words[2].text);
    for (uint32_t i = 0; i < effect_count(); i++)
        nearest_offer(&near, effect_kind_at(i)->name);
    reply_err_at(call->reply, CODE_UNKNOWN, &call->words[2], "is no effect");
    if (nearest_best(&near))
        reply_hint(call->reply, "%s", nearest_best(&near));
    return VERDICT_DONE;
}

enum verdict verb_insert(struct call *call)
{
    struct mixd *m = call->context;
    const char *slot = NULL, *before = NULL;
    char name[64];
    struct console_key keys[KEYS_MAX];
    struct refusal why;
    uint32_t n;
    unsigned i = 3;
    if (!effect_find(call->words[2].text))
        return kind_unknown(call);
    for (; i + 1 < call->count && !strchr(call->words[i].text, '='); i += 2) {
        const char **what = !strcmp(call->words[i].text, "as")       ? &slot
                            : !strcmp(call->words[i].text, "before") ? &before
                                                                     : NULL;
        if (!what || *what)
            return usage_refused(call, i, what ? "is given twice" : "is not expected here");
        *what = call->words[i + 1].text;
    }
    if (!keys_read(call, i, keys, &n))
        return VERDICT_DONE;
    int err = console_insert(m->console, call->words[1].text, call->words[2].text, slot, before,
                             keys, n, name, &why);
    keys_join(keys, n);
    if (err)
        return refused(call, &why);
    reply_ok(call->reply, "address=%s/%s", call->words[1].text, name);
    watch_state(m, "added=%s/%s", call->words[1].text, name);
    mixd_hurry(m);
    return VERDICT_DONE;
}

static void answer_ok(struct mixd *m, struct reply *r, const uint64_t arg[2])
{
    (void)arg;
    reply_ok(r, "frame=%" PRIu64, link_horizon(m->link));
}

enum verdict verb_remove(struct call *call)
{
    struct mixd *m = call->context;
    struct refusal why;
    if (console_remove(m->console, call->words[1].text, &why))
        return refused(call, &why);
    watch_state(m, "removed=%s", call->words[1].text);
    return answer_settled(call, answer_ok, 0, 0);
}

/* A change that is answered later: once what is to be heard of it has come, and before that, if a
 * crossfade has to make room for it first, once it has been asked for. */
struct change {
    struct mixd *m;
    bool load;
    char *address, *text; /* text: a value, or the file to load */
    struct console_change asked, made;
    bool done; /* it has been asked for; `made` says what came of it */
};

static void change_free(void *state)
{
    struct change *c = state;
    if (!c)
        return;
    free(c->address);
    free(c->text);
    free(c);
}

/* 0: done. -1: *why. */
static int change_make(struct change *c, struct refusal *why)
{
    c->made = c->asked;
    if (c->load) {
        c->done = console_load(c->m->console, c->address, c->text, why) == 0;
        if (c->done)
            watch_state(c->m, "loaded=%s", c->address);
        return c->done ? 0 : -1;
    }
    if (console_set(c->m->console, c->address, c->text, &c->made, why) ||
        lockstep_set(c->m, c->address, why))
        return -1;
    c->done = true;
    return 0;
}

/* False: it is not heard yet. */
static bool change_tell(struct change *c, struct reply *r)
{
    struct console_value v;
    struct refusal why;
    bool heard = console_heard(c->m->console, c->address, &c->made.frame);
    if (!heard && !c->m->at_once && !c->m->batch)
        return false;
    reply_ok(r, "frame=%" PRIu64, c->made.frame);
    if (c->load || console_get(c->m->console, c->address, &v, &why))
        return true; /* or it has been removed meanwhile */
    reply_pair(r, "value", "%s", v.text);
    if (c->made.same)
        reply_pair(r, "same", "1");
    else
        watch_value(c->m, &v, c->made.frame);
    return true;
}

static bool change_go_on(void *state, struct reply *r)
{
    struct change *c = state;
    struct refusal why;
    if (!c->done && change_make(c, &why)) {
        if (why.fault == FAULT_BUSY)
            return false;
        reply_err(r, (enum code)why.fault, "%s", why.text);
        return true;
    }
    return change_tell(c, r);
}

static enum verdict change_later(struct call *call, const struct change *now)
{
    struct change *c = calloc(1, sizeof *c);
    if (c) {
        *c = *now;
        c->address = strdup(now->address);
        c->text = now->text ? strdup(now->text) : NULL;
    }
    if (!c || !c->address || (now->text && !c->text)) {
        change_free(c);
        reply_err(call->reply, CODE_LIMIT, "out of memory");
        return VERDICT_DONE;
    }
    call->pending = (struct pending){ .poll = change_go_on, .drop = change_free, .state = c };
    mixd_hurry(c->m);
    return VERDICT_LATER;
}

/* Makes the change now, or when a crossfade has made room for it. */
static enum verdict change_begin(struct call *call, struct change *c)
{
    struct refusal why;
    if (change_make(c, &why))
        return why.fault == FAULT_BUSY && !c->m->at_once && !c->m->batch ? change_later(call, c)
                                                                         : refused(call, &why);
    mixd_hurry(c->m);
    return change_tell(c, call->reply) ? VERDICT_DONE : change_later(call, c);
}

enum verdict verb_load(struct call *call)
{
    struct mixd *m = call->context;
    struct refusal why;
    struct change load = {
        .m = m, .load = true, .address = call->words[1].text, .text = call->words[2].text
    };
    if (strncmp(load.address, "strip/", 6) != 0 || strchr(load.address + 6, '/'))
        return change_begin(call, &load);
    if (change_make(&load, &why))
        return refused(call, &why);
    return answer_settled(call, answer_ok, 0, 0);
}

/* Is it the rate of a strip that was set, which its decoder may bring too late? */
static void turn_expect(const struct call *call)
{
    char strip[PROTOCOL_LINE];
    const char *address = call->words[1].text, *row = strrchr(address, '/');
    if (!row || strcmp(row, "/rate") != 0)
        return;
    snprintf(strip, sizeof strip, "%.*s", (int)(row - address), address);
    turns_note(call, strip);
}

enum verdict verb_set(struct call *call)
{
    struct mixd *m = call->context;
    struct clauses clauses;
    struct refusal why;
    if (!clauses_read(call, 3, "oc", &clauses))
        return VERDICT_DONE;
    struct change set = { .m = m, .address = call->words[1].text, .text = call->words[2].text };
    set.asked = (struct console_change){ clauses.frames, clauses.curve, 0, 0, false };
    if (change_make(&set, &why))
        return why.fault == FAULT_BUSY && !m->at_once && !m->batch ? change_later(call, &set)
                                                                   : refused(call, &why);
    turn_expect(call);
    if (!set.made.same || clauses.frames != UINT32_MAX)
        fades_begin(call, set.address, set.made.frame, set.made.same ? 0 : clauses.frames);
    mixd_hurry(m);
    if (!change_tell(&set, call->reply))
        return change_later(call, &set);
    return VERDICT_DONE;
}
