/* transaction.c - begin ... commit: lines that are obeyed in one quantum, or not at all */
#include "daemon/transaction.h"

#include "daemon/commit.h"
#include "daemon/errand.h"
#include "daemon/mixd.h"
#include "daemon/rehearsal.h"
#include "daemon/schedule.h"
#include "daemon/verbs.h"
#include "daemon/when.h"
#include "ipc/server.h"
#include "mixer/needs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LINES_MOST = 10000 };

struct transaction {
    struct mixd *m;
    struct transaction *next;
    uint64_t client; /* 0: a session file */
    struct errand errand;
    struct text faults; /* of its lines, a line each: "3 unknown there is no strip/x" */
    unsigned n_faults;
    unsigned said;     /* lines, those that were refused included */
    uint32_t promises; /* of what its session needs, when it was begun */
};

static uint64_t id_of(const struct client *c)
{
    return c ? client_id(c) : 0;
}

static struct transaction **find(struct mixd *m, uint64_t client)
{
    struct transaction **t = &m->transactions;
    while (*t && (*t)->client != client)
        t = &(*t)->next;
    return t;
}

struct transaction *transaction_of(const struct mixd *m, const struct client *c)
{
    return m->transactions ? *find((struct mixd *)m, id_of(c)) : NULL;
}

static void end(struct transaction **at)
{
    struct transaction *t = *at;
    *at = t->next;
    errand_clear(t->m, &t->errand);
    text_clear(&t->faults);
    free(t);
}

void transaction_drop(struct mixd *m, const struct client *c)
{
    struct transaction **t = find(m, id_of(c));
    if (*t)
        end(t);
}

void transactions_clear(struct mixd *m)
{
    while (m->transactions)
        end(&m->transactions);
}

enum verdict transaction_begin(struct call *call)
{
    struct mixd *m = call->context;
    struct transaction *t = calloc(1, sizeof *t);
    if (!t || !errand_reads(m, &t->errand) || !(t->errand.rehearsal = rehearsal_new(m, true))) {
        if (t)
            errand_clear(m, &t->errand);
        free(t);
        reply_err(call->reply, CODE_LIMIT, "out of memory");
        return VERDICT_DONE;
    }
    t->m = m;
    t->client = id_of(call->caller);
    t->errand.whole = true;
    t->promises = needs_promises(m->needs);
    t->next = m->transactions;
    m->transactions = t;
    return VERDICT_DONE;
}

static void note_fault(struct transaction *t, unsigned line, const struct reply *reply)
{
    text_printf(&t->faults, "%u %s %s\n", line, protocol_code_name(reply_code(reply)),
                reply_text(reply));
    t->n_faults++;
}

void transaction_spoil(void *mixd, void *client, const struct reply *reply)
{
    struct transaction *t = transaction_of(mixd, client);
    if (!t)
        return;
    note_fault(t, ++t->said, reply);
}

void transactions_rebase(struct mixd *m)
{
    for (struct transaction *t = m->transactions; t; t = t->next)
        errand_forget(m, &t->errand);
}

/* Tries what was said so far on a copy of the desk as it is now. False: out of memory, or a file
 * has to be read first. */
static bool rehearse_anew(struct transaction *t)
{
    struct errand *e = &t->errand;
    struct reply *scratch = reply_new();
    const char *at = text_string(&e->lines);
    size_t faults = t->faults.length;
    unsigned n_faults = t->n_faults;
    needs_recall(e->reading.needs, 0);
    e->rehearsal = scratch ? rehearsal_new(t->m, true) : NULL;
    for (unsigned i = 1; e->rehearsal && *at && !reading_lacks(t->m); i++)
        if (!rehearsal_try_next(e->rehearsal, &at, scratch))
            note_fault(t, i, scratch);
    reply_free(scratch);
    if (reading_lacks(t->m)) {
        errand_forget(t->m, e);
        text_cut(&t->faults, faults);
        t->n_faults = n_faults;
    }
    return e->rehearsal;
}

