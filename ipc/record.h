/* record.h - a line that the daemon sent, taken apart: bare words and key=value pairs */
#ifndef IPC_RECORD_H
#define IPC_RECORD_H

#include <stddef.h>

struct pair {
    const char *key; /* NULL: a bare word */
    const char *value;
};

struct record {
    char *line; /* the words point into it */
    struct pair *pairs;
    size_t count;
};

/* Any thread. Takes a copy of `line` apart, however long it is; what is oddly quoted is taken as it
 * stands. 0 or -ENOMEM. record_clear in any case. */
int record_parse(struct record *r, const char *line);
void record_clear(struct record *r);

/* Any thread. Takes `line` itself apart, for who must not allocate: its first `most` words into
 * `pairs`, which point into it. How many. */
size_t record_split(char *line, struct pair *pairs, size_t most);

/* Any thread. The value of `key`; NULL: none. */
const char *record_get(const struct record *r, const char *key);

/* Any thread. The bare word number n, from 0; NULL: there are fewer. */
const char *record_word(const struct record *r, size_t n);

#endif
