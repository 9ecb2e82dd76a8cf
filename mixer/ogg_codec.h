/* ogg_codec.h - what differs between the codecs of an Ogg file; decoder_ogg.c does the rest
 *
 * A codec is a library that reads one stream by itself. All functions: the owner's thread.
 */
#ifndef MIXER_OGG_CODEC_H
#define MIXER_OGG_CODEC_H

#include "mixer/filebytes.h"

#include <stdint.h>

/* What ogg_codec.read gives instead of a number of frames. */
enum { OGG_END = 0, OGG_HOLE = -1, OGG_BROKEN = -2, OGG_OTHER_CHANNELS = -3 };

struct ogg_codec {
    const char *name;  /* for people */
    const char *magic; /* what the first packet begins with */
    uint64_t ahead;    /* frames to decode and drop after a seek until it sounds as ever */
    /* *bytes stays the caller's and where it is until close. NULL: it cannot be decoded. *frames is
     * below 0 when the length is not known. */
    void *(*open)(struct filebytes *bytes, uint32_t *channels, uint32_t *rate, int64_t *frames);
    void (*close)(void *file);
    /* Some frames, at most n, or one of the above. OGG_HOLE: something is missing here; the next
     * read goes on behind it, at what tell says. */
    int32_t (*read)(void *file, float *out, uint32_t channels, uint32_t n);
    int64_t (*tell)(void *file);
    int (*seek)(void *file, int64_t frame); /* 0 or not */
};

extern const struct ogg_codec ogg_opus, ogg_vorbis;

#endif