static enum verdict keep(struct transaction *t, struct call *call)
{
    struct errand *e = &t->errand;
    if (!e->rehearsal && !rehearse_anew(t))
        reply_err(call->reply, CODE_LIMIT, "out of memory");
    else if (e->n == LINES_MOST)
        reply_err(call->reply, CODE_LIMIT, "a transaction has %d lines at most", LINES_MOST);
    else if (call->when.text)
        reply_err_at(call->reply, CODE_STATE, &call->when, "a transaction has one time: commit at");
    size_t before = e->lines.length;
    if (!reply_refused(call->reply)) {
        call_write(call, &e->lines);
        rehearsal_try_call(e->rehearsal, call);
    }
    if (reply_refused(call->reply))
        text_cut(&e->lines, before);
    if (reading_lacks(t->m)) /* it will be said once more */
        return VERDICT_DONE;
    t->said++;
    if (reply_refused(call->reply)) {
        note_fault(t, t->said, call->reply);
        return VERDICT_DONE;
    }
    reply_ok(call->reply, "queued=%u", ++e->n);
    return VERDICT_DONE;
}

struct needs *transaction_needs(const struct transaction *t)
{
    return t->errand.reading.needs;
}

enum verdict transaction_take(struct transaction *t, struct call *call)
{
    static const char *const whole[] = { "begin", "restore", "reload", "undo" };
    const char *name = call->verb->name;
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        if (strcmp(name, whole[i]) != 0)
            continue;
        reply_err_at(call->reply, CODE_STATE, &call->words[0], "has no place in a transaction");
        reply_hint(call->reply, "commit or abort");
        return VERDICT_DONE;
    }
    bool changes = (call->verb->flags & VERB_SESSION) && strcmp(name, "commit") != 0;
    return changes ? keep(t, call) : call->verb->run(call);
}

enum verdict transaction_abort(struct call *call)
{
    struct mixd *m = call->context;
    struct transaction **t = find(m, id_of(call->caller));
    if (*t) {
        reply_ok(call->reply, "dropped=%u", (*t)->errand.n);
        needs_recall(m->needs, (*t)->promises);
        end(t);
    } else {
        reply_err_at(call->reply, CODE_STATE, &call->words[0], "nothing was begun");
    }
    return VERDICT_DONE;
}

/* Names the lines that were refused. */
static void tell_faults(const struct transaction *t, struct reply *r)
{
    const char *at = text_string(&t->faults);
    for (size_t n; *at; at += n + 1) {
        n = strcspn(at, "\n");
        reply_line(r, "%.*s", (int)n, at);
    }
    reply_err(r, CODE_STATE, "%u of the lines had been refused, so nothing is done", t->n_faults);
}

/* While a session is read nothing sounds yet: its lines are run one after the other. On a trial
 * they find all that they needed when they came; there is no second try. */
static enum verdict obey_silently(struct transaction *t, struct call *call, bool later)
{
    struct mixd *m = t->m;
    struct reply *scratch = reply_new();
    bool batch = m->batch;
    m->batch |= later; /* as it would be run then */
    if (m->trial)
        needs_close(m->needs, true);
    if (!scratch || !errand_run_lines(m, &t->errand, NULL, scratch))
        reply_err(call->reply, scratch ? reply_code(scratch) : CODE_LIMIT, "%s",
                  scratch ? reply_text(scratch) : "out of memory");
    if (m->trial)
        needs_close(m->needs, false);
    m->batch = batch;
    reply_free(scratch);
    return VERDICT_DONE;
}

/* Where all that is wrong is looked for, its lines have been told, and the others are tried. */
static bool spoilt(const struct transaction *t)
{
    return t->n_faults > 0 && !(t->m->trial && t->m->thorough);
}

enum verdict transaction_commit(struct call *call)
{
    struct mixd *m = call->context;
    struct transaction **at = find(m, id_of(call->caller)), *t = *at;
    struct when when = { .now = true };
    enum verdict v = VERDICT_DONE;
    if (!t) {
        reply_err_at(call->reply, CODE_STATE, &call->words[0], "nothing was begun");
        return VERDICT_DONE;
    }
    if (call->when.text && !when_read(call, &when))
        return VERDICT_DONE; /* another try is welcome */
    *at = t->next;           /* so that what it runs is run, not kept */
    needs_recall(m->needs, t->promises);
    if (spoilt(t))
        tell_faults(t, call->reply);
    else if (t->errand.lines.failed)
        reply_err(call->reply, CODE_LIMIT, "out of memory: nothing is done");
    else if (!when.now && m->schedule)
        schedule_add_errand(call, &when, &t->errand);
    else if (m->at_once)
        v = obey_silently(t, call, !when.now);
    else
        v = commit(call, &t->errand);
    t->next = NULL;
    end(&t);
    return v;
}
