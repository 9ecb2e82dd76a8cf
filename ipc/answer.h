/* answer.h - one whole answer of the daemon, as its client sees it */
#ifndef IPC_ANSWER_H
#define IPC_ANSWER_H

#include "ipc/record.h"

#include <stdbool.h>
#include <stddef.h>

struct connection;

struct answer {
    struct record *lines; /* data lines, without their "- " */
    size_t count;
    char **plain;        /* the same as they came */
    struct record final; /* "ok" or "err", then the rest */
    char *plain_final;
    bool ok;
};

/* Any thread. Reads one answer. Events on the way go to event(arg, line), NULL: nowhere. 0, -EPIPE
 * (the daemon has gone), -EPROTO (it does not speak this protocol), -errno. answer_clear in any
 * case. */
int answer_read(struct answer *a, struct connection *c, void (*event)(void *arg, const char *line),
                void *arg);
void answer_clear(struct answer *a);

/* Any thread. Of the final line: the tag without its @, the code, the text; NULL if there is none.
 */
const char *answer_tag(const struct answer *a);
const char *answer_code(const struct answer *a);
const char *answer_text(const struct answer *a);

/* Any thread. Does `line` begin with "event "? */
bool answer_is_event(const char *line);

#endif
