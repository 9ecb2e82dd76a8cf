/* verbs_queue.c - queue */
#include "daemon/turns.h"
#include "daemon/verbs.h"
#include "daemon/watch.h"
#include "effects/param.h"
#include "mixer/console.h"
#include "mixer/link.h"

#include <inttypes.h>
#include <string.h>

static void entry_print(void *context, const struct console_queued *q)
{
    struct call *call = context;
    struct mixd *m = call->context;
    struct reply *r = call->reply;
    char text[PARAM_TEXT];
    uint32_t rate = console_rate(m->console);
    reply_item(r, NULL);
    reply_pair(r, "entry", "%" PRIu32, q->place);
    reply_pair(r, "source", "%s", q->source);
    reply_pair(r, "at", "%s", time_format(q->start, rate, text));
    reply_pair(r, "length", "%s",
               q->frames == UINT64_MAX ? "inf" : time_format(q->frames, rate, text));
    reply_pair(r, "sounds", "%s", q->sounds ? "on" : "off");
}

static void entry_count(void *context, const struct console_queued *q)
{
    *(uint64_t *)context = q->place;
}

static uint64_t queue_length(const struct mixd *m, const char *address)
{
    uint64_t length = 0;
    struct refusal why;
    console_each_queued(m->console, address, &length, entry_count, &why);
    return length;
}

static void answer_queued(struct mixd *m, struct reply *r, const uint64_t arg[2])
{
    reply_ok(r, "frame=%" PRIu64, arg[0] ? arg[0] : link_horizon(m->link));
    if (arg[1])
        reply_pair(r, "same", "1");
}

static int queue_files(const struct call *call, struct refusal *why)
{
    struct mixd *m = call->context;
    const char *files[PROTOCOL_LINE / 2];
    uint32_t n = 0;
    for (unsigned i = 2; i < call->count; i++)
        files[n++] = call->words[i].text;
    return console_queue(m->console, call->words[1].text, files, n, why);
}

/* What plays when a transaction is obeyed cannot be known when it is tried: there one that plays
 * its last file, or none, goes on as it is. */
static int queue_next(struct mixd *m, const char *address, uint64_t *frame, struct refusal *why)
{
    if (m->trial)
        return console_queue_next_check(m->console, address, why);
    if (!console_queue_next(m->console, address, frame, why))
        return 0;
    return m->whole && why->fault == FAULT_STATE ? 0 : -1;
}

enum verdict verb_queue(struct call *call)
{
    struct mixd *m = call->context;
    const char *address = call->words[1].text, *what = call->count > 2 ? call->words[2].text : "";
    struct refusal why;
    uint64_t frame = 0, before = queue_length(m, address);
    int err;
    if (call->count == 2)
        err = console_each_queued(m->console, address, call, entry_print, &why);
    else if (call->count == 3 && !strcmp(what, "clear"))
        err = console_queue_clear(m->console, address, &why);
    else if (call->count == 3 && !strcmp(what, "next"))
        err = queue_next(m, address, &frame, &why);
    else
        err = queue_files(call, &why);
    if (err)
        return refused(call, &why);
    if (call->count == 2)
        return VERDICT_DONE;
    bool same = !frame && queue_length(m, address) == before;
    if (!same)
        watch_state(m, "queued=%s", address);
    if (frame)
        turns_note(call, address);
    return answer_settled(call, answer_queued, frame, same);
}
