/* engine.h - the audio half: what sounds
 *
 * A driver calls engine_process from its audio thread; everything the engine knows came over the
 * link. It counts frames from 0 and works in whole quanta only.
 */
#ifndef MIXER_ENGINE_H
#define MIXER_ENGINE_H

#include "effects/rt.h"

#include <stdbool.h>
#include <stdint.h>

struct engine;
struct link;

/* Control. `quantum`: a power of two from 16 to 1024. The link is borrowed and outlives the engine.
 * NULL: out of memory. */
struct engine *engine_new(struct link *link, uint32_t quantum);
/* Control. The audio thread has stopped calling. What is on the desk stays the console's. */
void engine_free(struct engine *e);

/* Any thread. */
uint32_t engine_quantum(const struct engine *e);

/* Control, before the first engine_process. Meters then show silence: where nobody can look at
 * them, as in a render, a quarter of the mix is spared. */
void engine_spare_meters(struct engine *e);

/* Audio. Makes the next n frames, n a multiple of the quantum (0: only obeys what is posted, for a
 * driver whose server is lost). in[] and out[] are indexed by port place and hold n frames each;
 * NULL entries are silent and unwanted. Adds to the out buffers, which the driver has zeroed. Full
 * scale is 1.0. It cannot fail, and calls nothing that may wait. */
RT void engine_process(struct engine *e, const float *const *in, float *const *out, uint32_t n);

/* Audio, asked by drivers that may wait (render, freewheel) before engine_process(n), where n is at
 * most the quantum of frames that ready tracks hold: has every rolling track the next n frames, or
 * none to come, is no helper at work, and has the console posted all that is planned for them
 * (link_promise)? Then nothing is late in the turn that follows. */
RT bool engine_ready(struct engine *e, uint32_t n);

/* Audio. Somebody else moves the timeline (chase.h), which stands or rolls and will be at
 * `position` at the first frame that the next engine_process makes; told anew before each period.
 * What is to stop does so over `fade` frames, and so long takes what it cuts into to come in. There
 * is no loop meanwhile, and nobody posts a play or a stop. Until engine_go_alone. */
RT void engine_chase(struct engine *e, bool rolling, uint64_t position, uint32_t fade);
RT void engine_go_alone(struct engine *e);
/* Audio. Does it roll, fades included? Stands it at `position`, with the desk it will begin with?
 */
RT bool engine_rolls(const struct engine *e);
RT bool engine_cued(const struct engine *e, uint64_t position);

/* The audio thread of a driver that may wait, between calls of engine_process: wakes every decoder
 * and waits until one that the engine lacks has written more, ended, or 100 ms have passed; or for
 * the console or a helper, a little. */
void engine_await(struct engine *e);

#endif
