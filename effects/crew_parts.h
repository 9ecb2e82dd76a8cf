/* crew_parts.h - what the files of the crew share; nobody else includes it
 *
 * crew.c is control's side and the audio thread's; crew_helper.c is what a helper's thread runs.
 */
#ifndef EFFECTS_CREW_PARTS_H
#define EFFECTS_CREW_PARTS_H

#include "effects/crew.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

enum { CREW_JOBS = 1024, CREW_LINE = 64 };

/* A helper that has long had nothing to do looks no more often than this. */
static const uint64_t SECOND_NS = 1000000000, LONG_NAP_NS = 50000000;

enum job_state {
    JOB_NONE, /* the place is free */
    JOB_OURS, /* the audio thread's */
    JOB_OPEN, /* offered */
    JOB_HELD, /* a helper is in it */
};

enum hold { HOLD_NONE, HOLD_ASKED, HOLD_ON };

struct job {
    /* Released with what was done so far, acquired by who goes on. OURS to OPEN: audio; OPEN to
     * OURS: audio; OPEN to HELD and on to OPEN or OURS: a helper; NONE: control. */
    _Alignas(CREW_LINE) _Atomic uint32_t state;
    _Atomic uint64_t due; /* on the crew's clock; audio's */
    struct crew *crew;
    RT bool (*work)(void *what);
    void *what;
    uint64_t frames;
};

struct helper {
    struct crew *crew;
    pthread_t thread;
    bool running;         /* control's */
    _Atomic bool leaving; /* control's; the semaphore is posted after it */
    sem_t wake;
};

struct crew {
    uint32_t rate;
    struct job *jobs;
    uint32_t taken;          /* places with a job; control's */
    _Atomic uint32_t places; /* that ever had one; control's */
    _Atomic uint32_t helpers;
    _Atomic uint64_t nap_ns; /* of all helpers together; 0: there are no jobs; control's */
    _Atomic bool barred;     /* helpers begin nothing; audio's */
    _Atomic uint32_t active; /* helpers that look or work; each its own one */
    _Atomic uint64_t late;   /* audio's */
    _Atomic uint64_t shares; /* helpers' */
    _Atomic uint32_t hold;   /* of enum hold; helpers' while HOLD_ASKED, else control's */
    /* Audio's. */
    uint64_t clock; /* frame at which the next turn begins */
    uint32_t turn;
    bool waits;
    bool owes;                       /* work has been put off: */
    struct later *first[CREW_SIZES]; /* by sizes */
    struct later *last[CREW_SIZES];  /* where there is a first */
    struct helper at[CREW_HELPERS_MAX];
};

/* ---- crew_helper.c; control. A helper that cannot be started does not run. */
void helper_start(struct crew *c, struct helper *h);
void helper_stop(struct helper *h);

#endif
