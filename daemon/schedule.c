/* schedule.c - commands that are obeyed later
 *
 * A job lies in two agendas: by its id, and by what it waits for. Those that wait for a position of
 * the timeline get their frame when it is a moment away; until then a locate or a stop moves
 * nothing but the way there.
 */
#include "daemon/schedule.h"

#include "daemon/agenda.h"
#include "daemon/errand.h"
#include "daemon/log.h"
#include "daemon/mixd.h"
#include "daemon/rehearsal.h"
#include "daemon/verbs.h"
#include "daemon/watch.h"
#include "daemon/when.h"
#include "effects/param.h"
#include "effects/rt.h"
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

struct job {
    struct place by_id;   /* first, so that a place of ids is its job */
    struct place by_time; /* in frames, outside or positions */
    struct agenda *agenda;
    uint64_t frame; /* 0: of a position that has none yet */
    bool timeline;
    bool outside; /* about the world outside of the engine: obeyed when its frame has come */
    bool opens;   /* files, perhaps */
    uint64_t position;
    uint64_t client; /* 0: a session file */
    uint64_t extra;  /* frames by which it is begun earlier: it took that long to try */
    char tag[LINE_TAG + 1];
    struct errand errand;
};

struct schedule {
    struct agenda ids;       /* key: id */
    struct agenda frames;    /* key: engine frame */
    struct agenda outside;   /* key: engine frame */
    struct agenda positions; /* key: timeline frame */
    uint64_t last_id;
    unsigned opening; /* jobs with files to be opened */
    struct rehearsal *rehearsal;
    struct course course; /* as it was looked along last */
    bool rolls;           /* there was one */
    bool stalled;         /* the first one waits for the engine to go on */
    struct reply *reply;
};

static struct job *job_of_time(struct place *p)
{
    return p ? (struct job *)((char *)p - offsetof(struct job, by_time)) : NULL;
}

static struct job *first(const struct agenda *a)
{
    return job_of_time(agenda_from(a, 0, 0));
}

struct schedule *schedule_new(struct mixd *m)
{
    struct schedule *s = calloc(1, sizeof *s);
    (void)m;
    if (!s)
        return NULL;
    s->reply = reply_new();
    if (s->reply)
        return s;
    free(s);
    return NULL;
}

static void enter(struct job *j, struct agenda *a, uint64_t key)
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

/* ---- taking in */

/* The desk as it will be once all that changes its shape has been obeyed. */
static struct rehearsal *rehearsal_of(struct mixd *m)
{
    struct schedule *s = m->schedule;
    if (s->rehearsal && !rehearsal_stale(s->rehearsal, m))
        return s->rehearsal;
    rehearsal_free(s->rehearsal);
    s->rehearsal = rehearsal_new(m);
    for (struct place *p = agenda_from(&s->ids, 0, 0); s->rehearsal && p;
         p = agenda_next(&s->ids, p)) {
        const struct errand *e = &((struct job *)p)->errand;
        const char *at = text_string(&e->lines);
        for (size_t n; !e->plain && *at; at += n + (at[n] == '\n')) {
            char line[PROTOCOL_LINE + 1];
            n = strcspn(at, "\n");
            snprintf(line, sizeof line, "%.*s", (int)n, at);
            rehearsal_try(s->rehearsal, line, s->reply);
        }
    }
    wishes_free(m->console, s->rehearsal ? rehearsal_wishes(s->rehearsal) : NULL);
    return s->rehearsal;
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
    j->client = call->caller ? client_id(call->caller) : 0;
    snprintf(j->tag, sizeof j->tag, "%s", reply_tag(call->reply));
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

static void job_enter(struct call *call, struct job *j, const struct when *when)
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
        enter(j, j->outside ? &s->outside : &s->frames, j->frame);
    else
        enter(j, &s->positions, j->position);
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
    if (when.now)
        return call->verb->run(call);
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
    job_enter(call, j, &when);
    if (try.plain && *try.text)
        reply_pair(call->reply, "value", "%s", try.text);
    if (!m->at_once)
        schedule_tick(m);
    return VERDICT_DONE;
}

void schedule_add_errand(struct call *call, const struct when *when, struct errand *e)
{
    struct mixd *m = call->context;
    struct job *j = job_new(call);
    if (!j)
        return;
    errand_refresh(m, e, m->schedule->reply);
    j->errand = *e;
    *e = (struct errand){ 0 };
    job_enter(call, j, when);
    reply_pair(call->reply, "lines", "%u", j->errand.n);
    if (!m->at_once)
        schedule_tick(m);
}

/* ---- obeying */

