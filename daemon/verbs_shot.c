/* verbs_shot.c - fire, and stop with an address */
#include "daemon/turns.h"
#include "daemon/verbs.h"
#include "effects/param.h"
#include "mixer/console.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A fire that waits until the next firing of its strip is primed. */
struct firing {
    struct mixd *m;
    char *address;
};

static bool fire_again(void *state, struct reply *r)
{
    struct firing *f = state;
    struct refusal why;
    uint64_t frame;
    mixd_hurry(f->m);
    if (!console_fire(f->m->console, f->address, 0, &frame, &why)) {
        reply_ok(r, "frame=%" PRIu64, frame);
        return true;
    }
    if (why.fault == FAULT_BUSY)
        return false;
    reply_err(r, (enum code)why.fault, "%s", why.text);
    return true;
}

static void firing_free(void *state)
{
    struct firing *f = state;
    free(f->address);
    free(f);
}

static enum verdict fire_later(struct call *call)
{
    struct firing *f = malloc(sizeof *f);
    char *address = strdup(call->words[1].text);
    if (!f || !address) {
        free(f);
        free(address);
        reply_err(call->reply, CODE_LIMIT, "out of memory");
        return VERDICT_DONE;
    }
    *f = (struct firing){ call->context, address };
    call->pending = (struct pending){ .poll = fire_again, .drop = firing_free, .state = f };
    mixd_hurry(f->m);
    return VERDICT_LATER;
}

enum verdict shot_stop(struct call *call, unsigned from)
{
    struct mixd *m = call->context;
    struct clauses clauses;
    struct refusal why;
    uint64_t frame;
    if (!clauses_read(call, from, "o", &clauses))
        return VERDICT_DONE;
    uint32_t fade = clauses.frames == UINT32_MAX ? fade_frames(m) : clauses.frames;
    if (console_cease(m->console, call->words[1].text, fade, 0, &frame, &why))
        return refused(call, &why);
    reply_ok(call->reply, "frame=%" PRIu64, frame);
    mixd_hurry(m);
    return VERDICT_DONE;
}

enum verdict verb_fire(struct call *call)
{
    struct mixd *m = call->context;
    struct clauses clauses;
    struct refusal why;
    uint64_t frame;
    if (m->at_once && !m->batch) {
        reply_err_at(call->reply, CODE_DENIED, &call->words[0], "in a session file only at a time");
        reply_hint(call->reply, "at +TIME, or at a position");
        return VERDICT_DONE;
    }
    if (call->count > 2 && !strcmp(call->words[2].text, "stop"))
        return shot_stop(call, 3);
    if (!clauses_read(call, 2, "", &clauses))
        return VERDICT_DONE;
    if (console_fire(m->console, call->words[1].text, 0, &frame, &why)) {
        if (why.fault == FAULT_BUSY && (!m->batch || m->trial))
            return fire_later(call);
        return refused(call, &why);
    }
    if (m->whole)
        turns_note(call, call->words[1].text);
    reply_ok(call->reply, "frame=%" PRIu64, frame);
    mixd_hurry(m);
    return VERDICT_DONE;
}
