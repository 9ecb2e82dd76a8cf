/* audiofile.c - the one reader of audio files: any format, any rate, frames at the engine's rate
 *
 * descriptor > decoder > non-finite samples to 0 > resampler (where the rates differ) > the same,
 * for what was too large for its filter > frames
 */
#include "mixer/audiofile.h"

#include "effects/dsp.h"
#include "mixer/decoder.h"
#include "mixer/readahead.h"
#include "mixer/resampler.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 1024, SAID = 512, LOAD_BLOCK = 16384 };

struct audiofile {
    struct decoder *decoder;
    struct readahead ahead;
    struct resampler *resampler; /* NULL: the rates agree */
    float *block;                /* source frames on their way into the resampler */
    uint32_t filled, used;       /* of the block, frames */
    uint64_t source;             /* the next frame that the decoder gives */
    uint64_t position;           /* the next frame that audiofile_read gives */
    uint64_t end;                /* frames in all, once the end was met; else UINT64_MAX */
    uint64_t nans;
    enum audiofile_lack lack;
    struct file_mark mark;
    char *path;
    char problem[SAID]; /* "": none */
};

static _Thread_local char said[SAID];

__attribute__((format(printf, 1, 2))) static const char *say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(said, sizeof said, format, args);
    va_end(args);
    return said;
}

/* Opens only what can be read to its end: a FIFO would block for ever. -1: *why. */
static int open_regular(const char *path, const char **why)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        *why = say("cannot open %.400s: %s", path,
                   errno == ENOENT ? "no such file" : strerrordesc_np(errno));
        return -1;
    }
    const char *wrong = NULL;
    if (fstat(fd, &st) < 0)
        wrong = strerrordesc_np(errno);
    else if (S_ISDIR(st.st_mode))
        wrong = "is a directory";
    else if (!S_ISREG(st.st_mode))
        wrong = "is not a regular file";
    else if (st.st_size == 0)
        wrong = "is an empty file";
    if (!wrong)
        return fd;
    *why = say("cannot open %.400s: %s", path, wrong);
    close(fd);
    return -1;
}

/* NULL, or why a file like this is not played. */
static const char *refuse(const struct decoder *d, const char *path, uint32_t rate)
{
    if (d->channels < 1 || d->channels > AUDIOFILE_CHANNELS_MAX)
        return say("%.400s: %" PRIu32 " channels, at most %d", path, d->channels,
                   AUDIOFILE_CHANNELS_MAX);
    if (d->rate < AUDIOFILE_RATE_MIN || d->rate > AUDIOFILE_RATE_MAX)
        return say("%.400s: rate of %" PRIu32 " Hz, from %d to %d", path, d->rate,
                   AUDIOFILE_RATE_MIN, AUDIOFILE_RATE_MAX);
    if (d->rate / rate >= RESAMPLER_RATIO_MAX || rate / d->rate >= RESAMPLER_RATIO_MAX)
        return say("%.400s: rate of %" PRIu32 " Hz, too far from %" PRIu32 " Hz", path, d->rate,
                   rate);
    return NULL;
}

/* Bytes of the file for a second of it, on average. */
static double second_of(const struct decoder *d, const struct file_mark *mark)
{
    double seconds = (double)d->frames / d->rate;
    return d->frames == FRAMES_UNKNOWN || d->frames == 0 ? 0 : (double)mark->size / seconds;
}

