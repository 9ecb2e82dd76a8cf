/* verbs_lockstep.c - play, stop and locate while the timeline is shared
 *
 * Each is asked of the shared timeline and answered when ours has done it, which may take as long
 * as other clients need. Who leads and rolls stops for a locate, and begins again with all others.
 */
#include "daemon/driver.h"
#include "daemon/lockstep.h"
#include "daemon/log.h"
#include "daemon/verbs.h"
#include "daemon/watch.h"
#include "effects/rt.h"
#include "mixer/console.h"
#include "mixer/link.h"

#include <inttypes.h>

/* A request that the shared timeline has not followed by then will not be: somebody else has moved
 * it, or it hangs. */
#define PATIENCE_NS 5000000000u
#define HANGS_NS    1000000000u

enum asked { ASKED_PLAY, ASKED_STOP, ASKED_LOCATE };

struct asking {
    struct mixd *m;
    enum asked kind;
    uint64_t position;
    uint64_t asked;    /* engine frame: what took effect after it is ours */
    uint64_t since_ns; /* when the shared timeline was asked, or was under way; 0: not yet */
    uint64_t frame;    /* the newest of the engine */
    uint64_t frame_ns; /* when it was seen first */
    enum { LEAD_ENDS, LEAD_PRIMES, LEAD_BEGINS, LEAD_ALIGNS } step; /* of who leads alone */
};

enum progress { UNDER_WAY, DONE, FAILED };

static enum progress answered(struct reply *r, uint64_t frame)
{
    reply_ok(r, "frame=%" PRIu64, frame);
    return DONE;
}

static enum progress failed(struct reply *r, const char *why)
{
    reply_err(r, CODE_STATE, "%s", why);
    return FAILED;
}

static bool rolls(const struct status *s)
{
    return s->rolling && !s->stopping;
}

static enum progress both_poll(struct asking *e, const struct shared *s, struct reply *r)
{
    const struct status *now = console_status(e->m->console);
    bool began = rolls(now) && now->turned >= e->asked;
    bool stands = !now->rolling && s->state == SHARED_STANDS;
    switch (e->kind) {
    case ASKED_PLAY:
        return rolls(now) ? answered(r, now->turned) : UNDER_WAY;
    case ASKED_STOP:
        return stands ? answered(r, now->turned) : UNDER_WAY;
    case ASKED_LOCATE:
        if (began)
            return answered(r, now->turned);
        if (stands && s->frame == e->position && now->position == e->position &&
            console_settled(e->m->console))
            return answered(r, console_moved_frame(e->m->console));
        break;
    }
    return UNDER_WAY;
}

static enum progress lead_poll(struct asking *e, struct reply *r)
{
    struct mixd *m = e->m;
    struct refusal why;
    const struct status *now = console_status(m->console);
    bool awaits = m->lockstep.awaits, stands = !now->rolling && !awaits;
    switch (e->step) {
    case LEAD_ENDS:
        if (!stands)
            return UNDER_WAY;
        if (e->kind == ASKED_STOP)
            return answered(r, now->turned);
        console_locate(m->console, e->position, &why);
        e->step = LEAD_PRIMES;
        e->since_ns = 0;
        return UNDER_WAY;
    case LEAD_PRIMES:
        if (!stands || !console_settled(m->console))
            return UNDER_WAY;
        lockstep_begin(m);
        e->since_ns = rt_now();
        e->step = LEAD_BEGINS;
        return UNDER_WAY;
    case LEAD_ALIGNS:
        return m->lockstep.aligns ? UNDER_WAY : answered(r, console_moved_frame(m->console));
    case LEAD_BEGINS:
        break;
    }
    if (rolls(now) && !awaits)
        return answered(r, now->turned);
    return awaits && !m->lockstep.ends ? UNDER_WAY : failed(r, "a stop came between");
}

/* Has the server not called us for so long that no other client can be the reason? What was asked
 * of it has its whole time again when it goes on. */
static bool hangs(struct asking *e)
{
    uint64_t frame = console_status(e->m->console)->frame, now = rt_now();
    bool hanging = now - e->frame_ns > HANGS_NS;
    if (frame == e->frame)
        return hanging;
    if (hanging && e->since_ns)
        e->since_ns = now;
    e->frame = frame;
    e->frame_ns = now;
    return false;
}

/* Clients make themselves ready, or ours is on its way to where the shared timeline is. */
static bool comes(const struct asking *e, const struct shared *s)
{
    bool there = e->kind == ASKED_LOCATE && s->state == SHARED_STANDS && s->frame == e->position;
    bool chasing = e->m->lockstep.chasing && (s->state == SHARED_ROLLS || there);
    return s->state == SHARED_STARTING || chasing;
}

static bool out_of_patience(struct asking *e, const struct shared *s, bool hanging)
{
    uint64_t now = rt_now();
    if (!e->since_ns)
        return false;
    if (!hanging && comes(e, s))
        e->since_ns = now;
    return now - e->since_ns > PATIENCE_NS;
}

