/* fetch.c - a client's command that is obeyed once the files it needs have been read */
#include "daemon/fetch.h"

#include "daemon/chore.h"
#include "daemon/mixd.h"
#include "mixer/console.h"
#include "mixer/needs.h"

#include <stdlib.h>
#include <string.h>

struct fetch {
    struct call call; /* our own copy */
    enum verdict (*obey)(struct call *call);
    struct needs *needs;
    struct chore *chore;    /* while a file is read */
    struct pending pending; /* what the command left behind when it was obeyed, if it did */
    bool obeyed;
};

static void work(void *needs)
{
    needs_make(needs);
    needs_drop(needs);
}

/* Has what is lacking made by a thread. */
static void fetch_begin(struct fetch *f)
{
    f->chore = chore_new(work, needs_keep(f->needs));
    if (!f->chore) /* out of memory */
        work(f->needs);
}

/* Runs it with what has been read so far. False: there is more to be read, nothing has changed. */
static bool attempt(struct call *call, enum verdict (*obey)(struct call *call), struct needs *needs,
                    enum verdict *verdict)
{
    struct mixd *m = call->context;
    char tag[LINE_TAG + 1];
    console_set_needs(m->console, needs);
    *verdict = obey(call);
    console_set_needs(m->console, NULL);
    if (!needs_lack(needs))
        return true;
    strcpy(tag, reply_tag(call->reply));
    reply_begin(call->reply, *tag ? tag : NULL);
    return false;
}

static void fetch_drop(void *state)
{
    struct fetch *f = state;
    if (f->pending.drop)
        f->pending.drop(f->pending.state);
    chore_free(f->chore);
    needs_drop(f->needs);
    call_drop(&f->call);
    free(f);
}

static bool fetch_go_on(void *state, struct reply *reply)
{
    struct fetch *f = state;
    enum verdict verdict;
    if (f->obeyed)
        return f->pending.poll(f->pending.state, reply);
    if (f->chore && !chore_done(f->chore, 0))
        return false;
    chore_free(f->chore);
    f->chore = NULL;
    f->call.reply = reply;
    if (!attempt(&f->call, f->obey, f->needs, &verdict)) {
        fetch_begin(f);
        return false;
    }
    f->obeyed = true;
    if (verdict == VERDICT_LATER)
        f->pending = f->call.pending;
    return verdict != VERDICT_LATER;
}

static bool fetch_owed(const void *state)
{
    return !((const struct fetch *)state)->obeyed;
}

/* The command waits. NULL: out of memory. */
static struct fetch *fetch_new(struct call *call, enum verdict (*obey)(struct call *call),
                               struct needs *needs)
{
    struct fetch *f = calloc(1, sizeof *f);
    if (!f || call_keep(call, &f->call)) {
        free(f);
        return NULL;
    }
    f->obey = obey;
    f->needs = needs;
    return f;
}

enum verdict fetch_and_obey(struct call *call, enum verdict (*obey)(struct call *call))
{
    enum verdict verdict = VERDICT_DONE;
    struct needs *needs = needs_new();
    struct fetch *f = NULL;
    if (needs && attempt(call, obey, needs, &verdict)) {
        needs_drop(needs);
        return verdict;
    }
    f = needs ? fetch_new(call, obey, needs) : NULL;
    if (!f) {
        needs_drop(needs);
        reply_err(call->reply, CODE_LIMIT, "out of memory");
        return VERDICT_DONE;
    }
    fetch_begin(f);
    call->pending =
        (struct pending){ .poll = fetch_go_on, .drop = fetch_drop, .state = f, .owed = fetch_owed };
    mixd_hurry(call->context);
    return VERDICT_LATER;
}
