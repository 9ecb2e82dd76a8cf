/* batch.h - several changes of the desk that are heard from one frame
 *
 *     console_batch_begin(c, at, wishes, true);
 *     console_add_strip(c, ...);  console_set(c, ...);  console_play(c, ...);
 *     frame = console_batch_end(c);
 *
 * What the changes post is held back until the end and then goes as one batch, stamped with its
 * frame: one desk, every ramp and the transport are obeyed in one quantum. A file takes time to
 * prime; so that a batch need not wait, what it will play is known beforehand (wishes), opened for
 * the frame at which it will sound, and taken when the batch is made.
 */
#ifndef MIXER_BATCH_H
#define MIXER_BATCH_H

#include <stdbool.h>
#include <stdint.h>

struct console;
struct wishes;

/* Control. What a console that never sounds (one on which the changes were tried) would have to
 * open now, since it was asked last. NULL: nothing, or out of memory. */
struct wishes *wishes_take(struct console *tried);
/* Control. Opens what is not open yet for `at` (engine frame; 0: soon), and what the transport has
 * made stale anew. True: all is primed, or cannot be opened. */
bool wishes_primed(struct console *c, struct wishes *w, uint64_t at);
/* Control. Is a change of the loop primed that begins only where the engine has yet to come? */
bool console_moves_early(const struct console *c);
/* Control. The engine frame at which a driver that waits for tracks waits for those that are being
 * opened; UINT64_MAX: for none. Live they come when they can. */
uint64_t console_hold(const struct console *c);
/* Control. The first file that cannot be opened, as text good until the next call; or NULL. */
const char *wishes_fault(const struct console *c, const struct wishes *w);
/* Control. Closes what was opened and not taken. NULL is fine. */
void wishes_free(struct console *c, struct wishes *w);

/* Control. Facts of files that `peer` (NULL: nobody) has in its strips are believed, not read; or,
 * if that has another rate, where they cannot be read. A console that only rehearses believes the
 * same of files in its effects. */
void console_set_peer(struct console *c, const struct console *peer);

/* Control. Is there room for a batch that is obeyed at `at` (0: at once)? `plain`: it moves levels
 * only. False: soon. */
bool console_batch_fits(const struct console *c, uint64_t at, bool plain);
/* Control. Is nothing under way that could refuse a line of a whole batch? Effects that still
 * crossfade in all their places are told to make one. */
bool console_batch_settled(struct console *c);
/* Control. Begins one: what is changed from here on is obeyed at `at` (0: in the next quantum there
 * is), all of it. `wishes` may be NULL. `whole`: console_settled holds, so whatever is coming came
 * with this batch. */
void console_batch_begin(struct console *c, uint64_t at, const struct wishes *w, bool whole);
/* Control. Ends it; the frame from which it is heard, later than asked if it comes too late. What
 * plays a file that is not primed follows when it is. */
uint64_t console_batch_end(struct console *c);

#endif
