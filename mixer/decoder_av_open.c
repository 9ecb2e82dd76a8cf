/* decoder_av_open.c - Matroska and MP4 by libavformat: opening and closing */
#include "mixer/decoder_av_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { IO_BYTES = 32768 };

static int io_read(void *context, uint8_t *out, int n)
{
    ssize_t got;
    do
        got = read(((struct av *)context)->fd, out, (size_t)n);
    while (got < 0 && errno == EINTR);
    return got < 0 ? AVERROR(errno) : got == 0 ? AVERROR_EOF : (int)got;
}

static int64_t io_seek(void *context, int64_t offset, int whence)
{
    int fd = ((struct av *)context)->fd;
    if (whence == AVSEEK_SIZE) {
        off_t here = lseek(fd, 0, SEEK_CUR), size = lseek(fd, 0, SEEK_END);
        lseek(fd, here, SEEK_SET);
        return size;
    }
    return lseek(fd, offset, whence & ~AVSEEK_FORCE);
}

static void close_file(struct decoder *d)
{
    struct av *a = (struct av *)d;
    for (uint32_t i = 0; i < DECODER_STREAMS_MAX; i++) {
        avcodec_free_context(&a->voices[i].codec);
        swr_free(&a->voices[i].convert);
        free(a->voices[i].queue.data);
    }
    avformat_close_input(&a->format);
    if (a->io)
        av_freep(&a->io->buffer);
    avio_context_free(&a->io);
    av_packet_free(&a->packet);
    av_frame_free(&a->frame);
    if (a->fd >= 0)
        close(a->fd);
    free(a);
}

static const struct decoder_kind kind = { avfile_read, avfile_seek, close_file };

static const char *open_format(struct av *a)
{
    unsigned char *buffer = av_malloc(IO_BYTES);
    a->format = avformat_alloc_context();
    a->io = buffer ? avio_alloc_context(buffer, IO_BYTES, 0, a, io_read, NULL, io_seek) : NULL;
    a->packet = av_packet_alloc();
    a->frame = av_frame_alloc();
    if (!a->format || !a->io || !a->packet || !a->frame)
        return "out of memory";
    a->format->pb = a->io;
    if (avformat_open_input(&a->format, NULL, NULL, NULL) < 0 ||
        avformat_find_stream_info(a->format, NULL) < 0)
        return "cannot be read as Matroska or MP4";
    return NULL;
}

static const char *open_codec(struct av *a, struct voice *v)
{
    AVStream *s = a->format->streams[v->index];
    const AVCodec *codec = avcodec_find_decoder(s->codecpar->codec_id);
    v->codec = codec ? avcodec_alloc_context3(codec) : NULL;
    if (!v->codec || avcodec_parameters_to_context(v->codec, s->codecpar) < 0)
        return "holds sound of a kind that cannot be decoded";
    v->codec->pkt_timebase = s->time_base;
    if (avcodec_open2(v->codec, codec, NULL) < 0)
        return "holds sound of a kind that cannot be decoded";
    AVChannelLayout *layout = &s->codecpar->ch_layout;
    if (swr_alloc_set_opts2(&v->convert, layout, AV_SAMPLE_FMT_FLT, s->codecpar->sample_rate,
                            layout, v->codec->sample_fmt, s->codecpar->sample_rate, 0, NULL) < 0 ||
        swr_init(v->convert) < 0)
        return "holds sound of a kind that cannot be converted";
    return NULL;
}

static const char *open_voice(struct av *a, int index)
{
    struct decoder *d = &a->decoder;
    const AVCodecParameters *p = a->format->streams[index]->codecpar;
    AVRational base = a->format->streams[index]->time_base;
    if (d->streams == DECODER_STREAMS_MAX)
        return "more than 64 streams of sound";
    if (d->streams > 0 && (uint32_t)p->sample_rate != d->rate)
        return "its streams differ in their rates";
    struct voice *v = &a->voices[d->streams];
    v->index = index;
    v->channels = (uint32_t)p->ch_layout.nb_channels;
    v->first = d->channels;
    a->counts = (d->streams == 0 || a->counts) && base.num == 1 && base.den % p->sample_rate == 0;
    d->rate = (uint32_t)p->sample_rate;
    d->stream_channels[d->streams++] = v->channels;
    d->channels += v->channels;
    return open_codec(a, v);
}

static const char *open_voices(struct av *a)
{
    struct decoder *d = &a->decoder;
    for (unsigned i = 0; i < a->format->nb_streams; i++) {
        AVStream *s = a->format->streams[i];
        const char *wrong = NULL;
        if (s->codecpar->codec_type == AVMEDIA_TYPE_AUDIO)
            wrong = open_voice(a, (int)i);
        else
            s->discard = AVDISCARD_ALL;
        if (wrong)
            return wrong;
    }
    if (!d->streams)
        return "holds no sound";
    d->frames = d->there = FRAMES_UNKNOWN;
    if (a->format->duration > 0)
        d->frames = d->there =
            (uint64_t)av_rescale_rnd(a->format->duration, d->rate, AV_TIME_BASE, AV_ROUND_UP) +
            (a->counts ? 0 : AV_SLACK_MS * d->rate / 1000);
    snprintf(d->format, sizeof d->format, "%.30s, %u streams", a->format->iformat->name,
             d->streams);
    return NULL;
}

struct decoder *decoder_av(int fd, const char **why)
{
    struct av *a = calloc(1, sizeof *a);
    *why = "out of memory";
    if (!a)
        return NULL;
    a->decoder.kind = &kind;
    a->fd = fd;
    av_log_set_level(AV_LOG_QUIET);
    lseek(fd, 0, SEEK_SET);
    *why = open_format(a);
    if (!*why)
        *why = open_voices(a);
    if (!*why)
        return &a->decoder;
    a->fd = -1; /* it stays the caller's */
    close_file(&a->decoder);
    return NULL;
}
