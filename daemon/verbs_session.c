/* verbs_session.c - save, restore, ports, connect, disconnect, quit */
#include "daemon/audition.h"
#include "daemon/saving.h"
#include "daemon/session.h"
#include "daemon/verbs.h"
#include "daemon/watch.h"
#include "daemon/wires.h"
#include "ipc/loop.h"
#include "ipc/nearest.h"
#include "ipc/text.h"
#include "mixer/console.h"
#include "mixer/link.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Like every other path: relative to the session's folder. The caller frees; NULL: no memory. */
static char *path_read(const struct mixd *m, const char *text)
{
    const char *folder = console_folder(m->console);
    char *path = NULL;
    if (*text == '/' || !*folder)
        return strdup(text);
    return asprintf(&path, "%s/%s", folder, text) < 0 ? NULL : path;
}

struct save {
    struct saving *saving;
    struct word name; /* a copy */
};

static bool saved(void *state, struct reply *r)
{
    struct save *s = state;
    int err;
    if (!saving_done(s->saving, &err))
        return false;
    if (err)
        reply_err_at(r, CODE_FILE, &s->name, "cannot be written: %s", strerrordesc_np(-err));
    return true;
}

/* Who asks and leaves has asked. */
static bool save_owed(const void *state)
{
    (void)state;
    return true;
}

static void save_free(void *state)
{
    struct save *s = state;
    saving_free(s->saving);
    free(s->name.text);
    free(s);
}

static enum verdict save_to(struct call *call)
{
    struct mixd *m = call->context;
    const struct word *name = &call->words[1];
    char *path = path_read(m, name->text);
    struct save *s = path ? calloc(1, sizeof *s) : NULL;
    if (s)
        *s = (struct save){ saving_new(m, path), { strdup(name->text), name->column } };
    free(path);
    if (!s || !s->saving || !s->name.text) {
        if (s)
            save_free(s);
        reply_err(call->reply, CODE_LIMIT, "out of memory");
        return VERDICT_DONE;
    }
    call->pending =
        (struct pending){ .poll = saved, .drop = save_free, .state = s, .owed = save_owed };
    mixd_hurry(m);
    return VERDICT_LATER;
}

enum verdict verb_save(struct call *call)
{
    struct mixd *m = call->context;
    if (call->count > 1)
        return save_to(call);
    struct text out = { 0 };
    char *save = NULL;
    session_write(m, console_folder(m->console), &out);
    char *line = out.data ? strtok_r(out.data, "\n", &save) : NULL; /* an empty desk has no lines */
    for (; line; line = strtok_r(NULL, "\n", &save))
        reply_line(call->reply, "%s", line);
    text_clear(&out);
    return VERDICT_DONE;
}

/* The file is tried; then everything goes, and once it is gone the file is run. */
struct restoring {
    struct mixd *m;
    struct audition audition;
    bool run;
    uint64_t revision; /* of the desk when everything had been taken off it */
};

/* From here on there is no way back. Whatever others have put there meanwhile goes as well, and so
 * does what the desk was built of when another rate came in between. */
static bool desk_cleared(struct restoring *s)
{
    bool begun = s->audition.determined, settled = console_settled(s->m->console);
    s->audition.determined = true;
    if (!begun || (settled && s->revision != s->m->revision)) {
        session_clear(s->m);
        s->revision = s->m->revision;
    }
    return console_settled(s->m->console);
}

/* A data line for each of several. */
static void answer_faults(struct reply *r, const char *faults)
{
    int first = (int)strcspn(faults, "\n");
    unsigned n = 0;
    for (const char *at = faults; faults[first] && *at; n++) {
        size_t length = strcspn(at, "\n");
        reply_line(r, "%.*s", (int)length, at);
        at += length + (at[length] == '\n');
    }
    if (n > 1)
        reply_err(r, CODE_STATE, "restored, but for %u lines, the first of them %.*s", n, first,
                  faults);
    else
        reply_err(r, CODE_STATE, "restored, but for %.*s", first, faults);
}

