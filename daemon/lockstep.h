/* lockstep.h - our timeline and the one that a driver's server shares, moved together
 *
 * What transport/jack means:
 *   follow  ours is where the shared one is, and only others move it
 *   both    the same, and our play, stop and locate are asked of it
 *   lead    only our play, stop and locate move ours; they move the shared one too, so that all
 *           begin on one frame, and stay in step while nobody else moves it: what others do to it
 *           does not touch ours
 *
 * A shared timeline that stands is primed for where it stands. One that rolls when we come is
 * primed for a place a little ahead of it, and entered there by a fade.
 *
 * All of it belongs to the control thread.
 */
#ifndef DAEMON_LOCKSTEP_H
#define DAEMON_LOCKSTEP_H

#include "effects/bars.h"
#include "ipc/registry.h"
#include "mixer/refusal.h"

#include <stdbool.h>
#include <stdint.h>

struct mixd;

struct lockstep {
    bool chasing;     /* ours is where the shared one is */
    bool awaits;      /* who leads: ours begins, or ends, when the shared one does */
    bool ends;        /* of the two, ends */
    bool aligns;      /* who leads: the shared one is to stand where ours does, once ours stands */
    uint32_t fade;    /* frames of the stop under way; 0: engine/ramp */
    uint64_t margin;  /* frames ahead of a shared timeline that rolls, for which ours is primed */
    uint64_t turned;  /* of the status, as it was told to watchers */
    bool master;      /* the bars of the shared timeline are ours */
    bool balked;      /* it has another master: that was logged */
    struct bars bars; /* as they were told */
};

/* Every turn, after the console's. */
void lockstep_tick(struct mixd *m);

/* Is the shared timeline moved by our verbs, or does it move ours? In a batch, or a trial of one,
 * even without a driver. */
bool lockstep_on(const struct mixd *m);

/* `address` has been set. Does what cannot wait for the next turn: 0, or -1 with *why, and the
 * value is what it was. */
int lockstep_set(struct mixd *m, const char *address, struct refusal *why);

/* engine/ramp, in frames. */
uint32_t lockstep_ramp(const struct mixd *m);

/* Who leads alone. Ours stands and is primed: begins it together with the shared one. Ours rolls:
 * ends it so, by a fade. */
void lockstep_begin(struct mixd *m);
void lockstep_end(struct mixd *m, uint32_t fade);

/* ---- verbs_lockstep.c: what play, stop and locate are while lockstep_on. `fade`: frames. */
enum verdict lockstep_play(struct call *call);
enum verdict lockstep_stop(struct call *call, uint32_t fade);
enum verdict lockstep_locate(struct call *call, uint64_t position);
/* `play` of a session or of the command line. */
void lockstep_autoplay(struct mixd *m);

#endif
