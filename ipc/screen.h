/* screen.h - the desk as plain lines of 80 columns, for a file, a pipe or a log */
#ifndef IPC_SCREEN_H
#define IPC_SCREEN_H

#include "ipc/mirror.h"
#include "ipc/text.h"

/* Any thread. Appends the transport, the figures, a line for each place, and an empty line. */
void screen_write(struct text *out, const struct mirror *m);

/* Any thread. Pieces of it: a level such as -12.3 or -inf; 1:23.456; a figure in at most 6
 * characters; how much of a figure's bar is full (NAN: not known). */
void screen_level(char out[16], double db);
void screen_time(char out[32], double seconds);
void screen_figure(char out[16], double value);
double screen_share(const struct mirror *m, enum figure f, double value);

#endif
