/* convolver_pace.h - when the work of a stage is done, by whom, and whether its output is heard
 *
 * The output of a block of B frames is due B frames after its input was complete. EVEN: the audio
 * thread does an even part of the work in every quantum. GIVEN, of long blocks while there are
 * helpers:
 *
 *     0          B/4                                      B - fade - turn    B - fade     B
 *     | is offered to the helpers ...                      .                  .            |
 *                | the audio thread does what nobody has begun                |            |
 *                                                                             | late: fade |
 *
 * so a helper that comes at all comes before the audio thread has anything to do; with none, its
 * work is even again; and one that has begun last of all still has a turn's time to finish. Helpers
 * read an input of the stage's own, which is left alone while one of them is late, so that it may
 * be held up for however long.
 *
 * LATE: what was heard so far has been faded out when the block is due. The stage is silent until
 * it has caught up with all blocks since then and has made one in time; that one is faded in. Who
 * does the work, and when, changes no bit of what is made. Internal to the convolver.
 */
#ifndef EFFECTS_CONVOLVER_PACE_H
#define EFFECTS_CONVOLVER_PACE_H

#include "effects/convolver_level.h"
#include "effects/crew.h"
#include "effects/ramp.h"

#include <stdbool.h>
#include <stdint.h>

/* A stage of fewer frames is the audio thread's: it takes no time worth a thread's waking. */
enum { PACE_BLOCK_MIN = 2048, PACE_FADE_OUT = 128, PACE_FADE_IN = 1024 };

enum pace_mode { PACE_EVEN, PACE_GIVEN, PACE_LATE };

/* Rings of input: mask + 1 frames of every channel. */
struct pace_past {
    float *ch[CONVOLVER_CHANNELS_MAX];
    uint64_t mask;
};

struct pace {
    /* In one hand at any time: a helper's while the job is held. */
    struct stage stage;
    /* Four blocks of input for helpers: of the one at work, of the one before, and of what comes
     * in; written by audio. */
    struct pace_past own;
    struct pool pool; /* own's */
    /* Audio's. */
    const struct pace_past *past;
    uint32_t quantum, fade;
    uint64_t step; /* work of the longest step */
    uint64_t lag;  /* of the even work, so that not all stages take a long step at once */
    struct crew *crew;
    struct later even;   /* even work, put off to the end of the quantum, */
    uint64_t even_until; /* and how far it goes */
    struct job *job;     /* NULL: no helper ever gets it */
    enum pace_mode mode;
    bool offered;     /* since it was seen to be ours */
    bool faded;       /* what is heard fades out, because the next block is late */
    bool right;       /* the block that is heard is whole */
    uint32_t missing; /* blocks to come until what the stage remembers is what it should be */
    uint64_t copied;  /* frames up to now that are in `own` */
    struct ramp gain;
};

/* Control. The stage is the pool's; `instance` (0, 1, ...) says which of many like it this is. */
void pace_init(struct pace *p, const struct level *level, const struct pace_past *past,
               uint32_t quantum, uint32_t instance, struct pool *pool);
/* Control, before the audio thread sees it. Without memory it is left as it was. */
void pace_join(struct pace *p, struct crew *crew);
/* Control. Waits for the helper that may be in it. */
void pace_leave(struct pace *p);

/* Audio. As pace_init left it, at frame 0; what the stage remembers is silence. */
RT void pace_restart(struct pace *p);
/* Audio. What is due in the quantum that ends at frame `now`, all input up to it being in the past;
 * nothing has sounded since frame `sound`. */
RT void pace_work(struct pace *p, uint64_t now, uint64_t sound);
/* Audio. Adds the quantum that ends at `now` to the outputs; gain: a quantum to work in. */
RT void pace_add(struct pace *p, uint64_t now, float *gain, float *const *out);

#endif
