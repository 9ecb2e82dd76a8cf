/* verbs_play.c - play, stop, panic, locate, loop */
#include "daemon/fades.h"
#include "daemon/verbs.h"
#include "daemon/watch.h"
#include "mixer/console.h"
#include "mixer/link.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

uint32_t fade_frames(const struct mixd *m)
{
    struct console_value v;
    struct refusal why;
    if (console_get(m->console, "engine/ramp", &v, &why))
        return 0;
    return (uint32_t)lround(v.number * console_rate(m->console));
}

/* Of console_play or console_stop. */
static bool answer_frame(struct reply *r, uint64_t frame)
{
    if (frame == UINT64_MAX)
        reply_err(r, CODE_LIMIT, "too many commands wait for their frames");
    else
        reply_ok(r, "frame=%" PRIu64, frame);
    return frame != UINT64_MAX;
}

static void answer_play(struct mixd *m, struct reply *r, const uint64_t arg[2])
{
    (void)arg;
    if (m->at_once) {
        m->autoplay = true;
        reply_done(r);
        return;
    }
    console_calm(m->console);
    uint64_t frame = console_play(m->console, fade_frames(m), 0);
    if (!answer_frame(r, frame))
        return;
    reply_unprimed(m, r);
    watch_transport(m);
}

enum verdict verb_play(struct call *call)
{
    if (lockstep_on(call->context))
        return lockstep_play(call);
    return answer_settled(call, answer_play, 0, 0);
}

enum verdict verb_stop(struct call *call)
{
    struct mixd *m = call->context;
    struct clauses clauses;
    if (call->count > 1 && strchr(call->words[1].text, '/'))
        return shot_stop(call, 2);
    if (!clauses_read(call, 1, "o", &clauses))
        return VERDICT_DONE;
    m->autoplay = false;
    bool same = !console_rolling(m->console);
    uint32_t fade = clauses.frames == UINT32_MAX ? fade_frames(m) : clauses.frames;
    if (lockstep_on(m))
        return lockstep_stop(call, fade);
    uint64_t frame = console_stop(m->console, fade, 0);
    if (!answer_frame(call->reply, frame))
        return VERDICT_DONE;
    fades_begin(call, "transport/state", frame, same ? 0 : clauses.frames);
    if (same)
        reply_pair(call->reply, "same", "1");
    watch_transport(m);
    mixd_hurry(m);
    return VERDICT_DONE;
}

enum verdict verb_panic(struct call *call)
{
    struct mixd *m = call->context;
    bool off = call->count == 2;
    if (off && strcmp(call->words[1].text, "off") != 0) {
        reply_err_at(call->reply, CODE_SYNTAX, &call->words[1], "is not expected here");
        call_hint_usage(call);
        return VERDICT_DONE;
    }
    bool same = off && !console_panics(m->console);
    uint64_t frame = off ? console_calm(m->console) : console_panic(m->console);
    reply_ok(call->reply, "frame=%" PRIu64, frame);
    if (same)
        reply_pair(call->reply, "same", "1");
    else
        watch_state(m, "panic=%s", off ? "off" : "on");
    mixd_hurry(m);
    return VERDICT_DONE;
}

void reply_unprimed(struct mixd *m, struct reply *r)
{
    uint32_t unprimed = console_unprimed(m->console);
    if (unprimed)
        reply_pair(r, "unprimed", "%" PRIu32, unprimed);
}

static void answer_moved(struct mixd *m, struct reply *r, const uint64_t arg[2])
{
    bool same = arg[0];
    reply_ok(r, "frame=%" PRIu64, same ? link_horizon(m->link) : console_moved_frame(m->console));
    if (same)
        reply_pair(r, "same", "1");
    else
        watch_transport(m);
    reply_unprimed(m, r);
}

/* At once where all is primed: whoever goes to a primed marker need not wait for the next turn. */
static enum verdict answer_move(struct call *call, bool same)
{
    struct mixd *m = call->context;
    if (!m->at_once && !m->batch)
        console_tick(m->console);
    return answer_when(call, console_moved, answer_moved, same, 0);
}

enum verdict verb_locate(struct call *call)
{
    struct mixd *m = call->context;
    struct refusal why;
    uint64_t position;
    if (!position_read(call, 1, &position))
        return VERDICT_DONE;
    if (lockstep_on(m))
        return lockstep_locate(call, position);
    if (console_locate(m->console, position, &why))
        return refused(call, &why);
    return answer_move(call, false);
}

enum verdict verb_loop(struct call *call)
{
    struct mixd *m = call->context;
    struct refusal why;
    uint64_t from = 0, to = 0;
    bool off = !strcmp(call->words[1].text, "off");
    if (off ? call->count != 2 : call->count != 3) {
        reply_err_at(call->reply, CODE_SYNTAX, &call->words[call->count - 1],
                     off ? "is not expected behind off" : "alone is no loop");
        call_hint_usage(call);
        return VERDICT_DONE;
    }
    if (!off && (!position_read(call, 1, &from) || !position_read(call, 2, &to)))
        return VERDICT_DONE;
    if (!off && from >= to) {
        reply_err_at(call->reply, CODE_RANGE, &call->words[2], "lies not behind %s",
                     call->words[1].text);
        return VERDICT_DONE;
    }
    uint64_t from_now, to_now;
    console_loop_ends(m->console, &from_now, &to_now);
    bool same = off ? from_now >= to_now : from == from_now && to == to_now;
    if (!same && console_loop(m->console, from, to, &why))
        return refused(call, &why);
    return answer_move(call, same);
}
