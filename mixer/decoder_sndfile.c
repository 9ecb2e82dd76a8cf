/* decoder_sndfile.c - every format that libsndfile reads, but those it reads wrongly */
#include "mixer/decoder.h"
#include "mixer/pcm.h"

#include <ctype.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct sndfile {
    struct decoder decoder;
    SNDFILE *file;
    int fd;
    bool plain; /* the samples lie there plainly: */
    enum pcm pcm;
    bool big_endian;
};

struct name {
    int format;
    const char *name;
};

static const struct name containers[] = {
    { SF_FORMAT_WAV, "WAV" },   { SF_FORMAT_WAVEX, "WAV" }, { SF_FORMAT_RF64, "RF64" },
    { SF_FORMAT_W64, "W64" },   { SF_FORMAT_AIFF, "AIFF" }, { SF_FORMAT_CAF, "CAF" },
    { SF_FORMAT_FLAC, "FLAC" }, { SF_FORMAT_OGG, "Ogg" },   { SF_FORMAT_AU, "AU" },
};

static const struct name codings[] = {
    { SF_FORMAT_PCM_S8, "8 bit" },        { SF_FORMAT_PCM_U8, "8 bit" },
    { SF_FORMAT_PCM_16, "16 bit" },       { SF_FORMAT_PCM_24, "24 bit" },
    { SF_FORMAT_PCM_32, "32 bit" },       { SF_FORMAT_FLOAT, "32 bit float" },
    { SF_FORMAT_DOUBLE, "64 bit float" }, { SF_FORMAT_ULAW, "u-law" },
    { SF_FORMAT_ALAW, "A-law" },          { SF_FORMAT_IMA_ADPCM, "IMA ADPCM" },
    { SF_FORMAT_MS_ADPCM, "MS ADPCM" },   { SF_FORMAT_ALAC_16, "ALAC 16 bit" },
    { SF_FORMAT_ALAC_20, "ALAC 20 bit" }, { SF_FORMAT_ALAC_24, "ALAC 24 bit" },
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
    static const char prefix[] = "Error : ";
    size_t skip = strncmp(sentence, prefix, sizeof prefix - 1) == 0 ? sizeof prefix - 1 : 0;
    snprintf(out, size, "%s", sentence + skip);
    size_t n = strlen(out);
    while (n > 0 && (out[n - 1] == '.' || isspace((unsigned char)out[n - 1])))
        out[--n] = '\0';
    if (out[0] && islower((unsigned char)out[1]))
        out[0] = (char)tolower((unsigned char)out[0]);
}

/* The bytes of n frames, read to the end of where their floats are to be, and converted. */
static sf_count_t read_plain(struct sndfile *s, float *out, uint32_t n)
{
    size_t samples = (size_t)n * s->decoder.channels, bytes = pcm_bytes(s->pcm);
    unsigned char *raw = (unsigned char *)out + samples * (sizeof *out - bytes);
    sf_count_t frame = (sf_count_t)(bytes * s->decoder.channels);
    sf_count_t got = sf_read_raw(s->file, raw, (sf_count_t)n * frame) / frame;
    if (got > 0)
        pcm_to_float(out, raw, (size_t)got * s->decoder.channels, s->pcm, s->big_endian);
    return got;
}

static uint32_t read_frames(struct decoder *d, float *out, uint32_t n)
{
    struct sndfile *s = (struct sndfile *)d;
    sf_count_t got = s->plain ? read_plain(s, out, n) : sf_readf_float(s->file, out, n);
    if (got < (sf_count_t)n && sf_error(s->file))
        spell(d->fault, sizeof d->fault, sf_strerror(s->file));
    return got > 0 ? (uint32_t)got : 0;
}

static int seek_frame(struct decoder *d, uint64_t frame)
{
    struct sndfile *s = (struct sndfile *)d;
    if (frame <= INT64_MAX && sf_seek(s->file, (sf_count_t)frame, SEEK_SET) == (sf_count_t)frame)
        return 0;
    return decoder_cannot_seek(d, frame);
}

static void close_file(struct decoder *d)
{
    struct sndfile *s = (struct sndfile *)d;
    sf_close(s->file); /* and with it s->fd */
    free(s);
}

static const struct decoder_kind kind = { read_frames, seek_frame, close_file };

/* Of a file cut short libsndfile reports the frames that are there. What the header claimed stands
 * only in its log, in a form that differs from container to container. */
static const struct {
    const char *mark, *form; /* of the two numbers, or one, behind the mark */
    enum { BYTES_INSTEAD, BYTES_IN_ALL_INSTEAD, FRAMES_CLAIMED } means;
} complaints[] = {
    { "\ndata : ", "%llu (should be %llu)", BYTES_INSTEAD },        /* WAV */
    { "\nriff : ", "%llu (should be %llu)", BYTES_IN_ALL_INSTEAD }, /* W64 */
    { "Data Size   : ", "%llu (should be %llu)", BYTES_INSTEAD },   /* AU */
    { "from 'COMM' chunk (", "%llu) not equal", FRAMES_CLAIMED },   /* AIFF */
    { "from 'ds64' chunk of ", "%llu", FRAMES_CLAIMED },            /* RF64 */
};