static enum progress asking_poll(struct asking *e, struct reply *r)
{
    struct mixd *m = e->m;
    struct shared s;
    enum console_jack mode = console_jack(m->console);
    if (!lockstep_on(m) || mode == CONSOLE_JACK_FOLLOW)
        return failed(r, "transport/jack was changed meanwhile");
    if (!m->driver_kind->timeline->look(m->driver, &s))
        return failed(r, "the JACK server is lost");
    bool hanging = hangs(e);
    enum progress p = mode == CONSOLE_JACK_LEAD ? lead_poll(e, r) : both_poll(e, &s, r);
    if (p == UNDER_WAY && out_of_patience(e, &s, hanging)) {
        m->lockstep.awaits = false;
        return failed(r, hanging ? "the JACK server stands still"
                                 : "another client has moved JACK's transport meanwhile");
    }
    if (p != UNDER_WAY)
        watch_transport(m);
    return p;
}

static bool polled(void *state, struct reply *r)
{
    return asking_poll(state, r) != UNDER_WAY;
}

/* ---- the verbs */

static bool refuses(struct call *call)
{
    struct mixd *m = call->context;
    struct shared s;
    if (m->batch) {
        reply_err(call->reply, CODE_STATE,
                  "JACK's transport obeys at once: it takes no `at`, and is part of no batch");
    } else if (console_jack(m->console) == CONSOLE_JACK_FOLLOW) {
        reply_err(call->reply, CODE_STATE, "transport/jack is follow: other clients move it");
        reply_hint(call->reply, "set transport/jack both");
    } else if (!m->driver_kind->timeline->look(m->driver, &s)) {
        reply_err(call->reply, CODE_STATE, "the JACK server is lost, and its transport with it");
    } else {
        return false;
    }
    return true;
}

static bool leads_alone(const struct mixd *m)
{
    return console_jack(m->console) == CONSOLE_JACK_LEAD;
}

static void ask(struct mixd *m, enum shared_request request, uint64_t frame)
{
    m->driver_kind->timeline->ask(m->driver, request, frame);
}

enum verdict lockstep_play(struct call *call)
{
    struct mixd *m = call->context;
    const struct status *now = console_status(m->console);
    struct asking e = { .m = m, .kind = ASKED_PLAY, .step = LEAD_PRIMES };
    if (refuses(call))
        return VERDICT_DONE;
    if (rolls(now)) {
        reply_ok(call->reply, "frame=%" PRIu64, now->turned);
        reply_pair(call->reply, "same", "1");
        return VERDICT_DONE;
    }
    if (!leads_alone(m)) {
        ask(m, SHARED_START, 0);
        e.since_ns = rt_now();
    }
    return answer_later(call, polled, &e, sizeof e);
}

enum verdict lockstep_stop(struct call *call, uint32_t fade)
{
    struct mixd *m = call->context;
    struct asking e = { .m = m, .kind = ASKED_STOP, .since_ns = rt_now() };
    if (refuses(call))
        return VERDICT_DONE;
    if (!leads_alone(m)) {
        m->lockstep.fade = fade ? fade : 1;
        ask(m, SHARED_STOP, 0);
    } else {
        lockstep_end(m, fade);
    }
    return answer_later(call, polled, &e, sizeof e);
}

enum verdict lockstep_locate(struct call *call, uint64_t position)
{
    struct mixd *m = call->context;
    const struct status *now = console_status(m->console);
    struct asking e = { .m = m, .kind = ASKED_LOCATE, .position = position, .step = LEAD_ENDS };
    struct refusal why;
    e.asked = link_horizon(m->link);
    if (refuses(call))
        return VERDICT_DONE;
    if (position > m->driver_kind->timeline->last) {
        reply_err_at(call->reply, CODE_RANGE, &call->words[1], "is more than JACK counts");
        reply_hint(call->reply, "at most %" PRIu64 "f", m->driver_kind->timeline->last);
        return VERDICT_DONE;
    }
    if (!leads_alone(m)) {
        ask(m, SHARED_LOCATE, position);
        e.since_ns = rt_now();
    } else if (now->rolling) {
        lockstep_end(m, lockstep_ramp(m));
        e.since_ns = rt_now();
    } else {
        console_locate(m->console, position, &why);
        m->lockstep.aligns = true;
        e.step = LEAD_ALIGNS;
    }
    return answer_later(call, polled, &e, sizeof e);
}

void lockstep_autoplay(struct mixd *m)
{
    struct shared s;
    if (!m->driver_kind->timeline->look(m->driver, &s))
        return; /* once the server is there */
    m->autoplay = false;
    if (leads_alone(m))
        lockstep_begin(m);
    else if (console_jack(m->console) == CONSOLE_JACK_BOTH)
        ask(m, SHARED_START, 0);
    else
        log_info("play: transport/jack is follow, so other clients begin it");
}
