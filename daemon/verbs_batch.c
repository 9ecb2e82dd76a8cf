/* verbs_batch.c - begin, commit, abort, schedule */
#include "daemon/schedule.h"
#include "daemon/transaction.h"
#include "daemon/verbs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static enum verdict cancel(struct call *call)
{
    struct mixd *m = call->context;
    const char *what = call->words[2].text;
    char *end;
    uint64_t id = strtoull(what, &end, 10);
    bool all = !strcmp(what, "all");
    if (!all && (*what < '0' || *what > '9' || *end || !id)) {
        reply_err_at(call->reply, CODE_SYNTAX, &call->words[2], "is no id");
        reply_hint(call->reply, "the id that the command was answered with, or all");
        return VERDICT_DONE;
    }
    unsigned n = schedule_cancel(m, all ? 0 : id);
    if (n || all)
        reply_ok(call->reply, "cancelled=%u", n);
    else
        reply_err_at(call->reply, CODE_UNKNOWN, &call->words[2], "waits no longer, or never did");
    return VERDICT_DONE;
}

enum verdict verb_schedule(struct call *call)
{
    const struct mixd *m = call->context;
    const char *what = call->words[1].text;
    if (!strcmp(what, "list") && call->count == 2) {
        schedule_list(m, call->reply);
        reply_done(call->reply);
    } else if (!strcmp(what, "cancel") && call->count == 3) {
        return cancel(call);
    } else {
        bool list = !strcmp(what, "list");
        return list || call->count > 3 ? usage_refused(call, list ? 2 : 3, "is a word too many")
                                       : usage_refused(call, 1, "is neither list nor cancel ID");
    }
    return VERDICT_DONE;
}

enum verdict verb_begin(struct call *call)
{
    return transaction_begin(call);
}

enum verdict verb_commit(struct call *call)
{
    return transaction_commit(call);
}

enum verdict verb_abort(struct call *call)
{
    return transaction_abort(call);
}
