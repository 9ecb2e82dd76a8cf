/* dispatch.c - what becomes of a command: run now, scheduled, or kept for a transaction */
#include "daemon/dispatch.h"

#include "daemon/fetch.h"
#include "daemon/mixd.h"
#include "daemon/schedule.h"
#include "daemon/transaction.h"
#include "daemon/verbs.h"
#include "daemon/when.h"
#include "mixer/needs.h"

#include <string.h>

/* Does it change more than a level, so that a copy of the desk is none any more? */
static bool reshapes(const struct call *call)
{
    if (!(call->verb->flags & VERB_SESSION))
        return false;
    const struct mixd *m = call->context;
    if (strcmp(call->verb->name, "set") != 0 || (m->needs && needs_any(m->needs)))
        return true; /* what is made from a file is made otherwise now */
    static const char *const rows[] = { "/out", "/source", "/mode", "/jack" };
    const char *row = strrchr(call->words[1].text, '/');
    bool shape = strstr(call->words[1].text, "/send/");
    for (size_t i = 0; row && i < sizeof rows / sizeof *rows; i++)
        shape |= !strcmp(row, rows[i]);
    return shape;
}

/* Is it to be obeyed later? `at now` is said of what is obeyed as if it had no time. */
static bool has_time(const struct call *call)
{
    return call->when.text && call->verb->run != verb_commit && strcmp(call->when.text, "now") != 0;
}

/* Runs, schedules or keeps it. */
static enum verdict obey(struct call *call)
{
    struct mixd *m = call->context;
    struct when when;
    struct transaction *t = m->batch ? NULL : transaction_of(m, call->caller);
    if (t)
        return transaction_take(t, call);
    if (has_time(call) && m->schedule)
        return schedule_add(call);
    if (call->when.text && m->trial && !when_read(call, &when))
        return VERDICT_DONE;
    bool batch = m->batch;
    m->batch |= has_time(call); /* a trial: as it would be run then */
    enum verdict v = call->verb->run(call);
    m->batch = batch;
    if (reshapes(call) && (v == VERDICT_LATER || !reply_refused(call->reply)))
        m->revision++;
    return v;
}

/* A copy of the desk that a command is tried on may lack as much of files as the command itself. */
static bool may_read(const struct call *call, const struct transaction *t)
{
    if (call->verb->run == verb_commit) /* it waits for its files by itself */
        return false;
    bool kept = t && (call->verb->flags & VERB_SESSION);
    return kept || call->when.text || (call->verb->flags & VERB_FILES);
}

enum verdict dispatch(struct call *call)
{
    const struct mixd *m = call->context;
    bool waits = call->caller && !m->at_once && !m->batch;
    const struct transaction *t = waits ? transaction_of(m, call->caller) : NULL;
    if (waits && may_read(call, t))
        return fetch_and_obey(call, obey, t ? transaction_needs(t) : NULL);
    return obey(call);
}
