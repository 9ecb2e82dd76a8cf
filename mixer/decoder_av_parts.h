/* decoder_av_parts.h - what the two files of the libavformat decoder share; nobody else includes it
 */
#ifndef MIXER_DECODER_AV_PARTS_H
#define MIXER_DECODER_AV_PARTS_H

#include "mixer/decoder.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswresample/swresample.h>

enum { AV_SLACK_MS = 2 }; /* a length in a header may be short by this much */

/* Decoded frames that wait for the other streams. */
struct queue {
    float *data;
    uint64_t from;      /* the timeline frame of the first */
    uint32_t n, room;   /* frames */
    uint64_t next;      /* the frame that decoding gives next */
    bool placed, ended; /* `next` is known; nothing more will come */
};

struct voice {
    int index;
    uint32_t channels, first; /* of our frame */
    AVCodecContext *codec;
    SwrContext *convert;
    struct queue queue;
};

struct av {
    struct decoder decoder;
    AVFormatContext *format;
    AVIOContext *io;
    AVPacket *packet;
    AVFrame *frame;
    struct voice voices[DECODER_STREAMS_MAX];
    uint64_t position; /* the next frame that read gives */
    bool counts;       /* timestamps are exact */
    int fd;
};

/* ---- decoder_av.c: reading */
uint32_t avfile_read(struct decoder *d, float *out, uint32_t n); /* as decoder_kind.read */
int avfile_seek(struct decoder *d, uint64_t frame);              /* as decoder_kind.seek */

#endif
