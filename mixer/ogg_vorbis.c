/* ogg_vorbis.c - Vorbis, by libvorbisfile
 *
 * libsndfile 1.2 reads Vorbis too, but after a seek it may go on elsewhere than it was told, and a
 * file cut short it takes for endless; libvorbisfile is exact.
 */
#include "mixer/ogg_codec.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <vorbis/vorbisfile.h>

static size_t read_bytes(void *out, size_t size, size_t n, void *bytes)
{
    int64_t got = filebytes_read(bytes, out, size * n);
    if (got >= 0)
        errno = 0; /* how the library tells an error from the end */
    return got < 0 ? 0 : (size_t)got / size;
}

static int seek_bytes(void *bytes, ogg_int64_t offset, int whence)
{
    return filebytes_seek(bytes, offset, whence) < 0 ? -1 : 0;
}

static long tell_bytes(void *bytes)
{
    return filebytes_seek(bytes, 0, SEEK_CUR);
}

/* A link whose codebooks are no codes is found out when the library begins to decode it, and never
 * again: the next time it goes on without them, and libvorbis 1.3.7 divides by zero. So every link
 * is begun once before any of them is read. */
static bool begins(OggVorbis_File *file)
{
    ogg_int64_t at = 0;
    for (int link = 0; link < ov_streams(file); link++) {
        if (ov_pcm_seek(file, at) != 0)
            return false;
        at += ov_pcm_total(file, link);
    }
    return ov_streams(file) == 1 || ov_pcm_seek(file, 0) == 0;
}

static void *open_file(struct filebytes *bytes, uint32_t *channels, uint32_t *rate, int64_t *frames)
{
    static const ov_callbacks calls = { read_bytes, seek_bytes, NULL, tell_bytes };
    OggVorbis_File *file = calloc(1, sizeof *file);
    if (!file || ov_open_callbacks(bytes, file, NULL, 0, calls) < 0) {
        free(file);
        return NULL;
    }
    if (!begins(file)) {
        ov_clear(file);
        free(file);
        return NULL;
    }
    const vorbis_info *info = ov_info(file, 0);
    *channels = (uint32_t)info->channels;
    *rate = info->rate > 0 ? (uint32_t)info->rate : 0;
    *frames = ov_pcm_total(file, -1);
    return file;
}

static void close_file(void *file)
{
    ov_clear(file);
    free(file);
}

static int32_t read_frames(void *file, float *out, uint32_t channels, uint32_t n)
{
    float **planes;
    int link = 0;
    long got = ov_read_float(file, &planes, (int)n, &link);
    if (got < 0)
        return got == OV_HOLE ? OGG_HOLE : OGG_BROKEN;
    if (got > 0 && ov_info(file, link)->channels != (int)channels)
        return OGG_OTHER_CHANNELS;
    for (uint32_t c = 0; c < channels; c++)
        for (long i = 0; i < got; i++)
            out[(size_t)i * channels + c] = planes[c][i];
    return (int32_t)got;
}

static int64_t tell_frame(void *file)
{
    return ov_pcm_tell(file);
}

static int seek_frame(void *file, int64_t frame)
{
    return ov_pcm_seek(file, frame);
}

const struct ogg_codec ogg_vorbis = {
    "Ogg Vorbis", "\1vorbis", 0, open_file, close_file, read_frames, tell_frame, seek_frame,
};
