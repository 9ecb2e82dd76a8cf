/* feed.h - a daemon's lines as they come, for one who watches: connects, and again when it went */
#ifndef IPC_FEED_H
#define IPC_FEED_H

#include "ipc/loop.h"

#include <stdbool.h>

struct feed;

/* The feed's thread. What its owner hears; each gets `arg`. */
struct feed_news {
    void (*up)(void *arg);               /* a daemon has greeted; commands may be sent */
    void (*line)(void *arg, char *line); /* any line, the greeting first; may be written on */
    void (*served)(void *arg);           /* all lines that were there have been told */
    void (*down)(void *arg, int error);  /* -EPIPE: the daemon has gone; or another -errno */
};

/* The loop's thread. A feed that is not connected yet. NULL: out of memory. */
struct feed *feed_new(struct loop *l, const char *path, const struct feed_news *news, void *arg);
void feed_free(struct feed *f); /* before the loop is; NULL is fine */

/* The loop's thread. Connects; 0 or -errno (-ENOENT, -ECONNREFUSED: nobody there). */
int feed_connect(struct feed *f);
/* The loop's thread. The same, as often as it takes, from now on. */
int feed_retry(struct feed *f);

/* The loop's thread. Sends a line, never waiting: what a busy daemon does not take yet is kept.
 * False: too much is kept already, or no daemon is there; the line was not sent. */
bool feed_send(struct feed *f, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