/* False: there is nothing to wait for any more; the reply is the error. */
static bool restore_run(struct restoring *s, struct reply *r)
{
    session_clear(s->m); /* of what has been set meanwhile, too */
    int err = audition_perform(&s->audition, s->m);
    s->run = true;
    s->m->revision++;
    if (err)
        answer_faults(r, text_string(&s->audition.fault));
    watch_state(s->m, "restored=1");
    mixd_hurry(s->m);
    return !err;
}

static bool restored(void *state, struct reply *r)
{
    struct restoring *s = state;
    if (!s->run) {
        if (!audition_go_on(&s->audition, s->m))
            return false;
        if (s->audition.good || s->audition.determined)
            return desk_cleared(s) && !restore_run(s, r);
        reply_err(r, CODE_FILE, "%s", text_string(&s->audition.fault));
        return true;
    }
    if (!console_settled(s->m->console))
        return false;
    reply_ok(r, "frame=%" PRIu64, link_horizon(s->m->link));
    return true;
}

/* Who leaves meanwhile leaves neither the old session nor an empty desk. */
static bool restoring_owed(const void *state)
{
    return !((const struct restoring *)state)->run;
}

static void restoring_free(void *state)
{
    struct restoring *s = state;
    audition_clear(&s->audition);
    free(s);
}

enum verdict verb_restore(struct call *call)
{
    struct mixd *m = call->context;
    char *path = path_read(m, call->words[1].text);
    struct restoring *s = path ? calloc(1, sizeof *s) : NULL;
    if (!s) {
        free(path);
        reply_err(call->reply, CODE_LIMIT, "out of memory");
        return VERDICT_DONE;
    }
    s->m = m;
    audition_begin(&s->audition, m, path);
    free(path);
    if (restored(s, call->reply)) {
        restoring_free(s);
        return VERDICT_DONE;
    }
    call->pending = (struct pending){
        .poll = restored, .drop = restoring_free, .state = s, .owed = restoring_owed
    };
    mixd_hurry(m);
    return VERDICT_LATER;
}

static void port_print(void *context, const char *name, bool output, bool own)
{
    struct reply *r = context;
    reply_item(r, NULL);
    reply_pair(r, "port", "%s", name);
    reply_pair(r, "direction", output ? "output" : "input");
    reply_pair(r, "own", own ? "on" : "off");
}

static void wire_print(void *context, const char *from, const char *to, bool live)
{
    struct reply *r = context;
    reply_item(r, NULL);
    reply_pair(r, "from", "%s", from);
    reply_pair(r, "to", "%s", to);
    reply_pair(r, "live", live ? "on" : "off");
}

enum verdict verb_ports(struct call *call)
{
    struct mixd *m = call->context;
    if (m->driver && m->driver_kind->each_port)
        m->driver_kind->each_port(m->driver, call->reply, port_print, wire_print);
    else
        reply_err(call->reply, CODE_STATE, "the driver %s has no ports",
                  m->driver_kind ? m->driver_kind->name : "none");
    return VERDICT_DONE;
}

struct seeking {
    const char *name;
    bool output; /* as it should be */
    bool there, fits;
    struct nearest nearest;
};

static void port_seek(void *context, const char *name, bool output, bool own)
{
    struct seeking *s = context;
    (void)own;
    if (output == s->output)
        nearest_offer(&s->nearest, name);
    if (strcmp(name, s->name) != 0)
        return;
    s->there = true;
    s->fits = output == s->output;
}

static void wire_skip(void *context, const char *from, const char *to, bool live)
{
    (void)context, (void)from, (void)to, (void)live;
}

/* Is it this word that is wrong, which should name an output, or an input? Then the reply says so.
 * `soon`: a port of that name may come. */
