/* show.h - what the daemon says, on standard output */
#ifndef IPC_SHOW_H
#define IPC_SHOW_H

#include "ipc/answer.h"

#include <stdbool.h>

enum show_style {
    SHOW_PLAIN,  /* data lines without their "- ", then the pairs of `ok` if it has any */
    SHOW_TABLE,  /* the same, aligned for a person */
    SHOW_JSON,   /* one object to a line */
    SHOW_SCHEMA, /* the same for the answer of `describe`, with its JSON Schema */
};

/* One thread. The style for standard output as it is: a terminal or not. */
enum show_style show_style(bool json);

/* One thread. Each writes and flushes. 0; -EPIPE: nobody reads on; -errno. */
int show_answer(const struct answer *a, enum show_style style);
int show_event(const char *line, enum show_style style);

#endif
