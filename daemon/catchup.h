/* catchup.h - every value, a piece at a time, for a client that has missed a change of one
 *
 * A client that reads slowly gets no events once too many are unsent. When there is room again it
 * is told all that it watches, from where the last piece ended and once around: what is missed on
 * the way begins a new round from there, so that each value has its turn however often that
 * happens.
 */
#ifndef DAEMON_CATCHUP_H
#define DAEMON_CATCHUP_H

#include <stdbool.h>
#include <stdint.h>

struct console_value;
struct mixd;

/* All 0: nothing was missed. */
struct catchup {
    uint32_t at;       /* which of the values comes next */
    uint32_t left;     /* how many are still to be told */
    uint64_t revision; /* of the desk when the last piece was told */
};

/* Control. Something was missed. */
void catchup_begin(struct catchup *c);

/* Control. Tells the next few values whose addresses match `glob` (NULL: all), if any are to be
 * told. `tell` says false if there is no room for this one. */
void catchup_go_on(struct catchup *c, const struct mixd *m, const char *glob, void *context,
                   bool (*tell)(void *context, const struct console_value *v));

#endif
