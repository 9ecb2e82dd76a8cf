/* commit.c - an errand obeyed as soon as it can be, and answered then */
#include "daemon/commit.h"

#include "daemon/errand.h"
#include "daemon/mixd.h"

#include <inttypes.h>
#include <stdlib.h>

struct committing {
    struct mixd *m;
    struct errand errand;
    struct reply *scratch;
};

static void answer_refused(const struct committing *c, struct reply *r)
{
    const char *why = reply_text(c->scratch);
    unsigned obeyed = c->errand.obeyed;
    if (obeyed)
        reply_err(r, reply_code(c->scratch), "only the first %u of %u lines are obeyed: %s", obeyed,
                  c->errand.n, why);
    else
        reply_err(r, reply_code(c->scratch), "nothing is done: %s", why);
}

static bool committed(void *state, struct reply *r)
{
    struct committing *c = state;
    uint64_t frame = 0;
    switch (errand_run(c->m, &c->errand, 0, true, &frame, r, c->scratch)) {
    case ERRAND_PRIMING:
    case ERRAND_READING:
    case ERRAND_BUSY:
        return false;
    case ERRAND_REFUSED:
        answer_refused(c, r);
        return true;
    case ERRAND_DONE:
        reply_ok(r, "frame=%" PRIu64 " lines=%u", frame, c->errand.n);
        return true;
    }
    return true;
}

static void committing_free(void *state)
{
    struct committing *c = state;
    errand_clear(c->m, &c->errand);
    reply_free(c->scratch);
    free(c);
}

enum verdict commit(struct call *call, struct errand *e)
{
    struct committing *c = calloc(1, sizeof *c);
    if (!c || !(c->scratch = reply_new())) {
        free(c);
        reply_err(call->reply, CODE_LIMIT, "out of memory: nothing is done");
        return VERDICT_DONE;
    }
    c->m = call->context;
    c->errand = *e;
    c->errand.asker = asker_of(call);
    *e = (struct errand){ 0 };
    if (committed(c, call->reply)) {
        committing_free(c);
        return VERDICT_DONE;
    }
    call->pending = (struct pending){ .poll = committed, .drop = committing_free, .state = c };
    mixd_hurry(c->m);
    return VERDICT_LATER;
}
