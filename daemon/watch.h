/* watch.h - telemetry: what a client sees of the figures, on demand and as events
 *
 * Each client that asks has its own peaks, lowest buffer fill and sequence numbers. A client that
 * does not keep up gets fewer events, with what they say merged, never a wrong one.
 */
#ifndef DAEMON_WATCH_H
#define DAEMON_WATCH_H

#include "ipc/server.h"
#include "ipc/text.h"

#include <stdbool.h>
#include <stdint.h>

struct console_value;
struct mixd;
struct reply;

enum topic {
    TOPIC_METERS,
    TOPIC_STATS,
    TOPIC_STATE,
    TOPIC_TRANSPORT,
    TOPIC_LOG,
    TOPICS_TO_WATCH,
    TOPIC_LATE = TOPICS_TO_WATCH, /* these come to who scheduled, without being asked for */
    TOPIC_FAILED,
    TOPIC_DONE,
    TOPIC_LOST, /* comes to who watches stats */
    TOPICS
};

/* Any thread. The topic of a name, or -1. */
int topic_find(const char *name);

/* Control. Begins a topic for a client at `rate` events per second at most (0: the topic's own), of
 * addresses that match `glob` (NULL: all) where there are any; or ends it. 0 or -ENOMEM. */
int watch_begin(struct client *c, struct mixd *m, enum topic topic, double rate, const char *glob);
void watch_end(struct client *c, enum topic topic);

/* Control. The data lines that give the full state of a topic; they count as read by `c`. */
void watch_full(struct mixd *m, struct client *c, enum topic topic, const char *glob,
                struct reply *r);

/* Control. Every turn: sends what is due. */
void watch_tick(struct mixd *m, uint64_t now_ns);

/* Control. The emptiest track's fill as it was just seen, for everyone's lowest. */
void watch_fill(struct mixd *m, double fill);

/* Control. Tells those who watch `state`: a value that was set, something else ("added=strip/a").
 * watch_transport: those who watch the transport, at once. watch_log: a line of the log. */
void watch_value(struct mixd *m, const struct console_value *v, uint64_t frame);
void watch_state(struct mixd *m, const char *format, ...) __attribute__((format(printf, 2, 3)));
void watch_transport(struct mixd *m);
void watch_log(struct mixd *m, const char *level, const char *line);

/* Control. Tells one client (client_id) something that it has waited for, after the answer that is
 * being given. False: it is not there any more. */
bool watch_tell(struct mixd *m, uint64_t client, enum topic topic, const char *text);

#endif
