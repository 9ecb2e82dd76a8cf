/* table.h - data lines in columns, for a person at a terminal */
#ifndef IPC_TABLE_H
#define IPC_TABLE_H

#include "ipc/answer.h"
#include "ipc/text.h"

#include <stdbool.h>

/* Any thread. Appends the answer's data lines: `address=value` lines as two columns; lines of a
 * name and pairs as a table with a head (bold if `colour`); what fits neither, or would be wider
 * than `width` columns, as it came. */
void table_write(struct text *out, const struct answer *a, unsigned width, bool colour);

#endif