static bool blamed(struct call *call, const struct mixd *m, unsigned word, bool output, bool soon)
{
    const struct word *at = &call->words[word];
    struct seeking s = { .name = at->text, .output = output };
    nearest_init(&s.nearest, at->text);
    m->driver_kind->each_port(m->driver, &s, port_seek, wire_skip);
    if (s.fits || (!s.there && soon))
        return false;
    if (!s.there)
        reply_err_at(call->reply, CODE_UNKNOWN, at, "is no audio port");
    else if (output)
        reply_err_at(call->reply, CODE_TYPE, at, "is an input; a connection begins at an output");
    else
        reply_err_at(call->reply, CODE_TYPE, at, "is an output; a connection ends at an input");
    if (nearest_best(&s.nearest))
        reply_hint(call->reply, "%s", nearest_best(&s.nearest));
    return true;
}

/* A session may name a port that comes later, and a transaction one that comes with it. */
static bool may_come(const struct mixd *m)
{
    return m->at_once || m->whole;
}

static enum verdict wired(struct call *call, int err)
{
    struct mixd *m = call->context;
    const struct word *from = &call->words[1];
    bool unknown = err == -EINVAL && m->whole; /* of what kind a port is, when this was tried */
    if (unknown || (err == -ENOENT && may_come(m)))
        reply_ok(call->reply, "live=off");
    else if (err == -EEXIST)
        reply_ok(call->reply, "same=1");
    else if (err == -ENOTCONN)
        reply_ok(call->reply, "driver=lost");
    else if (err && !blamed(call, m, 1, true, false) && !blamed(call, m, 2, false, false))
        reply_err(call->reply, CODE_DENIED, "%s and %s: %s", from->text, call->words[2].text,
                  strerrordesc_np(-err));
    else if (!err)
        watch_state(m, "%s=%s,%s", call->verb->name, from->text, call->words[2].text);
    return VERDICT_DONE;
}

static enum verdict wire_refused(struct call *call, const struct mixd *m)
{
    reply_err(call->reply, CODE_STATE, "the driver %s has no ports", m->driver_kind->name);
    return VERDICT_DONE;
}

/* On a copy of the desk: what its driver would refuse. */
static enum verdict wire_try(struct call *call)
{
    const struct mixd *m = call->context, *real = m->real;
    if (real->at_once || !real->driver)
        return VERDICT_DONE;
    if (!real->driver_kind->connect)
        return wire_refused(call, real);
    if (!blamed(call, real, 1, true, true))
        blamed(call, real, 2, false, true);
    return VERDICT_DONE;
}

/* A driver without connections lets those of a session pass, and they are kept for `save`; a trial
 * keeps them for who compares. */
enum verdict verb_connect(struct call *call)
{
    struct mixd *m = call->context;
    const char *from = call->words[1].text, *to = call->words[2].text;
    if (m->real)
        return wire_try(call);
    if (m->driver && m->driver_kind->connect) {
        int err = m->driver_kind->connect(m->driver, from, to);
        if (err == -ENOENT && !may_come(m)) /* what is refused is not remembered */
            m->driver_kind->disconnect(m->driver, from, to);
        return wired(call, err);
    }
    if (!m->at_once)
        return wire_refused(call, m);
    if ((m->driver || m->plans) && (m->wires || (m->wires = wires_new())))
        wires_ask(m->wires, from, to);
    return VERDICT_DONE;
}

enum verdict verb_disconnect(struct call *call)
{
    struct mixd *m = call->context;
    if (m->real)
        return wire_try(call);
    if (m->driver && m->driver_kind->disconnect)
        return wired(
            call, m->driver_kind->disconnect(m->driver, call->words[1].text, call->words[2].text));
    if (!m->at_once)
        return wire_refused(call, m);
    if (m->wires)
        wires_forget(m->wires, call->words[1].text, call->words[2].text);
    return VERDICT_DONE;
}

enum verdict verb_quit(struct call *call)
{
    struct mixd *m = call->context;
    m->quitting = true;
    mixd_hurry(m);
    return VERDICT_DONE;
}
