/* pipe.h - a named pipe as a file that comes by: WAV or AU, read once, in order, and never back
 *
 * Any number of readers take frames at the engine's rate out of it, each where it is. Whoever wants
 * a frame that has not come yet takes in what is there; nobody takes in ahead of what is wanted, so
 * the program at the other end is held back as by any reader. The last frames are kept, so that one
 * decoder can begin where another still is. A mono stream is given on two channels. Non-finite
 * samples come out as 0 and are counted.
 *
 * All of it: any thread but the audio thread. Nothing waits but a decoder, in pipe_wait and, while
 * the pipe is opened, in its first pipe_read; calls lock each other out only for as long as some
 * thousand frames take to convert.
 */
#ifndef MIXER_PIPE_H
#define MIXER_PIPE_H

#include "mixer/audiofile.h"

#include <stdbool.h>
#include <stdint.h>

enum { PIPE_TEXT = 512, PIPE_READERS_MAX = 16 };

struct pipe;
struct pipe_reader;

/* Is there a named pipe of this name? */
bool pipe_at(const char *path);

/* The first who reads opens it, whether or not anybody writes to it; what cannot be opened is a
 * pipe that has failed. `keep`: frames at `rate` Hz that are kept, at least. NULL: out of memory.
 */
struct pipe *pipe_open(const char *path, uint32_t rate, enum quality quality, uint32_t keep);
/* Another holder, who closes it too; the last one ends it, and who writes to it is told so. */
struct pipe *pipe_share(struct pipe *p);
void pipe_close(struct pipe *p); /* NULL is fine */
/* The engine runs at another rate: what is kept becomes what it would be, had it always done so,
 * and whoever writes to it notices nothing. For its readers so far it is over. */
void pipe_set_rate(struct pipe *p, uint32_t rate, enum quality quality, uint32_t keep);

enum pipe_state {
    PIPE_WAITS, /* its head has not come yet */
    PIPE_FLOWS,
    PIPE_ENDED,  /* all of it came by, or it was cut: then there is a fault */
    PIPE_FAILED, /* it cannot be read: there is a fault */
};
/* How it is now. */
struct pipe_figures {
    enum pipe_state state;
    uint32_t channels; /* 0: its head has not come */
    uint64_t frames;   /* in all, at the engine's rate; UINT64_MAX: unknown */
    uint64_t nans;
};
struct pipe_figures pipe_figures(struct pipe *p);
/* As it was given; good until close. */
const char *pipe_path(const struct pipe *p);
/* Where a reader would begin that wants `frame`: there, or where the pipe stands. */
uint64_t pipe_stands(struct pipe *p, uint64_t frame);
/* What went wrong ("news.wav: ends at frame 1000 of 48000"), good until close; NULL: nothing. */
const char *pipe_fault(struct pipe *p);
/* The next thing that happened to it and was not asked for yet. Returns which it is, 1: its head
 * has come; 0: nothing. */
uint32_t pipe_news(struct pipe *p, char text[PIPE_TEXT]);

/* One who reads from pipe_stands(frame) on. Shares the pipe. NULL: out of memory or descriptors, or
 * there are PIPE_READERS_MAX. */
struct pipe_reader *pipe_reader_new(struct pipe *p, uint64_t frame);
void pipe_reader_free(struct pipe_reader *r); /* NULL is fine */
/* The frame that comes next. */
uint64_t pipe_reader_at(const struct pipe_reader *r);

enum pipe_gives {
    PIPE_GIVES, /* *n frames; 0: nothing yet, but ask again, something came */
    PIPE_DRY,   /* nothing is there: pipe_wait, then ask again */
    PIPE_OVER,  /* nothing will come any more */
};
/* Up to *n frames, interleaved, into out. A reader that was overtaken by others gets silence for
 * what is kept no longer. *n is 0 before the head has come. */
enum pipe_gives pipe_read(struct pipe_reader *r, float *out, uint32_t *n);
/* Sleeps until something may have come, or pipe_stir. */
void pipe_wait(struct pipe_reader *r);
/* Wakes a reader in pipe_wait, or the next time that it would sleep. */
void pipe_stir(struct pipe_reader *r);

#endif
