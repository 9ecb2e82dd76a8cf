/* stream.c - a file as the transport will cross it: offset, repeat, the transport's loop
 *
 * Two layers. cross() gives any stretch of the timeline as the file lies on it, and seeks only when
 * the stretch does not follow the one before. stream_read() walks the timeline, and at loop_to
 * keeps what lies behind it for the crossfade and goes on at loop_from.
 *
 * Every turn of a loop is like the one before, so a short loop is read once and kept; and so is a
 * short file that repeats. Neither seeks a thousand times a second.
 */
#include "mixer/stream.h"

#include <stdlib.h>
#include <string.h>

enum { KEPT_MAX = 16384 }; /* frames of a loop or a repeated file that are kept in memory */

struct stream {
    struct audiofile *file;
    struct stream_plan plan;
    uint32_t channels;
    uint64_t length; /* of the region; what the header claims until its end was met */
    uint64_t faded;  /* the length by which it is faded out: no end that was met by surprise */
    uint64_t at;     /* the frame of the region that audiofile_read gives next; or UINT64_MAX */
    uint64_t now;    /* the timeline frame that comes next */
    bool looping;
    bool measured; /* its length was counted */
    bool broken;   /* it cannot be read on: silence from here on */

    float *seam;      /* xfade frames from loop_to on */
    uint32_t seam_at; /* frames of the crossfade that are behind us; xfade: none under way */
    float *turn;      /* a whole turn of a short loop, crossfade included, once it was made */
    float *whole;     /* a whole short file that repeats */
};

static uint64_t min64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static bool loops(const struct stream_plan *p)
{
    return p->loop_from < p->loop_to && p->position < p->loop_to;
}

uint64_t stream_lead(const struct stream_plan *p)
{
    if (loops(p) && p->offset >= p->loop_to)
        return UINT64_MAX;
    return p->offset > p->position ? p->offset - p->position : 0;
}

/* Frames of the region, from `frame` on. Fewer than n: its end, whose place is known from now on.
 */
static uint32_t read_file(struct stream *s, uint64_t frame, float *out, uint32_t n)
{
    if (s->broken || frame >= s->length)
        return 0;
    if (frame != s->at) {
        s->broken = frame > UINT64_MAX - s->plan.region.in ||
                    audiofile_seek(s->file, s->plan.region.in + frame) < 0;
        s->at = frame;
    }
    uint32_t most = (uint32_t)min64(n, region_most(&s->plan.region) - frame);
    uint32_t got = s->broken ? 0 : audiofile_read(s->file, out, most);
    region_shape(&s->plan.region, s->faded, frame, out, got, s->channels);
    s->at += got;
    if (got < n)
        s->length = min64(s->length, s->at);
    return got;
}

/* A header promised more than there is, or nothing: reads the file through to find its length.
 * Done once: a file that is short even of that is broken. */
static void measure(struct stream *s, float *scratch, uint32_t n)
{
    uint64_t frame = 0, got = n;
    s->broken |= s->measured;
    s->measured = true;
    s->length = region_most(&s->plan.region);
    for (; got == n && !s->broken; frame += got)
        got = read_file(s, frame, scratch, n);
    s->faded = s->length;
}

/* A file that repeats: n frames from `frame` of the endless line on. */
static uint32_t read_repeated(struct stream *s, uint64_t frame, float *out, uint32_t n)
{
    uint32_t done = 0;
    while (done < n && s->length > 0 && !s->broken) {
        float *at = out + (size_t)done * s->channels;
        uint64_t here = (frame + done) % s->length;
        uint32_t chunk = (uint32_t)min64(n - done, s->length - here);
        if (s->whole)
            memcpy(at, s->whole + here * s->channels, (size_t)chunk * s->channels * sizeof *at);
        else
            chunk = read_file(s, here, at, chunk);
        if (chunk == 0)
            measure(s, at, n - done);
        done += chunk;
    }
    return done;
}

/* n frames of the timeline from `from` on, whatever the transport does; zeros where the file is
 * not. Returns how many frames there are until the file's end. */
static uint32_t cross(struct stream *s, uint64_t from, float *out, uint32_t n)
{
    uint64_t offset = s->plan.offset;
    uint32_t before = from < offset ? (uint32_t)min64(n, offset - from) : 0;
    float *sound = out + (size_t)before * s->channels;
    memset(out, 0, (size_t)before * s->channels * sizeof *out);
    if (before == n)
        return n;
    uint64_t frame = from + before - offset;
    uint32_t got = s->plan.repeat ? read_repeated(s, frame, sound, n - before)
                                  : read_file(s, frame, sound, n - before);
    memset(sound + (size_t)got * s->channels, 0,
           (size_t)(n - before - got) * s->channels * sizeof *out);
    return before + got;
}

/* out holds n frames from loop_from + seam_at on: fades them in and what lies behind loop_to out.
 */
