/* errand.c - command lines that were tried, and are run together as one batch when all is ready */
#include "daemon/errand.h"

#include "daemon/mixd.h"
#include "daemon/rehearsal.h"
#include "ipc/parse.h"
#include "mixer/batch.h"
#include "mixer/console.h"
#include "mixer/needs.h"

#include <stdlib.h>
#include <string.h>

/* `ok value=-6dB` from `ok frame=480 value=-6dB`: the frame is the batch's. `line` is what was
 * answered; NULL: it need not be told. */
static void answer_add(struct reply *answers, unsigned number, struct reply *reply,
                       const char *line)
{
    size_t length;
    struct text quoted = { 0 };
    const char *text = reply_finish(reply, &length), *last = text;
    for (const char *at = text; at && (at = strchr(at, '\n')) && at[1]; last = ++at)
        ;
    if (!last)
        return;
    int n = (int)strcspn(last, "\n"), head = n;
    const char *rest = last + n, *frame = strstr(last, " frame=");
    if (frame && frame <= last + n) {
        head = (int)(frame - last);
        rest = frame + 1 + strcspn(frame + 1, " \n");
    }
    if (line) {
        text_add_string(&quoted, " line=");
        word_write(&quoted, line);
    }
    reply_line(answers, "%u %.*s%.*s%s", number, head, last, (int)(last + n - rest), rest,
               text_string(&quoted));
    text_clear(&quoted);
}

bool errand_run_lines(struct mixd *m, struct errand *e, struct reply *answers, struct reply *reply)
{
    char *copy = strdup(text_string(&e->lines)), *at = copy;
    bool obeyed = true;
    e->obeyed = 0;
    if (!copy) {
        reply_begin(reply, NULL);
        reply_err(reply, CODE_LIMIT, "out of memory");
        return false;
    }
    for (unsigned i = 1; obeyed && *at; i++) {
        size_t length = strcspn(at, "\n");
        char *next = at + length + (at[length] == '\n');
        at[length] = '\0';
        char *line = e->quoted ? strdup(at) : NULL; /* running it takes it apart */
        obeyed = registry_run_alone(&m->registry, at, length, reply);
        e->obeyed += obeyed;
        if (answers)
            answer_add(answers, i, reply, line);
        free(line);
        at = next;
    }
    free(copy);
    return obeyed;
}

/* What is refused is remembered: the desk need not be copied again to know it. */
static void rehearse(struct errand *e, struct reply *reply)
{
    const char *at = text_string(&e->lines);
    text_empty(&e->fault);
    for (unsigned i = 1; *at && !e->fault.length; i++) {
        if (rehearsal_try_next(e->rehearsal, &at, reply))
            continue;
        text_printf(&e->fault, "line %u: %s", i, reply_text(reply));
        e->code = reply_code(reply);
    }
    e->wishes = rehearsal_wishes(e->rehearsal);
}

/* On the desk as it is now. False: a file has to be read first. */
static bool rehearse_anew(struct mixd *m, struct errand *e, struct reply *reply)
{
    errand_forget(m, e);
    needs_recall(e->reading.needs, 0);
    reading_enter(&e->reading, m);
    e->rehearsal = rehearsal_new(m, true);
    if (e->rehearsal)
        rehearse(e, reply);
    if (reading_leave(&e->reading, m))
        return true;
    errand_forget(m, e);
    return false;
}

bool errand_reads(const struct mixd *m, struct errand *e)
{
    return !m->loop || m->trial || reading_init(&e->reading);
}

enum errand_state errand_refresh(struct mixd *m, struct errand *e, struct reply *reply)
{
    if (!reading_idle(&e->reading))
        return ERRAND_READING;
    if (!e->whole)
        return ERRAND_DONE;
    if (!e->rehearsal || rehearsal_stale(e->rehearsal, m)) {
        if (!rehearse_anew(m, e, reply))
            return ERRAND_READING;
    } else if (!e->tried) {
        e->wishes = rehearsal_wishes(e->rehearsal);
    }
    e->tried = true;
    reply_begin(reply, NULL);
    if (e->rehearsal && !e->fault.length)
        return ERRAND_DONE;
    reply_err(reply, e->rehearsal ? e->code : CODE_LIMIT, "%s",
              e->rehearsal ? text_string(&e->fault) : "out of memory");
    return ERRAND_REFUSED;
}

/* Can it be run now, or what is it waiting for? */
static enum errand_state ready(struct mixd *m, struct errand *e, uint64_t at, bool patient,
                               struct reply *reply)
{
    enum errand_state fresh = errand_refresh(m, e, reply);
    if (fresh != ERRAND_DONE)
        return fresh;
    if (e->wishes && !wishes_primed(m->console, e->wishes, at) && patient)
        return console_moves_early(m->console) ? ERRAND_BUSY : ERRAND_PRIMING;
    const char *fault = e->wishes && e->whole ? wishes_fault(m->console, e->wishes) : NULL;
    if (fault) {
        reply_begin(reply, NULL);
        reply_err(reply, CODE_FILE, "%s", fault);
        return ERRAND_REFUSED;
    }
    if (e->whole && !console_batch_settled(m->console))
        return ERRAND_BUSY;
    return console_batch_fits(m->console, at, e->plain) ? ERRAND_DONE : ERRAND_BUSY;
}

enum errand_state errand_run(struct mixd *m, struct errand *e, uint64_t at, bool patient,
                             uint64_t *frame, struct reply *answers, struct reply *reply)
{
    enum errand_state state = ready(m, e, at, patient, reply);
    if (state != ERRAND_DONE)
        return state;
    needs_close(e->reading.needs, e->whole); /* they were tried on this very desk */
    reading_enter(&e->reading, m);
    m->batch = true;
    m->whole = e->whole;
    m->asker = &e->asker;
    console_set_peer(m->console, e->rehearsal ? rehearsal_console(e->rehearsal) : NULL);
    console_batch_begin(m->console, at, e->wishes, e->whole);
    bool obeyed = errand_run_lines(m, e, answers, reply);
    *frame = console_batch_end(m->console);
    console_set_peer(m->console, NULL);
    m->batch = m->whole = false;
    m->asker = NULL;
    mixd_hurry(m);
    needs_close(e->reading.needs, false);
    if (!reading_leave(&e->reading, m) && !obeyed) /* it was one line alone, which did nothing */
        return ERRAND_READING;
    if (obeyed)
        return ERRAND_DONE;
    return reply_code(reply) == CODE_BUSY && !e->whole ? ERRAND_BUSY : ERRAND_REFUSED;
}

void errand_forget(struct mixd *m, struct errand *e)
{
    wishes_free(m->console, e->wishes);
    rehearsal_free(e->rehearsal);
    e->wishes = NULL;
    e->rehearsal = NULL;
}

void errand_clear(struct mixd *m, struct errand *e)
{
    errand_forget(m, e);
    reading_clear(&e->reading);
    text_clear(&e->lines);
    text_clear(&e->fault);
    *e = (struct errand){ 0 };
}
