/* decoder.h - what a decoder of one family of audio files is; audiofile.c chooses one by the file
 *
 * A decoder is fed a descriptor of a regular file and gives frames as the file stores them: at its
 * own rate, interleaved, full scale 1.0. What a header claims is passed on, never trusted. All
 * functions: the owner's thread, which may block.
 */
#ifndef MIXER_DECODER_H
#define MIXER_DECODER_H

#include <stdbool.h>
#include <stdint.h>

#define FRAMES_UNKNOWN UINT64_MAX

enum { DECODER_STREAMS_MAX = 64 };

struct decoder;

struct decoder_kind {
    /* Up to n frames into out. Fewer: the end, or something wrong and fault says what. */
    uint32_t (*read)(struct decoder *d, float *out, uint32_t n);
    /* The next read begins at `frame`. 0, or -EIO and fault says why. */
    int (*seek)(struct decoder *d, uint64_t frame);
    void (*close)(struct decoder *d); /* frees d and closes the descriptor */
};

struct decoder {
    const struct decoder_kind *kind;
    uint32_t channels; /* any number: the caller checks */
    uint32_t rate;     /* Hz, any number */
    uint32_t streams;  /* of sound, side by side in its channels; 0: it knows only one */
    uint32_t stream_channels[DECODER_STREAMS_MAX]; /* of each of them */
    uint64_t frames;                               /* as the header claims, or FRAMES_UNKNOWN */
    uint64_t there;  /* the same by the size of the file: no seek reaches further */
    bool cut;        /* the end of the file is missing, however long it was */
    bool finite;     /* integer samples: no NaN can come out */
    char format[64]; /* for people */
    char fault[160]; /* "" or what went wrong, lower case, no full stop */
};

/* Take over fd when they succeed. NULL: *why says what is wrong with the content (static or
 * thread-local, good until the next call on this thread); fd stays the caller's. libsndfile closes
 * what it refuses: *fd is -1 then. */
struct decoder *decoder_sndfile(int *fd, const char **why);
struct decoder *decoder_ogg(int fd, const char **why); /* only where decoder_is_ogg */
struct decoder *decoder_flac(int fd, const char **why);
struct decoder *decoder_mpeg(int fd, const char **why);
struct decoder *decoder_av(int fd, const char **why); /* NULL in a build without libavformat */

/* Does the file begin like Ogg with a codec that decoder_ogg knows, like FLAC (in Ogg or not), like
 * MPEG audio, like Matroska or MP4? The descriptor's offset is left alone. */
bool decoder_is_ogg(int fd);
bool decoder_is_flac(int fd);
bool decoder_is_mpeg(int fd);
bool decoder_is_av(int fd);

/* ---- for decoders */

/* Reads n frames and drops them. False: they did not all come, or out of memory. */
bool decoder_drop(struct decoder *d, uint64_t n);
/* Makes the fault say so; -EIO. */
int decoder_cannot_seek(struct decoder *d, uint64_t frame);
/* Where the file's content begins: behind as many ID3v2 tags as stand before it. */
int64_t decoder_behind_id3(int fd);

#endif
