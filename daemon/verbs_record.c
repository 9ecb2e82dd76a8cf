/* verbs_record.c - record, record stop, record list */
#include "daemon/turns.h"
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
    uint64_t id;
    struct word subject; /* what a refusal speaks of; a copy */
    bool found;
    struct recorder_figures now; /* as it was when it was found last */
};

static void waiting_find(void *context, const struct recording_figures *f)
{
    struct waiting *w = context;
    if (f->id != w->id)
        return;
    w->found = true;
    w->now = f->now;
}

static void look(struct waiting *w)
{
    w->found = false;
    console_each_recording(w->m->console, w, waiting_find);
}

/* Its file is open, and something has been taken. */
static bool begun(void *state, struct reply *r)
{
    struct waiting *w = state;
    const struct refusal *why = console_record_refused(w->m->console, w->id);
    look(w);
    if (w->found && !why && (w->now.state != RECORDER_OPEN || !w->now.taken))
        return false;
    if (why)
        reply_err_at(r, (enum code)why->fault, &w->subject, "%s", why->text);
    else if (!w->found)
        reply_err_at(r, CODE_STATE, &w->subject, "was ended before it had begun");
    else
        reply_ok(r, "frame=%" PRIu64, w->now.first);
    return true;
}

/* It is not on the list any more; what it last was is. */
static bool ended(void *state, struct reply *r)
{
    struct waiting *w = state;
    const struct refusal *why = console_record_refused(w->m->console, w->id);
    look(w);
    if (w->found && !why)
        return false;
    if (why)
        reply_err_at(r, (enum code)why->fault, &w->subject, "nothing is recorded: %s", why->text);
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
    free(w->subject.text);
    free(w);
}

static enum verdict wait_for(struct call *call, uint64_t id,
                             bool (*poll)(void *state, struct reply *r))
{
    const struct word *subject = &call->words[2];
    struct waiting *w = calloc(1, sizeof *w);
    if (w)
        *w = (struct waiting){ .m = call->context,
                               .id = id,
                               .subject = { strdup(subject->text), subject->column } };
    if (!w || !w->subject.text) {
        free(w);
        reply_err(call->reply, CODE_LIMIT, "out of memory");
        return VERDICT_DONE;
    }
    call->pending = (struct pending){ .poll = poll, .drop = waiting_free, .state = w };
    mixd_hurry(call->context);
    return VERDICT_LATER;
}

static const char *state_word(const struct recording_figures *f)
{
    if (*f->now.fault)
        return "failed";
    if (f->ending)
        return "ending";
    return f->now.state == RECORDER_OPENING ? "opening" : "recording";
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
    reply_pair(r, "state", "%s", state_word(f));
}

/* What is being recorded when a line that is alone falls due, nobody knows before. */
static bool may_change(const struct mixd *m)
{
    return m->real && !m->whole;
}

/* Does a session run it, or a transaction that has been tried? A line that was right then must not
 * fail: what it is to end has ended by itself. */
static bool may_have_ended(const struct mixd *m)
{
    return m->real ? m->real->at_once : m->at_once || m->whole;
}

static enum verdict record_try(struct call *call, const char *address, const char *file,
                               const char *format)
{
    struct mixd *m = call->context;
    struct refusal why;
    if (!console_record_try(m->console, address, file, format, &why))
        return VERDICT_DONE;
    bool fits = (why.fault == FAULT_BUSY && may_change(m)) ||
                (why.fault == FAULT_STATE && (may_change(m) || may_have_ended(m)));
    return fits ? VERDICT_DONE : refused(call, &why);
}

static enum verdict stop_refused(struct call *call, const struct refusal *why)
{
    if (why->fault != FAULT_STATE || !may_have_ended(call->context))
        return refused(call, why);
    reply_ok(call->reply, "same=1");
    return VERDICT_DONE;
}

static enum verdict record_stop(struct call *call)
{
    struct mixd *m = call->context;
    struct refusal why;
    uint64_t id = 0;
    if (call->count != 3)
        return usage_refused(call, call->count - 1, "wants the address of what is recorded");
    const char *address = call->words[2].text;
    if (m->trial)
        return record_try(call, address, NULL, NULL);
    if (console_record_stop(m->console, address, &id, &why))
        return stop_refused(call, &why);
    if (m->at_once)
        return VERDICT_DONE;
    watch_state(m, "recorded=%s", address);
    return wait_for(call, id, ended);
}

static enum verdict record_begin(struct call *call, const char *format)
{
    struct mixd *m = call->context;
    const char *address = call->words[1].text, *file = call->words[2].text;
    struct refusal why;
    uint64_t id = 0;
    if (m->trial)
        return record_try(call, address, file, format);
    if (console_record(m->console, address, file, format, &id, &why))
        return refused(call, &why);
    turns_note_recording(call, address);
    if (m->at_once)
        return VERDICT_DONE;
    watch_state(m, "recording=%s", address);
    return wait_for(call, id, begun);
}

enum verdict verb_record(struct call *call)
{
    struct mixd *m = call->context;
    const char *what = call->words[1].text, *format = NULL;
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
    return record_begin(call, format);
}
