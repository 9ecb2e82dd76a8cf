/* decoder_av.c - Matroska and MP4 with any number of audio streams, by libavformat
 *
 * One reader for all streams: a frame of ours is a frame of each, side by side, so that its tracks
 * cannot drift apart. Packets come as they lie in the file; what is decoded waits in a queue for
 * each stream until every stream has some. A file whose streams lie further apart than QUEUE_S is
 * given up with a reason: nothing is dropped, and nobody waits for ever. A stream that begins late
 * or ends early is silent there.
 *
 * Where timestamps count samples (MP4), a seek jumps; where they are rounded (Matroska's
 * milliseconds), it reads on or begins again, because only counting is exact.
 */
#include "mixer/decoder_av_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUEUE_S = 30, AHEAD = 8192 };

static void complain(struct av *a, const char *what, int error)
{
    char text[AV_ERROR_MAX_STRING_SIZE] = "";
    if (error)
        av_strerror(error, text, sizeof text);
    if (!a->decoder.fault[0])
        snprintf(a->decoder.fault, sizeof a->decoder.fault, "%s%s%s", what, error ? ": " : "",
                 text);
}

/* ---- queues */

static bool queue_reserve(struct queue *q, uint32_t channels, uint32_t more)
{
    if (q->n + more <= q->room)
        return true;
    uint32_t room = 2 * (q->n + more);
    float *larger = realloc(q->data, (size_t)room * channels * sizeof *larger);
    if (!larger)
        return false;
    q->data = larger;
    q->room = room;
    return true;
}

static void queue_drop(struct queue *q, uint32_t channels, uint32_t n)
{
    memmove(q->data, q->data + (size_t)n * channels, (size_t)(q->n - n) * channels * sizeof(float));
    q->n -= n;
    q->from += n;
}

/* Frames from `position` on of which it is known what they hold. */
static uint64_t queue_known(const struct queue *q, uint64_t position)
{
    if (q->ended)
        return UINT64_MAX;
    uint64_t end = q->from + q->n;
    return q->placed && end > position ? end - position : 0;
}

/* ---- decoding */

/* The place of the frame that was decoded first since the beginning or a seek. */
static uint64_t place_of(const struct av *a, const struct voice *v)
{
    const AVStream *s = a->format->streams[v->index];
    int64_t pts = a->frame->best_effort_timestamp;
    if (pts == AV_NOPTS_VALUE)
        return 0;
    int64_t at = av_rescale_q(pts, s->time_base, (AVRational){ 1, (int)a->decoder.rate });
    return at > 0 ? (uint64_t)at : 0;
}

/* Takes the frame in a->frame into its queue. */
static bool voice_take(struct av *a, struct voice *v)
{
    struct queue *q = &v->queue;
    uint32_t n = (uint32_t)a->frame->nb_samples;
    if (!q->placed) {
        q->from = q->next = place_of(a, v);
        q->placed = true;
    }
    if (!queue_reserve(q, v->channels, n)) {
        complain(a, "out of memory", 0);
        return false;
    }
    uint8_t *out = (uint8_t *)(q->data + (size_t)q->n * v->channels);
    int got =
        swr_convert(v->convert, &out, (int)n, (const uint8_t **)a->frame->extended_data, (int)n);
    if (got < 0) {
        complain(a, "cannot be converted", got);
        return false;
    }
    q->n += (uint32_t)got;
    q->next += (uint32_t)got;
    return true;
}

/* What the codec has ready. A packet that is damaged is passed over: what follows has its place by
 * what was counted. */
static bool voice_receive(struct av *a, struct voice *v)
{
    int status;
    while ((status = avcodec_receive_frame(v->codec, a->frame)) == 0) {
        bool taken = voice_take(a, v);
        av_frame_unref(a->frame);
        if (!taken)
            return false;
    }
    v->queue.ended |= status == AVERROR_EOF;
    return true;
}

static struct voice *voice_of(struct av *a, int index)
{
    for (uint32_t i = 0; i < a->decoder.streams; i++)
        if (a->voices[i].index == index)
            return &a->voices[i];
    return NULL;
}

static bool all_end(struct av *a)
{
    for (uint32_t i = 0; i < a->decoder.streams; i++) {
        struct voice *v = &a->voices[i];
        avcodec_send_packet(v->codec, NULL);
        if (!voice_receive(a, v))
            return false;
        v->queue.ended = true;
    }
    return true;
}

