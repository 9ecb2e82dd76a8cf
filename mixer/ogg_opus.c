/* ogg_opus.c - Opus, by libopusfile
 *
 * libsndfile 1.2 reads Opus too, but of files that ffmpeg wrote it loses whole packets without a
 * word; libopusfile is exact.
 */
#include "mixer/ogg_codec.h"

#include <opusfile.h>
#include <stdio.h>

/* Opus always decodes at this rate. After a seek the library's own 80 ms of run-up leave -20 to
 * -40 dB of difference to what reading on gives; of music at 32 kbit/s and more less than -140 dB
 * are left after 0.7 s, so we take a second. Coders of speech forget more slowly. */
enum { RATE = 48000, AHEAD = RATE };

static int read_bytes(void *bytes, unsigned char *out, int n)
{
    return (int)filebytes_read(bytes, out, (uint64_t)n);
}

static int seek_bytes(void *bytes, opus_int64 offset, int whence)
{
    return filebytes_seek(bytes, offset, whence) < 0 ? -1 : 0;
}

static opus_int64 tell_bytes(void *bytes)
{
    return filebytes_seek(bytes, 0, SEEK_CUR);
}

static void *open_file(struct filebytes *bytes, uint32_t *channels, uint32_t *rate, int64_t *frames)
{
    static const OpusFileCallbacks calls = { read_bytes, seek_bytes, tell_bytes, NULL };
    OggOpusFile *file = op_open_callbacks(bytes, &calls, NULL, 0, NULL);
    if (!file)
        return NULL;
    *channels = (uint32_t)op_channel_count(file, 0);
    *rate = RATE;
    *frames = op_pcm_total(file, -1);
    return file;
}

static void close_file(void *file)
{
    op_free(file);
}

static int32_t read_frames(void *file, float *out, uint32_t channels, uint32_t n)
{
    int link = 0, got = op_read_float(file, out, (int)(n * channels), &link);
    if (got > 0 && op_channel_count(file, link) != (int)channels)
        return OGG_OTHER_CHANNELS;
    return got >= 0 ? got : got == OP_HOLE ? OGG_HOLE : OGG_BROKEN;
}

static int64_t tell_frame(void *file)
{
    return op_pcm_tell(file);
}

static int seek_frame(void *file, int64_t frame)
{
    return op_pcm_seek(file, frame);
}

const struct ogg_codec ogg_opus = {
    "Ogg Opus", "OpusHead", AHEAD, open_file, close_file, read_frames, tell_frame, seek_frame,
};
