/* wavfile.h - WAV files written and read by hand
 *
 * Independent of every library that the code under test uses, and able to write what no library
 * would: a header that lies, a NaN, no frames at all. A truncated file is one that truncate(2) cut.
 */
#ifndef TESTS_WAVFILE_H
#define TESTS_WAVFILE_H

#include <stddef.h>
#include <stdint.h>

enum wavfile_format { WAVFILE_FLOAT, WAVFILE_16, WAVFILE_24 };

/* A whole file in memory. */
struct wavfile {
    uint32_t rate;     /* Hz */
    uint32_t channels; /* 1 or more */
    size_t frames;
    float *data; /* interleaved, full scale 1.0 */
};

/* Writes the canonical header and the samples; integers are rounded and clipped, without dither.
 * 0 or -errno. */
int wavfile_write(const char *path, const struct wavfile *w, enum wavfile_format format);

/* The same, but the header claims `claimed` frames. */
int wavfile_write_lie(const char *path, const struct wavfile *w, enum wavfile_format format,
                      uint32_t claimed);

/* Reads any file that wavfile_write wrote and its like, with any chunks before the samples (also
 * extensible headers). Frames are those that are there, whatever the header claims. -EINVAL: not
 * such a file; else 0 or -errno. On success the caller owes wavfile_clear. */
int wavfile_read(const char *path, struct wavfile *w);

/* Frees the samples. Clearing twice is fine. */
void wavfile_clear(struct wavfile *w);

/* Copies one channel, 0 is the first, to `out` of w->frames. */
void wavfile_channel(const struct wavfile *w, uint32_t channel, float *out);

#endif
