/* decoder_opus.c - Ogg Opus, by libopusfile
 *
 * libsndfile 1.2 reads Opus too, but of files that ffmpeg wrote it loses whole packets without a
 * word; libopusfile is exact, seeks included.
 */
#include "mixer/decoder.h"

#include <errno.h>
#include <opusfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPUS_RATE = 48000, HEAD = 512 };

struct opus {
    struct decoder decoder;
    OggOpusFile *file;
    int fd;
    uint64_t position; /* the next frame that read will give */
    uint64_t silence;  /* frames of a damaged stretch still to be given as zeros */
};

bool decoder_is_opus(int fd)
{
    unsigned char head[HEAD];
    ssize_t n = pread(fd, head, sizeof head, 0);
    return n > 36 && memcmp(head, "OggS", 4) == 0 && memmem(head, (size_t)n, "OpusHead", 8);
}

static int read_bytes(void *stream, unsigned char *out, int n)
{
    ssize_t got;
    do
        got = read(*(int *)stream, out, (size_t)n);
    while (got < 0 && errno == EINTR);
    return (int)got;
}

static int seek_bytes(void *stream, opus_int64 offset, int whence)
{
    return lseek(*(int *)stream, offset, whence) < 0 ? -1 : 0;
}

static opus_int64 tell_bytes(void *stream)
{
    return lseek(*(int *)stream, 0, SEEK_CUR);
}

static const OpusFileCallbacks bytes = { read_bytes, seek_bytes, tell_bytes, NULL };

/* What a damaged page held is given as silence, so that what follows keeps its place. */
static void mind_the_hole(struct opus *o)
{
    ogg_int64_t at = op_pcm_tell(o->file);
    snprintf(o->decoder.fault, sizeof o->decoder.fault, "damaged at frame %llu",
             (unsigned long long)o->position);
    if (at > (ogg_int64_t)o->position)
        o->silence = (uint64_t)at - o->position;
}

/* One turn of the decoder: frames into out, or 0 with *end set at the end or an error. */
static uint32_t read_some(struct opus *o, float *out, uint32_t n, bool *end)
{
    int link = 0, got = op_read_float(o->file, out, (int)(n * o->decoder.channels), &link);
    if (got == OP_HOLE) {
        mind_the_hole(o);
        return 0;
    }
    if (got < 0)
        snprintf(o->decoder.fault, sizeof o->decoder.fault, "cannot be decoded at frame %llu",
                 (unsigned long long)o->position);
    if (got > 0 && op_channel_count(o->file, link) != (int)o->decoder.channels) {
        snprintf(o->decoder.fault, sizeof o->decoder.fault, "changes its channels at frame %llu",
                 (unsigned long long)o->position);
        got = 0;
    }
    *end = got <= 0;
    return got > 0 ? (uint32_t)got : 0;
}

static uint32_t read_frames(struct decoder *d, float *out, uint32_t n)
{
    struct opus *o = (struct opus *)d;
    uint32_t done = 0;
    bool end = false;
    while (done < n && !end) {
        float *at = out + (size_t)done * d->channels;
        uint32_t got = n - done;
        if (o->silence > 0) {
            got = got < o->silence ? got : (uint32_t)o->silence;
            memset(at, 0, (size_t)got * d->channels * sizeof *at);
            o->silence -= got;
        } else {
            got = read_some(o, at, got, &end);
        }
        o->position += got;
        done += got;
    }
    return done;
}

static int seek_frame(struct decoder *d, uint64_t frame)
{
    struct opus *o = (struct opus *)d;
    o->silence = 0;
    if (frame <= INT64_MAX && op_pcm_seek(o->file, (ogg_int64_t)frame) == 0) {
        o->position = frame;
        return 0;
    }
    snprintf(d->fault, sizeof d->fault, "cannot seek to frame %llu", (unsigned long long)frame);
    return -EIO;
}

static void close_file(struct decoder *d)
{
    struct opus *o = (struct opus *)d;
    op_free(o->file);
    close(o->fd);
    free(o);
}

static const struct decoder_kind kind = { read_frames, seek_frame, close_file };

struct decoder *decoder_opus(int fd, const char **why)
{
    struct opus *o = calloc(1, sizeof *o);
    int error = 0;
    if (!o) {
        *why = "out of memory";
        return NULL;
    }
    o->fd = fd;
    lseek(fd, 0, SEEK_SET);
    o->file = op_open_callbacks(&o->fd, &bytes, NULL, 0, &error);
    if (!o->file) {
        *why = "not an Opus file that can be decoded";
        free(o);
        return NULL;
    }
    ogg_int64_t total = op_pcm_total(o->file, -1);
    o->decoder.kind = &kind;
    o->decoder.channels = (uint32_t)op_channel_count(o->file, 0);
    o->decoder.rate = OPUS_RATE;
    o->decoder.frames = total < 0 ? FRAMES_UNKNOWN : (uint64_t)total;
    snprintf(o->decoder.format, sizeof o->decoder.format, "Ogg Opus");
    return &o->decoder;
}
