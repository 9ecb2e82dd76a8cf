/* answer.c - one whole answer of the daemon, as its client sees it */
#include "ipc/answer.h"

#include "ipc/connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool answer_is_event(const char *line)
{
    return strncmp(line, "event ", 6) == 0;
}

/* Is `line` the word, alone or followed by more? */
static bool begins(const char *line, const char *word)
{
    size_t n = strlen(word);
    return strncmp(line, word, n) == 0 && (line[n] == ' ' || line[n] == '\0');
}

static int add_line(struct answer *a, const char *line)
{
    if ((a->count & (a->count - 1)) == 0) { /* a power of two: full */
        size_t room = a->count ? 2 * a->count : 1;
        struct record *lines = realloc(a->lines, room * sizeof *lines);
        if (!lines)
            return -ENOMEM;
        a->lines = lines;
        char **plain = realloc(a->plain, room * sizeof *plain);
        if (!plain)
            return -ENOMEM;
        a->plain = plain;
    }
    line += strspn(line + 1, " ") + 1;
    a->plain[a->count] = strdup(line);
    int status = record_parse(&a->lines[a->count], line);
    a->count++;
    return a->plain[a->count - 1] ? status : -ENOMEM;
}

int answer_read(struct answer *a, struct connection *c, void (*event)(void *arg, const char *line),
                void *arg)
{
    char *line;
    int status;

    *a = (struct answer){ 0 };
    while (!(status = connection_read(c, &line))) {
        if (begins(line, "-")) {
            status = add_line(a, line);
        } else if (begins(line, "ok") || begins(line, "err")) {
            a->ok = *line == 'o';
            a->plain_final = strdup(line);
            status = record_parse(&a->final, line);
            return a->plain_final ? status : -ENOMEM;
        } else if (!answer_is_event(line)) {
            status = -EPROTO;
        } else if (event) {
            event(arg, line);
        }
        if (status)
            return status;
    }
    return status;
}

void answer_clear(struct answer *a)
{
    for (size_t i = 0; i < a->count; i++) {
        record_clear(&a->lines[i]);
        free(a->plain[i]);
    }
    free(a->lines);
    free(a->plain);
    free(a->plain_final);
    record_clear(&a->final);
    *a = (struct answer){ 0 };
}

/* Bare words of the final line behind ok or err and the tag. */
static const char *word_behind_tag(const struct answer *a, size_t n)
{
    return record_word(&a->final, n + (answer_tag(a) ? 2 : 1));
}

const char *answer_tag(const struct answer *a)
{
    const char *word = record_word(&a->final, 1);
    return word && *word == '@' ? word + 1 : NULL;
}

const char *answer_code(const struct answer *a)
{
    return a->ok ? NULL : word_behind_tag(a, 0);
}

const char *answer_text(const struct answer *a)
{
    return a->ok ? NULL : word_behind_tag(a, 1);
}