/* Sizes of a header that was never finished (some such number just under 2^31 or 2^32) claim
 * nothing. */
static bool unfinished(uint64_t size)
{
    return size >= 0x7ffff000 && size <= UINT32_MAX;
}

static uint64_t claimed(SNDFILE *file, uint64_t frames, uint32_t frame_bytes)
{
    char log[4096] = "";
    sf_command(file, SFC_GET_LOG_INFO, log, sizeof log);
    for (size_t i = 0; i < sizeof complaints / sizeof *complaints; i++) {
        unsigned long long said = 0, is = 0;
        const char *at = strstr(log, complaints[i].mark);
        if (!at || sscanf(at + strlen(complaints[i].mark), complaints[i].form, &said, &is) < 1)
            continue;
        if (complaints[i].means == FRAMES_CLAIMED)
            return said > frames ? said : frames;
        if (frame_bytes && said > is && is > 0 && !unfinished(said))
            return frames + (said - is) / frame_bytes;
    }
    return frames;
}

/* Of the codings in which every sample takes as much room as any other; else 0. */
static uint32_t sample_bytes(int coding)
{
    switch (coding) {
    case SF_FORMAT_PCM_S8:
    case SF_FORMAT_PCM_U8:
    case SF_FORMAT_ULAW:
    case SF_FORMAT_ALAW:
        return 1;
    case SF_FORMAT_PCM_16:
        return 2;
    case SF_FORMAT_PCM_24:
        return 3;
    case SF_FORMAT_PCM_32:
    case SF_FORMAT_FLOAT:
        return 4;
    case SF_FORMAT_DOUBLE:
        return 8;
    default:
        return 0;
    }
}

static void describe(struct decoder *d, SNDFILE *file, const SF_INFO *info)
{
    int container = info->format & SF_FORMAT_TYPEMASK, coding = info->format & SF_FORMAT_SUBMASK;
    snprintf(d->format, sizeof d->format, "%s %s",
             name_of(containers, sizeof containers / sizeof *containers, container),
             name_of(codings, sizeof codings / sizeof *codings, coding));
    d->channels = (uint32_t)info->channels;
    d->rate = info->samplerate > 0 ? (uint32_t)info->samplerate : 0;
    d->frames = d->there = FRAMES_UNKNOWN;
    if (info->frames >= 0 && info->frames < SF_COUNT_MAX) {
        d->there = (uint64_t)info->frames;
        d->frames = claimed(file, d->there, sample_bytes(coding) * d->channels);
    }
    d->finite = coding != SF_FORMAT_FLOAT && coding != SF_FORMAT_DOUBLE;
}

/* Can the samples be had as bytes of a kind that pcm.h knows? */
static void find_plain(struct sndfile *s, int format)
{
    static const int plain_containers[] = { SF_FORMAT_WAV, SF_FORMAT_WAVEX, SF_FORMAT_RF64,
                                            SF_FORMAT_W64, SF_FORMAT_AIFF,  SF_FORMAT_CAF,
                                            SF_FORMAT_AU };
    static const int plain_codings[] = {
        [PCM_16] = SF_FORMAT_PCM_16,
        [PCM_24] = SF_FORMAT_PCM_24,
        [PCM_32] = SF_FORMAT_PCM_32,
        [PCM_FLOAT] = SF_FORMAT_FLOAT,
    };
    bool container = false;
    for (size_t i = 0; i < sizeof plain_containers / sizeof *plain_containers; i++)
        container |= (format & SF_FORMAT_TYPEMASK) == plain_containers[i];
    for (enum pcm p = PCM_16; container && p <= PCM_FLOAT; p++)
        if ((format & SF_FORMAT_SUBMASK) == plain_codings[p]) {
            s->plain = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
            s->pcm = p;
        }
    s->big_endian = sf_command(s->file, SFC_RAW_DATA_NEEDS_ENDSWAP, NULL, 0) == SF_TRUE;
}

struct decoder *decoder_sndfile(int *fd, const char **why)
{
    static _Thread_local char said[160];
    SF_INFO info = { 0 };
    struct sndfile *s = calloc(1, sizeof *s);
    if (!s) {
        *why = "out of memory";
        return NULL;
    }
    s->fd = *fd;
    s->file = sf_open_fd(*fd, SFM_READ, &info, SF_TRUE);
    if (!s->file) {
        *fd = -1; /* closed, as it would be had it been told not to */
        bool unknown = sf_error(NULL) == SF_ERR_UNRECOGNISED_FORMAT;
        spell(said, sizeof said, unknown ? "not an audio file" : sf_strerror(NULL));
        *why = said;
        free(s);
        return NULL;
    }
    s->decoder.kind = &kind;
    describe(&s->decoder, s->file, &info);
    find_plain(s, info.format);
    return &s->decoder;
}
