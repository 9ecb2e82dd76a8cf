/* schedule.c - commands that are obeyed later: what is due is handed over, and listed until then */
#include "daemon/schedule_parts.h"

#include "daemon/log.h"
#include "daemon/mixd.h"
#include "daemon/rehearsal.h"
#include "daemon/watch.h"
#include "daemon/when.h"
#include "effects/param.h"
#include "ipc/parse.h"
#include "mixer/batch.h"
#include "mixer/console.h"
#include "mixer/course.h"
#include "mixer/link.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    JOBS_PER_TICK = 1024, /* so that a crowd of them does not hold up the clients */
    OPEN_AHEAD_S = 2,     /* its files are opened */
    BUSY_MOST_S = 5,      /* it is tried again */
    AHEAD_OFFLINE_S = 1,  /* where the engine waits for us */
};

static struct job *job_of_time(struct place *p)
{
    return p ? (struct job *)((char *)p - offsetof(struct job, by_time)) : NULL;
}

static struct job *first(const struct agenda *a)
{
    return job_of_time(agenda_from(a, 0, 0));
}

struct schedule *schedule_new(void)
{
    struct schedule *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->reply = reply_new();
    if (s->reply)
        return s;
    free(s);
    return NULL;
}

void job_enter(struct job *j, struct agenda *a, uint64_t key)
{
    j->agenda = a;
    j->by_time.key = key;
    agenda_add(a, &j->by_time);
}

static void job_end(struct mixd *m, struct job *j)
{
    struct schedule *s = m->schedule;
    if (j->agenda)
        agenda_remove(j->agenda, &j->by_time);
    agenda_remove(&s->ids, &j->by_id);
    s->opening -= j->opens;
    errand_clear(m, &j->errand);
    free(j);
}

void schedule_free(struct schedule *s)
{
    if (!s)
        return;
    rehearsal_free(s->rehearsal);
    reply_free(s->reply);
    free(s);
}

unsigned schedule_cancel(struct mixd *m, uint64_t id)
{
    struct schedule *s = m->schedule;
    unsigned n = 0;
    struct place *p;
    while ((p = agenda_from(&s->ids, id, 0)) && (!id || p->key == id)) {
        job_end(m, (struct job *)p);
        n++;
    }
    return n;
}

void schedule_cancel_session(struct mixd *m)
{
    struct schedule *s = m->schedule;
    struct place *p = agenda_from(&s->ids, 0, 0), *next;
    for (; p; p = next) {
        struct job *j = (struct job *)p;
        next = agenda_next(&s->ids, p);
        if (!j->errand.asker.client)
            job_end(m, j);
    }
}

/* To who scheduled it, if he is still there; else to the log. */
static void tell(struct mixd *m, const struct job *j, enum topic topic, const char *format, ...)
{
    struct text out = { 0 };
    va_list args;
    asker_write(&j->errand.asker, &out);
    text_printf(&out, "id=%" PRIu64 " ", j->by_id.key);
    va_start(args, format);
    text_vprintf(&out, format, args);
    va_end(args);
    if (!watch_tell(m, j->errand.asker.client, topic, text_string(&out)))
        log_warn("schedule: %s: %.*s", text_string(&out),
                 (int)strcspn(text_string(&j->errand.lines), "\n"), text_string(&j->errand.lines));
    text_clear(&out);
}

static void tell_failed(struct mixd *m, const struct job *j)
{
    const struct reply *r = m->schedule->reply;
    struct text why = { 0 };
    word_write_quoted(&why, reply_text(r));
    tell(m, j, TOPIC_FAILED, "code=%s text=%s", protocol_code_name(reply_code(r)),
         text_string(&why));
    text_clear(&why);
}

/* PRIMING: not yet, and none behind it either; READING: others first; else it is over. */
static enum errand_state job_run(struct mixd *m, struct job *j, uint64_t now)
{
    struct schedule *s = m->schedule;
    uint64_t frame = 0, most = (uint64_t)BUSY_MOST_S * console_rate(m->console);
    bool patient = j->errand.whole || now < j->frame || m->offline;
    enum errand_state state =
        errand_run(m, &j->errand, j->outside ? 0 : j->frame, patient, &frame, NULL, s->reply);
    s->stalled = state == ERRAND_BUSY;
    if (state == ERRAND_PRIMING || (state == ERRAND_BUSY && now < j->frame + most))
        return ERRAND_PRIMING;
    if (state == ERRAND_READING)
        return ERRAND_READING;
    if (state == ERRAND_DONE && frame > j->frame && !j->outside)
        tell(m, j, TOPIC_LATE, "by=%" PRIu64 "f", frame - j->frame);
    else if (state != ERRAND_DONE)
        tell_failed(m, j);
    job_end(m, j);
    return ERRAND_DONE;
}

