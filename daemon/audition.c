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

void audition_begin(struct audition *a, const struct mixd *m, const char *path)
{
    *a = (struct audition){ .path = strdup(path), .trial = { .trial = true, .plans = true } };
    if (a->path && reading_init(&a->reading) &&
        !mixd_init(&a->trial, m->name, console_rate(m->console), m->quantum))
        return;
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

/* What was read for another rate is of no use. */
static void begin_anew(struct audition *a, const struct mixd *m)
{
    char *path = a->path;
    a->path = NULL;
    audition_clear(a);
    audition_begin(a, m, path);
    free(path);
}

bool audition_go_on(struct audition *a, const struct mixd *m)
{
    uint64_t until_ns = rt_now() + SLICE_NS;
    if (a->trial.console && console_rate(a->trial.console) != console_rate(m->console))
        begin_anew(a, m);
    while (!a->over && reading_idle(&a->reading)) {
        if (rt_now() > until_ns)
            break;
        reading_enter(&a->reading, &a->trial);
        go_on(a, until_ns);
        if (!reading_leave(&a->reading, &a->trial))
            reading_await(&a->reading, AWAIT_MS);
    }
    return a->over;
}

int audition_perform(struct audition *a, struct mixd *m)
{
    needs_recall(a->reading.needs);
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
    if (a->script)
        script_close(a->script);
    mixd_clear(&a->trial);
    reading_clear(&a->reading);
    text_clear(&a->fault);
    free(a->path);
    *a = (struct audition){ 0 };
}
