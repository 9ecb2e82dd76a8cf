/* reload.c - the session file once more, of which only what has changed is obeyed
 *
 * The file is run on a desk that never sounds; the commands that make ours into that one are then
 * obeyed like a transaction, in one quantum. What is the same does not notice.
 */
#include "daemon/commit.h"
#include "daemon/difference.h"
#include "daemon/errand.h"
#include "daemon/mixd.h"
#include "daemon/session.h"
#include "daemon/verbs.h"
#include "daemon/watch.h"
#include "daemon/wires.h"
#include "ipc/parse.h"
#include "mixer/console.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Connections are the driver's, and a trial has none: they are read from the file. */
static void wires_read(const char *path, struct text *out)
{
    static struct line parsed; /* large */
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t room = 0;
    for (ssize_t n; file && (n = getline(&line, &room, file)) >= 0;) {
        while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
            line[--n] = '\0';
        if (line_parse(&parsed, line, (size_t)n) || parsed.count != 3 ||
            strcmp(parsed.words[0].text, "connect") != 0)
            continue;
        struct call call = { .count = parsed.count, .words = parsed.words };
        call_write(&call, out);
    }
    free(line);
    if (file)
        fclose(file);
}

/* A driver that has no ports makes none of them: they are only kept, like those of a session. */
static bool wires_keep(struct mixd *m, struct text *wires, struct text *fault)
{
    wires_free(m->wires);
    m->wires = NULL;
    return !session_run_text(m, m->session_path, wires, fault);
}

static unsigned lines_of(const struct text *t)
{
    unsigned n = 0;
    for (const char *at = text_string(t); (at = strchr(at, '\n')); at++)
        n++;
    return n;
}

/* False: the reply is the error. */
static bool difference_read(const struct call *call, struct text *out)
{
    struct mixd *m = call->context, trial = { .trial = true };
    struct text fault = { 0 }, wires = { 0 };
    bool good = !mixd_init(&trial, m->name, console_rate(m->console), m->quantum);
    if (!good) {
        text_add_string(&fault, "out of memory");
    } else if ((good = !session_run(&trial, m->session_path, &fault)) &&
               !(good = !strcmp(console_folder(m->console), console_folder(trial.console)))) {
        text_printf(&fault, "the desk is another session's by now, of %s",
                    console_folder(m->console));
    } else if (good) {
        wires_read(m->session_path, &wires);
        good = !wires.failed && (m->driver_kind->connect || wires_keep(m, &wires, &fault));
        difference_write(m, &trial, &wires, out);
        good = good && !out->failed;
    }
    if (!good)
        reply_err(call->reply, CODE_FILE, "%s", text_string(&fault));
    mixd_clear(&trial);
    text_clear(&fault);
    text_clear(&wires);
    return good;
}

enum verdict verb_reload(struct call *call)
{
    struct mixd *m = call->context;
    struct errand e = { .whole = true, .quoted = true };
    if (!m->session_path) {
        reply_err_at(call->reply, CODE_STATE, &call->words[0], "there was no session file");
        reply_hint(call->reply, "restore FILE");
        return VERDICT_DONE;
    }
    if (!difference_read(call, &e.lines)) {
        errand_clear(m, &e);
        return VERDICT_DONE;
    }
    e.n = lines_of(&e.lines);
    if (!e.n) {
        errand_clear(m, &e);
        reply_ok(call->reply, "lines=0 same=1");
        return VERDICT_DONE;
    }
    watch_state(m, "reloaded=1");
    return commit(call, &e);
}
