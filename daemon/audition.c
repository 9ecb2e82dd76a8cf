/* audition.c - a session file tried on a desk that never sounds, a few lines at a time */
#include "daemon/audition.h"

#include "daemon/script.h"
#include "daemon/session.h"
#include "effects/rt.h"
#include "mixer/console.h"
#include "mixer/needs.h"

#include <stdlib.h>
#include <string.h>

enum {
    SLICE_NS = 2000000, /* of the file, at a stretch */
    AWAIT_MS = 1        /* a file that is in memory is there sooner: no turn is waited for it */
};

/* On an empty desk. */
static void trial_begin(struct audition *a, const struct mixd *m)
{
    a->trial = (struct mixd){ .trial = true, .plans = true, .thorough = a->determined };
    if (!mixd_init(&a->trial, m->name, console_rate(m->console), m->quantum))
        return;
    text_add_string(&a->fault, "out of memory");
    a->over = true;
}

static void script_end(struct audition *a)
{
    if (a->script)
        script_close(a->script);
    a->script = NULL;
}

void audition_begin(struct audition *a, const struct mixd *m, const char *path)
{
    *a = (struct audition){ .path = strdup(path) };
    if (a->path && reading_init(&a->reading)) {
        trial_begin(a, m);
        return;
    }
    text_add_string(&a->fault, "out of memory");
    a->over = true;
}

static void go_on(struct audition *a, uint64_t until_ns)
{
    if (!a->script)
        a->script = script_open(&a->trial, a->path, &a->fault);
    if (reading_lacks(&a->trial) || (a->script && !script_run(a->script, until_ns)))
        return;
    a->good = a->script && !script_close(a->script);
    a->script = NULL;
    a->over = true;
}

static bool fits(const struct audition *a, const struct mixd *m)
{
    return !a->trial.console || console_rate(a->trial.console) == console_rate(m->console);
}

/* What was read of other files, for another rate, is of no use. */
static void begin_anew(struct audition *a, const struct mixd *m)
{
    script_end(a);
    mixd_clear(&a->trial);
    needs_recall(a->reading.needs, 0);
    text_empty(&a->fault);
    a->over = a->good = false;
    trial_begin(a, m);
}

bool audition_go_on(struct audition *a, const struct mixd *m)
{
    uint64_t until_ns = rt_now() + SLICE_NS;
    if (!fits(a, m) && reading_idle(&a->reading))
        begin_anew(a, m);
    while (!a->over && reading_idle(&a->reading)) {
        if (rt_now() > until_ns)
            break;
        reading_enter(&a->reading, &a->trial);
        go_on(a, until_ns);
        if (!reading_leave(&a->reading, &a->trial))
            reading_await(&a->reading, AWAIT_MS);
    }
    return a->over && fits(a, m);
}

int audition_perform(struct audition *a, struct mixd *m)
{
    text_empty(&a->fault);
    needs_recall(a->reading.needs, 0);
    needs_close(a->reading.needs, true); /* the trial has asked for all of them */
    reading_enter(&a->reading, m);
    m->thorough = true; /* what the trial could not know of is no reason for half a desk */
    int err = session_run(m, a->path, &a->fault);
    m->thorough = false;
    reading_leave(&a->reading, m);
    needs_close(a->reading.needs, false);
    return err;
}

void audition_clear(struct audition *a)
{
    script_end(a);
    mixd_clear(&a->trial);
    reading_clear(&a->reading);
    text_clear(&a->fault);
    free(a->path);
    *a = (struct audition){ 0 };
}
