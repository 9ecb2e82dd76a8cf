/* verbs_marker.c - marker add, remove, list */
#include "daemon/verbs.h"
#include "daemon/watch.h"
#include "effects/param.h"
#include "mixer/console.h"
#include "mixer/markers.h"

#include <inttypes.h>
#include <string.h>

static enum verdict missing(const struct call *call)
{
    reply_err_at(call->reply, CODE_MISSING, &call->words[1], "wants the name of a marker");
    call_hint_usage(call);
    return VERDICT_DONE;
}

static void marker_print(void *context, const struct marker_figures *f)
{
    struct mixd *m = ((void **)context)[0];
    struct reply *r = ((void **)context)[1];
    char time[PARAM_TEXT];
    reply_item(r, f->name);
    reply_pair(r, "position", "%s", time_format(f->position, console_rate(m->console), time));
    reply_pair(r, "primed", f->primed ? "on" : "off");
    if (!f->primed)
        return;
    reply_pair(r, "ready", "%u/%u", f->ready, f->files);
    reply_pair(r, "bytes", "%" PRIu64, f->bytes);
}

static enum verdict marker_list(struct call *call)
{
    void *context[2] = { call->context, call->reply };
    if (call->count > 2)
        return usage_refused(call, 2, "is not expected behind list");
    console_each_marker(((struct mixd *)call->context)->console, context, marker_print);
    return VERDICT_DONE;
}

/* What may stand behind NAME: a position, and primed=on or off. */
static bool marker_keys(struct call *call, uint64_t *position, bool *primed)
{
    *primed = false;
    for (unsigned i = 3; i < call->count; i++) {
        const char *text = call->words[i].text;
        *primed |= !strcmp(text, "primed=on");
        if (!strcmp(text, "primed=on") || !strcmp(text, "primed=off"))
            continue;
        if (strchr(text, '=') || i > 3) {
            usage_refused(call, i, "is not expected here");
            return false;
        }
        if (!position_read(call, i, position))
            return false;
    }
    return true;
}

static enum verdict marker_add(struct call *call)
{
    struct mixd *m = call->context;
    const char *name = call->words[2].text;
    uint64_t position = console_position(m->console);
    char time[PARAM_TEXT];
    bool primed;
    struct refusal why;
    if (!marker_keys(call, &position, &primed))
        return VERDICT_DONE;
    if (console_add_marker(m->console, name, position, primed, &why))
        return refused(call, &why);
    reply_ok(call->reply, "address=marker/%s position=%s", name,
             time_format(position, console_rate(m->console), time));
    watch_state(m, "added=marker/%s", name);
    mixd_hurry(m);
    return VERDICT_DONE;
}

static enum verdict marker_remove(struct call *call)
{
    struct mixd *m = call->context;
    const char *name = call->words[2].text;
    struct refusal why;
    if (call->count > 3)
        return usage_refused(call, 3, "is not expected here");
    if (console_remove_marker(m->console, name, &why)) {
        refuse_marker(call, 2, "is no marker");
        return VERDICT_DONE;
    }
    watch_state(m, "removed=marker/%s", name);
    return VERDICT_DONE;
}

enum verdict verb_marker(struct call *call)
{
    const char *what = call->words[1].text;
    if (!strcmp(what, "list"))
        return marker_list(call);
    bool adds = !strcmp(what, "add");
    if (!adds && strcmp(what, "remove") != 0)
        return usage_refused(call, 1, "is neither add, remove nor list");
    if (call->count < 3)
        return missing(call);
    return adds ? marker_add(call) : marker_remove(call);
}
