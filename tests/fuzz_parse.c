/* fuzz_parse.c - any bytes through parser and registry: one answer, of whole and harmless lines */
#include "ipc/glob.h"
#include "ipc/record.h"
#include "ipc/registry.h"
#include "ipc/utf8.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum verdict echo(struct call *call)
{
    for (unsigned i = 1; i < call->count; i++) {
        char *key, *value;
        reply_item(call->reply, call->words[i].text);
        if (word_split(call->words[i].text, &key, &value))
            reply_pair(call->reply, key, "%s", value);
    }
    return VERDICT_DONE;
}

static enum verdict match(struct call *call)
{
    reply_ok(call->reply, "match=%d", glob_match(call->words[1].text, call->words[2].text));
    return VERDICT_DONE;
}

static enum verdict refuse(struct call *call)
{
    reply_err_at(call->reply, CODE_RANGE, &call->words[1], "%s", call->words[1].text);
    reply_hint(call->reply, "%s", call->words[1].text);
    return VERDICT_DONE;
}

/* What a transaction does with a line: it is kept, run later, and written as a line that reads back
 * as the same words. */
static enum verdict keep_and_run(struct call *call)
{
    struct call kept;
    struct text line = { 0 };
    struct line again;
    if (call_keep(call, &kept))
        abort();
    call_write(&kept, &line);
    assert(line_parse(&again, line.data, line.length - 1) == 0 && again.count == kept.count);
    for (unsigned i = 0; i < kept.count; i++)
        assert(!strcmp(again.words[i].text, call->words[i].text));
    text_clear(&line);
    enum verdict v = kept.verb->run(&kept);
    call_drop(&kept);
    return v;
}

static const struct verb verbs[] = {
    { "echo", "echo WORD... [at WHEN]", "", 0, VERB_MANY, VERB_SESSION, echo },
    { "match", "match GLOB TEXT | match all TEXT", "", 2, 2, 0, match },
    { "refuse", "refuse WORD", "", 1, 1, 0, refuse },
};
static const struct registry at_once = { .verbs = verbs, .count = 3 };
static const struct registry later = { .verbs = verbs, .count = 3, .run = keep_and_run };

/* Data lines, then exactly one final line, each fit for a terminal and readable by a client. */
static void check_answer(const char *bytes, size_t n)
{
    const char *end = bytes + n;
    int finals = 0;
    assert(n && end[-1] == '\n');
    for (const char *line = bytes, *stop; line < end; line = stop + 1) {
        stop = memchr(line, '\n', (size_t)(end - line));
        assert(!finals);
        assert(strncmp(line, "- ", 2) == 0 || strncmp(line, "ok", 2) == 0 ||
               strncmp(line, "err ", 4) == 0);
        finals += *line != '-';
        for (const char *c = line; c < stop;) {
            size_t step = *c == '\t' ? 1 : utf8_printable(c, (size_t)(stop - c));
            assert(step);
            c += step;
        }
    }
    assert(finals == 1);
    struct record r;
    if (record_parse(&r, bytes) == 0)
        assert(r.count > 0);
    record_clear(&r);
}

static void check_line(const struct registry *registry, const uint8_t *data, size_t size)
{
    static struct reply *reply;
    struct pending pending;
    size_t n;
    char *text = malloc(size + 1); /* of its own, so that a step outside is seen */

    reply = reply ? reply : reply_new();
    if (size)
        memcpy(text, data, size);
    if (registry_run(registry, text, size, NULL, reply, &pending) == VERDICT_DONE) {
        const char *bytes = reply_finish(reply, &n);
        check_answer(bytes, n);
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_line(&at_once, data, size);
    check_line(&later, data, size);
    return 0;
}
