/* pipe.c - a named pipe as a file that comes by: its life, and its readers */
#include "mixer/pipe_parts.h"

#include "mixer/min64.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

static void lock(struct pipe *p)
{
    while (sem_wait(&p->turn) < 0 && errno == EINTR)
        ;
}

static void unlock(struct pipe *p)
{
    sem_post(&p->turn);
}

static void stir_others(struct pipe *p, const struct pipe_reader *self)
{
    for (uint32_t i = 0; i < PIPE_READERS_MAX; i++)
        if (p->readers[i] && p->readers[i] != self)
            pipe_stir(p->readers[i]);
}

/* ---- life */

bool pipe_at(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISFIFO(st.st_mode);
}

struct pipe *pipe_open(const char *path, uint32_t rate, enum quality quality, uint32_t keep)
{
    struct pipe *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->path = strdup(path);
    p->rate = rate;
    p->quality = quality;
    p->room = keep;
    p->fd = -1;
    sem_init(&p->turn, 0, 1);
    atomic_init(&p->holders, 1);
    if (!p->path) {
        pipe_close(p);
        return NULL;
    }
    return p;
}

struct pipe *pipe_share(struct pipe *p)
{
    atomic_fetch_add_explicit(&p->holders, 1, memory_order_relaxed);
    return p;
}

void pipe_close(struct pipe *p)
{
    /* Acquire and release: the last holder sees all that the others did. */
    if (!p || atomic_fetch_sub_explicit(&p->holders, 1, memory_order_acq_rel) > 1)
        return;
    pipe_stop(p, PIPE_ENDED);
    sem_destroy(&p->turn);
    recent_clear(&p->recent);
    free(p->block);
    free(p->path);
    free(p);
}

void pipe_set_rate(struct pipe *p, uint32_t rate, enum quality quality, uint32_t keep)
{
    lock(p);
    for (uint32_t i = 0; i < PIPE_READERS_MAX; i++) {
        if (!p->readers[i])
            continue;
        p->readers[i]->over = true;
        pipe_stir(p->readers[i]);
        p->readers[i] = NULL;
    }
    p->rate = rate;
    p->quality = quality;
    p->room = keep;
    const char *why = p->recent.gives ? recent_set_rate(&p->recent, rate, quality, keep) : NULL;
    if (why)
        pipe_fail(p, why);
    unlock(p);
}

/* ---- what is known of it */

struct pipe_figures pipe_figures(struct pipe *p)
{
    lock(p);
    struct pipe_figures f = { .state = p->state,
                              .channels = p->recent.gives,
                              .frames = UINT64_MAX,
                              .nans = p->nans + p->recent.nans };
    if (f.channels)
        f.frames = recent_length(&p->recent, p->head.frames);
    unlock(p);
    return f;
}

const char *pipe_path(const struct pipe *p)
{
    return p->path;
}

static uint64_t stands(const struct pipe *p, uint64_t frame)
{
    return frame < recent_oldest(&p->recent) ? p->recent.made : frame;
}

uint64_t pipe_stands(struct pipe *p, uint64_t frame)
{
    lock(p);
    uint64_t at = stands(p, frame);
    unlock(p);
    return at;
}

const char *pipe_fault(struct pipe *p)
{
    lock(p);
    const char *fault = p->fault[0] ? p->fault : NULL;
    unlock(p);
    return fault;
}

uint32_t pipe_news(struct pipe *p, char text[PIPE_TEXT])
{
    lock(p);
    uint32_t which = p->told < p->n_news ? p->told + 1 : 0;
    if (which)
        memcpy(text, p->news[p->told++], PIPE_TEXT);
    unlock(p);
    return which;
}

/* ---- readers */

struct pipe_reader *pipe_reader_new(struct pipe *p, uint64_t frame)
{
    struct pipe_reader *r = calloc(1, sizeof *r), **place = NULL;
    if (!r)
        return NULL;
    r->stirred = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    r->pipe = pipe_share(p);
    lock(p);
    for (uint32_t i = 0; i < PIPE_READERS_MAX && !place; i++)
        if (!p->readers[i])
            place = &p->readers[i];
    if (place)
        *place = r;
    r->at = stands(p, frame);
    unlock(p);
    if (place && r->stirred >= 0)
        return r;
    pipe_reader_free(r);
    return NULL;
}

void pipe_reader_free(struct pipe_reader *r)
{
    if (!r)
        return;
    struct pipe *p = r->pipe;
    lock(p);
    for (uint32_t i = 0; i < PIPE_READERS_MAX; i++)
        if (p->readers[i] == r)
            p->readers[i] = NULL;
    unlock(p);
    pipe_close(p);
    if (r->stirred >= 0)
        close(r->stirred);
    free(r);
}

uint64_t pipe_reader_at(const struct pipe_reader *r)
{
    lock(r->pipe);
    uint64_t at = r->at;
    unlock(r->pipe);
    return at;
}

/* Up to n frames of those that are kept, or silence for such as are no longer. */
static uint32_t copy(struct pipe_reader *r, float *out, uint32_t n)
{
    struct pipe *p = r->pipe;
    uint64_t oldest = recent_oldest(&p->recent);
    if (r->at < oldest) {
        if (!p->overtaken)
            pipe_tell(p, "one strip is too far behind another that plays it: it is silent");
        p->overtaken = true;
        n = (uint32_t)min64(n, oldest - r->at);
        memset(out, 0, (size_t)n * p->recent.gives * sizeof *out);
    } else {
        n = recent_copy(&p->recent, r->at, out, n);
    }
    r->at += n;
    return n;
}

/* By the first who reads, and without the turn: nobody waits for a folder that does not answer. */
static void open_end(struct pipe *p)
{
    struct stat st;
    int fd = open(p->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), error = errno;
    bool piped = fd >= 0 && fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode);
    lock(p);
    p->fd = fd;
    if (fd < 0)
        pipe_fail(p, error == ENOENT ? "no such file" : strerrordesc_np(error));
    else if (!piped)
        pipe_fail(p, "is no pipe any more: load it anew");
    stir_others(p, NULL);
    unlock(p);
}

enum pipe_gives pipe_read(struct pipe_reader *r, float *out, uint32_t *n)
{
    struct pipe *p = r->pipe;
    enum pipe_gives gives = PIPE_GIVES;
    lock(p);
    bool opens = !p->opened;
    p->opened = true;
    if (opens) {
        unlock(p);
        open_end(p);
        lock(p);
    }
    bool came = !r->over && r->at >= p->recent.made && pipe_pump(p);
    if (came)
        stir_others(p, r);
    if (*n > 0 && !r->over && r->at < p->recent.made) {
        *n = copy(r, out, *n);
    } else {
        *n = 0;
        bool over = r->over || p->state == PIPE_ENDED || p->state == PIPE_FAILED;
        gives = came ? PIPE_GIVES : over ? PIPE_OVER : PIPE_DRY;
    }
    unlock(p);
    return gives;
}

void pipe_wait(struct pipe_reader *r)
{
    struct pipe *p = r->pipe;
    uint64_t count;
    lock(p);
    struct pollfd both[2] = { { .fd = r->stirred, .events = POLLIN },
                              { .fd = p->fd, .events = POLLIN } };
    unlock(p);
    poll(both, 2, -1);
    if (both[0].revents && read(r->stirred, &count, sizeof count) < 0)
        return; /* somebody else's stir came between: as good */
}

void pipe_stir(struct pipe_reader *r)
{
    const uint64_t one = 1;
    if (write(r->stirred, &one, sizeof one) < 0)
        return; /* it is stirred 2^64 times already */
}
