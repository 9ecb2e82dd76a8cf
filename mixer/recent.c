/* recent.c - the newest frames of a stream, made for the engine's rate as they come */
#include "mixer/recent.h"

#include "effects/dsp.h"
#include "mixer/min64.h"

#include <stdlib.h>
#include <string.h>

enum {
    CHUNK = 1024, /* frames that come out of the resampler at a time */
    QUIET = 64    /* of silence that go in */
};

static const float silence[QUIET * AUDIOFILE_CHANNELS_MAX];

const char *recent_open(struct recent *r, uint32_t channels, uint32_t from, uint32_t rate,
                        enum quality quality, uint64_t room)
{
    size_t frame = channels * sizeof(float);
    *r = (struct recent){ .channels = channels,
                          .gives = channels > 1 ? channels : 2,
                          .from = from,
                          .rate = rate,
                          .room = room };
    r->frames = malloc(room * frame);
    bool whole = r->frames;
    if (from != rate) {
        r->past_room = room * from / rate + 1;
        r->past = malloc(r->past_room * frame);
        r->chunk = malloc(CHUNK * frame);
        r->resampler = resampler_new(channels, from, rate, quality);
        whole &= r->past && r->chunk;
    }
    const char *why = !whole                          ? "out of memory"
                      : from != rate && !r->resampler ? "has a rate too far from the engine's"
                                                      : NULL;
    if (why)
        recent_clear(r);
    return why;
}

void recent_clear(struct recent *r)
{
    resampler_free(r->resampler);
    free(r->frames);
    free(r->past);
    free(r->chunk);
    *r = (struct recent){ 0 };
}

/* n frames to their places from place `at` of a ring of so many. */
static void ring_put(float *ring, uint64_t room, uint64_t at, const float *x, uint32_t n,
                     uint32_t channels)
{
    while (n > 0) {
        uint64_t place = at % room;
        uint32_t now = (uint32_t)min64(n, room - place);
        memcpy(ring + place * channels, x, (size_t)now * channels * sizeof *x);
        x += (size_t)now * channels;
        at += now;
        n -= now;
    }
}

static void keep(struct recent *r, const float *x, uint32_t n)
{
    ring_put(r->frames, r->room, r->made, x, n, r->channels);
    r->made += n;
}

/* n frames through the resampler; no more than `most` shall have come out. */
static void convert(struct recent *r, const float *x, uint32_t n, uint64_t most)
{
    for (uint32_t n_out = 1; n > 0 || n_out > 0;) {
        uint32_t n_in = n;
        n_out = (uint32_t)min64(CHUNK, most - r->made);
        if (n_out == 0)
            break;
        resampler_process(r->resampler, x, &n_in, r->chunk, &n_out);
        r->nans += dsp_scrub(r->chunk, n_out * r->channels);
        keep(r, r->chunk, n_out);
        x += (size_t)n_in * r->channels;
        n -= n_in;
    }
}

void recent_take(struct recent *r, const float *x, uint32_t n)
{
    if (r->resampler) {
        ring_put(r->past, r->past_room, r->source, x, n, r->channels);
        convert(r, x, n, UINT64_MAX);
    } else {
        keep(r, x, n);
    }
    r->source += n;
}

void recent_end(struct recent *r)
{
    uint64_t end = recent_length(r, r->source);
    while (r->resampler && r->made < end)
        convert(r, silence, QUIET, end);
    r->ended = true;
}

uint64_t recent_length(const struct recent *r, uint64_t frames)
{
    return r->resampler ? resampler_length(r->resampler, frames) : frames;
}

uint64_t recent_oldest(const struct recent *r)
{
    uint64_t oldest = r->made > r->room ? r->made - r->room : 0;
    return oldest > r->first ? oldest : r->first;
}

uint32_t recent_copy(const struct recent *r, uint64_t frame, float *out, uint32_t n)
{
    uint64_t place = frame % r->room;
    const float *x = r->frames + place * r->channels;
    n = (uint32_t)min64(min64(n, r->made - frame), r->room - place);
    for (uint32_t i = 0; r->channels == 1 && i < n; i++)
        out[2 * i] = out[2 * i + 1] = x[i];
    if (r->channels > 1)
        memcpy(out, x, (size_t)n * r->channels * sizeof *out);
    return n;
}

/* Of the stream's own frames the first that is there. */
static uint64_t source_oldest(const struct recent *r)
{
    if (!r->resampler)
        return recent_oldest(r);
    uint64_t oldest = r->source > r->past_room ? r->source - r->past_room : 0;
    return oldest > r->source_first ? oldest : r->source_first;
}

/* Begins with the stream's frame `source`, out of silence. */
static void begin(struct recent *r, uint64_t source)
{
    r->first = r->made = recent_length(r, source);
    r->source = r->source_first = source;
    if (!r->resampler)
        return;
    for (uint64_t n = source - resampler_seek(r->resampler, r->first), now; n > 0; n -= now) {
        now = min64(n, QUIET);
        convert(r, silence, (uint32_t)now, UINT64_MAX);
    }
}

/* The stream's frames from r->source on that `before` has. */
static void replay(struct recent *r, const struct recent *before)
{
    const float *ring = before->resampler ? before->past : before->frames;
    uint64_t room = before->resampler ? before->past_room : before->room;
    while (r->source < before->source) {
        uint64_t place = r->source % room;
        uint64_t n = min64(min64(before->source - r->source, room - place), CHUNK);
        recent_take(r, ring + place * r->channels, (uint32_t)n);
    }
}

const char *recent_set_rate(struct recent *r, uint32_t rate, enum quality quality, uint64_t room)
{
    struct recent next;
    const char *why = recent_open(&next, r->channels, r->from, rate, quality, room);
    if (why)
        return why;
    begin(&next, source_oldest(r));
    replay(&next, r);
    if (r->ended)
        recent_end(&next);
    next.nans = r->nans;
    recent_clear(r);
    *r = next;
    return NULL;
}
