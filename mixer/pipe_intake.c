/* pipe_intake.c - what comes out of a named pipe, to frames
 *
 * bytes > head, samples > resampler (where the rates differ) > the frames that are kept
 */
#include "mixer/pipe_parts.h"

#include "effects/dsp.h"
#include "mixer/min64.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    BLOCK = 4096,     /* frames converted at a time, at most; */
    BLOCKS_PER_S = 8, /* and no more than this part of a second, far less than what is kept */
    CHUNK = 1024,     /* frames that come out of the resampler at a time */
};

void pipe_tell(struct pipe *p, const char *format, ...)
{
    va_list args;
    char text[PIPE_TEXT - 256];
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (p->n_news < PIPE_NEWS)
        snprintf(p->news[p->n_news++], PIPE_TEXT, "%.250s: %s", p->path, text);
}

void pipe_stop(struct pipe *p, enum pipe_state state)
{
    p->state = state;
    if (p->fd >= 0)
        close(p->fd);
    p->fd = -1;
}

void pipe_fail(struct pipe *p, const char *what)
{
    if (!p->fault[0])
        snprintf(p->fault, sizeof p->fault, "%.400s: %s", p->path, what);
    pipe_stop(p, PIPE_FAILED);
}

/* Takes in bytes, if there are any. */
static bool take(struct pipe *p)
{
    struct pollfd there = { .fd = p->fd, .events = POLLIN };
    memmove(p->bytes, p->bytes + p->used, p->filled - p->used);
    p->filled -= p->used;
    p->used = 0;
    /* Before anybody has opened the other end, a read would look like the end of the pipe. */
    if (p->closed || p->fd < 0 || poll(&there, 1, 0) <= 0)
        return false;
    ssize_t got = read(p->fd, p->bytes + p->filled, PIPE_BYTES - p->filled);
    if (got < 0 && errno != EAGAIN && errno != EINTR)
        pipe_fail(p, strerrordesc_np(errno));
    if (got > 0)
        p->filled += (size_t)got;
    p->closed = got == 0;
    return got >= 0;
}

static uint32_t frame_bytes(const struct pipe *p)
{
    return p->head.channels * pcm_bytes(p->head.pcm);
}

/* The head has come: what it takes to go on. */
static bool prepare(struct pipe *p)
{
    p->channels = p->head.channels > 1 ? p->head.channels : 2;
    size_t frame = p->channels * sizeof(float);
    p->kept = malloc(p->room * frame);
    p->block = malloc(BLOCK * frame);
    p->chunk = malloc(CHUNK * frame);
    if (p->head.rate != p->rate)
        p->resampler = resampler_new(p->head.channels, p->head.rate, p->rate, p->quality);
    return p->kept && p->block && p->chunk && (p->head.rate == p->rate || p->resampler);
}

static void read_head(struct pipe *p)
{
    const char *why;
    switch (stream_head_read(p->bytes, p->filled, &p->head, &why)) {
    case HEAD_WHOLE:
        p->used = p->head.size;
        p->state = PIPE_FLOWS;
        if (prepare(p))
            pipe_tell(p, "brings %s, %" PRIu32 " Hz, %" PRIu32 " channel%s",
                      stream_head_format(&p->head), p->head.rate, p->head.channels,
                      p->head.channels == 1 ? "" : "s");
        else
            pipe_fail(p, p->resampler || p->head.rate == p->rate
                             ? "out of memory"
                             : "has a rate too far from the engine's");
        break;
    case HEAD_WRONG:
        pipe_fail(p, why);
        break;
    case HEAD_MORE:
        if (p->filled == PIPE_BYTES)
            pipe_fail(p, "the first 64 kB hold no sound");
        else if (p->closed)
            pipe_fail(p, p->filled ? "ends within its head"
                                   : "was closed before anything was written");
        break;
    }
}

/* Keeps n frames of the stream's channels. */
static void keep(struct pipe *p, const float *x, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++, p->made++) {
        float *to = p->kept + p->made % p->room * p->channels;
        to[1] = x[0]; /* of mono */
        memcpy(to, x, p->head.channels * sizeof *x);
        x += p->head.channels;
    }
}

/* Converts n frames; no more than `most` frames shall have come out. */
static void convert(struct pipe *p, const float *x, uint32_t n, uint64_t most)
{
    if (!p->resampler) {
        keep(p, x, n);
        return;
    }
    for (uint32_t n_out = 1; n > 0 || n_out > 0;) {
        uint32_t n_in = n;
        n_out = (uint32_t)min64(CHUNK, most - p->made);
        if (n_out == 0)
            break;
        resampler_process(p->resampler, x, &n_in, p->chunk, &n_out);
        keep(p, p->chunk, n_out);
        x += (size_t)n_in * p->head.channels;
        n -= n_in;
    }
}

/* All has come: lets the filter run out. */
static void finish(struct pipe *p)
{
    bool cut = p->head.frames != UINT64_MAX && p->source < p->head.frames;
    uint64_t end = p->resampler ? resampler_length(p->resampler, p->source) : p->made;
    memset(p->block, 0, (size_t)CHUNK * p->head.channels * sizeof *p->block);
    while (p->made < end)
        convert(p, p->block, CHUNK, end);
    if (cut)
        snprintf(p->fault, sizeof p->fault,
                 "%.350s: the pipe was cut at frame %" PRIu64 " of %" PRIu64, p->path, p->source,
                 p->head.frames);
    else
        pipe_tell(p, "the pipe has ended, after %" PRIu64 " frames", p->source);
    pipe_stop(p, PIPE_ENDED);
}

/* Makes frames of bytes that are here. False: there are too few. */
static bool decode(struct pipe *p)
{
    uint32_t most = p->head.rate / BLOCKS_PER_S < BLOCK ? p->head.rate / BLOCKS_PER_S : BLOCK;
    uint64_t left = p->head.frames - p->source;
    uint64_t here = (p->filled - p->used) / frame_bytes(p);
    uint32_t n = (uint32_t)min64(min64(here, left), most);
    if (n == 0)
        return false;
    pcm_to_float(p->block, p->bytes + p->used, (size_t)n * p->head.channels, p->head.pcm,
                 p->head.big_endian);
    if (p->head.pcm == PCM_FLOAT)
        p->nans += dsp_scrub(p->block, n * p->head.channels);
    p->used += (size_t)n * frame_bytes(p);
    p->source += n;
    convert(p, p->block, n, UINT64_MAX);
    return true;
}

bool pipe_pump(struct pipe *p)
{
    if (p->state == PIPE_WAITS) {
        bool came = take(p);
        if (came && p->state == PIPE_WAITS)
            read_head(p);
        return came;
    }
    if (p->state != PIPE_FLOWS)
        return false;
    if (decode(p))
        return true;
    bool came = p->source < p->head.frames && take(p);
    if (p->state == PIPE_FLOWS && (p->closed || p->source == p->head.frames)) {
        if (!decode(p))
            finish(p);
        came = true;
    }
    return came;
}
