/* fileformat.h - the formats that sound is written in: by mixd render, and by recordings */
#ifndef MIXER_FILEFORMAT_H
#define MIXER_FILEFORMAT_H

#include "mixer/refusal.h"

#include <stdint.h>

struct file_format {
    const char *name, *extension, *help;
    int type;        /* libsndfile's */
    unsigned bits;   /* of an integer sample; 0: floats are written */
    unsigned widest; /* bytes of a sample in a file that ends at 4 GiB; 0: it does not */
};

/* Any thread. The rows, in the order in which an extension finds its first; NULL: there is none
 * of that number. */
const struct file_format *file_format_at(uint32_t i);

/* Any thread. The row of a name (NULL: of the path's extension, WAV if it has none). NULL and *why:
 * there is none such. */
const struct file_format *file_format_find(const char *path, const char *name, struct refusal *why);

/* Any thread. Writes n frames of interleaved floats to an open SNDFILE; integer formats are rounded
 * to the nearest, without dither, and cut at full scale, which is 1.0 as far as the format goes:
 * the greatest integer is a step below it. whole: room for as many samples. Returns how many
 * samples were cut, or -1: not all was written. */
int64_t file_format_write(const struct file_format *f, void *file, const float *frames, uint32_t n,
                          uint32_t channels, int32_t *whole);

#endif
