/* schedule_add.c - commands on their way into the schedule: checked, and given an id */
#include "daemon/schedule_parts.h"

#include "daemon/mixd.h"
#include "daemon/rehearsal.h"
#include "daemon/verbs.h"
#include "daemon/when.h"
#include "effects/param.h"
#include "effects/rt.h"
#include "mixer/batch.h"
#include "mixer/console.h"
#include "mixer/link.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The desk as it will be once all that changes its shape has been obeyed. NULL: out of memory, or a
 * file has to be read first. */
static struct rehearsal *rehearsal_of(struct mixd *m)
{
    struct schedule *s = m->schedule;
    if (s->rehearsal && !rehearsal_stale(s->rehearsal, m))
        return s->rehearsal;
    struct rehearsal *r = rehearsal_new(m, false);
    if (!r)
        return NULL;
    rehearsal_believe(r, s->rehearsal); /* the lines have been tried on that */
    for (struct place *p = agenda_from(&s->ids, 0, 0); p; p = agenda_next(&s->ids, p)) {
        const struct errand *e = &((struct job *)p)->errand;
        const char *at = text_string(&e->lines);
        while (!e->plain && *at && !reading_lacks(m))
            rehearsal_try_next(r, &at, s->reply);
    }
    rehearsal_believe(r, NULL);
    wishes_free(m->console, rehearsal_wishes(r));
    rehearsal_free(reading_lacks(m) ? r : s->rehearsal);
    if (reading_lacks(m))
        return NULL;
    return s->rehearsal = r;
}

/* Tries what changes more than a level. */
static bool try_whole(const struct call *call, struct job *j)
{
    struct mixd *m = call->context;
    struct rehearsal *r = rehearsal_of(m);
    uint64_t began = rt_now();
    if (!r) {
        reply_err(call->reply, CODE_LIMIT, "out of memory");
        return false;
    }
    if (!rehearsal_try_call(r, call))
        return false;
    j->errand.wishes = rehearsal_wishes(r);
    j->extra = 2 * (rt_now() - began) / 1000 * console_rate(m->console) / 1000000;
    return true;
}

/* A set of a level is checked where it stands, which costs next to nothing. */
static bool check(const struct call *call, struct job *j, struct console_try *try)
{
    struct mixd *m = call->context;
    struct clauses clauses;
    struct refusal why;
    *try = (struct console_try){ .plain = false };
    if (strcmp(call->verb->name, "set") != 0)
        return try_whole(call, j);
    if (!clauses_read(call, 3, "oc", &clauses))
        return false;
    if (console_try_set(m->console, call->words[1].text, call->words[2].text, try, &why)) {
        if (why.fault == FAULT_UNKNOWN && m->schedule->ids.n > 0)
            return try_whole(call, j); /* what is planned may bring it */
        refused(call, &why);
        return false;
    }
    j->errand.plain = try->plain;
    return try->plain || try_whole(call, j);
}

static struct job *job_new(const struct call *call)
{
    const struct mixd *m = call->context;
    struct job *j = m->schedule->ids.n < SCHEDULE_MOST ? calloc(1, sizeof *j) : NULL;
    if (!j) {
        reply_err(call->reply, CODE_LIMIT, "%u commands are scheduled already", m->schedule->ids.n);
        return NULL;
    }
    j->errand.asker = asker_of(call);
    reading_share(&j->errand.reading, m->at_once ? NULL : m->needs); /* a session's are for many */
    if (!j->errand.reading.needs && !errand_reads(m, &j->errand)) {
        free(j);
        reply_err(call->reply, CODE_LIMIT, "out of memory");
        return NULL;
    }
    return j;
}

static bool passes(const struct mixd *m, uint64_t position, uint64_t *frame)
{
    struct course now;
    if (!console_course(m->console, &now))
        return false;
    *frame = course_meets(&now, position);
    if (*frame != UINT64_MAX)
        return true;
    if (position >= now.position)
        return false;
    /* Behind us: it has missed its frame, or the beginning of everything. */
    uint64_t ago = now.position - position;
    *frame = now.frame > ago ? now.frame - ago : 1;
    return true;
}

static void job_take(struct call *call, struct job *j, const struct when *when)
{
    struct mixd *m = call->context;
    struct schedule *s = m->schedule;
    char text[PARAM_TEXT];
    uint64_t frame = when->frame;
    bool known = !when->timeline || passes(m, when->position, &frame);
    j->timeline = when->timeline;
    j->position = when->position;
    j->frame = known ? when_edge(m, frame) : 0;
    j->by_id.key = j->by_time.order = ++s->last_id;
    j->outside = !strcmp(call->verb->name, "connect") || !strcmp(call->verb->name, "disconnect");
    agenda_add(&s->ids, &j->by_id);
    j->opens = j->errand.whole || j->errand.wishes;
    s->opening += j->opens;
    if (known && (!when->timeline || j->frame < link_horizon(m->link)))
        job_enter(j, j->outside ? &s->outside : &s->frames, j->frame);
    else
        job_enter(j, &s->positions, j->position);
    if (known)
        reply_ok(call->reply, "frame=%" PRIu64 " id=%" PRIu64, j->frame, s->last_id);
    else
        reply_ok(call->reply, "id=%" PRIu64, s->last_id);
    if (when->timeline)
        reply_pair(call->reply, "position", "%s",
                   time_format(when->position, console_rate(m->console), text));
}

enum verdict schedule_add(struct call *call)
{
    struct mixd *m = call->context;
    struct console_try try;
    struct when when;
    if (!when_read(call, &when))
        return VERDICT_DONE;
    assert(!when.now);
    struct job *j = job_new(call);
    if (!j)
        return VERDICT_DONE;
    call_write(call, &j->errand.lines);
    j->errand.n = 1;
    if (!check(call, j, &try) || j->errand.lines.failed) {
        errand_clear(m, &j->errand);
        free(j);
        return VERDICT_DONE;
    }
    job_take(call, j, &when);
    if (try.plain && *try.text)
        reply_pair(call->reply, "value", "%s", try.text);
    return VERDICT_DONE;
}

void schedule_add_errand(struct call *call, const struct when *when, struct errand *e)
{
    struct mixd *m = call->context;
    struct job *j = job_new(call);
    if (!j)
        return;
    errand_refresh(m, e, m->schedule->reply);
    reading_clear(&j->errand.reading);
    j->errand = *e;
    j->errand.asker = asker_of(call);
    *e = (struct errand){ 0 };
    job_take(call, j, when);
    reply_pair(call->reply, "lines", "%u", j->errand.n);
    if (!m->at_once)
        schedule_tick(m);
}
