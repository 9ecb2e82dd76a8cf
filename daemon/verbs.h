/* verbs.h - what the handlers of the verbs share */
#ifndef DAEMON_VERBS_H
#define DAEMON_VERBS_H

#include "daemon/mixd.h"
#include "effects/ramp.h"
#include "ipc/registry.h"

#include <stdbool.h>
#include <stdint.h>

/* The clauses that may stand at the end of a command: over TIME, curve NAME. */
struct clauses {
    uint32_t frames; /* UINT32_MAX: no `over` */
    enum curve curve;
};

/* Reads the clauses from word `from` on. `allowed` holds the first letters of those that make sense
 * ("oc"). False: the reply is the error. */
bool clauses_read(const struct call *call, unsigned from, const char *allowed, struct clauses *out);

/* Has a word from `from` on given the key already that stands before the = of this one? Then the
 * reply is the error. */
bool key_repeated(const struct call *call, unsigned from, unsigned word);

/* A word is not what is expected there: the error says `what`, the hint is how the verb is used. */
enum verdict usage_refused(const struct call *call, unsigned word, const char *what);

/* engine/ramp in frames: how long what is cut fades in. */
uint32_t fade_frames(const struct mixd *m);
/* Tells with an ok how many strips do not begin, if any: their files do not answer. */
void reply_unprimed(struct mixd *m, struct reply *r);
/* A time in frames. False: the reply is the error. */
bool time_read(const struct call *call, unsigned word, uint64_t *frames);
/* A timeline position in frames: a time, a marker or, where there is a tempo, 17|3|240. False: the
 * reply is the error. */
bool position_read(const struct call *call, unsigned word, uint64_t *frames);
/* Is there something on the desk of that address? A pattern may mean nothing. False: the reply is
 * the error. */
bool object_known(struct call *call, unsigned word);
/* No marker is called that: the error says `what`, and the hint is the nearest one. */
void refuse_marker(const struct call *call, unsigned word, const char *what);

/* Leaves a copy of `state` behind, size bytes, to be polled (struct pending) until the command is
 * answered. */
enum verdict answer_later(struct call *call, bool (*poll)(void *state, struct reply *r),
                          const void *state, size_t size);
/* Answers once `done` says so of the console: then `answer` completes the reply. While sessions are
 * read (at_once) that is now. */
enum verdict answer_when(struct call *call, bool (*done)(const struct console *c),
                         void (*answer)(struct mixd *m, struct reply *r, const uint64_t arg[2]),
                         uint64_t arg0, uint64_t arg1);
/* Answers once everything that was asked for is audible: then `answer` completes the reply. While
 * sessions are read (at_once) that is now. */
enum verdict answer_settled(struct call *call,
                            void (*answer)(struct mixd *m, struct reply *r, const uint64_t arg[2]),
                            uint64_t arg0, uint64_t arg1);

/* `stop ADDR`, whose clauses begin at word `from`. */
enum verdict shot_stop(struct call *call, unsigned from);

enum verdict verb_abort(struct call *call);
enum verdict verb_add(struct call *call);
enum verdict verb_arm(struct call *call);
enum verdict verb_begin(struct call *call);
enum verdict verb_commit(struct call *call);
enum verdict verb_connect(struct call *call);
enum verdict verb_describe(struct call *call);
enum verdict verb_disconnect(struct call *call);
enum verdict verb_fire(struct call *call);
enum verdict verb_get(struct call *call);
enum verdict verb_go(struct call *call);
enum verdict verb_help(struct call *call);
enum verdict verb_insert(struct call *call);
enum verdict verb_load(struct call *call);
enum verdict verb_locate(struct call *call);
enum verdict verb_loop(struct call *call);
enum verdict verb_ls(struct call *call);
enum verdict verb_marker(struct call *call);
enum verdict verb_meters(struct call *call);
enum verdict verb_panic(struct call *call);
enum verdict verb_play(struct call *call);
enum verdict verb_ports(struct call *call);
enum verdict verb_queue(struct call *call);
enum verdict verb_quit(struct call *call);
enum verdict verb_reload(struct call *call);
enum verdict verb_record(struct call *call);
enum verdict verb_remove(struct call *call);
enum verdict verb_restore(struct call *call);
enum verdict verb_save(struct call *call);
enum verdict verb_scene(struct call *call);
enum verdict verb_schedule(struct call *call);
enum verdict verb_set(struct call *call);
enum verdict verb_stats(struct call *call);
enum verdict verb_status(struct call *call);
enum verdict verb_stop(struct call *call);
enum verdict verb_undo(struct call *call);
enum verdict verb_unwatch(struct call *call);
enum verdict verb_version(struct call *call);
enum verdict verb_watch(struct call *call);

#endif
