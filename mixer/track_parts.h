/* track_parts.h - what the files of a track share; nobody else includes it
 *
 * track.c opens and closes; track_decode.c is what the decoder's thread runs, with track_pipe.c for
 * pipes and track_file.c with an eye on the file; track_look.c is what any thread may see;
 * track_pull.c is what the audio thread runs. Each field says who writes it.
 */
#ifndef MIXER_TRACK_PARTS_H
#define MIXER_TRACK_PARTS_H

#include "mixer/pipe.h"
#include "mixer/ring.h"
#include "mixer/stream.h"
#include "mixer/track.h"

#include <semaphore.h>
#include <stdatomic.h>

enum { TRACK_LINE = 64, TRACK_PROBLEMS = 16 /* that are told */ };

#define NEVER UINT64_MAX

enum track_state { TRACK_OPENING, TRACK_OPEN, TRACK_FAILED };

struct track {
    /* What a pull reads and seldom changes, on one line. Audio looks at state first (acquire; pairs
     * with the decoder's release after the opening). */
    _Alignas(TRACK_LINE) _Atomic enum track_state state; /* the decoder's */
    uint32_t channels; /* the decoder's, as ring, block and hold; still once it is open */
    struct ring *ring;
    float *block;         /* a quantum, for what the ring does not hold in one piece; audio's */
    float *hold;          /* the last frame before a hole; audio's */
    _Atomic uint64_t end; /* frames that the ring will be given at most; decoder's, may fall */
    _Atomic uint64_t promised; /* the same by the header alone; decoder's; 0: it promises nothing */
    uint64_t lead;             /* indexes that are silence and not in the ring; never changes */

    /* What a pull changes, on one line. The account is being changed while the turn is odd, and
     * the ring's tail with it. */
    _Alignas(TRACK_LINE) _Atomic uint32_t audio_turn;
    uint32_t held; /* frames from `at` on that the last pull lent out */
    _Atomic uint64_t played, skipped;
    _Atomic uint64_t moment; /* the rolled clock of the last pull; tells the decoder that we roll */
    _Atomic uint64_t anchor; /* written once, by control or audio; NEVER before */
    uint64_t at;             /* the ring position of the next frame to be taken */
    const float *view;       /* what the last pull gave, or NULL for silence */
    uint16_t fall;           /* frames until what is held of before the hole has faded out */
    uint16_t rise;    /* frames since the hole that were faded in; quantum: it is forgotten */
    uint16_t quantum; /* never changes */
    uint16_t viewed;  /* frames of the last pull */

    /* The decoder's account, likewise with the ring's head; and what it tells. */
    _Alignas(TRACK_LINE) _Atomic uint32_t decoder_turn;
    _Atomic uint64_t decoded;
    _Atomic uint64_t nans;
    _Atomic bool primed, ended;
    _Atomic uint64_t asked; /* when it asked its file for what it waits for, ns; 0: for nothing */
    _Atomic(char *) problems[TRACK_PROBLEMS]; /* in their order; each is set once */
    uint32_t n_problems;

    _Atomic enum track_fate fate;
    struct file_mark lost_mark;   /* still once the fate is LOST */
    _Atomic(const char *) notice; /* into notice_text, which is then never changed */
    char notice_text[512];
    struct file_mark mark; /* of the file that it plays, the first of several; still once open */
    uint64_t looked_s;     /* when it last looked at the file's name */

    _Atomic uint64_t starved; /* audio's, but seldom */

    /* Set by track_open, then only read. */
    struct track_plan plan;
    char *path;                     /* the copy that plan.path points to */
    struct playlist_entry *entries; /* likewise */
    struct pipe_reader *reader;     /* of a pipe; else NULL */
    uint64_t first, most;           /* its frame at ring position 0; the ring's frames at most */
    uint64_t nans_before;           /* what it had counted when the track began */
    uint32_t serial;                /* which track of this process it is */

    /* Waking each other: a semaphore and whether it is posted already. */
    _Alignas(TRACK_LINE) sem_t wake; /* for the decoder */
    _Atomic bool woken;              /* anyone sets, the decoder clears */
    sem_t news;                      /* for track_await */
    _Atomic bool told;               /* the decoder sets, the waiter clears */
    _Atomic bool stopping;           /* control's */
    _Atomic int owners;              /* control and the decoder; the last to leave frees */
};

/* ---- track.c, by the decoder */
bool track_stopping(const struct track *t);
/* It has something to tell; one token is enough however much it is. */
void track_tell(struct track *t);
/* Sleeps until the semaphore is posted, or for that long; NEVER: without end. Was it posted? */
bool track_sleep(sem_t *s, uint64_t ms);

/* ---- track_decode.c, by the decoder */
/* All of it, from the opening of the file on. */
void track_decode(struct track *t);
/* Any thread, once it is open. What it is primed with that is not kept ready for later. */
uint32_t track_prime_frames(const struct track *t);
/* Any thread. What the stream of a track is asked for. */
struct stream_plan track_stream(const struct track_plan *p);
void track_tell_problem(struct track *t, const char *problem);
/* False: *why. */
bool track_build_ring(struct track *t, uint32_t channels, const char **why);
/* Publishes n frames that were written into the ring, and how many samples so far were none. */
void track_commit(struct track *t, uint32_t n, uint64_t nans);

/* ---- track_pipe.c */
/* As the track is built: where it begins. False: out of memory or descriptors. */
bool track_pipe_begin(struct track *t);
/* The decoder. Waits for the pipe's head. False: *why. */
bool track_pipe_open(struct track *t, const char **why);
/* The decoder. Reads until no more than `slack` places are free, waiting for what comes. False: all
 * that will ever come is there. */
bool track_pipe_fill(struct track *t, uint32_t slack);

/* ---- track_file.c: the decoder's eye on its file */
/* Is this a file that need not be opened again? */
bool track_file_shunned(const struct track *t);
/* It is open. */
void track_file_found(struct track *t, const struct stream *s);
/* It could not be opened. */
void track_file_missing(struct track *t);
/* It has slept since it was opened. */
void track_file_woken(struct track *t);
/* After every read. `ended`: nothing more will come of the stream. */
void track_file_look(struct track *t, const struct stream *s, bool ended);

#endif
