/* saving.h - the session on its way into a file, whole or not at all
 *
 * What a disk may take its time for is done by a thread; what is written is the session of the
 * moment when the file's folder has been found.
 */
#ifndef DAEMON_SAVING_H
#define DAEMON_SAVING_H

#include <stdbool.h>

struct mixd;
struct saving;

/* Control. Begins. NULL: out of memory. */
struct saving *saving_new(struct mixd *m, const char *path);
/* Control. Goes on. False: later; true: *err is 0 or -errno. */
bool saving_done(struct saving *s, int *err);
/* Control. One that has begun to be written is waited for, but not for ever. NULL is fine. */
void saving_free(struct saving *s);

#endif
