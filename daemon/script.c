/* script.c - the lines of a session, run one after the other */
#include "daemon/script.h"

#include "daemon/faults.h"
#include "daemon/mixd.h"
#include "daemon/reading.h"
#include "daemon/transaction.h"
#include "effects/rt.h"
#include "mixer/console.h"
#include "mixer/needs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf" /* some editors begin UTF-8 with one */

struct script {
    struct mixd *m;
    struct reply *reply;
    struct faults *faults;
    char *text, *line;       /* all of it; a copy of a line, because running takes it apart */
    size_t length, at, room; /* bytes: of the text; of it, those that were run; for a line */
    unsigned number;         /* of the line that comes next, from 1 */
    bool stopped;            /* at a line that was refused */
    int error;               /* why what follows cannot be read: errno; or 0 */
};

static void script_free(struct script *s)
{
    free(s->text);
    free(s->line);
    faults_free(s->faults);
    reply_free(s->reply);
    free(s);
}

/* NULL: out of memory. */
static struct script *script_new(struct mixd *m, const char *name, const char *text, size_t length,
                                 struct text *fault)
{
    struct script *s = calloc(1, sizeof *s);
    if (s)
        *s = (struct script){ .m = m,
                              .reply = reply_new(),
                              .faults = faults_new(name, fault),
                              .text = malloc(length + 1),
                              .length = length,
                              .number = 1 };
    if (s && s->reply && s->faults && s->text) {
        memcpy(s->text, length ? text : "", length);
        return s;
    }
    text_add_string(fault, "out of memory");
    if (s)
        script_free(s);
    return NULL;
}

static struct script *script_of_file(struct mixd *m, const char *path, const struct textfile *f,
                                     struct text *fault)
{
    int error = f->open_error;
    if (!error && console_set_folder(m->console, f->folder))
        error = ENOMEM;
    if (error) {
        text_printf(fault, "%s:1:1: cannot be read: %s", path, strerrordesc_np(error));
        return NULL;
    }
    struct script *s = script_new(m, path, f->text, f->length, fault);
    if (s)
        s->error = f->read_error;
    return s;
}

struct script *script_open(struct mixd *m, const char *path, struct text *fault)
{
    struct need want = { .what = NEED_TEXT, .path = strdup(path) };
    if (!want.path) {
        text_add_string(fault, "out of memory");
        return NULL;
    }
    struct need *file = needs_meet(m->needs, &want, m->trial);
    struct script *s = file ? script_of_file(m, path, &file->text, fault) : NULL;
    need_clear(&want);
    return s;
}

struct script *script_of(struct mixd *m, const char *name, struct text *lines, struct text *fault)
{
    return script_new(m, name, text_string(lines), lines->length, fault);
}

/* Takes a copy of the next line without its end. False: there is none, or, if it is stopped, no
 * memory for it. */
static bool line_take(struct script *s, size_t *length)
{
    const char *from = s->text + s->at, *end;
    size_t left = s->length - s->at;
    if (!left)
        return false;
    end = memchr(from, '\n', left);
    *length = end ? (size_t)(end - from) : left;
    if (s->room <= *length) {
        char *room = realloc(s->line, *length + 1);
        s->error = room ? s->error : ENOMEM;
        if (!room)
            return false;
        s->line = room;
        s->room = *length + 1;
    }
    memcpy(s->line, from, *length);
    s->at += *length + (end != NULL);
    while (*length > 0 && s->line[*length - 1] == '\r')
        --*length;
    s->line[*length] = '\0';
    return true;
}

/* False: it came to nothing, because it needs a file that has to be read first. */
static bool line_run(struct script *s, size_t length)
{
    char *text = s->line;
    if (s->number == 1 && !strncmp(text, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK))) {
        text += strlen(BYTE_ORDER_MARK);
        length -= strlen(BYTE_ORDER_MARK);
    }
    faults_line(s->faults, text, length);
    bool obeyed = registry_run_alone(&s->m->registry, text, length, s->reply);
    if (reading_lacks(s->m))
        return false;
    if (!obeyed)
        faults_add(s->faults, s->number, s->reply);
    s->stopped = !obeyed && !s->m->thorough;
    s->number++;
    return true;
}

bool script_run(struct script *s, uint64_t until_ns)
{
    bool before = s->m->at_once;
    size_t length, at = s->at;
    s->m->at_once = true;
    while (!s->stopped && line_take(s, &length)) {
        if (!line_run(s, length)) {
            s->at = at;
            break;
        }
        at = s->at;
        if (rt_now() > until_ns)
            break;
    }
    s->m->at_once = before;
    return s->stopped || s->at == s->length || s->error == ENOMEM;
}

int script_close(struct script *s)
{
    if (s->error && !s->stopped)
        faults_say(s->faults, s->number, 1, strerrordesc_np(s->error));
    else if (!s->stopped && transaction_of(s->m, NULL))
        faults_say(s->faults, s->number, 1, "it ends before commit");
    int status = faults_count(s->faults) == 0 ? 0 : -1;
    transaction_drop(s->m, NULL);
    script_free(s);
    return status;
}
