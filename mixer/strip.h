/* strip.h - what the audio thread keeps of a strip, a bus or the master
 *
 * All three are one thing: a signal of 1..64 channels goes through trim, inserts, fader and meter
 * and on into its feeds. They differ in where the signal comes from: a strip's from its taps (a
 * track or a port), a bus's and the master's from their own mix buffer.
 *
 * Nothing here is ever switched: what comes and goes does so by a ramp, and the console takes an
 * object off the desk only after its ramp has reached silence.
 */
#ifndef MIXER_STRIP_H
#define MIXER_STRIP_H

#include "effects/effect.h"
#include "effects/ramp.h"
#include "effects/rt.h"
#include "mixer/meter.h"
#include "mixer/track.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* A source of a strip: some channels of a track, or some JACK ports. */
struct tap {
    struct track *track; /* or NULL */
    int32_t port;   /* first of `channels` input port places, when track is NULL; -1: silence */
    uint32_t first; /* first channel of the track */
    uint32_t channels;
    struct ramp gain;   /* 0..1: fades of a locate, a load, an arrival */
    bool arrives;       /* new on this desk: the engine begins `gain`, and clears this */
    bool shot;          /* a one-shot's (shots.h): it is heard when it was fired; else it is heard
                           while the transport rolls */
    bool fired, ceases; /* the engine's, of a one-shot */
    uint32_t fade;      /* frames it takes to come in, where that would cut into its sound */
    _Atomic uint64_t over; /* the engine's: frame from which a one-shot that ceases is silent */
};

/* An effect in place. `mix` says how much of it is heard, `feed` how much it hears: one that is
 * replaced either fades out, or is fed no more and rings out. One with a tail that is neither fed
 * nor heard, a bypassed reverb, goes on until it has rung out and then rests. */
struct insert {
    struct effect *effect;
    struct ramp mix, feed;
    uint64_t unfed; /* frames that it has made since it was last fed */
    /* Frames, whole quanta, that it hears before its mix and the slot's dry move: an effect that
     * delays is silent at first, and then its sound would begin with a step. */
    uint32_t settling;
};

/* A level into a bus or a port. The sum of both parts; `pre` is taken before the fader. */
struct send {
    struct ramp pre, post;
};

/* A summing point: the buffer that feeds add to. */
struct mix {
    float *ch[2]; /* one quantum each */
};

enum { SLOT_INSERTS = 8, TAPS_MAX = 8 }; /* successors that may sound at once */

/* One place of the chain: its inserts are heard side by side, and what came in as far as `dry` says
 * (1: the slot is bypassed). */
struct slot {
    struct insert *insert[SLOT_INSERTS];
    uint32_t n;
    struct ramp *dry;
};

/* Where a signal goes: into a mix or to ports. */
struct feed {
    struct send *send;
    struct mix *mix; /* or NULL */
    int32_t port;    /* first output port place when mix is NULL */
    bool panned;     /* to two channels, left and right; else channel by channel, as they are */
};

struct strip {
    uint32_t channels;
    struct ramp trim;        /* gain before the inserts; its sign is the polarity */
    struct ramp fader;       /* gain after the inserts */
    struct ramp group;       /* gain of its groups, beside the fader */
    struct ramp gate;        /* 0 or 1: mute and solo */
    struct ramp left, right; /* pan; centre is the pan law's level */
    struct meter meter;      /* after the fader, before the pan */
};

/* How a strip stands on the desk: built by the console, read by the engine. */
struct lane {
    struct strip *strip;
    struct tap *taps[TAPS_MAX];
    uint32_t n_taps;
    struct mix *mix; /* a bus's or the master's own signal; NULL: the taps give it */
    struct slot *slots;
    uint32_t n_slots;
    struct feed *feeds;
    uint32_t n_feeds;
    struct recorder *recorder; /* takes what the meter shows; or NULL */
    uint32_t meter;            /* place among the status's meters */
};

/* What one quantum works with: scratch memory and the driver's buffers. */
struct booth {
    uint32_t quantum;
    const float *const *in; /* by port place; NULL entries are silent */
    float *const *out;      /* by port place, added to; NULL entries are not wanted */
    uint32_t offset;        /* of this quantum inside those buffers */
    const float *roll;      /* the transport's fade for this quantum; NULL: at rest at 1 */
    uint64_t frame;         /* engine frame of this quantum */
    bool rolling;           /* tracks have been pulled for this quantum */
    uint64_t reverb_ns;     /* spent in convolution, ever */
    bool unmetered;         /* nobody looks at the meters */

    float *memory;                     /* what follows points into it, a quantum each */
    float *ch[EFFECT_CHANNELS_MAX];    /* the signal under way */
    float *dry[EFFECT_CHANNELS_MAX];   /* what went into a slot while its inserts change */
    float *wet[EFFECT_CHANNELS_MAX];   /* what one of them made of it */
    float *gain, *left, *right, *part; /* values of ramps */
};

/* Control. A quantum's scratch memory. 0 or -ENOMEM. */
int booth_init(struct booth *b, uint32_t quantum);
void booth_clear(struct booth *b);

/* Control. At rest, unity everywhere, pan centre at unity. */
void strip_init(struct strip *s, uint32_t channels);

/* Audio. Call into the cache what a lane works with: first what it points to, and when that has
 * come, the frames that it will read. */
RT void lane_prefetch(const struct lane *lane);
RT void lane_prefetch_frames(const struct lane *lane, const struct booth *b);

/* Audio. One quantum of one lane: source > trim > inserts > fader > meter > feeds. */
RT void lane_process(struct lane *lane, struct booth *b);

#endif
