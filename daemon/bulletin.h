/* bulletin.h - what watchers are told in one turn of the control thread, spelled once
 *
 * Hundreds of clients that watch the same thing are told the same words but for their own sequence
 * numbers, peaks and lowest fill. Spelling them costs a hundred times what copying them does.
 */
#ifndef DAEMON_BULLETIN_H
#define DAEMON_BULLETIN_H

#include "ipc/text.h"

#include <stdint.h>

struct bulletin;
struct mixd;
struct peaks;

/* Control. NULL: out of memory. */
struct bulletin *bulletin_new(void);
void bulletin_free(struct bulletin *b); /* NULL is fine */

/* Control. A turn begins: nothing that was spelled before it is true any more. */
void bulletin_turn(struct bulletin *b);

/* Control. All are good until the next turn, the meter's until it is asked for twice more.
 * "state=rolling position=1.5s ..." */
const struct text *bulletin_transport(struct bulletin *b, struct mixd *m);
/* "OUT=48.00 CAP=... nans=0" in two pieces; between them belongs " BUF.low=N" with the reader's own
 * lowest fill. Returns the fill now. */
double bulletin_stats(struct bulletin *b, struct mixd *m, const struct text **before,
                      const struct text **behind);
/* "address=strip/vox peak=-6dB ...": place `meter`, which belongs to `address`, as it is for the
 * reader with these peaks; they stay. */
const struct text *bulletin_meter(struct bulletin *b, struct mixd *m, const char *address,
                                  uint32_t meter, const struct peaks *peaks);

#endif
