/* recent.h - the newest frames of a stream, made for the engine's rate as they come
 *
 *     stream's frames > resampler (where the rates differ) > the frames that are kept
 *
 * The stream's own frames that those were made of are kept as well, so that the engine's rate may
 * change on the way: the same frames are then made anew for another rate, and the stream goes on. A
 * mono stream is given on two channels. One thread at a time.
 */
#ifndef MIXER_RECENT_H
#define MIXER_RECENT_H

#include "mixer/resampler.h"

#include <stdbool.h>
#include <stdint.h>

struct recent {
    uint32_t channels;     /* of the stream */
    uint32_t gives;        /* channels that are given */
    uint32_t from, rate;   /* Hz: the stream's own, and the engine's */
    uint64_t source;       /* frames of the stream taken, ever */
    uint64_t source_first; /* the first of them that any of what is kept was made of */
    uint64_t first, made;  /* frames given: these were made, of which the last `room` are kept */
    uint64_t room;
    uint64_t nans; /* samples that were none any more once converted, and are 0 */
    bool ended;
    float *frames; /* as the stream has them: frame k at k % room */
    /* Where the rates differ: */
    struct resampler *resampler;
    float *past; /* the stream's own frame k at k % past_room */
    uint64_t past_room;
    float *chunk;
};

/* Nothing yet, of a stream of so many channels at `from` Hz, to keep `room` frames at `rate` Hz.
 * NULL, or what is wrong, and then nothing is held. */
const char *recent_open(struct recent *r, uint32_t channels, uint32_t from, uint32_t rate,
                        enum quality quality, uint64_t room);
void recent_clear(struct recent *r); /* one that is all zero too */

/* The next n frames of the stream, interleaved. */
void recent_take(struct recent *r, const float *x, uint32_t n);
/* There are no more: what the filter still holds comes out. */
void recent_end(struct recent *r);

/* Frames at the engine's rate that belong to so many of the stream; UINT64_MAX stays what it is. */
uint64_t recent_length(const struct recent *r, uint64_t frames);
/* The first frame that is kept; `made`: there is none. */
uint64_t recent_oldest(const struct recent *r);
/* Up to n frames from `frame` on, which is kept, into out; returns how many. */
uint32_t recent_copy(const struct recent *r, uint64_t frame, float *out, uint32_t n);

/* What is kept becomes what it would be, had the engine always run at `rate`; but where the stream
 * is not kept any more, silence stands in for it. NULL, or as recent_open, and then nothing has
 * changed. */
const char *recent_set_rate(struct recent *r, uint32_t rate, enum quality quality, uint64_t room);

#endif
