/* difference_parts.h - what the two files of the difference share; nobody else includes it */
#ifndef DAEMON_DIFFERENCE_PARTS_H
#define DAEMON_DIFFERENCE_PARTS_H

#include "ipc/text.h"
#include "mixer/index.h"
#include "mixer/list.h"

#include <stdbool.h>

struct mixd;

/* One desk, taken apart. */
struct side {
    struct mixd *m;
    struct text text;
    struct list lines;   /* of char *, into text */
    struct list objects; /* of struct thing: each node with its effects behind it */
    struct index said;   /* the lines */
    struct index things; /* by their addresses */
};

struct thing {
    char *address, *kind;
    bool stays;     /* the other side has it too */
    bool gone;      /* its removal has been written */
    uint32_t place; /* among the objects */
};

/* The first words of lines that belong together: those of a marker, a scene, a queue. */
struct head {
    bool now, wanted; /* which sides have it */
    bool differs;     /* a line of it is said on one side only */
    char text[];
};

struct comparing {
    struct side now, wanted;
    struct list heads; /* of struct head */
    struct index by_text;
    struct text *out;
};

/* Control. The object with that address, or NULL. */
struct thing *thing_find(const struct side *s, const char *address);
bool line_begins(const char *line, const char *with);
/* Control. Finds the heads of both sides' lines. 0, or -1: out of memory. */
int heads_take(struct comparing *c);
void heads_clear(struct comparing *c);

/* Control. What has no address of its own, by the lines that a session has for it. Queues come
 * before the buses go, the rest behind everything. */
void queues_compare(struct comparing *c);
void lines_compare(struct comparing *c);

#endif
