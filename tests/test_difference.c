/* test_difference.c - the difference of two desks, obeyed by the one, makes the other
 *
 * Pairs of desks are made of random lines. What is saved is the judge; in which order strips were
 * added is no difference, so lines are compared as a set.
 */
#include "daemon/difference.h"

#include "daemon/log.h"
#include "daemon/mixd.h"
#include "daemon/session.h"
#include "ipc/reply.h"
#include "mixer/console.h"
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

enum { PAIRS = 300, LINES = 25, SAVED_MOST = 4000 };

/* $ is a digit. */
static const char *const pool[] = {
    "add input i$ channels=1 gain=-$dB",
    "add input j$ channels=2 pan=L$ send/b$=-$dB group=g$",
    "add input j$ out=bus/b$",
    "add bus b$ gain=-$dB",
    "add bus b$ out=bus/b$",
    "add group g$ gain=-$dB",
    "remove input/i$",
    "remove input/j$",
    "set input/j$/solo on",
    "insert input/j$ eq as s$ low.gain=$dB",
    "remove bus/b$",
    "insert input/i$ eq",
    "insert input/i$ eq as s$ low.gain=$dB",
    "insert input/i$ compressor as s$",
    "insert input/i$ gain before eq",
    "insert bus/b$ delay as s$",
    "remove input/i$/eq",
    "insert master limiter as s$ ceiling=-$dB",
    "set input/i$/gain -$dB",
    "set input/i$/mute on",
    "set input/i$/out bus/b$",
    "set input/i$/out own$",
    "set input/i$/group g$",
    "set input/i$/send/b$ -$dB",
    "set input/i$/send/b$/pre on",
    "set input/i$/eq/low.gain -$dB",
    "set bus/b$/send/b$ -$dB",
    "set bus/b$/out bus/b$",
    "set group/g$/mute on",
    "set master/gain -$dB",
    "set engine/ramp 1$ms",
    "set transport/tempo 12$",
    "set transport/signature $/8",
    "marker add m$ $s",
    "marker add n$ 1$s",
    "marker remove m$",
    "scene store c$",
    "scene put c$ input/i$/gain=-$dB",
    "scene remove c$",
    "scene morph c$ c$ 0.$",
    "loop $s 1$s",
    "loop off",
};

static unsigned next(void)
{
    static unsigned seed = 7;
    seed = seed * 1664525u + 1013904223u;
    return seed >> 10;
}

static void line_make(char out[128])
{
    const char *row = pool[next() % (sizeof pool / sizeof *pool)];
    size_t n = 0;
    for (; *row; row++)
        out[n++] = *row == '$' ? (char)('1' + next() % 3) : *row;
    out[n] = '\0';
}

/* Some of the lines will be refused: they name what is not there. */
static void desk_open(struct mixd *m, struct reply *reply)
{
    char line[128];
    *m = (struct mixd){ .at_once = true, .trial = true };
    CHECK_INT(mixd_init(m, "mixd", 48000, 64), 0);
    for (unsigned i = next() % 4 ? LINES + next() % LINES : 0; i-- > 0;) {
        line_make(line);
        registry_run_alone(&m->registry, line, strlen(line), reply);
    }
}

/* A desk that was saved and read: what is only just leaving is not in its way. */
static void desk_settle(struct mixd *m)
{
    struct text lines = { 0 }, fault = { 0 };
    session_write(m, "", &lines);
    mixd_clear(m);
    *m = (struct mixd){ .at_once = true, .trial = true };
    CHECK_INT(mixd_init(m, "mixd", 48000, 64), 0);
    CHECK_INT(session_run_text(m, "session", &lines, &fault), 0);
    CHECK_STR(text_string(&fault), "");
    text_clear(&lines);
    text_clear(&fault);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The effects of a chain belong together, in their order: they become one line. */
static void chains_join(char *lines)
{
    char last[32] = "", address[32];
    for (char *at = lines; at && (at = strstr(at, "\ninsert ")); at++) {
        snprintf(address, sizeof address, "%.*s", (int)strcspn(at + 8, " "), at + 8);
        if (!strcmp(address, last))
            *at = ' ';
        strcpy(last, address);
    }
}

/* The lines of a session in the order of the alphabet, a scene's values one by one. */
static void saved(struct mixd *m, struct text *out)
{
    struct text lines = { 0 };
    static char *all[SAVED_MOST];
    size_t n = 0;
    char *save = NULL;
    session_write(m, "", &lines);
    chains_join(lines.data);
    for (char *at = lines.data; at && (at = strstr(at, "scene put "));) {
        at += strlen("scene put ");
        at += strcspn(at, " ") + 1; /* its name */
        for (; *at && *at != '\n'; at++)
            *at = *at == ' ' ? '\n' : *at;
    }
    char *line = lines.data ? strtok_r(lines.data, "\n", &save) : NULL;
    for (; line && n < SAVED_MOST; line = strtok_r(NULL, "\n", &save))
        all[n++] = line;
    CHECK(n < SAVED_MOST);
    qsort(all, n, sizeof *all, by_text);
    text_empty(out);
    for (size_t i = 0; i < n; i++)
        text_printf(out, "%s\n", all[i]);
    text_clear(&lines);
}

/* How many lines the difference has. */
static int make_alike(struct mixd *now, struct mixd *wanted)
{
    struct text lines = { 0 }, fault = { 0 }, ours = { 0 }, theirs = { 0 };
    int n = 0;
    difference_write(now, wanted, &lines);
    CHECK(!lines.failed);
    for (const char *at = text_string(&lines); (at = strchr(at, '\n')); at++)
        n++;
    CHECK_INT(session_run_text(now, "difference", &lines, &fault), 0);
    CHECK_STR(text_string(&fault), "");
    saved(now, &ours);
    saved(wanted, &theirs);
    CHECK_STR(text_string(&ours), text_string(&theirs));
    text_clear(&lines);
    text_clear(&fault);
    text_clear(&ours);
    text_clear(&theirs);
    return n;
}

static void differences_make_alike(void)
{
    struct reply *reply = reply_new();
    for (int i = 0; i < PAIRS; i++) {
        struct mixd now, wanted;
        desk_open(&now, reply);
        desk_open(&wanted, reply);
        desk_settle(&now);
        desk_settle(&wanted);
        make_alike(&now, &wanted);
        desk_settle(&now);
        CHECK_INT(make_alike(&now, &wanted), 0);
        mixd_clear(&now);
        mixd_clear(&wanted);
    }
    reply_free(reply);
}

int main(void)
{
    log_open(-1);
    RUN(differences_make_alike);
    return check_done();
}
