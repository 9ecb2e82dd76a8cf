/* decoder_flac.c - FLAC, bare or in Ogg, by libFLAC
 *
 * libsndfile reads FLAC too, but goes through every sample twice more than is needed, stops at the
 * first damaged frame, and knows neither 32 bits nor most of what lies in Ogg. Here the library's
 * planes of integers become interleaved floats in the caller's memory at once, and what a damaged
 * frame held is silence, so that what follows keeps its place.
 */
#include "mixer/decoder_gaps.h"

#include "effects/rt.h"

#include <errno.h>
#include <FLAC/stream_decoder.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* RFC 3533, 6: a page's fixed head, and the field that says how many bytes of lacing follow. */
enum { PAGE_HEAD = 27, PAGE_SEGMENTS = 26, MAGIC = 5 };

struct flac {
    struct gapped base;
    FLAC__StreamDecoder *stream;
    int fd;
    off_t begin;  /* of the stream in the file */
    off_t offset; /* in the stream, of the byte that the library reads next */
    /* What the library decoded last, of which `rest` samples of each channel are still to be given.
     * It leaves them alone until it is called again, as libsndfile too counts upon. */
    const FLAC__int32 *plane[FLAC__MAX_CHANNELS];
    uint32_t rest;
    float scale;
    uint64_t number; /* that the library's next frame should bear */
    uint32_t taken;  /* frames of the library's in its present turn */
    bool damaged;    /* since the last of them */
    bool spoiled;    /* the last of them was, by the library */
};

bool decoder_is_flac(int fd)
{
    unsigned char page[PAGE_HEAD + 255 + MAGIC] = { 0 };
    off_t begin = decoder_behind_id3(fd);
    ssize_t n = pread(fd, page, sizeof page, begin);
    if (n >= 4 && memcmp(page, "fLaC", 4) == 0)
        return true;
    const unsigned char *packet = page + PAGE_HEAD + page[PAGE_SEGMENTS];
    return n >= PAGE_HEAD && memcmp(page, "OggS", 4) == 0 && memcmp(packet, "\177FLAC", MAGIC) == 0;
}

static FLAC__StreamDecoderReadStatus read_bytes(const FLAC__StreamDecoder *stream,
                                                FLAC__byte *buffer, size_t *bytes, void *self)
{
    struct flac *f = self;
    ssize_t got;
    (void)stream;
    do
        got = pread(f->fd, buffer, *bytes, f->begin + f->offset);
    while (got < 0 && errno == EINTR);
    *bytes = got > 0 ? (size_t)got : 0;
    f->offset += (off_t)*bytes;
    if (got < 0)
        snprintf(f->base.decoder.fault, sizeof f->base.decoder.fault, "%s", strerrordesc_np(errno));
    return got < 0    ? FLAC__STREAM_DECODER_READ_STATUS_ABORT
           : got == 0 ? FLAC__STREAM_DECODER_READ_STATUS_END_OF_STREAM
                      : FLAC__STREAM_DECODER_READ_STATUS_CONTINUE;
}

static FLAC__StreamDecoderSeekStatus seek_bytes(const FLAC__StreamDecoder *stream,
                                                FLAC__uint64 offset, void *self)
{
    (void)stream;
    ((struct flac *)self)->offset = (off_t)offset;
    return FLAC__STREAM_DECODER_SEEK_STATUS_OK;
}

static FLAC__StreamDecoderTellStatus tell_bytes(const FLAC__StreamDecoder *stream,
                                                FLAC__uint64 *offset, void *self)
{
    (void)stream;
    *offset = (FLAC__uint64)((const struct flac *)self)->offset;
    return FLAC__STREAM_DECODER_TELL_STATUS_OK;
}

static FLAC__StreamDecoderLengthStatus count_bytes(const FLAC__StreamDecoder *stream,
                                                   FLAC__uint64 *length, void *self)
{
    const struct flac *f = self;
    struct stat st;
    (void)stream;
    if (fstat(f->fd, &st) < 0)
        return FLAC__STREAM_DECODER_LENGTH_STATUS_ERROR;
    *length = (FLAC__uint64)(st.st_size > f->begin ? st.st_size - f->begin : 0);
    return FLAC__STREAM_DECODER_LENGTH_STATUS_OK;
}

/* A read that gets nothing tells the end soon enough. */
static FLAC__bool never_at_end(const FLAC__StreamDecoder *stream, void *self)
{
    (void)stream;
    (void)self;
    return false;
}

