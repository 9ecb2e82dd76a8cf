/* plan_file.h - the costs of convolution on this machine, in a file */
#ifndef MIXER_PLAN_FILE_H
#define MIXER_PLAN_FILE_H

#include "effects/convolver_costs.h"

/* Any thread. 0; -ENOENT: there is no such file; -EINVAL: it is damaged; -ESTALE: it is of another
 * version or CPU; or what the system said. Only on 0 is *costs written. */
int plan_file_read(const char *path, struct costs *costs);
/* Any thread. Writes it whole or not at all, and makes the folders that lead to it. 0 or -errno. */
int plan_file_write(const char *path, const struct costs *costs);

#endif
