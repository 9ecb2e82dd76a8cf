/* link.h - what joins the two halves: commands in, returns and status out
 *
 * The console posts batches of commands; a batch becomes visible with one store and is obeyed in
 * one quantum. The engine hands back the desks that were taken off, publishes its status, and
 * records how long each turn took. Nobody waits: where a ring is full, the console holds its batch
 * back and tries again.
 */
#ifndef MIXER_LINK_H
#define MIXER_LINK_H

#include "effects/effect.h"
#include "effects/ramp.h"
#include "mixer/meter.h"
#include "mixer/ring.h"
#include "mixer/snapshot.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    LINK_METERS = 2304,     /* strips, inputs, buses and the master together, at most */
    LINK_COMMANDS = 32768,  /* places for commands under way: no batch is longer */
    LINK_SCHEDULED = 32768, /* commands the engine keeps for a later frame */
    LINK_TIMINGS = 8192,    /* turns that the console may fall behind before records are lost */
};

struct desk;
struct strip;
struct tap;

enum command_kind {
    COMMAND_SET,    /* `ramp` moves to `value` in `frames` */
    COMMAND_JUMP,   /* `ramp` rests at `value` at once; for what is silent or not yet heard */
    COMMAND_TUNE,   /* parameter `param` of `effect` moves to `value` in `frames` */
    COMMAND_SWAP,   /* `desk` takes over and the old one comes back; its tracks without an anchor
                       begin here */
    COMMAND_PLAY,   /* the transport rolls; cut material fades in over `frames` */
    COMMAND_STOP,   /* fades out over `frames`, then stands */
    COMMAND_LOCATE, /* the timeline continues at `from` */
    COMMAND_STEP,   /* the timeline is where it would be, had it gone on from `from` since the
                       rolled clock was `to`, by the loop that is now in force */
    COMMAND_LOOP,   /* the timeline goes from `to` back to `from`; equal: no loop */
    COMMAND_FIRE, /* the one-shot behind `tap` begins; what its strip sounded fades over `frames` */
    COMMAND_CEASE, /* what the one-shots of `strip` sound fades out over `frames` */
    COMMAND_RESET, /* counters that a user may clear: the clips of every meter */
};

struct command {
    uint64_t frame; /* engine frame to obey at, a quantum edge; 0: the first quantum that sees it */
    enum command_kind kind;
    enum curve curve;
    uint32_t frames;
    uint32_t param;
    union {
        struct ramp *ramp;
        struct effect *effect;
        struct desk *desk;
        struct tap *tap;
        struct strip *strip;
        uint64_t from;
    };
    union {
        double value;
        uint64_t to;
    };
};

enum stage { STAGE_READ, STAGE_STRIPS, STAGE_BUSES, STAGE_REVERB, STAGE_MASTER, STAGES };

/* One turn: one call of engine_process that made at least one quantum. */
struct timing {
    uint64_t start_ns;         /* monotonic clock at its beginning */
    uint64_t frame;            /* engine frame of its first frame */
    uint32_t frames;           /* made in it */
    uint32_t busy_ns;          /* spent in it */
    uint32_t stage_ns[STAGES]; /* of that, by stage; REVERB is not counted in BUSES */
};

struct status {
    uint64_t frame;       /* engine frames made so far */
    uint64_t position;    /* timeline frame that comes next */
    uint64_t rolled;      /* frames the transport has rolled, ever; pairs with position */
    uint64_t turned;      /* engine frame at which the transport last began to roll, or to stop */
    uint64_t swaps;       /* desks taken over, ever */
    uint64_t kept;        /* commands with a frame of their own that were obeyed, ever */
    uint64_t late;        /* scheduled commands obeyed after their frame, ever */
    uint64_t late_blocks; /* of convolution, that helpers had not finished in time, ever */
    uint64_t late_by;     /* frames by which the last of them missed */
    uint64_t lost_timings;
    bool rolling; /* includes the fade of a stop */
    bool stopping;
    bool astray;       /* what was primed came too late for whom we chase: a locate mends it */
    uint32_t n_meters; /* places in use: 0..n_meters-1 */
    struct meter meters[LINK_METERS];
};

struct link;

/* Control. NULL: out of memory. */
struct link *link_new(void);
void link_free(struct link *l);

/* Control. Posts n commands as one batch. 0, or -EAGAIN when there is no room: nothing was posted.
 * *frame (may be NULL) is the frame at which those without a frame of their own are obeyed;
 * exact, whatever the audio thread is doing meanwhile. */
int link_post(struct link *l, const struct command *batch, uint32_t n, uint64_t *frame);
/* Control. Commands that can be posted now. */
uint32_t link_room(const struct link *l);
/* Control. The next desk that came back, or NULL. */
struct desk *link_returned(struct link *l);
/* Control. The newest status; good until the next call. */
const struct status *link_status(struct link *l, bool *fresh);
/* Control. Up to n timing records, oldest first; returns how many. */
uint32_t link_timings(struct link *l, struct timing *out, uint32_t n);
/* Control. The frame at which a batch posted now would be obeyed at the earliest. */
uint64_t link_horizon(const struct link *l);
/* Control. Promises that no command will be posted any more for a frame before this one; a driver
 * that may wait does not let the engine go further. UINT64_MAX, as at first: nothing is planned. */
void link_promise(struct link *l, uint64_t frame);

/* Audio. What was promised last. */
RT uint64_t link_promised(const struct link *l);
/* Audio. Begins a turn that will make `frames` frames from engine frame `frame` on: returns how
 * many commands belong to it. Those that come later are obeyed in the next turn. */
RT uint32_t link_begin(struct link *l, uint64_t frame, uint32_t frames);
/* Audio. Takes the next of them. */
RT void link_take(struct link *l, struct command *c);
/* Audio. Hands a desk back. There is always room: the console has one swap under way at a time. */
RT void link_return(struct link *l, struct desk *d);
RT void link_timing(struct link *l, const struct timing *t, uint64_t *lost);
/* Audio. Has the console taken the last status? Then maxima may start afresh. */
RT bool link_status_seen(const struct link *l);
RT struct status *link_status_draft(struct link *l);
RT void link_status_publish(struct link *l);

#endif
