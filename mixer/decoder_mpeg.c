/* decoder_mpeg.c - MPEG audio (MP3), by libmpg123
 *
 * libsndfile reads MP3 too, but where a file of variable bit rate does not tell its length, it
 * guesses one and cuts the sound off there. Here such a file is scanned through once.
 */
#include "mixer/decoder.h"
#include "mixer/filebytes.h"

#include <mpg123.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* After a seek the decoder is fed so many frames ahead: what a frame of layer 3 borrows from those
 * before it is at most 511 bytes, and at 32 kbit/s (the least at 44.1 kHz) a frame has 104. */
enum { FRAMES_AHEAD = 8 };

struct mpeg {
    struct decoder decoder;
    mpg123_handle *handle;
    struct filebytes bytes;
};

static ssize_t read_bytes(void *bytes, void *out, size_t n)
{
    return filebytes_read(bytes, out, n);
}

static off_t seek_bytes(void *bytes, off_t offset, int whence)
{
    return filebytes_seek(bytes, offset, whence);
}

/* A frame's first four bytes: 11 bits of sync, a layer, a bit rate and a sampling rate that exist
 * (ISO 11172-3, 2.4.1.3). */
static bool begins_a_frame(const unsigned char *b)
{
    return b[0] == 0xff && (b[1] & 0xe0) == 0xe0 && (b[1] & 0x18) != 0x08 && (b[1] & 0x06) &&
           (b[2] & 0xf0) != 0xf0 && (b[2] & 0x0c) != 0x0c;
}

bool decoder_is_mpeg(int fd)
{
    unsigned char b[4];
    return pread(fd, b, sizeof b, decoder_behind_id3(fd)) == sizeof b && begins_a_frame(b);
}

static uint32_t read_frames(struct decoder *d, float *out, uint32_t n)
{
    struct mpeg *m = (struct mpeg *)d;
    size_t frame = d->channels * sizeof *out, done = 0, size = n * frame, got = 0;
    int status = MPG123_OK;
    while (status == MPG123_OK && done < size) {
        status = mpg123_read(m->handle, (unsigned char *)out + done, size - done, &got);
        done += got;
    }
    if (status == MPG123_NEW_FORMAT)
        snprintf(d->fault, sizeof d->fault, "changes its format on the way");
    else if (status != MPG123_OK && m->bytes.error)
        snprintf(d->fault, sizeof d->fault, "%s", strerrordesc_np(m->bytes.error));
    else if (status != MPG123_OK && status != MPG123_DONE)
        snprintf(d->fault, sizeof d->fault, "%s", mpg123_strerror(m->handle));
    return (uint32_t)(done / frame);
}

static int seek_frame(struct decoder *d, uint64_t frame)
{
    struct mpeg *m = (struct mpeg *)d;
    if (frame <= INT64_MAX && mpg123_seek(m->handle, (off_t)frame, SEEK_SET) == (off_t)frame)
        return 0;
    return decoder_cannot_seek(d, frame);
}

static void close_file(struct decoder *d)
{
    struct mpeg *m = (struct mpeg *)d;
    mpg123_delete(m->handle);
    close(m->bytes.fd);
    free(m);
}

static const struct decoder_kind kind = { read_frames, seek_frame, close_file };

/* Frames as an encoder's tag tells them, or counted. */
static uint64_t find_length(mpg123_handle *handle)
{
    long delay = -1;
    bool tagged =
        mpg123_getstate(handle, MPG123_ENC_DELAY, &delay, NULL) == MPG123_OK && delay >= 0;
    if (!tagged && mpg123_scan(handle) != MPG123_OK)
        return FRAMES_UNKNOWN;
    off_t length = mpg123_length(handle);
    return length < 0 ? FRAMES_UNKNOWN : (uint64_t)length;
}

/* Opens and describes; the format found first is the only one that the handle may give. */
static bool begin(struct mpeg *m)
{
    struct mpg123_frameinfo info;
    long rate;
    int channels, encoding;
    mpg123_param(m->handle, MPG123_ADD_FLAGS, MPG123_QUIET | MPG123_FORCE_FLOAT, 0);
    mpg123_param(m->handle, MPG123_PREFRAMES, FRAMES_AHEAD, 0);
    if (mpg123_replace_reader_handle(m->handle, read_bytes, seek_bytes, NULL) != MPG123_OK ||
        mpg123_open_handle(m->handle, &m->bytes) != MPG123_OK ||
        mpg123_getformat(m->handle, &rate, &channels, &encoding) != MPG123_OK ||
        mpg123_info(m->handle, &info) != MPG123_OK || mpg123_format_none(m->handle) != MPG123_OK ||
        mpg123_format(m->handle, rate, channels, MPG123_ENC_FLOAT_32) != MPG123_OK)
        return false;
    m->decoder.channels = (uint32_t)channels;
    m->decoder.rate = (uint32_t)rate;
    m->decoder.frames = m->decoder.there = find_length(m->handle);
    snprintf(m->decoder.format, sizeof m->decoder.format, "MPEG layer %d", info.layer);
    return true;
}

struct decoder *decoder_mpeg(int fd, const char **why)
{
    struct mpeg *m = calloc(1, sizeof *m);
    *why = "out of memory";
    if (!m)
        return NULL;
    m->decoder.kind = &kind;
    m->bytes.fd = fd;
    m->handle = mpg123_new(NULL, NULL);
    if (m->handle) {
        lseek(fd, 0, SEEK_SET);
        if (begin(m))
            return &m->decoder;
        *why = "not an MPEG file that can be decoded";
    }
    mpg123_delete(m->handle);
    free(m);
    return NULL;
}
