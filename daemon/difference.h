/* difference.h - the commands that make one desk into another */
#ifndef DAEMON_DIFFERENCE_H
#define DAEMON_DIFFERENCE_H

#include "ipc/text.h"

struct mixd;

/* Control. Appends the lines that turn the desk of `now` into that of `wanted`. What is the same is
 * not named. */
void difference_write(struct mixd *now, struct mixd *wanted, struct text *out);

#endif
