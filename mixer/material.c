/* material.c - what a strip has to play, by its own frames: a region of its files, once or for ever
 *
 * A short region that repeats is read once and kept: it does not seek a thousand times a second.
 */
#include "mixer/material.h"

#include "mixer/min64.h"

#include <stdlib.h>
#include <string.h>

enum { KEPT_MAX = 16384 }; /* frames of a repeated region that are kept in memory */

struct material {
    struct playlist *list;
    struct material_plan plan;
    uint32_t channels;
    uint64_t length; /* of the region; what the header claims until its end was met */
    uint64_t faded;  /* the length by which it is faded out: no end that was met by surprise */
    uint64_t at;     /* the frame of the region that playlist_read gives next; or UINT64_MAX */
    bool measured;   /* its length was counted */
    bool broken;     /* it cannot be read on: silence from here on */

    float *whole;  /* all of a short region that repeats */
    float *behind; /* what lies behind the end, for the crossfade; NULL: not read yet */
    uint32_t seam; /* how many frames of that */
};

/* Frames of the file, from frame `frame` of the region on, whatever the region says. */
static uint32_t read_file(struct material *m, uint64_t frame, float *out, uint32_t n)
{
    if (frame != m->at) {
        m->broken |= frame > UINT64_MAX - m->plan.region.in ||
                     playlist_seek(m->list, m->plan.region.in + frame) < 0;
        m->at = frame;
    }
    uint32_t got = m->broken ? 0 : playlist_read(m->list, out, n);
    m->at += got;
    return got;
}

/* Frames of the region. Fewer than n: its end, whose place is known from now on. */
static uint32_t read_region(struct material *m, uint64_t frame, float *out, uint32_t n)
{
    if (m->broken || frame >= m->length)
        return 0;
    uint32_t most = (uint32_t)min64(n, region_most(&m->plan.region) - frame);
    uint32_t got = read_file(m, frame, out, most);
    region_shape(&m->plan.region, m->faded, frame, out, got, m->channels);
    if (got < n)
        m->length = min64(m->length, m->at);
    return got;
}

/* A header promised more than there is, or nothing: reads the file through to find its length.
 * Done once: a file that is short even of that is broken. */
static void measure(struct material *m, float *scratch, uint32_t n)
{
    uint64_t frame = 0, got = n;
    m->broken |= m->measured;
    m->measured = true;
    m->length = region_most(&m->plan.region);
    for (; got == n && !m->broken; frame += got)
        got = read_region(m, frame, scratch, n);
    m->faded = m->length;
}

/* Fetches what lies behind the end, as far as the crossfade reaches. Without memory for it, or
 * where there is nothing, none is made. */
static void read_behind(struct material *m)
{
    const struct region *r = &m->plan.region;
    uint32_t want = (uint32_t)min64(m->plan.xfade, m->length);
    bool bare = r->fadein == 0 && r->fadeout == 0 && r->end > 0;
    m->behind = malloc(((size_t)want + 1) * m->channels * sizeof *m->behind);
    if (bare && want > 0 && m->behind && !m->broken)
        m->seam = read_file(m, m->length, m->behind, want);
}

/* out holds n frames from `frame` of the endless line on, which lie in one turn. */
static void blend(struct material *m, uint64_t frame, float *out, uint32_t n)
{
    uint64_t here = frame % m->length;
    if (frame < m->length || here >= m->plan.xfade)
        return;
    if (!m->behind)
        read_behind(m);
    for (uint32_t i = 0; i < n && here + i < m->seam; i++) {
        float g = (float)(here + i + 1) / (float)(m->seam + 1);
        for (uint32_t c = 0; c < m->channels; c++) {
            size_t k = (size_t)i * m->channels + c;
            out[k] = (1 - g) * m->behind[(here + i) * m->channels + c] + g * out[k];
        }
    }
}

/* n frames from `frame` of the endless line on. */
static uint32_t read_repeated(struct material *m, uint64_t frame, float *out, uint32_t n)
{
    uint32_t done = 0;
    while (done < n && m->length > 0 && !m->broken) {
        float *at = out + (size_t)done * m->channels;
        uint64_t here = (frame + done) % m->length;
        uint32_t chunk = (uint32_t)min64(n - done, m->length - here);
        if (m->whole)
            memcpy(at, m->whole + here * m->channels, (size_t)chunk * m->channels * sizeof *at);
        else
            chunk = read_region(m, here, at, chunk);
        if (chunk == 0)
            measure(m, at, n - done);
        else
            blend(m, frame + done, at, chunk);
        done += chunk;
    }
    return done;
}

/* A short region that repeats is read once; if that fails it is read again and again. */
static void keep_whole(struct material *m)
{
    size_t length = (size_t)m->length;
    m->whole = malloc(length * m->channels * sizeof *m->whole);
    if (m->whole)
        read_region(m, 0, m->whole, (uint32_t)length);
}

struct material *material_new(struct playlist *list, const struct audiofile_info *info,
                              const struct material_plan *plan)
{
    struct material *m = calloc(1, sizeof *m);
    if (!m) {
        playlist_close(list);
        return NULL;
    }
    m->list = list;
    m->plan = *plan;
    m->channels = info->channels;
    m->length = m->faded = region_length(&plan->region, info->frames);
    m->at = plan->region.in ? UINT64_MAX : 0;
    if (plan->repeat && m->length > 0 && m->length <= KEPT_MAX)
        keep_whole(m);
    return m;
}

void material_free(struct material *m)
{
    if (!m)
        return;
    playlist_close(m->list);
    free(m->whole);
    free(m->behind);
    free(m);
}

uint64_t material_length(const struct material *m)
{
    if (m->broken)
        return 0;
    return m->plan.repeat && m->length > 0 ? UINT64_MAX : m->length;
}

uint32_t material_read(struct material *m, uint64_t frame, float *out, uint32_t n)
{
    return m->plan.repeat ? read_repeated(m, frame, out, n) : read_region(m, frame, out, n);
}

uint64_t material_nans(const struct material *m)
{
    return playlist_nans(m->list);
}

const char *material_problem(const struct material *m, uint32_t k)
{
    return playlist_problem(m->list, k);
}

enum audiofile_lack material_lack(const struct material *m)
{
    enum audiofile_lack lack = playlist_lack(m->list);
    return lack == AUDIOFILE_LACKS_NOTHING && m->broken ? AUDIOFILE_LACKS_END : lack;
}

struct file_mark material_mark(const struct material *m)
{
    return playlist_mark(m->list);
}