static void note_info(const FLAC__StreamDecoder *stream, const FLAC__StreamMetadata *metadata,
                      void *self)
{
    const FLAC__StreamMetadata_StreamInfo *info = &metadata->data.stream_info;
    struct decoder *d = &((struct flac *)self)->base.decoder;
    (void)stream;
    if (metadata->type != FLAC__METADATA_TYPE_STREAMINFO || d->channels)
        return;
    d->channels = info->channels;
    d->rate = info->sample_rate;
    d->frames = d->there = info->total_samples ? info->total_samples : FRAMES_UNKNOWN;
    d->finite = true;
    snprintf(d->format, sizeof d->format, "FLAC %u bit", info->bits_per_sample);
}

static void note_error(const FLAC__StreamDecoder *stream, FLAC__StreamDecoderErrorStatus status,
                       void *self)
{
    (void)stream;
    (void)status;
    ((struct flac *)self)->damaged = true;
}

CLONES static void interleave_two(float *restrict out, const FLAC__int32 *restrict a,
                                  const FLAC__int32 *restrict b, uint32_t n, float scale)
{
    for (uint32_t i = 0; i < n; i++) {
        out[2 * i] = (float)a[i] * scale;
        out[2 * i + 1] = (float)b[i] * scale;
    }
}

CLONES static void interleave_one(float *restrict out, uint32_t channels,
                                  const FLAC__int32 *restrict in, uint32_t n, float scale)
{
    for (uint32_t i = 0; i < n; i++)
        out[i * channels] = (float)in[i] * scale;
}

/* As what the library makes up is, many frames at once: they are counted, not kept. */
static bool is_silence(const FLAC__Frame *frame)
{
    for (uint32_t c = 0; c < frame->header.channels; c++)
        if (frame->subframes[c].type != FLAC__SUBFRAME_TYPE_CONSTANT ||
            frame->subframes[c].data.constant.value != 0)
            return false;
    return true;
}

/* A frame's number tells what is missing before it; the first one may be any. What the library
 * itself makes up for missing frames comes in the same turn as the next whole frame. */
static void mind_the_hole(struct flac *f, const FLAC__FrameHeader *header)
{
    uint64_t at = header->number.sample_number;
    uint64_t missing = at > f->number && (f->number > 0 || f->damaged) ? at - f->number : 0;
    if (f->damaged || missing > 0 || f->taken > 0)
        gapped_complain(&f->base, "damaged");
    f->damaged = false;
    f->taken++;
    f->base.silence += missing;
    f->number = at + header->blocksize;
}

static FLAC__StreamDecoderWriteStatus take_frame(const FLAC__StreamDecoder *stream,
                                                 const FLAC__Frame *frame,
                                                 const FLAC__int32 *const in[], void *self)
{
    struct flac *f = self;
    (void)stream;
    if (frame->header.channels != f->base.decoder.channels) {
        gapped_complain(&f->base, "changes its channels");
        return FLAC__STREAM_DECODER_WRITE_STATUS_ABORT;
    }
    bool made_up = f->taken > 0, silent = is_silence(frame);
    mind_the_hole(f, &frame->header);
    f->base.silence += silent ? frame->header.blocksize : 0;
    f->spoiled = made_up && !silent;
    if (silent || f->spoiled)
        return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
    memcpy(f->plane, in, frame->header.channels * sizeof *in);
    f->scale = ldexpf(1, 1 - (int)frame->header.bits_per_sample);
    f->rest = frame->header.blocksize;
    return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
}

/* Nothing more will come. Where the length is known the caller sees what is missing; where it is
 * not, only damage behind the last frame tells of it. */
static void note_end(struct flac *f)
{
    struct decoder *d = &f->base.decoder;
    if (d->frames == FRAMES_UNKNOWN && f->damaged)
        gapped_complain(&f->base, "damaged");
    if (d->frames == FRAMES_UNKNOWN)
        d->frames = f->base.position;
    if (d->there > f->base.position)
        d->there = f->base.position;
}

/* libFLAC 1.4.2 makes up what is missing in the memory of the frame behind it, which is lost so. */
static bool take_again(struct flac *f)
{
    f->number -= FLAC__stream_decoder_get_blocksize(f->stream);
    f->taken = 0;
    return FLAC__stream_decoder_seek_absolute(f->stream, f->number);
}

/* The library's next turn. False: nothing more will come. */
static bool decode(struct flac *f)
{
    f->taken = 0;
    f->spoiled = false;
    bool well = FLAC__stream_decoder_process_single(f->stream) && (!f->spoiled || take_again(f));
    FLAC__StreamDecoderState state = FLAC__stream_decoder_get_state(f->stream);
    if (f->taken > 0 || (well && state < FLAC__STREAM_DECODER_END_OF_STREAM))
        return true;
    if (state == FLAC__STREAM_DECODER_END_OF_STREAM)
        note_end(f);
    else if (!f->base.decoder.fault[0])
        gapped_complain(&f->base, "cannot be decoded");
    return false;
}

