/* stream.c - a file as the transport will cross it: offset, repeat, the transport's loop
 *
 * Two layers. cross() gives any stretch of the timeline as the file lies on it. stream_read() walks
 * the timeline, and at loop_to keeps what lies behind it for the crossfade and goes on at
 * loop_from. Every turn of a loop is like the one before, so a short loop is read once and kept: it
 * does not seek a thousand times a second.
 */
#include "mixer/stream.h"

#include "mixer/material.h"
#include "mixer/min64.h"
#include "mixer/varispeed.h"

#include <stdlib.h>
#include <string.h>

enum { KEPT_MAX = 16384 }; /* frames of a loop that are kept in memory */

struct stream {
    struct material *material;
    struct varispeed *varispeed;
    struct stream_plan plan;
    uint32_t channels;
    uint64_t now;    /* the timeline frame that comes next */
    uint64_t begins; /* the timeline frame at which the material does */
    bool looping;
    bool plain; /* the plain pace is in force */

    float *seam;      /* xfade frames from loop_to on */
    uint32_t seam_at; /* frames of the crossfade that are behind us; xfade: none under way */
    float *turn;      /* a whole turn of a short loop, crossfade included, once it was made */
};

static bool loops(const struct stream_plan *p)
{
    return p->loop_from < p->loop_to && p->position < p->loop_to;
}

static struct pace plain_pace(const struct stream_plan *p)
{
    struct pace plain;
    pace_plain(&plain, p->offset, p->rate > 0 ? p->rate : 1);
    return plain;
}

static uint64_t first_begin(const struct stream_plan *p)
{
    return p->pace.n > 0 ? pace_reaches(&p->pace, 0, p->position) : p->offset;
}

uint64_t stream_lead(const struct stream_plan *p)
{
    uint64_t begins = first_begin(p);
    if (loops(p) && begins >= p->loop_to)
        return p->offset >= p->loop_to ? UINT64_MAX : p->loop_to - p->position;
    return begins > p->position ? begins - p->position : 0;
}

/* n frames of the timeline from `from` on, whatever the transport does; zeros where the file is
 * not. Returns how many frames there are until the file's end. */
static uint32_t cross(struct stream *s, uint64_t from, float *out, uint32_t n)
{
    uint32_t before = from < s->begins ? (uint32_t)min64(n, s->begins - from) : 0;
    float *sound = out + (size_t)before * s->channels;
    memset(out, 0, (size_t)before * s->channels * sizeof *out);
    if (before == n)
        return n;
    uint32_t got = varispeed_read(s->varispeed, from + before, sound, n - before);
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

/* The transport is at loop_to. From the second time on it leaves what it left before. */
static void turn_round(struct stream *s)
{
    bool again = s->plain;
    s->now = s->plan.loop_from;
    if (s->turn)
        return;
    cross(s, s->plan.loop_to, s->seam, s->plan.xfade);
    s->seam_at = 0;
    if (!again) {
        struct pace plain = plain_pace(&s->plan);
        varispeed_set_pace(s->varispeed, &plain);
        s->begins = s->plan.offset;
        s->plain = true;
    }
    if (again && s->plan.loop_to - s->plan.loop_from <= KEPT_MAX)
        keep_turn(s);
}

/* What is behind us was all: the loop holds nothing of the file. */
static bool silent_for_good(const struct stream *s)
{
    uint64_t length = material_length(s->material);
    if (length == 0 || length == UINT64_MAX)
        return length == 0;
    double rate = s->plan.rate > 0 ? s->plan.rate : 1;
    return (double)s->plan.offset + (double)length / rate <= (double)s->plan.loop_from &&
           varispeed_end(s->varispeed, s->plan.position) <= s->now;
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
    uint64_t end = s->looping ? UINT64_MAX : varispeed_end(s->varispeed, s->plan.position);
    if (end == UINT64_MAX)
        return end;
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

struct stream *stream_new(struct playlist *list, const struct audiofile_info *info,
                          const struct stream_plan *plan)
{
    struct material_plan material = { plan->region, plan->repeat, plan->xfade };
    struct pace pace = plan->pace.n > 0 ? plan->pace : plain_pace(plan);
    struct stream *s = calloc(1, sizeof *s);
    if (!s) {
        playlist_close(list);
        return NULL;
    }
    s->plan = *plan;
    s->channels = info->channels;
    s->looping = loops(plan);
    s->plain = plan->pace.n == 0;
    s->begins = first_begin(plan);
    s->now = plan->position + stream_lead(plan);
    s->plan.xfade = s->looping ? (uint32_t)min64(plan->xfade, plan->loop_to - plan->loop_from) : 0;
    s->seam_at = s->plan.xfade;
    s->seam = malloc(((size_t)s->plan.xfade + 1) * s->channels * sizeof *s->seam);
    s->material = material_new(list, info, &material);
    if (s->material)
        s->varispeed = varispeed_new(s->material, s->channels, plan->quality, plan->xfade, &pace);
    if (s->seam && s->varispeed)
        return s;
    stream_free(s);
    return NULL;
}

void stream_free(struct stream *s)
{
    if (!s)
        return;
    varispeed_free(s->varispeed);
    material_free(s->material);
    free(s->seam);
    free(s->turn);
    free(s);
}

uint64_t stream_nans(const struct stream *s)
{
    return material_nans(s->material);
}

const char *stream_problem(const struct stream *s, uint32_t k)
{
    return material_problem(s->material, k);
}

enum audiofile_lack stream_lack(const struct stream *s)
{
    return material_lack(s->material);
}

struct file_mark stream_mark(const struct stream *s)
{
    return material_mark(s->material);
}
