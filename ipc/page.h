/* page.h - what `help` answers, for a person at a terminal */
#ifndef IPC_PAGE_H
#define IPC_PAGE_H

#include "ipc/answer.h"
#include "ipc/text.h"

#include <stdbool.h>

/* Any thread. Appends the answer's data lines, if each of them bears a help text: the forms of a
 * verb, a line each (bold if `colour`), and below them what it does, in `width` columns. False, and
 * nothing appended: it is another answer. */
bool page_write(struct text *out, const struct answer *a, unsigned width, bool colour);

#endif