static uint32_t give_rest(struct flac *f, float *out, uint32_t n)
{
    uint32_t got = n < f->rest ? n : f->rest, channels = f->base.decoder.channels;
    if (channels == 2)
        interleave_two(out, f->plane[0], f->plane[1], got, f->scale);
    else
        for (uint32_t c = 0; c < channels; c++)
            interleave_one(out + c, channels, f->plane[c], got, f->scale);
    for (uint32_t c = 0; c < channels; c++)
        f->plane[c] += got;
    f->rest -= got;
    return got;
}

static uint32_t some(struct gapped *g, float *out, uint32_t n, bool *end)
{
    struct flac *f = (struct flac *)g;
    if (f->rest > 0)
        return give_rest(f, out, n);
    *end = !decode(f);
    return 0;
}

/* Reads from the beginning and drops what lies before `frame`. */
static bool run_up(struct flac *f, uint64_t frame)
{
    f->base.position = f->number = 0;
    return FLAC__stream_decoder_reset(f->stream) &&
           FLAC__stream_decoder_process_until_end_of_metadata(f->stream) &&
           decoder_drop(&f->base.decoder, frame);
}

/* The library looks for the very block that holds the frame, and fails where that is damaged or
 * bears another number: then there is only the long way. */
static int seek_frame(struct decoder *d, uint64_t frame)
{
    struct flac *f = (struct flac *)d;
    FLAC__StreamDecoderState state = FLAC__stream_decoder_get_state(f->stream);
    if (frame == f->base.position && state < FLAC__STREAM_DECODER_END_OF_STREAM)
        return 0;
    if (state > FLAC__STREAM_DECODER_END_OF_STREAM)
        FLAC__stream_decoder_flush(f->stream);
    f->base.silence = f->rest = f->taken = 0;
    f->damaged = f->spoiled = false;
    f->base.position = f->number = frame;
    if (FLAC__stream_decoder_seek_absolute(f->stream, frame))
        return 0;
    f->base.silence = f->rest = 0;
    FLAC__stream_decoder_flush(f->stream);
    if (run_up(f, frame) || d->frames <= frame)
        return 0;
    return decoder_cannot_seek(d, frame);
}

static void close_file(struct decoder *d)
{
    struct flac *f = (struct flac *)d;
    FLAC__stream_decoder_delete(f->stream);
    close(f->fd);
    free(f);
}

static const struct decoder_kind kind = { gapped_read, seek_frame, close_file };

/* Opens and reads the head. */
static bool begin(struct flac *f)
{
    char magic[4] = "";
    f->begin = decoder_behind_id3(f->fd);
    bool in_ogg = pread(f->fd, magic, sizeof magic, f->begin) == sizeof magic &&
                  memcmp(magic, "OggS", sizeof magic) == 0;
    FLAC__StreamDecoderInitStatus (*init)(
        FLAC__StreamDecoder *, FLAC__StreamDecoderReadCallback, FLAC__StreamDecoderSeekCallback,
        FLAC__StreamDecoderTellCallback, FLAC__StreamDecoderLengthCallback,
        FLAC__StreamDecoderEofCallback, FLAC__StreamDecoderWriteCallback,
        FLAC__StreamDecoderMetadataCallback, FLAC__StreamDecoderErrorCallback, void *) =
        in_ogg ? FLAC__stream_decoder_init_ogg_stream : FLAC__stream_decoder_init_stream;
    return init(f->stream, read_bytes, seek_bytes, tell_bytes, count_bytes, never_at_end,
                take_frame, note_info, note_error, f) == FLAC__STREAM_DECODER_INIT_STATUS_OK &&
           FLAC__stream_decoder_process_until_end_of_metadata(f->stream) &&
           f->base.decoder.channels > 0;
}

struct decoder *decoder_flac(int fd, const char **why)
{
    struct flac *f = calloc(1, sizeof *f);
    *why = "out of memory";
    if (!f)
        return NULL;
    f->base.decoder.kind = &kind;
    f->base.some = some;
    f->fd = fd;
    f->stream = FLAC__stream_decoder_new();
    if (f->stream) {
        if (begin(f))
            return &f->base.decoder;
        *why = "not a FLAC file that can be decoded";
        FLAC__stream_decoder_delete(f->stream);
    }
    free(f);
    return NULL;
}
