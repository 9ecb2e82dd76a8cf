/* verbs_record.c - record, record stop, record list */
#include "daemon/verbs.h"
#include "daemon/watch.h"
#include "mixer/console.h"
#include "mixer/recording.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* An answer that waits for one recording. */
struct waiting {
    struct mixd *m;
    char *address;
    bool ends;
    bool found, taken;
    struct recorder_figures now;
};

static void waiting_find(void *context, const struct recording_figures *f)
{
    struct waiting *w = context;
    if (strcmp(f->address, w->address) != 0 || f->ending != w->ends)
        return;
    w->found = true;
    w->now = f->now;
}

/* Begun: something has been taken. Ended: it is not on the list any more; what it last was is. */
static bool waiting_poll(void *state, struct reply *r)
{
    struct waiting *w = state;
    w->found = false;
    console_each_recording(w->m->console, w, waiting_find);
    if (w->ends ? w->found : w->found && !w->now.taken)
        return false;
    if (!w->ends && !w->found)
        reply_err(r, CODE_STATE, "%s has gone meanwhile", w->address);
    else if (!w->ends)
        reply_ok(r, "frame=%" PRIu64, w->now.first);
    else if (*w->now.fault)
        reply_err(r, CODE_FILE, "the file is not whole: %s", w->now.fault);
    else
        reply_ok(r, "frame=%" PRIu64 " frames=%" PRIu64 " lost=%" PRIu64 " clipped=%" PRIu64,
                 w->now.first, w->now.taken, w->now.lost, w->now.clipped);
    return true;
}

static void waiting_free(void *state)
{
    struct waiting *w = state;
    free(w->address);
    free(w);
}

static enum verdict wait_for(struct call *call, const char *address, bool ends)
{
    struct waiting *w = calloc(1, sizeof *w);
    if (w)
        w->address = strdup(address);
    if (!w || !w->address) {
        free(w);
        reply_err(call->reply, CODE_LIMIT, "out of memory");
        return VERDICT_DONE;
    }
    w->m = call->context;
    w->ends = ends;
    call->pending = (struct pending){ .poll = waiting_poll, .drop = waiting_free, .state = w };
    mixd_hurry(call->context);
    return VERDICT_LATER;
}

static void recording_print(void *context, const struct recording_figures *f)
{
    struct reply *r = context;
    reply_item(r, f->address);
    reply_pair(r, "file", "%s", f->path);
    reply_pair(r, "frame", "%" PRIu64, f->now.first);
    reply_pair(r, "frames", "%" PRIu64, f->now.taken);
    reply_pair(r, "lost", "%" PRIu64, f->now.lost);
    reply_pair(r, "clipped", "%" PRIu64, f->now.clipped);
    reply_pair(r, "state", "%s", *f->now.fault ? "failed" : f->ending ? "ending" : "recording");
}

static enum verdict record_stop(struct call *call)
{
    struct mixd *m = call->context;
    struct refusal why;
    if (call->count != 3)
        return usage_refused(call, call->count - 1, "wants the address of what is recorded");
    if (m->trial ? console_record_check(m->console, call->words[2].text, NULL, NULL, &why)
                 : console_record_stop(m->console, call->words[2].text, &why))
        return refused(call, &why);
    if (m->at_once)
        return VERDICT_DONE;
    watch_state(m, "recorded=%s", call->words[2].text);
    return wait_for(call, call->words[2].text, true);
}

enum verdict verb_record(struct call *call)
{
    struct mixd *m = call->context;
    const char *what = call->words[1].text, *format = NULL;
    struct refusal why;
    if (!strcmp(what, "stop"))
        return record_stop(call);
    if (!strcmp(what, "list")) {
        if (call->count > 2)
            return usage_refused(call, 2, "is not expected behind list");
        console_each_recording(m->console, call->reply, recording_print);
        return VERDICT_DONE;
    }
    if (call->count < 3)
        return usage_refused(call, 1, "wants a file to be recorded into");
    if (call->count == 4) {
        if (strncmp(call->words[3].text, "format=", 7) != 0)
            return usage_refused(call, 3, "is not expected here");
        format = call->words[3].text + 7;
    }
    if (m->trial ? console_record_check(m->console, what, call->words[2].text, format, &why)
                 : console_record(m->console, what, call->words[2].text, format, &why))
        return refused(call, &why);
    if (m->at_once)
        return VERDICT_DONE;
    watch_state(m, "recording=%s", what);
    return wait_for(call, what, false);
}
