/* fuzz_pipe.c - any bytes out of a named pipe: a head is the same however it comes in pieces, and
 * what is read behind it holds what pipe.h promises
 *
 * The last three bytes of the input say how it is written and read.
 */
#include "mixer/pipe.h"
#include "mixer/streamhead.h"

#include <assert.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HOW = 3, RATE = 48000, STEP = 1024, MOST = 100000 /* frames */, CLOSELY = 256 };

static const float untouched = -12345.5F;

static char fifo[64];

static void fifo_remove(void)
{
    unlink(fifo);
}

static const char *fifo_path(void)
{
    if (fifo[0])
        return fifo;
    snprintf(fifo, sizeof fifo, "/tmp/fuzz_pipe.%d", (int)getpid());
    if (mkfifo(fifo, 0600))
        abort();
    atexit(fifo_remove);
    return fifo;
}

/* All at once, and byte by byte: the head is whole from its last byte on, and never looks further
 * than it is given. */
static void check_head(const uint8_t *data, size_t size)
{
    struct stream_head whole, h;
    const char *why = NULL;
    enum head is = stream_head_read(data, size, &whole, &why);
    assert(is != HEAD_WRONG || (why && why[0]));
    if (is != HEAD_WHOLE)
        return;
    assert(whole.size <= size && whole.channels > 0 && whole.rate > 0);
    assert(stream_head_format(&whole)[0]);
    for (size_t n = 0; n <= whole.size; n++) {
        if (n > CLOSELY && n + CLOSELY < whole.size)
            n += CLOSELY - 1;          /* through what is skipped */
        uint8_t *some = malloc(n + 1); /* of its own, so that a step outside is seen */
        memcpy(some, data, n);
        is = stream_head_read(some, n, &h, &why);
        free(some);
        assert(is == HEAD_MORE || (is == HEAD_WHOLE && h.size <= n && h.frames == whole.frames));
    }
    assert(is == HEAD_WHOLE && h.size == whole.size && h.rate == whole.rate);
}

static uint64_t take(struct pipe *p, struct pipe_reader *r, enum pipe_gives *gives)
{
    static float out[STEP * AUDIOFILE_CHANNELS_MAX + 1];
    uint32_t n = STEP, channels = pipe_figures(p).channels;
    uint32_t samples = STEP * (channels ? channels : AUDIOFILE_CHANNELS_MAX);
    for (uint32_t i = 0; i <= samples; i++)
        out[i] = untouched;
    *gives = pipe_read(r, out, &n);
    channels = channels ? channels : pipe_figures(p).channels;
    assert(n <= STEP && (channels || !n) && channels <= AUDIOFILE_CHANNELS_MAX);
    for (uint32_t i = 0; i < n * channels; i++)
        assert(isfinite(out[i]));
    assert(out[n * channels] == untouched || *gives != PIPE_GIVES);
    return n;
}

/* Writes on whenever all that was written has been read. */
static void check_pipe(const uint8_t *data, size_t size, const uint8_t *how)
{
    int end = open(fifo_path(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    size_t piece = how[0] ? how[0] * 16u : size;
    struct pipe *p = pipe_open(fifo, how[1] & 1 ? RATE : 44100, QUALITY_FASTEST, 1 + how[2] * 16u);
    struct pipe_reader *r = pipe_reader_new(p, 0);
    enum pipe_gives gives = PIPE_DRY;
    uint64_t frames = 0;
    take(p, r, &gives);
    while (gives != PIPE_OVER && frames < MOST) {
        if (gives == PIPE_DRY && size > 0) {
            piece = piece < size ? piece : size;
            if (write(end, data, piece) != (ssize_t)piece)
                abort();
            data += piece;
            size -= piece;
        } else if (gives == PIPE_DRY && end >= 0) {
            close(end);
            end = -1;
        } else if (gives == PIPE_DRY) {
            pipe_wait(r);
        }
        frames += take(p, r, &gives);
    }
    struct pipe_figures f = pipe_figures(p);
    assert(frames <= f.frames);
    assert(frames >= MOST || f.state == PIPE_ENDED || (f.state == PIPE_FAILED && pipe_fault(p)));
    if (end >= 0)
        close(end);
    pipe_reader_free(r);
    pipe_close(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < HOW)
        return 0;
    check_head(data, size - HOW);
    check_pipe(data, size - HOW, data + size - HOW);
    return 0;
}