static void blend(struct stream *s, float *out, uint32_t n)
{
    const float *behind = s->seam + (size_t)s->seam_at * s->channels;
    for (uint32_t i = 0; i < n; i++) {
        float g = (float)(s->seam_at + i + 1) / (float)(s->plan.xfade + 1);
        for (uint32_t c = 0; c < s->channels; c++) {
            size_t k = (size_t)i * s->channels + c;
            out[k] = (1 - g) * behind[k] + g * out[k];
        }
    }
    s->seam_at += n;
}

/* Keeps a turn of a short loop. Without memory for it the loop is read again and again. */
static void keep_turn(struct stream *s)
{
    uint32_t length = (uint32_t)(s->plan.loop_to - s->plan.loop_from);
    s->turn = malloc((size_t)length * s->channels * sizeof *s->turn);
    if (!s->turn)
        return;
    cross(s, s->plan.loop_from, s->turn, length);
    blend(s, s->turn, s->plan.xfade);
}

/* The transport is at loop_to. */
static void turn_round(struct stream *s)
{
    s->now = s->plan.loop_from;
    if (s->turn)
        return;
    cross(s, s->plan.loop_to, s->seam, s->plan.xfade);
    s->seam_at = 0;
    if (s->plan.loop_to - s->plan.loop_from <= KEPT_MAX)
        keep_turn(s);
}

/* What is behind us was all: the loop holds nothing of the file. */
static bool silent_for_good(const struct stream *s)
{
    if (s->broken || s->length == 0)
        return true;
    if (s->plan.repeat || s->length == UINT64_MAX)
        return false;
    uint64_t end = s->plan.offset + s->length;
    return end <= s->plan.loop_from && end <= s->now;
}

/* One piece of a loop: up to its end or the crossfade's. 0: nothing will come any more. */
static uint32_t read_looped(struct stream *s, float *out, uint32_t n)
{
    const struct stream_plan *p = &s->plan;
    if (silent_for_good(s))
        return 0;
    if (s->now == p->loop_to)
        turn_round(s);
    n = (uint32_t)min64(n, p->loop_to - s->now);
    if (s->turn) {
        memcpy(out, s->turn + (s->now - p->loop_from) * s->channels,
               (size_t)n * s->channels * sizeof *out);
    } else if (s->seam_at < p->xfade) {
        n = (uint32_t)min64(n, p->xfade - s->seam_at);
        cross(s, s->now, out, n);
        blend(s, out, n);
    } else {
        cross(s, s->now, out, n);
    }
    s->now += n;
    return n;
}

uint64_t stream_frames(const struct stream *s)
{
    if (s->looping || s->plan.repeat || s->length > UINT64_MAX - s->plan.offset)
        return UINT64_MAX;
    uint64_t end = s->plan.offset + s->length;
    return end > s->now ? end - s->now : 0;
}

uint32_t stream_read(struct stream *s, float *out, uint32_t n)
{
    uint32_t done = 0;
    if (!s->looping) {
        done = cross(s, s->now, out, n);
        s->now += done;
        return done;
    }
    while (done < n) {
        uint32_t got = read_looped(s, out + (size_t)done * s->channels, n - done);
        if (got == 0)
            break;
        done += got;
    }
    return done;
}

/* A short file that repeats is read once; if that fails it is read again and again. */
static void keep_whole(struct stream *s)
{
    size_t length = (size_t)s->length;
    s->whole = malloc(length * s->channels * sizeof *s->whole);
    if (s->whole)
        read_file(s, 0, s->whole, (uint32_t)length);
}

struct stream *stream_new(struct audiofile *file, const struct audiofile_info *info,
                          const struct stream_plan *plan)
{
    struct stream *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->plan = *plan;
    s->channels = info->channels;
    s->length = s->faded = region_length(&plan->region, info->frames);
    s->at = plan->region.in ? UINT64_MAX : 0;
    s->looping = loops(plan);
    s->now = plan->position + stream_lead(plan);
    s->plan.xfade = s->looping ? (uint32_t)min64(plan->xfade, plan->loop_to - plan->loop_from) : 0;
    s->seam_at = s->plan.xfade;
    s->seam = malloc(((size_t)s->plan.xfade + 1) * s->channels * sizeof *s->seam);
    if (!s->seam) {
        free(s);
        return NULL;
    }
    s->file = file;
    if (plan->repeat && s->length > 0 && s->length <= KEPT_MAX)
        keep_whole(s);
    return s;
}

void stream_free(struct stream *s)
{
    if (!s)
        return;
    audiofile_close(s->file);
    free(s->seam);
    free(s->turn);
    free(s->whole);
    free(s);
}

uint64_t stream_nans(const struct stream *s)
{
    return audiofile_nans(s->file);
}

const char *stream_problem(const struct stream *s)
{
    return audiofile_problem(s->file);
}
