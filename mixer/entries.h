/* entries.h - how what is on the desk begins to be heard: at once, or out of silence
 *
 * Beginning in the middle of a file's sound takes a fade; at its first frame it does not, because
 * that frame is where the sound begins. `astray`: the desk was primed for where the transport does
 * not go, and nothing of it is heard.
 */
#ifndef MIXER_ENTRIES_H
#define MIXER_ENTRIES_H

#include "effects/rt.h"
#include "mixer/desk.h"
#include "mixer/transport.h"

#include <stdbool.h>
#include <stdint.h>

/* Audio. The desk takes over: what is new on it enters. */
RT void entries_arrive(struct desk *d, const struct transport *t, bool astray);
/* Audio. The transport is about to roll: all that follows it enters, over `fade` frames where it is
 * cut. What was on its way out is not heard again. */
RT void entries_roll(struct desk *d, const struct transport *t, bool astray, uint32_t fade);

#endif
