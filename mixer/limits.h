/* limits.h - what the system lets this process have, asked before it is needed
 *
 * Every decoder has a descriptor and a thread, and while the timeline moves (a locate, a loop) each
 * has a successor beside it. A limit that is met in the middle of a show is met too late.
 */
#ifndef MIXER_LIMITS_H
#define MIXER_LIMITS_H

#include "mixer/refusal.h"

#include <stdint.h>

/* At the start. Raises the soft limits of descriptors and threads to the hard ones. */
void limits_raise(void);

/* Control. Can there be so many decoders, the last of which would add `bytes` of memory? Looks at
 * open files, at the user's processes, at every pids controller above us, and, where memory is
 * locked (JACK does that), at locked memory. 0, or -1 and *why names the limit, what is needed and
 * the way out. */
int limits_check(uint32_t decoders, uint64_t bytes, struct refusal *why);

#endif
