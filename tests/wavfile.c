/* wavfile.c - WAV files written and read by hand
 *
 * RIFF is little-endian; so is every machine that the tests run on, and a big-endian one would
 * fail test_signals at once.
 */
#include "tests/wavfile.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TAG_PCM = 1, TAG_FLOAT = 3, TAG_EXTENSIBLE = 0xfffe };
enum { FORMAT_BYTES = 16, EXTENSIBLE_BYTES = 26, HEADER_BYTES = 44 };

static uint32_t bytes_per_sample(enum wavfile_format format)
{
    return format == WAVFILE_FLOAT ? 4 : format == WAVFILE_24 ? 3 : 2;
}

static void put(uint8_t **at, const void *from, size_t n)
{
    memcpy(*at, from, n);
    *at += n;
}

static void put16(uint8_t **at, uint32_t value)
{
    put(at, &(uint16_t){ (uint16_t)value }, 2);
}

static void put32(uint8_t **at, uint32_t value)
{
    put(at, &value, 4);
}

static void header(uint8_t out[HEADER_BYTES], const struct wavfile *w, enum wavfile_format format,
                   uint32_t frames)
{
    uint32_t frame_bytes = w->channels * bytes_per_sample(format);
    put(&out, "RIFF", 4);
    put32(&out, HEADER_BYTES - 8 + frames * frame_bytes);
    put(&out, "WAVEfmt ", 8);
    put32(&out, FORMAT_BYTES);
    put16(&out, format == WAVFILE_FLOAT ? TAG_FLOAT : TAG_PCM);
    put16(&out, w->channels);
    put32(&out, w->rate);
    put32(&out, w->rate * frame_bytes);
    put16(&out, frame_bytes);
    put16(&out, 8 * bytes_per_sample(format));
    put(&out, "data", 4);
    put32(&out, frames * frame_bytes);
}

static void encode(uint8_t *out, float sample, enum wavfile_format format)
{
    if (format == WAVFILE_FLOAT) {
        memcpy(out, &sample, 4);
        return;
    }
    double full = format == WAVFILE_16 ? 0x1p15 : 0x1p23;
    int32_t value = (int32_t)fmax(-full, fmin(full - 1, rint(sample * full)));
    memcpy(out, &value, bytes_per_sample(format));
}

static float decode(const uint8_t *in, enum wavfile_format format)
{
    float sample;
    if (format == WAVFILE_FLOAT) {
        memcpy(&sample, in, 4);
        return sample;
    }
    uint32_t bytes = bytes_per_sample(format);
    uint32_t high = 0; /* in the upper bytes, so that the sign is in its place */
    memcpy((uint8_t *)&high + 4 - bytes, in, bytes);
    return (float)((int32_t)high * 0x1p-31);
}

int wavfile_write_lie(const char *path, const struct wavfile *w, enum wavfile_format format,
                      uint32_t claimed)
{
    size_t samples = w->frames * w->channels, size = bytes_per_sample(format);
    uint8_t *bytes = malloc(HEADER_BYTES + samples * size);
    FILE *f = bytes ? fopen(path, "wb") : NULL;
    int failed = f ? 0 : -errno;
    if (f) {
        header(bytes, w, format, claimed);
        for (size_t i = 0; i < samples; i++)
            encode(bytes + HEADER_BYTES + i * size, w->data[i], format);
        if (fwrite(bytes, 1, HEADER_BYTES + samples * size, f) < HEADER_BYTES + samples * size)
            failed = -EIO;
        if (fclose(f))
            failed = -errno;
    }
    free(bytes);
    return failed;
}

int wavfile_write(const char *path, const struct wavfile *w, enum wavfile_format format)
{
    return wavfile_write_lie(path, w, format, (uint32_t)w->frames);
}

static uint32_t get(const uint8_t *at, size_t n)
{
    uint32_t value = 0;
    memcpy(&value, at, n);
    return value;
}

static bool parse_format(const uint8_t *at, size_t n, struct wavfile *w,
                         enum wavfile_format *format)
{
    if (n < FORMAT_BYTES)
        return false;
    uint32_t tag = get(at, 2), bits = get(at + 14, 2);
    if (tag == TAG_EXTENSIBLE && n >= EXTENSIBLE_BYTES)
        tag = get(at + 24, 2); /* the sub-format's first bytes are the plain tag */
    w->channels = get(at + 2, 2);
    w->rate = get(at + 4, 4);
    *format = tag == TAG_FLOAT ? WAVFILE_FLOAT : bits == 24 ? WAVFILE_24 : WAVFILE_16;
    return w->channels && bits == 8 * bytes_per_sample(*format) &&
           (tag == TAG_FLOAT || tag == TAG_PCM);
}

/* Fills w from the bytes of a whole file. */
static int parse(const uint8_t *in, size_t n, struct wavfile *w)
{
    enum wavfile_format format = WAVFILE_FLOAT;
    if (n < 12 || memcmp(in, "RIFF", 4) || memcmp(in + 8, "WAVE", 4))
        return -EINVAL;
    size_t at = 12;
    while (at + 8 <= n && memcmp(in + at, "data", 4)) {
        size_t size = get(in + at + 4, 4);
        if (size > n - at - 8)
            return -EINVAL;
        if (!memcmp(in + at, "fmt ", 4) && !parse_format(in + at + 8, size, w, &format))
            return -EINVAL;
        at += 8 + size + size % 2;
    }
    if (at + 8 > n || !w->channels)
        return -EINVAL;
    size_t claimed = get(in + at + 4, 4), there = n - at - 8;
    size_t sample_bytes = bytes_per_sample(format);
    w->frames = (claimed < there ? claimed : there) / (sample_bytes * w->channels);
    w->data = calloc(w->frames * w->channels + 1, sizeof *w->data);
    if (!w->data)
        return -ENOMEM;
    for (size_t i = 0; i < w->frames * w->channels; i++)
        w->data[i] = decode(in + at + 8 + i * sample_bytes, format);
    return 0;
}

/* All bytes of a file, or NULL and errno. The caller frees them. */
static uint8_t *slurp(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    fseek(f, 0, SEEK_END);
    long size = ftell(f);
    rewind(f);
    uint8_t *bytes = size < 0 ? NULL : malloc((size_t)size + 1);
    *n = bytes ? fread(bytes, 1, (size_t)size, f) : 0;
    fclose(f);
    return bytes;
}

int wavfile_read(const char *path, struct wavfile *w)
{
    *w = (struct wavfile){ 0 };
    size_t n;
    uint8_t *bytes = slurp(path, &n);
    if (!bytes)
        return -errno;
    int failed = parse(bytes, n, w);
    free(bytes);
    return failed;
}

void wavfile_clear(struct wavfile *w)
{
    free(w->data);
    w->data = NULL;
    w->frames = 0;
}

void wavfile_channel(const struct wavfile *w, uint32_t channel, float *out)
{
    for (size_t i = 0; i < w->frames; i++)
        out[i] = w->data[i * w->channels + channel];
}
