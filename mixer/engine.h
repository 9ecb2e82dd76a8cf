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

/* The audio thread of a driver that may wait, between calls of engine_process: wakes every decoder
 * and waits until one that the engine lacks has written more, ended, or 100 ms have passed; or for
 * the console or a helper, a little. */
void engine_await(struct engine *e);

#endif
