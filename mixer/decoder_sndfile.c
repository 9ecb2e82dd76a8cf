/* decoder_sndfile.c - every format that libsndfile reads */
#include "mixer/decoder.h"

#include <ctype.h>
#include <errno.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct sndfile {
    struct decoder decoder;
    SNDFILE *file;
    int fd;
};

struct name {
    int format;
    const char *name;
};

static const struct name containers[] = {
    { SF_FORMAT_WAV, "WAV" },   { SF_FORMAT_WAVEX, "WAV" }, { SF_FORMAT_RF64, "RF64" },
    { SF_FORMAT_W64, "W64" },   { SF_FORMAT_AIFF, "AIFF" }, { SF_FORMAT_CAF, "CAF" },
    { SF_FORMAT_FLAC, "FLAC" }, { SF_FORMAT_OGG, "Ogg" },   { SF_FORMAT_MPEG, "MPEG" },
    { SF_FORMAT_AU, "AU" },
};

static const struct name codings[] = {
    { SF_FORMAT_PCM_S8, "8 bit" },
    { SF_FORMAT_PCM_U8, "8 bit" },
    { SF_FORMAT_PCM_16, "16 bit" },
    { SF_FORMAT_PCM_24, "24 bit" },
    { SF_FORMAT_PCM_32, "32 bit" },
    { SF_FORMAT_FLOAT, "32 bit float" },
    { SF_FORMAT_DOUBLE, "64 bit float" },
    { SF_FORMAT_VORBIS, "Vorbis" },
    { SF_FORMAT_OPUS, "Opus" },
    { SF_FORMAT_MPEG_LAYER_I, "layer 1" },
    { SF_FORMAT_MPEG_LAYER_II, "layer 2" },
    { SF_FORMAT_MPEG_LAYER_III, "layer 3" },
    { SF_FORMAT_ULAW, "u-law" },
    { SF_FORMAT_ALAW, "A-law" },
    { SF_FORMAT_IMA_ADPCM, "IMA ADPCM" },
    { SF_FORMAT_MS_ADPCM, "MS ADPCM" },
    { SF_FORMAT_ALAC_16, "ALAC 16 bit" },
    { SF_FORMAT_ALAC_20, "ALAC 20 bit" },
    { SF_FORMAT_ALAC_24, "ALAC 24 bit" },
    { SF_FORMAT_ALAC_32, "ALAC 32 bit" },
};

static const char *name_of(const struct name *names, size_t n, int format)
{
    for (size_t i = 0; i < n; i++)
        if (names[i].format == format)
            return names[i].name;
    static _Thread_local SF_FORMAT_INFO info; /* its name is the library's own */
    info.format = format;
    return sf_command(NULL, SFC_GET_FORMAT_INFO, &info, sizeof info) == 0 ? info.name : "unknown";
}

/* libsndfile's sentences, in this house's spelling: lower case first, no full stop. */
static void spell(char *out, size_t size, const char *sentence)
{
    snprintf(out, size, "%s", sentence);
    size_t n = strlen(out);
    while (n > 0 && (out[n - 1] == '.' || isspace((unsigned char)out[n - 1])))
        out[--n] = '\0';
    if (out[0] && islower((unsigned char)out[1]))
        out[0] = (char)tolower((unsigned char)out[0]);
}

static uint32_t read_frames(struct decoder *d, float *out, uint32_t n)
{
    struct sndfile *s = (struct sndfile *)d;
    sf_count_t got = sf_readf_float(s->file, out, n);
    if (got < (sf_count_t)n && sf_error(s->file))
        spell(d->fault, sizeof d->fault, sf_strerror(s->file));
    return got > 0 ? (uint32_t)got : 0;
}

static int seek_frame(struct decoder *d, uint64_t frame)
{
    struct sndfile *s = (struct sndfile *)d;
    if (frame <= INT64_MAX && sf_seek(s->file, (sf_count_t)frame, SEEK_SET) == (sf_count_t)frame)
        return 0;
    snprintf(d->fault, sizeof d->fault, "cannot seek to frame %llu", (unsigned long long)frame);
    return -EIO;
}

static void close_file(struct decoder *d)
{
    struct sndfile *s = (struct sndfile *)d;
    sf_close(s->file);
    close(s->fd);
    free(s);
}

static const struct decoder_kind kind = { read_frames, seek_frame, close_file };

/* Of a file cut short libsndfile reports the frames that are there; what the header claimed stands
 * only in its log, as "data : 88244 (should be 1000)". Sizes of a header that was never finished
 * (0, or all ones) claim nothing. */
static uint64_t claimed(SNDFILE *file, const SF_INFO *info, uint32_t frame_bytes)
{
    char log[4096] = "";
    uint64_t said, is;
    sf_command(file, SFC_GET_LOG_INFO, log, sizeof log);
    const char *line = strstr(log, "\ndata : ");
    line = line ? line : strstr(log, "SSND : ");
    const char *number = line ? strchr(line, ':') : NULL;
    uint64_t frames = (uint64_t)info->frames;
    if (frame_bytes && number &&
        sscanf(number, ": %llu (should be %llu)", (unsigned long long *)&said,
               (unsigned long long *)&is) == 2 &&
        said > is && said < UINT32_MAX - 64 * 1024)
        frames = said / frame_bytes;
    return frames;
}

static void describe(struct decoder *d, SNDFILE *file, const SF_INFO *info)
{
    int container = info->format & SF_FORMAT_TYPEMASK, coding = info->format & SF_FORMAT_SUBMASK;
    uint32_t bytes = coding == SF_FORMAT_PCM_16                                ? 2
                     : coding == SF_FORMAT_PCM_24                              ? 3
                     : coding == SF_FORMAT_PCM_32 || coding == SF_FORMAT_FLOAT ? 4
                                                                               : 0;
    snprintf(d->format, sizeof d->format, "%s %s",
             name_of(containers, sizeof containers / sizeof *containers, container),
             name_of(codings, sizeof codings / sizeof *codings, coding));
    d->channels = (uint32_t)info->channels;
    d->rate = info->samplerate > 0 ? (uint32_t)info->samplerate : 0;
    d->frames = FRAMES_UNKNOWN;
    if (info->frames >= 0 && info->frames < SF_COUNT_MAX)
        d->frames = claimed(file, info, bytes * d->channels);
    d->estimated = container == SF_FORMAT_MPEG;
    d->finite = coding != SF_FORMAT_FLOAT && coding != SF_FORMAT_DOUBLE &&
                coding != SF_FORMAT_VORBIS && container != SF_FORMAT_MPEG;
}

struct decoder *decoder_sndfile(int fd, const char **why)
{
    static _Thread_local char said[160];
    SF_INFO info = { 0 };
    struct sndfile *s = calloc(1, sizeof *s);
    if (!s) {
        *why = "out of memory";
        return NULL;
    }
    s->fd = fd;
    s->file = sf_open_fd(fd, SFM_READ, &info, SF_FALSE);
    if (!s->file) {
        bool unknown = sf_error(NULL) == SF_ERR_UNRECOGNISED_FORMAT;
        spell(said, sizeof said, unknown ? "not an audio file" : sf_strerror(NULL));
        *why = said;
        free(s);
        return NULL;
    }
    s->decoder.kind = &kind;
    describe(&s->decoder, s->file, &info);
    return &s->decoder;
}