/* The next packet of the file into its stream's queue. False: it cannot go on. */
static bool read_packet(struct av *a)
{
    int error = av_read_frame(a->format, a->packet);
    if (error == AVERROR_EOF)
        return all_end(a);
    if (error < 0) {
        complain(a, "cannot be read", error);
        return false;
    }
    struct voice *v = voice_of(a, a->packet->stream_index);
    bool well = true;
    if (v && v->queue.n > QUEUE_S * a->decoder.rate) {
        complain(a, "its streams lie more than 30 s apart", 0);
        well = false;
    } else if (v) {
        avcodec_send_packet(v->codec, a->packet);
        well = voice_receive(a, v);
    }
    av_packet_unref(a->packet);
    return well;
}

/* ---- frames */

/* Frames that every stream knows of; UINT64_MAX: all have ended. */
static uint64_t known(const struct av *a)
{
    uint64_t least = UINT64_MAX;
    for (uint32_t i = 0; i < a->decoder.streams; i++) {
        uint64_t n = queue_known(&a->voices[i].queue, a->position);
        least = n < least ? n : least;
    }
    return least;
}

static void voice_give(struct av *a, struct voice *v, float *out, uint32_t n)
{
    struct queue *q = &v->queue;
    uint32_t channels = a->decoder.channels;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t at = a->position + i;
        bool there = at >= q->from && at < q->from + q->n;
        const float *x = q->data + (there ? (size_t)(at - q->from) * v->channels : 0);
        for (uint32_t c = 0; c < v->channels; c++)
            out[(size_t)i * channels + v->first + c] = there ? x[c] : 0;
    }
    uint64_t behind = a->position + n;
    if (behind > q->from)
        queue_drop(q, v->channels, behind - q->from < q->n ? (uint32_t)(behind - q->from) : q->n);
}

/* The last frame that any stream has. */
static uint64_t last(const struct av *a)
{
    uint64_t end = 0;
    for (uint32_t i = 0; i < a->decoder.streams; i++) {
        const struct queue *q = &a->voices[i].queue;
        end = q->from + q->n > end ? q->from + q->n : end;
    }
    return end;
}

/* The header's length is a rounded one: up to AV_SLACK_MS of silence make it true. */
static uint32_t at_the_end(const struct av *a, uint32_t n)
{
    uint64_t end = last(a), slack = AV_SLACK_MS * 2 * a->decoder.rate / 1000;
    if (end + slack >= a->decoder.frames)
        end = a->decoder.frames;
    uint64_t left = end > a->position ? end - a->position : 0;
    return left < n ? (uint32_t)left : n;
}

uint32_t avfile_read(struct decoder *d, float *out, uint32_t n)
{
    struct av *a = (struct av *)d;
    uint32_t done = 0;
    while (done < n) {
        uint64_t here = known(a);
        uint32_t now = here < n - done ? (uint32_t)here : n - done;
        if (here == UINT64_MAX)
            now = at_the_end(a, n - done);
        else if (here == 0 && read_packet(a))
            continue;
        if (now == 0)
            break;
        for (uint32_t i = 0; i < d->streams; i++)
            voice_give(a, &a->voices[i], out + (size_t)done * d->channels, now);
        a->position += now;
        done += now;
    }
    return done;
}

static int jump(struct av *a, uint64_t frame)
{
    const AVStream *s = a->format->streams[a->voices[0].index];
    int64_t ts =
        av_rescale_q((int64_t)frame, (AVRational){ 1, (int)a->decoder.rate }, s->time_base);
    int error = av_seek_frame(a->format, a->voices[0].index, ts, AVSEEK_FLAG_BACKWARD);
    for (uint32_t i = 0; i < a->decoder.streams; i++) {
        struct queue *q = &a->voices[i].queue;
        avcodec_flush_buffers(a->voices[i].codec);
        q->n = 0;
        q->from = q->next = 0;
        q->placed = q->ended = false;
    }
    return error;
}

int avfile_seek(struct decoder *d, uint64_t frame)
{
    struct av *a = (struct av *)d;
    uint64_t from = a->counts && frame > AHEAD ? frame - AHEAD : 0;
    if (frame < a->position || (a->counts && frame > a->position + 2 * AHEAD)) {
        int error = jump(a, from);
        a->position = from;
        if (error < 0) {
            complain(a, "no seek", error);
            return -EIO;
        }
    }
    return decoder_drop(d, frame - a->position) ? 0 : -EIO;
}
