/* crew.h - helper threads that work ahead for the audio thread
 *
 * The audio thread offers a job when there is something to do that is not due yet. Helpers sleep by
 * the clock, look for offered jobs in the order of their deadlines, and work on them share by
 * share. The audio thread wakes nobody and waits for nobody: it sees that a job is finished, or
 * takes it back and does it itself, or leaves it alone because a helper is in it just then.
 *
 *     struct crew *crew = crew_new(rate);
 *     crew_set_helpers(crew, 2);
 *     struct job *job = crew_add(crew, work, what, frames);
 *
 *     crew_turn(crew, frames, false);             (audio thread, before each turn)
 *     job_offer(job, until_due);
 *     ... in later turns:
 *     if (job_ours(job) || job_take(job)) ...
 *
 *     crew_finish(crew);                          (after the quantum's sounds)
 *
 *     crew_drop(job);
 *     crew_free(crew);
 *
 * A job is in one hand at any time: the audio thread's, or a helper's. Who gets it sees all that
 * the one before did.
 */
#ifndef EFFECTS_CREW_H
#define EFFECTS_CREW_H

#include "effects/rt.h"

#include <stdbool.h>
#include <stdint.h>

enum { CREW_HELPERS_MAX = 4, CREW_SIZES = 32 };

struct crew;
struct job;

/* Work of a quantum that nobody waits for in it. Its owner's, who fills in the first two. */
struct later {
    RT void (*work)(void *what);
    void *what;
    struct later *next;
};

/* Control. `rate`: frames per second of the turns. No thread runs before there are helpers and
 * jobs. NULL: out of memory. */
struct crew *crew_new(uint32_t rate);
/* Control. The audio thread no longer calls, every job has been dropped. NULL is fine. */
void crew_free(struct crew *c);

/* Control. As many as there are cores beside one for the audio thread, CREW_HELPERS_MAX at most. */
uint32_t crew_spare_cores(void);
/* Control, while sounding too. From now on n helpers, 0..CREW_HELPERS_MAX; who leaves finishes the
 * share that it is in. Helpers that cannot be started are missing: what nobody helps with, the
 * audio thread does. */
void crew_set_helpers(struct crew *c, uint32_t n);
uint32_t crew_helpers(const struct crew *c);

/* Control. A job that comes again and again, and takes its time over about `frames` frames; the
 * audio thread's at first. work(what) does a share of it and says whether there is more; helpers
 * call it between rt_enter and rt_leave, so it is bound by the laws of the audio thread, and by the
 * sleep of whoever drops it. NULL: there is no room for more jobs. */
struct job *crew_add(struct crew *c, RT bool (*work)(void *what), void *what, uint64_t frames);
/* Control. The audio thread has let go of it; waits for the helper that may be in it. */
void crew_drop(struct job *j);

/* Any thread. Jobs that were not done in time, and shares that helpers did, ever. */
uint64_t crew_late(const struct crew *c);
uint64_t crew_shares(const struct crew *c);
/* Any thread. Has every job that was offered been done? */
bool crew_idle(const struct crew *c);
/* Any thread, for tests. The next helper that gets a job is held up in it until this is taken back;
 * crew_holds: now one is. */
void crew_hold(struct crew *c, bool hold);
bool crew_holds(const struct crew *c);

/* Audio. A turn begins that brings `frames` frames. `waits`: nothing may be late in it; crew_rests
 * was true just before. */
RT void crew_turn(struct crew *c, uint32_t frames, bool waits);
/* The audio thread of a driver that may wait, before a turn: no helper begins another share, and is
 * none in one? What crew_await is for. The next turn that does not wait lets them go on. */
RT bool crew_rests(struct crew *c);
void crew_await(void); /* sleeps a little */

/* Audio. Is there anybody to give a job to in this turn? */
RT bool crew_helps(const struct crew *c);
/* Audio. Must the audio thread do everything itself in this turn? */
RT bool crew_waits(const struct crew *c);
/* Audio. Frames of this turn. */
RT uint32_t crew_turn_frames(const struct crew *c);
RT void crew_count_late(struct crew *c);

/* Audio. Puts work off until crew_finish, which does together what is of one size (a power of two's
 * logarithm), in the order it came: so tables that they share are at hand. No work is put off twice
 * before that. */
RT void crew_put_off(struct crew *c, struct later *work, uint32_t size);
/* Audio. Has any been put off? */
RT bool crew_owes(const struct crew *c);
/* Audio. At the end of every quantum in which work may have been put off. */
RT void crew_finish(struct crew *c);

/* Audio. Hands a job of ours to the helpers; it is due in so many frames. */
RT void job_offer(struct job *j, uint64_t frames);
/* Audio. Is it ours: never offered, finished, or taken back? */
RT bool job_ours(const struct job *j);
/* Audio. Takes an offered job back; false: a helper is in it. */
RT bool job_take(struct job *j);

#endif
