/* piped.h - named pipes that outlive a desk: what is built anew goes on with them
 *
 *     struct pipes *pipes = pipes_keep(before);
 *     console_free(before);
 *     ... another console, of any rate, with strips of the same names ...
 *     pipes_give(after, pipes);
 *
 * Whoever writes to such a pipe notices nothing, and none of it is lost.
 */
#ifndef MIXER_PIPED_H
#define MIXER_PIPED_H

struct console;
struct pipes;

/* Control. The pipes that strips play, held open. NULL: there are none, or out of memory. */
struct pipes *pipes_keep(const struct console *c);
/* Control, before the first tick. Strips that play what those of the same name did go on with it at
 * the console's rate; the other pipes are closed. Frees them; NULL is fine. */
void pipes_give(struct console *c, struct pipes *p);

#endif
