/* verbs_arm.c - arm, go */
#include "daemon/verbs.h"
#include "daemon/watch.h"
#include "effects/param.h"
#include "effects/rt.h"
#include "mixer/arm.h"
#include "mixer/console.h"

#include <inttypes.h>

/* What no disk is to blame for is waited for so much longer. */
static const uint64_t GRACE_NS = 1000000000;

/* An arm or go that waits until all is primed, and a go while rolling until it is heard. */
struct arming_wait {
    struct mixd *m;
    bool goes, went;
    uint64_t until_ns;
};

static void answer_armed(struct mixd *m, struct reply *r)
{
    char time[PARAM_TEXT];
    uint64_t position = console_armed_position(m->console);
    reply_ok(r, "armed=on position=%s", time_format(position, console_rate(m->console), time));
    watch_transport(m);
}

/* What is left is the strips that are primed, and those that play on; nothing is armed. */
static void answer_failed(struct mixd *m, struct reply *r, const struct refusal *why)
{
    reply_err(r, (enum code)why->fault, "%s", why->text);
    console_disarm(m->console);
}

/* True: it has answered. */
static bool go_now(struct arming_wait *w, struct reply *r)
{
    struct mixd *m = w->m;
    uint64_t frame = console_go(m->console, fade_frames(m));
    w->went = frame == UINT64_MAX;
    if (w->went) {
        console_tick(m->console); /* all is primed, so it moves at once */
        return false;
    }
    reply_ok(r, "frame=%" PRIu64, frame);
    reply_unprimed(m, r);
    watch_transport(m);
    return true;
}

static bool arming_poll(void *state, struct reply *r)
{
    struct arming_wait *w = state;
    struct mixd *m = w->m;
    struct refusal why;
    if (!w->went) {
        enum arming now = console_arming(m->console, &why);
        if (now == ARMING_OFF)
            refuse(&why, FAULT_STATE, "another command has disarmed it");
        if (now == ARMING_PRIMES && rt_now() < w->until_ns)
            return false;
        bool goes = w->goes && (now == ARMING_DONE || now == ARMING_PARTLY);
        if (now == ARMING_DONE && !w->goes)
            answer_armed(m, r);
        else if (!goes)
            answer_failed(m, r, &why);
        if (!goes || go_now(w, r))
            return true;
    }
    if (!console_moved(m->console))
        return false;
    reply_ok(r, "frame=%" PRIu64, console_moved_frame(m->console));
    reply_unprimed(m, r);
    watch_transport(m);
    return true;
}

static enum verdict arming_wait(struct call *call, bool goes)
{
    struct mixd *m = call->context;
    struct arming_wait w = { m, goes, false,
                             rt_now() + console_patience_ns(m->console) + GRACE_NS };
    if (arming_poll(&w, call->reply))
        return VERDICT_DONE;
    return answer_later(call, arming_poll, &w, sizeof w);
}

enum verdict verb_arm(struct call *call)
{
    struct mixd *m = call->context;
    uint64_t position;
    bool placed = call->count > 1;
    struct refusal why;
    if (placed && !position_read(call, 1, &position))
        return VERDICT_DONE;
    if (!placed && (m->at_once || m->whole) && console_rolling(m->console)) {
        reply_ok(call->reply, "same=1"); /* what it would make ready has begun */
        return VERDICT_DONE;
    }
    if (console_arm(m->console, placed ? &position : NULL, &why))
        return refused(call, &why);
    if (m->at_once || m->batch) {
        reply_done(call->reply);
        return VERDICT_DONE;
    }
    return arming_wait(call, false);
}

/* In a batch nothing waits: what is not primed follows when it is. */
static enum verdict go_in_batch(struct call *call)
{
    struct mixd *m = call->context;
    if (m->at_once)
        m->autoplay = true;
    else if (console_go(m->console, fade_frames(m)) != UINT64_MAX)
        watch_transport(m);
    reply_done(call->reply);
    return VERDICT_DONE;
}

enum verdict verb_go(struct call *call)
{
    struct mixd *m = call->context;
    struct refusal why;
    if (m->at_once || m->batch)
        return go_in_batch(call);
    if (console_arming(m->console, &why) == ARMING_OFF && console_arm(m->console, NULL, &why)) {
        if (why.fault != FAULT_STATE)
            return refused(call, &why);
        reply_ok(call->reply, "same=1"); /* it rolls */
        return VERDICT_DONE;
    }
    return arming_wait(call, true);
}
