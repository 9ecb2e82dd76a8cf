/* registry.h - the table of verbs, and how a line finds its handler
 *
 * The table belongs to the daemon; it is passed in, sorted by name (strcmp). A handler answers at
 * once (VERDICT_DONE) or leaves a `struct pending` behind (VERDICT_LATER), which whoever dispatched
 * polls until it says true. To add a verb: one row and one handler.
 */
#ifndef IPC_REGISTRY_H
#define IPC_REGISTRY_H

#include "ipc/parse.h"
#include "ipc/reply.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

enum verdict {
    VERDICT_DONE,  /* the reply is complete */
    VERDICT_LATER, /* call->pending was filled in; the reply may have data lines already */
    VERDICT_NONE   /* registry_run: an empty line or a comment: there is nothing to answer */
};

/* An answer that is not ready. */
struct pending {
    /* Adds to the reply; true: it is complete. Not called again after that. */
    bool (*poll)(void *state, struct reply *r);
    /* Frees state; called exactly once, after poll said true or when the caller is gone. */
    void (*drop)(void *state);
    void *state;
    /* Is the command itself still to be obeyed, so that nobody being there to be answered is no
     * reason to drop it? NULL: no. */
    bool (*owed)(const void *state);
};

struct call {
    void *context; /* the registry's: the daemon */
    void *caller;  /* struct client *, or NULL: a session file */
    const struct verb *verb;
    unsigned count;     /* words, the verb included: at least 1 */
    struct word *words; /* words[0] is the verb; good until the handler returns */
    struct word when;   /* what stood behind `at`, which is no longer among the words; its text is
                           NULL if nothing did */
    struct reply *reply;
    struct pending pending; /* the handler's to fill when it returns VERDICT_LATER */
};

#define VERB_MANY UINT_MAX /* no upper limit to a verb's words */

enum verb_flag {
    VERB_CLIENT = 1,  /* makes sense on a connection only: denied to a session file */
    VERB_SESSION = 2, /* changes the desk: may stand in a session file, and takes `at WHEN` */
    VERB_FILES = 4,   /* may have to read files; nothing has changed when it could not */
};

struct verb {
    const char *name;
    const char *usage; /* "set ADDR VALUE [over TIME]" */
    const char *help;  /* one sentence, lower case, no full stop */
    unsigned min, max; /* words after the verb; max may be VERB_MANY */
    unsigned flags;    /* enum verb_flag */
    enum verdict (*run)(struct call *call);
};

struct registry {
    const struct verb *verbs; /* sorted by name */
    size_t count;
    void *context; /* given to every call */
    /* Runs what may be run, or does something else with it; NULL: the verb's own handler. */
    enum verdict (*run)(struct call *call);
    /* A line was refused before anything could run it: it cannot be read, or its verb or the number
     * of its words is wrong; `reply` says so. NULL: nobody wants to know. */
    void (*spoilt)(void *context, void *caller, const struct reply *reply);
};

/* Control. The row called `name`; NULL: none. */
const struct verb *registry_find(const struct registry *g, const char *name);

/* Any thread. The words of `call` and what they say, for later; `to` owns it. -1: out of memory. */
int call_keep(const struct call *call, struct call *to);
void call_drop(struct call *kept);

/* Control. The reply is an error: word number `word` should name a verb; the hint is the nearest.
 */
void registry_refuse_name(const struct registry *g, const struct call *call, unsigned word,
                          const char *what);

/* Control. Looks up call->words[0], takes `at WHEN` out, checks how many words are left and runs
 * the handler. Sets call->context, call->verb and call->when. Unknown verb, too few or too many
 * words, or a verb that needs a client: the reply is the error, VERDICT_DONE. */
enum verdict registry_dispatch(const struct registry *g, struct call *call);

/* Control. The hint is how the verb is used: of its forms (parted by " | ") the one that begins
 * with the words given, else all. */
void call_hint_usage(const struct call *call);

/* Any thread. Appends the words as a line that reads back as the same, and its \n; without `when`.
 */
void call_write(const struct call *call, struct text *out);

/* Control. Parses `length` bytes of text (text[length] must be writable) and dispatches them.
 * Begins `reply` anew, with the line's tag. VERDICT_LATER: *pending is what to poll. */
enum verdict registry_run(const struct registry *g, char *text, size_t length, void *caller,
                          struct reply *reply, struct pending *pending);

/* Control. The same where nobody waits: an answer that is not ready is dropped. False: the line is
 * refused, and `reply` says why. */
bool registry_run_alone(const struct registry *g, char *text, size_t length, struct reply *reply);

#endif