/* Those that are due up to `limit`, or as much later as they take. */
static void jobs_run(struct mixd *m, struct agenda *a, uint64_t now, uint64_t limit)
{
    struct place *p = agenda_from(a, 0, 0), *next;
    for (int i = 0; i < JOBS_PER_TICK && p; i++, p = next) {
        struct job *j = job_of_time(p);
        next = agenda_next(a, p);
        uint64_t extra = j->outside ? 0 : j->extra;
        if (j->frame > limit + extra || job_run(m, j, now) == ERRAND_PRIMING)
            return;
    }
}

/* Those whose position comes by between where it was looked last and `limit` get their frame. */
static void positions_pass(struct mixd *m, uint64_t from, uint64_t to)
{
    struct schedule *s = m->schedule;
    struct place *p = agenda_from(&s->positions, from, 0), *next;
    for (; p && p->key < to; p = next) {
        struct job *j = job_of_time(p);
        uint64_t frame = course_meets(&s->course, j->position);
        next = agenda_next(&s->positions, p);
        if (frame == UINT64_MAX)
            continue;
        agenda_remove(&s->positions, p);
        j->frame = when_edge(m, frame);
        job_enter(j, j->outside ? &s->outside : &s->frames, j->frame);
    }
}

static void course_look(struct mixd *m, uint64_t limit)
{
    struct schedule *s = m->schedule;
    struct course now, *c = &s->course;
    if (!console_course(m->console, &now)) {
        s->rolls = false;
        return;
    }
    if (!s->rolls || !course_follows(c, &now))
        *c = now;
    c->until = now.until;
    s->rolls = true;
    uint64_t span = limit > c->frame ? limit - c->frame : 0, end = c->position + span;
    bool turns = c->loop_from < c->loop_to && c->position < c->loop_to && end > c->loop_to;
    positions_pass(m, c->position, turns ? c->loop_to : end);
    if (turns)
        positions_pass(m, c->loop_from, c->loop_to);
    *c = now;
}

/* Opens files that will be wanted within the next seconds. */
static void files_open(struct mixd *m, uint64_t now)
{
    struct schedule *s = m->schedule;
    uint64_t limit = now + (uint64_t)OPEN_AHEAD_S * console_rate(m->console);
    struct place *p = s->opening ? agenda_from(&s->frames, 0, 0) : NULL;
    for (; p && p->key < limit; p = agenda_next(&s->frames, p)) {
        struct job *j = job_of_time(p);
        errand_refresh(m, &j->errand, s->reply);
        if (j->errand.wishes)
            wishes_primed(m->console, j->errand.wishes, j->frame);
    }
    p = s->opening && s->rolls ? agenda_from(&s->positions, s->course.position, 0) : NULL;
    for (; p && p->key < s->course.position + limit - now; p = agenda_next(&s->positions, p)) {
        struct job *j = job_of_time(p);
        uint64_t frame = j->errand.wishes ? course_meets(&s->course, j->position) : UINT64_MAX;
        if (frame != UINT64_MAX)
            wishes_primed(m->console, j->errand.wishes, when_edge(m, frame));
    }
}

/* Where a driver that waits lets a job whose files are not primed yet be: as far ahead of its frame
 * as it is posted live, so that what comes is there before the change that it brings. What is on
 * its way first needs the engine to go on. */
static uint64_t job_waits_at(const struct mixd *m, const struct job *j)
{
    uint64_t now = link_horizon(m->link);
    uint64_t lead = (uint64_t)console_rate(m->console) * SCHEDULE_AHEAD_MS / 1000;
    if (!j->opens || !console_settled(m->console))
        return j->frame;
    if (!now) /* what arrives must see that it rolls */
        now = j->frame < m->quantum ? j->frame : m->quantum;
    return j->frame > now + lead ? j->frame - lead : now;
}

