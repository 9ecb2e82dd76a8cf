/* shots.h - one-shots on the desk: taps that run by the engine's frames from when they are fired
 *
 * A tap of a one-shot waits, primed, until its strip is fired; from then on it is read at every
 * quantum, whether the transport rolls or not. One of a strip sounds at a time: the others fade out
 * when it is fired. What comes to silence for good says so in the tap (`over`), and the console
 * takes it off the desk.
 */
#ifndef MIXER_SHOTS_H
#define MIXER_SHOTS_H

#include "effects/rt.h"
#include "mixer/desk.h"

#include <stdbool.h>
#include <stdint.h>

/* Audio. The tap's first frame is engine frame `frame`, now; what its strip sounded fades out over
 * `fade` frames. Nothing happens when it is on no lane of the desk any more. */
RT void shots_fire(struct desk *d, struct tap *tap, uint64_t frame, uint32_t fade);
/* Audio. What the strip sounds fades out over `fade` frames. */
RT void shots_cease(struct desk *d, const struct strip *strip, uint64_t frame, uint32_t fade);
/* Audio. Reads n frames, those of engine frame `frame` on, of all that were fired. */
RT void shots_pull(struct desk *d, uint64_t frame, uint32_t n);
/* Audio. Have all that were fired the n frames from `frame` on? The first that has not goes to
 * *lacking (may be NULL). */
RT bool shots_ready(struct desk *d, uint64_t frame, uint32_t n, struct track **lacking);

#endif
