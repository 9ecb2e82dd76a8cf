/* difference_parts.h - what the two files of the difference share; nobody else includes it */
#ifndef DAEMON_DIFFERENCE_PARTS_H
#define DAEMON_DIFFERENCE_PARTS_H

#include "ipc/text.h"
#include "mixer/list.h"

#include <stdbool.h>

struct mixd;

/* One desk, taken apart. */
struct side {
    struct mixd *m;
    struct text text;
    struct list lines;   /* of char *, into text */
    struct list objects; /* of struct thing */
};

struct thing {
    char *address, *kind;
    bool stays; /* the other side has it too */
    bool gone;  /* its removal has been written */
};

struct comparing {
    struct side now, wanted;
    struct text *out;
};

/* Control. The object with that address, or NULL. */
struct thing *thing_find(const struct side *s, const char *address);
bool line_begins(const char *line, const char *with);

/* Control. What has no address of its own, by the lines that a session has for it. Queues come
 * before the buses go, the rest behind everything. */
void queues_compare(struct comparing *c);
void lines_compare(struct comparing *c);

#endif
