/* fetch.c - a client's command that is obeyed once the files it needs have been read */
#include "daemon/fetch.h"

#include "daemon/mixd.h"
#include "daemon/reading.h"
#include "daemon/schedule.h"
#include "mixer/link.h"
#include "mixer/needs.h"

#include <stdlib.h>
#include <string.h>

struct fetch {
    struct call call; /* our own copy */
    enum verdict (*obey)(struct call *call);
    struct reading reading;
    bool shared;            /* what is read serves other lines too */
    uint64_t said;          /* engine frame */
    struct pending pending; /* what the command left behind when it was obeyed, if it did */
    bool obeyed;
};

/* It came to nothing, so the answer is none. */
static void answer_anew(struct reply *reply)
{
    char tag[LINE_TAG + 1];
    strcpy(tag, reply_tag(reply));
    reply_begin(reply, *tag ? tag : NULL);
}

/* Runs it with what has been read so far. False: there is more to be read, nothing has changed. */
static bool attempt(struct fetch *f, enum verdict *verdict)
{
    struct mixd *m = f->call.context;
    uint64_t now = link_horizon(m->link);
    uint64_t said = f->said < now ? f->said : now; /* with another rate the engine began anew */
    m->said = &said;
    if (!f->shared)
        needs_recall(f->reading.needs, 0);
    reading_enter(&f->reading, m);
    *verdict = f->obey(&f->call);
    bool obeyed = reading_leave(&f->reading, m);
    m->said = NULL;
    if (obeyed && f->call.when.text)
        schedule_tick(m);
    if (obeyed)
        return true;
    if (*verdict == VERDICT_LATER) /* what it waits for is asked for once more, too */
        f->call.pending.drop(f->call.pending.state);
    answer_anew(f->call.reply);
    return false;
}

static void fetch_drop(void *state)
{
    struct fetch *f = state;
    if (f->pending.drop)
        f->pending.drop(f->pending.state);
    reading_clear(&f->reading);
    call_drop(&f->call);
    free(f);
}

/* Waits for what it left behind, which may make it need another file. */
static bool await(struct fetch *f, struct reply *reply)
{
    struct mixd *m = f->call.context;
    if (!(f->call.verb->flags & VERB_FILES))
        return f->pending.poll(f->pending.state, reply);
    reading_enter(&f->reading, m);
    bool over = f->pending.poll(f->pending.state, reply);
    if (reading_leave(&f->reading, m)) {
        m->revision += over && needs_any(f->reading.needs);
        return over;
    }
    answer_anew(reply);
    return false;
}

static bool fetch_go_on(void *state, struct reply *reply)
{
    struct fetch *f = state;
    enum verdict verdict;
    if (!reading_idle(&f->reading))
        return false;
    if (f->obeyed)
        return await(f, reply);
    f->call.reply = reply;
    if (!attempt(f, &verdict))
        return false;
    f->obeyed = true;
    if (verdict == VERDICT_LATER)
        f->pending = f->call.pending;
    return verdict != VERDICT_LATER;
}

static bool fetch_owed(const void *state)
{
    const struct fetch *f = state;
    const struct pending *p = &f->pending;
    return !f->obeyed || (p->owed && p->owed(p->state));
}

/* The command waits, as `now` has left it. */
static enum verdict fetch_later(struct call *call, struct fetch *now)
{
    struct fetch *f = malloc(sizeof *f);
    if (!f || call_keep(call, &now->call)) {
        free(f);
        if (now->pending.drop)
            now->pending.drop(now->pending.state);
        reading_clear(&now->reading);
        reply_err(call->reply, CODE_LIMIT, "out of memory");
        return VERDICT_DONE;
    }
    *f = *now;
    call->pending =
        (struct pending){ .poll = fetch_go_on, .drop = fetch_drop, .state = f, .owed = fetch_owed };
    return VERDICT_LATER;
}

enum verdict fetch_and_obey(struct call *call, enum verdict (*obey)(struct call *call),
                            struct needs *shared)
{
    const struct mixd *m = call->context;
    struct fetch now = {
        .call = *call, .obey = obey, .shared = shared, .said = link_horizon(m->link)
    };
    enum verdict verdict = VERDICT_DONE;
    if (shared)
        reading_share(&now.reading, shared);
    else if (!reading_init(&now.reading)) {
        reply_err(call->reply, CODE_LIMIT, "out of memory");
        return VERDICT_DONE;
    }
    if (!attempt(&now, &verdict))
        return fetch_later(call, &now);
    if (verdict == VERDICT_LATER) {
        now.pending = now.call.pending;
        now.obeyed = true;
        return fetch_later(call, &now);
    }
    reading_clear(&now.reading);
    return verdict;
}
