/* fileformat.c - the formats that sound is written in */
#include "mixer/fileformat.h"

#include <math.h>
#include <sndfile.h>
#include <string.h>
#include <strings.h>

static const struct file_format formats[] = {
    { "wav", "wav", "WAV, 32-bit float", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 0, 4 },
    { "wav16", "wav", "WAV, 16-bit", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 16, 2 },
    { "wav24", "wav", "WAV, 24-bit", SF_FORMAT_WAV | SF_FORMAT_PCM_24, 24, 3 },
    { "w64", "w64", "Sony Wave64, 32-bit float, of any length", SF_FORMAT_W64 | SF_FORMAT_FLOAT, 0,
      0 },
    { "rf64", "rf64", "RF64, 32-bit float, of any length", SF_FORMAT_RF64 | SF_FORMAT_FLOAT, 0, 0 },
    { "flac", "flac", "FLAC, 24-bit", SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 24, 0 },
    { "flac16", "flac", "FLAC, 16-bit", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 16, 0 },
    { "aiff", "aiff", "AIFF, 24-bit", SF_FORMAT_AIFF | SF_FORMAT_PCM_24, 24, 3 },
    { "aiff16", "aif", "AIFF, 16-bit", SF_FORMAT_AIFF | SF_FORMAT_PCM_16, 16, 2 },
    { "caf", "caf", "Core Audio, 32-bit float", SF_FORMAT_CAF | SF_FORMAT_FLOAT, 0, 0 },
    { "au", "au", "Sun AU, 32-bit float", SF_FORMAT_AU | SF_FORMAT_FLOAT, 0, 4 },
    { "ogg", "ogg", "Ogg Vorbis", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 0, 0 },
    { "opus", "opus", "Ogg Opus, at 48, 24, 16, 12 or 8 kHz", SF_FORMAT_OGG | SF_FORMAT_OPUS, 0,
      0 },
    { "mp3", "mp3", "MPEG layer III", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 0, 0 },
};

enum { FORMATS = sizeof formats / sizeof *formats };

const struct file_format *file_format_at(uint32_t i)
{
    return i < FORMATS ? &formats[i] : NULL;
}

const struct file_format *file_format_find(const char *path, const char *name, struct refusal *why)
{
    const char *base = strrchr(path, '/');
    const char *dot = strrchr(base ? base : path, '.');
    if (!name && !dot)
        return &formats[0];
    for (unsigned i = 0; i < FORMATS; i++)
        if (name ? !strcasecmp(formats[i].name, name) : !strcasecmp(formats[i].extension, dot + 1))
            return &formats[i];
    if (name)
        refuse(why, FAULT_UNKNOWN, "there is no format %s", name);
    else
        refuse(why, FAULT_UNKNOWN, "%s: no format has the extension %s", path, dot);
    refuse_hint(why, "wav, wav16, wav24, flac and others; see mixd render --help");
    return NULL;
}

static int32_t quantise(float x, unsigned bits)
{
    double scale = (double)(1u << (bits - 1));
    double y = fmin(fmax(rint(x * scale), -scale), scale - 1);
    return (int32_t)((int64_t)y * (1 << (32 - bits))); /* libsndfile takes the upper bits */
}

int64_t file_format_write(const struct file_format *f, void *file, const float *frames, uint32_t n,
                          uint32_t channels, int32_t *whole)
{
    int64_t cut = 0;
    if (!f->bits)
        return sf_writef_float(file, frames, n) == n ? 0 : -1;
    for (uint32_t i = 0; i < n * channels; i++) {
        cut += frames[i] > 1 || frames[i] < -1;
        whole[i] = quantise(frames[i], f->bits);
    }
    return sf_writef_int(file, whole, n) == n ? cut : -1;
}
