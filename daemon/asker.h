/* asker.h - who gave a command and waits to hear what became of it */
#ifndef DAEMON_ASKER_H
#define DAEMON_ASKER_H

#include "ipc/parse.h"
#include "ipc/text.h"

#include <stdint.h>

struct call;

struct asker {
    uint64_t client;        /* client_id; 0: a session file, or nobody who could be told */
    char tag[LINE_TAG + 1]; /* of the command; "": none */
};

/* Control. Of a command that nobody gave himself: who asked for the batch that is run. */
struct asker asker_of(const struct call *call);

/* Control. `tag=@7 `, with which an event for him begins; nothing if there is no tag. */
void asker_write(const struct asker *a, struct text *out);

#endif
