/* pipe_parts.h - what the files of the pipe share; nobody else includes it
 *
 * pipe_intake.c makes frames of bytes; pipe.c is its life, and its readers.
 */
#ifndef MIXER_PIPE_PARTS_H
#define MIXER_PIPE_PARTS_H

#include "mixer/pipe.h"
#include "mixer/recent.h"
#include "mixer/streamhead.h"

#include <semaphore.h>
#include <stdatomic.h>

enum { PIPE_BYTES = 65536 /* of a head, at most */, PIPE_NEWS = 4 };

struct pipe_reader {
    struct pipe *pipe;
    uint64_t at; /* the frame that comes next; under the pipe's turn */
    int stirred; /* eventfd */
    bool over;   /* the engine's rate is another by now: nothing comes any more */
};

struct pipe {
    _Atomic uint32_t holders; /* any thread's; the last one frees */
    char *path;               /* set by pipe_open */

    sem_t turn; /* whoever has it may touch what follows */
    uint32_t rate;
    enum quality quality;
    uint64_t room; /* frames that are kept */
    bool opened;   /* or being opened, by who saw that it was not */
    int fd;        /* -1: not open yet, or closed */
    enum pipe_state state;
    bool closed;                     /* nobody writes to it any more */
    unsigned char bytes[PIPE_BYTES]; /* that came and are not yet frames: */
    size_t used, filled;             /* from .. to */
    struct stream_head head;         /* once it has come, as all that follows */
    struct recent recent;
    float *block;
    uint64_t nans;
    bool overtaken; /* a reader was, and that has been told */
    struct pipe_reader *readers[PIPE_READERS_MAX];
    char news[PIPE_NEWS][PIPE_TEXT];
    uint32_t n_news, told;
    char fault[PIPE_TEXT]; /* "" or set once */
};

/* ---- pipe_intake.c; by whoever has the turn */
/* Takes in what is there, some thousand frames at most. False: nothing is. */
bool pipe_pump(struct pipe *p);
/* Something for pipe_news. */
__attribute__((format(printf, 2, 3))) void pipe_tell(struct pipe *p, const char *format, ...);
/* It cannot be read; the first such thing is the one that is told. */
void pipe_fail(struct pipe *p, const char *what);
/* Nothing more will be taken in. */
void pipe_stop(struct pipe *p, enum pipe_state state);

#endif
