/* bar.h - levels as rows of characters: bars and spark lines, in blocks or in plain ASCII */
#ifndef IPC_BAR_H
#define IPC_BAR_H

#include "ipc/text.h"

#include <stdbool.h>
#include <stddef.h>

#define BAR_FLOOR_DB (-60.0) /* the left end of a level's bar */

/* Any thread. How much of a bar stands for a level, 0 to 1; 0 for NAN. */
double bar_share_db(double db);

/* Any thread. Appends a bar of `cells` characters of which `share` (0 to 1; NAN: none) is full; in
 * blocks it is exact to an eighth of a cell. */
void bar_write(struct text *out, double share, unsigned cells, bool blocks);

/* Any thread. Cell i of such a bar. */
const char *bar_cell(double share, unsigned i, unsigned cells, bool blocks);

/* Any thread. One cell of a spark line for `share` (0 to 1; NAN: a blank). */
const char *bar_spark(double share, bool blocks);

#endif
