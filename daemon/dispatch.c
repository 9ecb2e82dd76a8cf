/* dispatch.c - what becomes of a command: run now, scheduled, or kept for a transaction */
#include "daemon/dispatch.h"

#include "daemon/fetch.h"
#include "daemon/mixd.h"
#include "daemon/schedule.h"
#include "daemon/transaction.h"
#include "daemon/verbs.h"
#include "daemon/when.h"

#include <string.h>

/* Does it change more than a level, so that a copy of the desk is none any more? */
static bool reshapes(const struct call *call)
{
    if (!(call->verb->flags & VERB_SESSION))
        return false;
    if (strcmp(call->verb->name, "set") != 0)
        return true;
    const char *row = strrchr(call->words[1].text, '/');
    return strstr(call->words[1].text, "/send/") || (row && !strcmp(row, "/out")) ||
           (row && !strcmp(row, "/source"));
}

/* Runs, schedules or keeps it. */
static enum verdict obey(struct call *call)
{
    struct mixd *m = call->context;
    struct when when;
    if (call->when.text && m->trial && !when_read(call, &when))
        return VERDICT_DONE;
    struct transaction *t = m->trial || m->batch ? NULL : transaction_of(m, call->caller);
    if (t)
        return transaction_take(t, call);
    if (call->when.text && !m->trial && call->verb->run != verb_commit)
        return schedule_add(call);
    bool batch = m->batch;
    m->batch |= call->when.text != NULL; /* a trial: as it would be run then */
    bool reshaping = reshapes(call);
    enum verdict v = call->verb->run(call);
    m->batch = batch;
    if (reshaping && (v == VERDICT_LATER || !reply_refused(call->reply)))
        m->revision++;
    return v;
}

enum verdict dispatch(struct call *call)
{
    const struct mixd *m = call->context;
    bool alone = call->caller && !call->when.text && !m->at_once && !m->batch;
    return alone && (call->verb->flags & VERB_FILES) ? fetch_and_obey(call, obey) : obey(call);
}
