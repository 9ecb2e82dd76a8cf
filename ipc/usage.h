/* usage.h - how a verb is used, in a row of the table and in what `help` answers: a form, or
 * several
 *
 * "loop FROM TO | loop off" has two of them.
 */
#ifndef IPC_USAGE_H
#define IPC_USAGE_H

#include <stddef.h>

/* Any thread. The next form at *at, which moves behind it (NULL: there is none left); *length is in
 * bytes. NULL: there is none. */
const char *usage_form(const char **at, size_t *length);

#endif
