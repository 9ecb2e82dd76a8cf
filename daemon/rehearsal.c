/* rehearsal.c - a desk that never sounds, on which commands are tried before they are obeyed */
#include "daemon/rehearsal.h"

#include "daemon/mixd.h"
#include "mixer/batch.h"
#include "mixer/console.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rehearsal {
    struct mixd m;
    uint64_t revision; /* of the desk that it is a copy of */
};

static int copy(struct rehearsal *r, struct mixd *m)
{
    r->m.trial = r->m.at_once = true;
    return mixd_init(&r->m, m->name, console_rate(m->console), m->quantum) ||
           console_copy(r->m.console, m->console);
}

struct rehearsal *rehearsal_new(struct mixd *m, bool whole)
{
    struct rehearsal *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->m.real = m;
    r->m.whole = whole;
    r->revision = m->revision;
    if (copy(r, m)) {
        rehearsal_free(r);
        return NULL;
    }
    r->m.batch = true;
    return r;
}

void rehearsal_free(struct rehearsal *r)
{
    if (!r)
        return;
    mixd_clear(&r->m);
    free(r);
}

bool rehearsal_stale(const struct rehearsal *r, const struct mixd *m)
{
    return r->revision != m->revision;
}

bool rehearsal_try_next(struct rehearsal *r, const char **at, struct reply *reply)
{
    char line[PROTOCOL_LINE + 1];
    size_t n = strcspn(*at, "\n");
    snprintf(line, sizeof line, "%.*s", (int)n, *at);
    *at += n + ((*at)[n] == '\n');
    console_set_needs(r->m.console, r->m.real->needs);
    bool taken = registry_run_alone(&r->m.registry, line, strlen(line), reply);
    console_set_needs(r->m.console, NULL);
    return taken;
}

bool rehearsal_try_call(struct rehearsal *r, const struct call *call)
{
    struct call copy_of_call = *call;
    copy_of_call.caller = NULL;
    console_set_needs(r->m.console, r->m.real->needs);
    enum verdict v = registry_dispatch(&r->m.registry, &copy_of_call);
    console_set_needs(r->m.console, NULL);
    if (v == VERDICT_LATER)
        copy_of_call.pending.drop(copy_of_call.pending.state);
    return v == VERDICT_LATER || !reply_refused(call->reply);
}

void rehearsal_believe(struct rehearsal *r, const struct rehearsal *other)
{
    console_set_peer(r->m.console, other ? other->m.console : NULL);
}

struct wishes *rehearsal_wishes(struct rehearsal *r)
{
    return wishes_take(r->m.console);
}

const struct console *rehearsal_console(const struct rehearsal *r)
{
    return r->m.console;
}
