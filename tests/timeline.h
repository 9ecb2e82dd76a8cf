/* timeline.h - files that carry their frame number, and what a track must make of them
 *
 * The contract of mixer/track.h and mixer/stream.h in arithmetic: any index of a track's stream can
 * be asked for by itself, without walking there.
 */
#ifndef TESTS_TIMELINE_H
#define TESTS_TIMELINE_H

#include "tests/check.h"
#include "tests/signals.h"
#include "tests/wavfile.h"

#include "mixer/track.h"

enum { TIMELINE_CHANNELS = 2 };

/* Channel 0 of frame k of the file is k + 1 on the ramp's scale, channel 1 its negative; so 0 is
 * silence and nothing else is. */
static inline float timeline_sample(uint64_t frame)
{
    float x;
    signal_ramp(&x, 1, frame + 1);
    return x;
}

static inline void timeline_write(const char *path, uint32_t rate, size_t frames)
{
    float *data = malloc(frames * TIMELINE_CHANNELS * sizeof *data);
    for (size_t i = 0; i < frames; i++) {
        data[TIMELINE_CHANNELS * i] = timeline_sample(i);
        data[TIMELINE_CHANNELS * i + 1] = -timeline_sample(i);
    }
    struct wavfile w = { rate, TIMELINE_CHANNELS, frames, data };
    CHECK_INT(wavfile_write(path, &w, WAVFILE_FLOAT), 0);
    free(data);
}

/* What lies at a frame of the timeline, whatever the transport does; `length` is the file's. */
static inline float timeline_at(const struct track_plan *p, uint64_t length, uint64_t frame)
{
    if (frame < p->offset)
        return 0;
    const struct region *r = &p->region;
    uint64_t end = r->end && r->end < length ? r->end : length;
    uint64_t part = end > r->in ? end - r->in : 0;
    frame -= p->offset;
    bool turned = p->repeat && part && frame >= part;
    if (turned)
        frame %= part;
    if (frame >= part)
        return 0;
    float up = frame < r->fadein ? (float)(frame + 1) / (float)(r->fadein + 1) : 1;
    uint64_t left = part - frame; /* this frame included */
    float down = left <= r->fadeout ? (float)left / (float)(r->fadeout + 1) : 1;
    float ahead = timeline_sample(r->in + frame) * (up * down);
    uint64_t xfade = p->xfade < part ? p->xfade : part;
    uint64_t seam = length - end < xfade ? length - end : xfade;
    if (!turned || r->fadein || r->fadeout || frame >= seam)
        return ahead;
    float g = (float)(frame + 1) / (float)(seam + 1);
    return (1 - g) * timeline_sample(end + frame) + g * ahead;
}

/* What channel 0 of the stream holds at an index. */
static inline float timeline_expect(const struct track_plan *p, uint64_t length, uint64_t index)
{
    uint64_t turn = p->loop_to - p->loop_from, frame = p->position + index;
    if (turn == 0 || p->position >= p->loop_to || frame < p->loop_to)
        return timeline_at(p, length, frame);
    if (p->offset >= p->loop_to)
        return 0;
    uint64_t i = (frame - p->loop_to) % turn, xfade = p->xfade < turn ? p->xfade : turn;
    float behind = timeline_at(p, length, p->loop_to + i);
    float ahead = timeline_at(p, length, p->loop_from + i);
    float g = i < xfade ? (float)(i + 1) / (float)(xfade + 1) : 1;
    return (1 - g) * behind + g * ahead;
}

#endif
