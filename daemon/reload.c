/* reload.c - the session file once more, of which only what has changed is obeyed
 *
 * The file is run on a desk that never sounds, a few lines at a time, so that others are served in
 * between. The commands that make ours, as it is then, into that one are obeyed like a transaction,
 * in one quantum. What is the same does not notice.
 */
#include "daemon/audition.h"
#include "daemon/commit.h"
#include "daemon/difference.h"
#include "daemon/errand.h"
#include "daemon/mixd.h"
#include "daemon/verbs.h"
#include "daemon/watch.h"
#include "daemon/wires.h"
#include "mixer/console.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A driver that has no ports makes no connections: they are only kept, like those of a session. */
static bool wires_keep(struct mixd *m, const struct mixd *trial)
{
    struct wire wire;
    wires_free(m->wires);
    m->wires = trial->wires ? wires_new() : NULL;
    bool kept = !trial->wires || m->wires;
    for (uint32_t i = 0; kept && m->wires && wires_next(trial->wires, &i, &wire);)
        kept = wires_ask(m->wires, wire.from, wire.to) != -ENOMEM;
    return kept;
}

static unsigned lines_of(const struct text *t)
{
    unsigned n = 0;
    for (const char *at = text_string(t); (at = strchr(at, '\n')); at++)
        n++;
    return n;
}

struct reloading {
    struct call call; /* without its words */
    struct audition audition;
    struct pending pending; /* what the commit left behind, once the rest is done */
    uint64_t revision;      /* of the desk that the file was compared with */
    bool compared;          /* it has been */
};

static struct mixd *desk_of(const struct reloading *r)
{
    return r->call.context;
}

static void pending_drop(struct reloading *r)
{
    if (r->pending.drop)
        r->pending.drop(r->pending.state);
    r->pending = (struct pending){ 0 };
}

static void reloading_free(void *state)
{
    struct reloading *r = state;
    pending_drop(r);
    audition_clear(&r->audition);
    free(r);
}

/* Is it still the desk that was to be reloaded? */
static bool same_desk(struct reloading *r)
{
    const struct console *now = desk_of(r)->console;
    if (strcmp(console_folder(now), console_folder(r->audition.trial.console)) != 0)
        text_printf(&r->audition.fault, "the desk is another session's by now, of %s",
                    console_folder(now));
    else if (console_rate(now) != console_rate(r->audition.trial.console))
        text_printf(&r->audition.fault, "meanwhile the server runs at %u Hz; reload once more",
                    console_rate(now));
    return !r->audition.fault.length;
}

/* What the desk lacks. False: `fault` says why that cannot be told. */
static bool compare(struct reloading *r, struct errand *e)
{
    struct mixd *m = desk_of(r);
    struct text *fault = &r->audition.fault;
    bool again = r->compared;
    r->compared = true;
    if (!same_desk(r))
        return false;
    r->revision = m->revision;
    if (!again && !m->driver_kind->connect)
        e->lines.failed |= !wires_keep(m, &r->audition.trial);
    difference_write(m, &r->audition.trial, &e->lines);
    e->n = lines_of(&e->lines);
    if (!again) /* else the reader of what was to be obeyed before may be at it still */
        reading_share(&e->reading, r->audition.reading.needs);
    else if (!errand_reads(m, e))
        e->lines.failed = true;
    if (e->lines.failed)
        text_add_string(fault, "out of memory");
    if (!again && e->n)
        watch_state(m, "reloaded=1");
    return !fault->length;
}

/* The file has been run: what differs now is obeyed. */
static enum verdict obey(struct reloading *r)
{
    struct errand e = { .whole = true, .quoted = true };
    bool good = compare(r, &e);
    if (good && e.n)
        return commit(&r->call, &e);
    if (good)
        reply_ok(r->call.reply, "lines=0 same=1");
    else
        reply_err(r->call.reply, CODE_FILE, "%s", text_string(&r->audition.fault));
    errand_clear(desk_of(r), &e);
    return VERDICT_DONE;
}

/* The file has been run to its end, or to a line that is refused. */
static enum verdict read_out(struct reloading *r)
{
    if (r->audition.good)
        return obey(r);
    reply_err(r->call.reply, CODE_FILE, "%s", text_string(&r->audition.fault));
    return VERDICT_DONE;
}

/* Where others have made another desk of it meanwhile, something else differs now. */
static bool reloaded(void *state, struct reply *reply)
{
    struct reloading *r = state;
    if (r->pending.poll && r->revision == desk_of(r)->revision)
        return r->pending.poll(r->pending.state, reply);
    pending_drop(r);
    r->call.reply = reply;
    if (!r->compared && !audition_go_on(&r->audition, desk_of(r)))
        return false;
    if ((r->compared ? obey(r) : read_out(r)) == VERDICT_DONE)
        return true;
    r->pending = r->call.pending;
    return false;
}

/* Who asked may go meanwhile. */
static bool reloading_owed(const void *state)
{
    return !((const struct reloading *)state)->pending.poll;
}

enum verdict verb_reload(struct call *call)
{
    struct mixd *m = call->context;
    if (!m->session_path) {
        reply_err_at(call->reply, CODE_STATE, &call->words[0], "there was no session file");
        reply_hint(call->reply, "restore FILE");
        return VERDICT_DONE;
    }
    struct reloading *r = calloc(1, sizeof *r);
    if (!r) {
        reply_err(call->reply, CODE_LIMIT, "out of memory");
        return VERDICT_DONE;
    }
    r->call = *call;
    audition_begin(&r->audition, m, m->session_path);
    if (reloaded(r, call->reply)) {
        reloading_free(r);
        return VERDICT_DONE;
    }
    call->pending = (struct pending){
        .poll = reloaded, .drop = reloading_free, .state = r, .owed = reloading_owed
    };
    mixd_hurry(m);
    return VERDICT_LATER;
}