/* To who scheduled it, if he is still there; else to the log. */
static void tell(struct mixd *m, const struct job *j, enum topic topic, const char *format, ...)
{
    struct text out = { 0 };
    va_list args;
    if (*j->tag)
        text_printf(&out, "tag=@%s ", j->tag);
    text_printf(&out, "id=%" PRIu64 " ", j->by_id.key);
    va_start(args, format);
    text_vprintf(&out, format, args);
    va_end(args);
    if (!watch_tell(m, j->client, topic, text_string(&out)))
        log_warn("schedule: %s: %.*s", text_string(&out),
                 (int)strcspn(text_string(&j->errand.lines), "\n"), text_string(&j->errand.lines));
    text_clear(&out);
}

/* False: not yet, and none behind it either. */
static bool job_run(struct mixd *m, struct job *j, uint64_t now)
{
    struct schedule *s = m->schedule;
    uint64_t frame = 0, most = (uint64_t)BUSY_MOST_S * console_rate(m->console);
    bool patient = j->errand.whole || now < j->frame || m->offline;
    m->asker = j->client;
    snprintf(m->asker_tag, sizeof m->asker_tag, "%s", j->tag);
    enum errand_state state =
        errand_run(m, &j->errand, j->outside ? 0 : j->frame, patient, &frame, NULL, s->reply);
    s->stalled = state == ERRAND_BUSY;
    if (state == ERRAND_PRIMING || (state == ERRAND_BUSY && now < j->frame + most))
        return false;
    if (state == ERRAND_DONE && frame > j->frame && !j->outside)
        tell(m, j, TOPIC_LATE, "by=%" PRIu64 "f", frame - j->frame);
    else if (state != ERRAND_DONE)
        tell(m, j, TOPIC_FAILED, "code=%s text=\"%s\"", protocol_code_name(reply_code(s->reply)),
             reply_text(s->reply));
    job_end(m, j);
    return true;
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
        enter(j, j->outside ? &s->outside : &s->frames, j->frame);
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

/* The first frame for which something is still to be posted. */
static uint64_t planned(const struct mixd *m)
{
    const struct schedule *s = m->schedule;
    const struct job *j = first(&s->frames);
    uint64_t frame = j && !s->stalled ? j->frame : UINT64_MAX;
    const struct course *c = &s->course;
    bool turns = c->loop_from < c->loop_to && c->position < c->loop_to;
    struct place *p = s->rolls ? agenda_from(&s->positions, c->position, 0) : NULL;
    if (s->rolls && turns && (!p || p->key >= c->loop_to))
        p = agenda_from(&s->positions, c->loop_from, 0);
    uint64_t meets = p ? course_meets(c, p->key) : UINT64_MAX;
    if (!s->rolls && console_moved_frame(m->console) > console_status(m->console)->frame)
        meets = s->positions.n ? console_moved_frame(m->console) + m->quantum : meets;
    return frame < meets ? frame : meets;
}

static uint64_t ahead(const struct mixd *m)
{
    struct driver_figures f = { 0 };
    uint64_t rate = console_rate(m->console);
    if (m->driver)
        m->driver_kind->figures(m->driver, &f);
    if (m->offline || f.freewheeling)
        return AHEAD_OFFLINE_S * rate;
    return rate * SCHEDULE_AHEAD_MS / 1000 + 2 * (uint64_t)f.period;
}

void schedule_tick(struct mixd *m)
{
    struct schedule *s = m->schedule;
    if (!s || !s->ids.n || m->batch)
        return;
    uint64_t now = link_horizon(m->link), limit = now + ahead(m);
    struct job *j;
    s->stalled = false;
    course_look(m, limit);
    files_open(m, now);
    for (int i = 0; i < JOBS_PER_TICK && (j = first(&s->frames)); i++)
        if (j->frame > limit + j->extra || !job_run(m, j, now))
            break;
    while ((j = first(&s->outside)) && j->frame <= now && job_run(m, j, now))
        ;
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
        wishes_free(m->console, j->errand.wishes);
        rehearsal_free(j->errand.rehearsal);
        j->errand.wishes = NULL;
        j->errand.rehearsal = NULL;
        struct agenda *a = j->agenda;
        uint64_t left = j->frame > frame ? j->frame - frame : 0;
        agenda_remove(a, &j->by_time);
        j->frame = when_edge(m, (uint64_t)((double)left * ratio));
        j->position = (uint64_t)((double)j->position * ratio);
        enter(j, a, a == &s->positions ? j->position : j->frame);
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
        if (*j->tag)
            reply_pair(r, "tag", "@%s", j->tag);
        reply_pair(r, "client", "%" PRIu64, j->client);
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
