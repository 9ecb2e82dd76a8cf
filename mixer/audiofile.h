/* audiofile.h - the one reader of audio files: any format, any rate, frames at the engine's rate
 *
 * Opens only regular files (never blocks on a FIFO), reads interleaved float frames, converts the
 * rate with the converter's delay compensated to the frame: frame k of the result lies at k/rate
 * seconds of the file, and a seek to k gives what reading up to k would have given.
 * Non-finite samples come out as 0 and are counted.
 */
#ifndef MIXER_AUDIOFILE_H
#define MIXER_AUDIOFILE_H

#include "mixer/filemark.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    AUDIOFILE_CHANNELS_MAX = 64,
    AUDIOFILE_STREAMS_MAX = 64,
    AUDIOFILE_RATE_MIN = 1000,
    AUDIOFILE_RATE_MAX = 768000
};

enum quality { QUALITY_FASTEST, QUALITY_MEDIUM, QUALITY_BEST }; /* of the rate conversion */

struct audiofile;

struct audiofile_info {
    uint32_t channels;
    uint32_t file_rate; /* Hz, as stored */
    uint32_t streams;   /* of a Matroska or MP4 file, one after the other in its channels; else 0 */
    uint32_t stream_channels[AUDIOFILE_STREAMS_MAX];
    uint64_t frames; /* at the rate asked for, as the header claims; UINT64_MAX: it does not say */
    char format[64]; /* for people: "WAV 24 bit", "FLAC 16 bit" */
    struct file_mark mark; /* as it was opened */
};

/* Any thread but the audio thread. Opens `path` to give frames at `rate` Hz. NULL: *why says what
 * and where ("cannot open take3.flac: no such file", "take3.wav: 128 channels, at most 64"), in a
 * thread-local buffer good until the next call on this thread. */
struct audiofile *audiofile_open(const char *path, uint32_t rate, enum quality quality,
                                 struct audiofile_info *info, const char **why);
void audiofile_close(struct audiofile *f); /* NULL is fine */

/* The owner's thread. Up to n frames, interleaved, into out; 0 at the end or after an error.
 * Loops inside until n frames are there or the file ends, so less than n means the end. */
uint32_t audiofile_read(struct audiofile *f, float *out, uint32_t n);

/* The owner's thread. The next read begins at frame `frame` (at the engine's rate; past the end:
 * reads give 0). 0 or -EIO. */
int audiofile_seek(struct audiofile *f, uint64_t frame);

/* The owner's thread. Non-finite samples replaced so far. */
uint64_t audiofile_nans(const struct audiofile *f);

/* The owner's thread, after a read came short. NULL: the file ended where its header said; else
 * what went wrong ("take3.flac: ends at frame 1000 of 48000"), good until close. */
const char *audiofile_problem(const struct audiofile *f);

/* The owner's thread. Of what the header promises, as far as was read or sought. */
enum audiofile_lack {
    AUDIOFILE_LACKS_NOTHING,
    AUDIOFILE_LACKS_END, /* the file is shorter than it says */
    AUDIOFILE_LACKS_ALL, /* it cannot be read */
};
enum audiofile_lack audiofile_lack(const struct audiofile *f);

/* The owner's thread. The file as it was when it was opened. */
struct file_mark audiofile_mark(const struct audiofile *f);

/* Any thread but the audio thread. Reads a whole file, planar, channel c at data + c * frames;
 * the caller frees data. `most`: more frames than this is an error, found before it is allocated
 * where the header tells. info->frames is what was read. 0, and *why is NULL or what was odd (as
 * audiofile_problem); or -errno and *why as above. */
int audiofile_load(const char *path, uint32_t rate, enum quality quality, uint64_t most,
                   float **data, struct audiofile_info *info, const char **why);

#endif
