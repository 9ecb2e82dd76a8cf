/* pipe_intake.c - what comes out of a named pipe, to frames
 *
 * bytes > head, samples > the newest frames at the engine's rate (recent.h)
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
static const char *prepare(struct pipe *p)
{
    p->block = malloc(BLOCK * p->head.channels * sizeof *p->block);
    return p->block ? recent_open(&p->recent, p->head.channels, p->head.rate, p->rate, p->quality,
                                  p->room)
                    : "out of memory";
}

static void read_head(struct pipe *p)
{
    const char *why;
    switch (stream_head_read(p->bytes, p->filled, &p->head, &why)) {
    case HEAD_WHOLE:
        p->used = p->head.size;
        p->state = PIPE_FLOWS;
        why = prepare(p);
        if (why)
            pipe_fail(p, why);
        else
            pipe_tell(p, "brings %s, %" PRIu32 " Hz, %" PRIu32 " channel%s",
                      stream_head_format(&p->head), p->head.rate, p->head.channels,
                      p->head.channels == 1 ? "" : "s");
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

/* All has come: lets the filter run out. */
static void finish(struct pipe *p)
{
    bool cut = p->head.frames != UINT64_MAX && p->recent.source < p->head.frames;
    recent_end(&p->recent);
    if (cut)
        snprintf(p->fault, sizeof p->fault,
                 "%.350s: the pipe was cut at frame %" PRIu64 " of %" PRIu64, p->path,
                 p->recent.source, p->head.frames);
    else
        pipe_tell(p, "the pipe has ended, after %" PRIu64 " frames", p->recent.source);
    pipe_stop(p, PIPE_ENDED);
}

/* Makes frames of bytes that are here. False: there are too few. */
static bool decode(struct pipe *p)
{
    uint32_t most = p->head.rate / BLOCKS_PER_S < BLOCK ? p->head.rate / BLOCKS_PER_S : BLOCK;
    uint64_t left = p->head.frames - p->recent.source;
    uint64_t here = (p->filled - p->used) / frame_bytes(p);
    uint32_t n = (uint32_t)min64(min64(here, left), most);
    if (n == 0)
        return false;
    pcm_to_float(p->block, p->bytes + p->used, (size_t)n * p->head.channels, p->head.pcm,
                 p->head.big_endian);
    if (p->head.pcm == PCM_FLOAT)
        p->nans += dsp_scrub(p->block, n * p->head.channels);
    p->used += (size_t)n * frame_bytes(p);
    recent_take(&p->recent, p->block, n);
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
    bool came = p->recent.source < p->head.frames && take(p);
    if (p->state == PIPE_FLOWS && (p->closed || p->recent.source == p->head.frames)) {
        if (!decode(p))
            finish(p);
        came = true;
    }
    return came;
}