/* The first frame for which something is still to be posted. */
static uint64_t planned(const struct mixd *m)
{
    const struct schedule *s = m->schedule;
    const struct job *j = first(&s->frames);
    uint64_t frame = j && !s->stalled ? job_waits_at(m, j) : UINT64_MAX;
    const struct course *c = &s->course;
    bool turns = c->loop_from < c->loop_to && c->position < c->loop_to;
    struct place *p = s->rolls ? agenda_from(&s->positions, c->position, 0) : NULL;
    if (s->rolls && turns && (!p || p->key >= c->loop_to))
        p = agenda_from(&s->positions, c->loop_from, 0);
    uint64_t meets = p ? course_meets(c, p->key) : UINT64_MAX;
    if (!s->rolls && console_moved_frame(m->console) > console_status(m->console)->frame)
        meets = s->positions.n ? console_moved_frame(m->console) + m->quantum : meets;
    uint64_t hold = console_hold(m->console);
    frame = frame < meets ? frame : meets;
    return frame < hold ? frame : hold;
}

static uint64_t ahead(const struct mixd *m)
{
    struct driver_figures f = { 0 };
    uint64_t rate = console_rate(m->console);
    if (m->driver)
        m->driver_kind->figures(m->driver, &f);
    if (m->offline && !link_horizon(m->link))
        return 0; /* what comes later comes into what has begun */
    if (m->offline || f.freewheeling)
        return AHEAD_OFFLINE_S * rate;
    return rate * SCHEDULE_AHEAD_MS / 1000 + 2 * (uint64_t)f.period;
}

void schedule_tick(struct mixd *m)
{
    struct schedule *s = m->schedule;
    if (!s || m->batch)
        return;
    if (!s->ids.n) {
        link_promise(m->link, console_hold(m->console));
        return;
    }
    uint64_t now = link_horizon(m->link), limit = now + ahead(m);
    s->stalled = false;
    course_look(m, limit);
    files_open(m, now);
    jobs_run(m, &s->frames, now, limit);
    jobs_run(m, &s->outside, now, now);
    link_promise(m->link, planned(m));
}

bool schedule_busy(const struct mixd *m)
{
    const struct schedule *s = m->schedule;
    const struct job *j = s ? first(&s->frames) : NULL;
    return j && j->frame <= link_horizon(m->link) + ahead(m) + j->extra;
}

void schedule_rebase(struct mixd *m, uint64_t frame, uint32_t rate_before, uint32_t rate)
{
    struct schedule *s = m->schedule;
    struct place *p = agenda_from(&s->ids, 0, 0);
    double ratio = (double)rate / rate_before;
    rehearsal_free(s->rehearsal);
    s->rehearsal = NULL;
    s->rolls = false;
    for (; p; p = agenda_next(&s->ids, p)) {
        struct job *j = (struct job *)p;
        errand_forget(m, &j->errand);
        struct agenda *a = j->agenda;
        uint64_t left = j->frame > frame ? j->frame - frame : 0;
        agenda_remove(a, &j->by_time);
        j->frame = when_edge(m, (uint64_t)((double)left * ratio));
        j->position = (uint64_t)((double)j->position * ratio);
        job_enter(j, a, a == &s->positions ? j->position : j->frame);
    }
}

/* ---- telling */

static void jobs_print(const struct mixd *m, const struct agenda *a, struct reply *r)
{
    char text[PARAM_TEXT];
    for (struct place *p = agenda_from(a, 0, 0); p; p = agenda_next(a, p)) {
        const struct job *j = job_of_time(p);
        const char *line = text_string(&j->errand.lines);
        reply_item(r, NULL);
        reply_pair(r, "id", "%" PRIu64, j->by_id.key);
        if (a != &m->schedule->positions)
            reply_pair(r, "frame", "%" PRIu64, j->frame);
        if (j->timeline)
            reply_pair(r, "position", "%s",
                       time_format(j->position, console_rate(m->console), text));
        if (*j->errand.asker.tag)
            reply_pair(r, "tag", "@%s", j->errand.asker.tag);
        reply_pair(r, "client", "%" PRIu64, j->errand.asker.client);
        if (j->errand.whole)
            reply_pair(r, "lines", "%u", j->errand.n);
        reply_pair(r, "line", "%.*s", (int)strcspn(line, "\n"), line);
    }
}

unsigned schedule_count(const struct mixd *m)
{
    return m->schedule->ids.n;
}

void schedule_list(const struct mixd *m, struct reply *r)
{
    jobs_print(m, &m->schedule->frames, r);
    jobs_print(m, &m->schedule->outside, r);
    jobs_print(m, &m->schedule->positions, r);
}