static struct decoder *open_decoder(const char *path, uint32_t rate, struct file_mark *mark,
                                    struct readahead *ahead, const char **why)
{
    const char *wrong = NULL;
    int fd = open_regular(path, why);
    if (fd < 0)
        return NULL;
    *mark = file_mark_of(fd);
    struct decoder *d = decoder_is_ogg(fd)    ? decoder_ogg(fd, &wrong)
                        : decoder_is_flac(fd) ? decoder_flac(fd, &wrong)
                        : decoder_is_mpeg(fd) ? decoder_mpeg(fd, &wrong)
                        : decoder_is_av(fd)   ? decoder_av(fd, &wrong)
                                              : decoder_sndfile(&fd, &wrong);
    if (!d) {
        *why = say("%.300s: %s", path, wrong);
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    *why = refuse(d, path, rate);
    if (*why) {
        d->kind->close(d);
        return NULL;
    }
    readahead_init(ahead, fd, second_of(d, mark));
    return d;
}

static bool build(struct audiofile *f, const char *path, uint32_t rate, enum quality quality)
{
    const struct decoder *d = f->decoder;
    f->end = UINT64_MAX;
    f->path = strdup(path);
    if (d->rate == rate)
        return f->path;
    f->resampler = resampler_new(d->channels, d->rate, rate, quality);
    f->block = malloc((size_t)BLOCK * d->channels * sizeof *f->block);
    return f->path && f->resampler && f->block;
}

struct audiofile *audiofile_open(const char *path, uint32_t rate, enum quality quality,
                                 struct audiofile_info *info, const char **why)
{
    assert(rate > 0);
    struct file_mark mark;
    struct readahead ahead;
    struct decoder *d = open_decoder(path, rate, &mark, &ahead, why);
    if (!d)
        return NULL;
    struct audiofile *f = calloc(1, sizeof *f);
    if (f)
        f->decoder = d;
    else
        d->kind->close(d);
    if (!f || !build(f, path, rate, quality)) {
        audiofile_close(f);
        *why = say("%.400s: out of memory", path);
        return NULL;
    }
    f->mark = mark;
    f->ahead = ahead;
    *info = (struct audiofile_info){ .channels = d->channels, .mark = mark };
    info->file_rate = d->rate;
    info->streams = d->streams;
    memcpy(info->stream_channels, d->stream_channels, sizeof info->stream_channels);
    info->frames = d->frames;
    if (f->resampler && d->frames != FRAMES_UNKNOWN)
        info->frames = resampler_length(f->resampler, d->frames);
    snprintf(info->format, sizeof info->format, "%s", d->format);
    return f;
}

void audiofile_close(struct audiofile *f)
{
    if (!f)
        return;
    f->decoder->kind->close(f->decoder);
    resampler_free(f->resampler);
    free(f->block);
    free(f->path);
    free(f);
}

/* Something is wrong, if not with the end. The first such thing is the one that is told. */
static void note_fault(struct audiofile *f)
{
    if (f->decoder->fault[0] && !f->problem[0])
        snprintf(f->problem, sizeof f->problem, "%.300s: %s", f->path, f->decoder->fault);
}

/* The decoder came short. */
static void note_end(struct audiofile *f)
{
    const struct decoder *d = f->decoder;
    const char *colon = d->fault[0] ? ": " : "";
    if (d->frames != FRAMES_UNKNOWN && f->source < d->frames)
        f->lack = d->fault[0] ? AUDIOFILE_LACKS_ALL : AUDIOFILE_LACKS_END;
    if (f->problem[0])
        return;
    if (d->cut)
        snprintf(f->problem, sizeof f->problem, "%.300s: cut short at frame %" PRIu64, f->path,
                 f->source);
    else if (d->frames != FRAMES_UNKNOWN && f->source < d->frames)
        snprintf(f->problem, sizeof f->problem,
                 "%.250s: ends at frame %" PRIu64 " of %" PRIu64 "%s%s", f->path, f->source,
                 d->frames, colon, d->fault);
    else
        note_fault(f);
}

/* Up to n frames at the file's own rate, and never more than the header claims. */
static uint32_t decode(struct audiofile *f, float *out, uint32_t n)
{
    struct decoder *d = f->decoder;
    uint64_t left = d->frames > f->source ? d->frames - f->source : 0;
    readahead_look(&f->ahead);
    uint32_t got = d->kind->read(d, out, n < left ? n : (uint32_t)left);
    f->nans += d->finite ? 0 : dsp_scrub(out, got * d->channels);
    f->source += got;
    if (got < n)
        note_end(f);
    else
        note_fault(f);
    return got;
}

/* The next block of source frames; behind the end, zeros for the filter to run out on. */
static void refill(struct audiofile *f)
{
    uint32_t got = f->end == UINT64_MAX ? decode(f, f->block, BLOCK) : 0;
    if (got < BLOCK && f->end == UINT64_MAX)
        f->end = resampler_length(f->resampler, f->source);
    uint32_t channels = f->decoder->channels;
    memset(f->block + (size_t)got * channels, 0,
           (size_t)(BLOCK - got) * channels * sizeof *f->block);
    f->filled = BLOCK;
    f->used = 0;
}

static uint32_t convert(struct audiofile *f, float *out, uint32_t n)
{
    uint32_t made = 0, channels = f->decoder->channels;
    while (made < n) {
        if (f->used == f->filled)
            refill(f);
        uint64_t left = f->end > f->position ? f->end - f->position : 0;
        uint32_t n_in = f->filled - f->used, n_out = n - made;
        if (n_out > left)
            n_out = (uint32_t)left;
        if (n_out == 0)
            break;
        resampler_process(f->resampler, f->block + (size_t)f->used * channels, &n_in,
                          out + (size_t)made * channels, &n_out);
        f->nans +=
            f->decoder->finite ? 0 : dsp_scrub(out + (size_t)made * channels, n_out * channels);
        f->used += n_in;
        f->position += n_out;
        made += n_out;
    }
    return made;
}

uint32_t audiofile_read(struct audiofile *f, float *out, uint32_t n)
{
    if (f->end <= f->position)
        return 0;
    if (f->resampler)
        return convert(f, out, n);
    uint32_t got = decode(f, out, n);
    f->position += got;
    if (got < n)
        f->end = f->position;
    return got;
}

int audiofile_seek(struct audiofile *f, uint64_t frame)
{
    struct decoder *d = f->decoder;
    uint64_t source = f->resampler ? resampler_seek(f->resampler, frame) : frame;
    f->filled = f->used = 0;
    f->position = frame;
    f->end = UINT64_MAX;
    if (source >= d->there) {
        if (source < d->frames)
            f->lack = AUDIOFILE_LACKS_END;
        f->end = 0;
        return 0;
    }
    if (d->kind->seek(d, source) < 0) {
        f->end = 0;
        f->lack = AUDIOFILE_LACKS_ALL;
        note_fault(f);
        return -EIO;
    }
    f->source = source;
    return 0;
}

uint64_t audiofile_nans(const struct audiofile *f)
{
    return f->nans;
}

enum audiofile_lack audiofile_lack(const struct audiofile *f)
{
    return f->lack;
}

struct file_mark audiofile_mark(const struct audiofile *f)
{
    return f->mark;
}

const char *audiofile_problem(const struct audiofile *f)
{
    return f->problem[0] ? f->problem : NULL;
}
