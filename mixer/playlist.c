/* playlist.c - files joined end to end, read like one
 *
 * One file is open at a time. Where a file has nothing to give in its place, the frame that came
 * last is held and faded away, and silence follows.
 */
#include "mixer/playlist.h"

#include "effects/rt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1024, FALL = 64 }; /* frames: of a file's own channels at a time; of a fade */
enum { TOLD = 2 };                /* of each file: that it was lost, that it is back */

struct entry {
    struct playlist_entry plan;
    uint64_t start; /* its first frame on the line */
    bool told;      /* its problem has been told, */
    bool lost;      /* it cannot be read, or not to its end, */
    bool back;      /* it could again, and that has been told */
};

struct playlist {
    struct entry *entries;
    uint32_t n, channels, rate;
    enum quality quality;
    struct audiofile *file; /* of the entry `open`; NULL: it cannot be read */
    uint32_t open;          /* n: none is */
    uint32_t file_channels;
    uint64_t frame; /* the next on the line */
    uint64_t nans;  /* of files that were closed */
    float *block;   /* frames with all the channels of the file */
    float *hold;    /* the last frame that came from a file */
    uint32_t fall;  /* frames until it has faded away */
    uint32_t rise;  /* frames until what came back has faded in */
    bool hole;      /* silence was the last thing that was given */
    uint64_t retry_ns, tried_ns;
    char **problems;
    uint32_t n_problems;
};

static bool single(const struct playlist *p)
{
    return p->n == 1;
}

static void tell(struct playlist *p, struct entry *e, const char *problem)
{
    char *copy = problem && !e->told ? strdup(problem) : NULL;
    if (!copy)
        return;
    e->told = true;
    p->problems[p->n_problems++] = copy;
}

static void tell_short(struct playlist *p, uint32_t k)
{
    char text[512];
    struct entry *e = &p->entries[k];
    if (k + 1 < p->n && !audiofile_problem(p->file)) {
        snprintf(text, sizeof text, "%.400s: shorter than the place it has in the queue",
                 e->plan.path);
        tell(p, e, text);
    } else {
        tell(p, e, audiofile_problem(p->file));
    }
}

/* Of what is open. */
static void file_close(struct playlist *p)
{
    if (p->file) {
        tell(p, &p->entries[p->open], audiofile_problem(p->file));
        p->nans += audiofile_nans(p->file);
    }
    audiofile_close(p->file);
    p->file = NULL;
}

static bool retry_due(const struct playlist *p)
{
    return p->retry_ns > 0 && rt_now() - p->tried_ns >= p->retry_ns;
}

/* Opens an entry, unless it is open, or was found to be no good a moment ago. */
static void open_entry(struct playlist *p, uint32_t k)
{
    struct entry *e = &p->entries[k];
    struct audiofile_info info;
    const char *why;
    if (p->open == k && (p->file || !retry_due(p)))
        return;
    file_close(p);
    p->open = k;
    p->tried_ns = rt_now();
    p->file = audiofile_open(e->plan.path, p->rate, p->quality, &info, &why);
    if (!p->file) {
        e->lost = true;
        tell(p, e, why);
        return;
    }
    p->file_channels = info.channels;
    free(p->block);
    p->block = malloc((size_t)BLOCK * info.channels * sizeof *p->block);
    if (!p->block || e->plan.first + p->channels > info.channels) {
        tell(p, e,
             p->block ? "a file of the queue has fewer channels than it had" : "out of memory");
        e->lost = true;
        audiofile_close(p->file);
        p->file = NULL;
    }
}

static uint64_t entry_end(const struct playlist *p, uint32_t k)
{
    uint64_t frames = p->entries[k].plan.frames, start = p->entries[k].start;
    return frames > UINT64_MAX - start ? UINT64_MAX : start + frames;
}

/* The entry in whose place a frame lies; n: none. */
static uint32_t entry_at(const struct playlist *p, uint64_t frame)
{
    uint32_t k = 0;
    while (k < p->n && entry_end(p, k) <= frame)
        k++;
    return k;
}

/* The channels of the line out of those of the file. */
static uint32_t read_file(struct playlist *p, const struct entry *e, float *out, uint32_t n)
{
    uint32_t done = 0;
    if (!p->file)
        return 0;
    if (p->file_channels == p->channels)
        return audiofile_read(p->file, out, n);
    while (done < n) {
        uint32_t want = n - done < BLOCK ? n - done : BLOCK;
        uint32_t got = audiofile_read(p->file, p->block, want);
        for (uint32_t i = 0; i < got; i++)
            memcpy(out + (size_t)(done + i) * p->channels,
                   p->block + (size_t)i * p->file_channels + e->plan.first,
                   p->channels * sizeof *out);
        done += got;
        if (got < want)
            break;
    }
    return done;
}

/* n frames of which a file has none: what came last fades away. */
static void fill_in(struct playlist *p, float *out, uint32_t n)
{
    p->hole = n > 0;
    memset(out, 0, (size_t)n * p->channels * sizeof *out);
    for (uint32_t i = 0; i < n && p->fall > 0; i++, p->fall--)
        for (uint32_t c = 0; c < p->channels; c++)
            out[(size_t)i * p->channels + c] = p->hold[c] * (float)p->fall / (FALL + 1);
}

/* n frames came from the file. Behind silence they fade in, but where its place begins. */
static void take_up(struct playlist *p, struct entry *e, float *out, uint32_t n)
{
    if (p->hole)
        p->rise = p->frame > e->start ? FALL : 0;
    p->hole = false;
    for (uint32_t i = 0; i < n && p->rise > 0; i++, p->rise--)
        for (uint32_t c = 0; c < p->channels; c++)
            out[(size_t)i * p->channels + c] *= 1 - (float)p->rise / (FALL + 1);
    memcpy(p->hold, out + (size_t)(n - 1) * p->channels, p->channels * sizeof *p->hold);
    p->fall = FALL;
    if (e->lost && !e->back) {
        char text[512];
        snprintf(text, sizeof text, "%.400s: plays again", e->plan.path);
        e->told = false;
        tell(p, e, text);
        e->back = true;
    }
    e->lost = false;
}

/* Entry k has come short. One that may yet give more is tried again. */
static void come_short(struct playlist *p, uint32_t k)
{
    tell_short(p, k);
    if (p->retry_ns == 0 || audiofile_lack(p->file) == AUDIOFILE_LACKS_NOTHING)
        return;
    p->entries[k].lost = true;
    file_close(p);
    p->tried_ns = rt_now();
}

/* n frames that lie in the place of entry k. Fewer: its end, and nothing follows. */
static uint32_t read_entry(struct playlist *p, uint32_t k, float *out, uint32_t n)
{
    struct entry *e = &p->entries[k];
    if (p->open != k || !p->file) {
        open_entry(p, k);
        if (p->file && p->frame > e->start)
            audiofile_seek(p->file, p->frame - e->start);
    }
    uint32_t got = read_file(p, e, out, n);
    if (got > 0)
        take_up(p, e, out, got);
    if (got < n && p->file)
        come_short(p, k);
    bool awaited = e->lost && p->retry_ns > 0 && e->plan.frames != UINT64_MAX;
    if (got < n && (k + 1 < p->n || awaited)) {
        fill_in(p, out + (size_t)got * p->channels, n - got);
        got = n;
    }
    return got;
}

uint32_t playlist_read(struct playlist *p, float *out, uint32_t n)
{
    uint32_t done = 0;
    if (single(p))
        return audiofile_read(p->file, out, n);
    while (done < n) {
        uint32_t k = entry_at(p, p->frame);
        if (k == p->n)
            break;
        uint64_t left = entry_end(p, k) - p->frame;
        uint32_t want = n - done < left ? n - done : (uint32_t)left;
        uint32_t got = read_entry(p, k, out + (size_t)done * p->channels, want);
        p->frame += got;
        done += got;
        if (got < want)
            break;
    }
    return done;
}

int playlist_seek(struct playlist *p, uint64_t frame)
{
    if (single(p))
        return audiofile_seek(p->file, frame);
    uint32_t k = entry_at(p, frame);
    p->frame = frame;
    p->fall = p->rise = 0;
    p->hole = false;
    if (k == p->n)
        return 0;
    open_entry(p, k);
    if (p->file)
        audiofile_seek(p->file, frame - p->entries[k].start);
    return 0;
}

/* Copies the entries. False: out of memory. */
static bool build(struct playlist *p, const struct playlist_plan *plan)
{
    p->entries = calloc(plan->n, sizeof *p->entries);
    p->problems = calloc((size_t)plan->n * TOLD, sizeof *p->problems);
    p->hold = calloc(plan->channels + 1, sizeof *p->hold);
    if (!p->entries || !p->problems || !p->hold)
        return false;
    p->n = p->open = plan->n;
    uint64_t start = 0;
    bool whole = true;
    for (uint32_t k = 0; k < p->n; k++) {
        struct entry *e = &p->entries[k];
        e->plan = plan->entries[k];
        e->plan.path = strdup(plan->entries[k].path);
        e->start = start;
        start = entry_end(p, k);
        whole &= e->plan.path != NULL;
    }
    return whole;
}

struct playlist *playlist_open(const struct playlist_plan *plan, struct audiofile_info *info,
                               const char **why)
{
    struct playlist *p = calloc(1, sizeof *p);
    *why = "out of memory";
    if (!p)
        return NULL;
    p->channels = plan->channels;
    p->rate = plan->rate;
    p->quality = plan->quality;
    p->retry_ns = plan->retry_ns;
    if (!build(p, plan)) {
        playlist_close(p);
        return NULL;
    }
    if (!single(p)) {
        *info = (struct audiofile_info){ .channels = plan->channels,
                                         .file_rate = plan->rate,
                                         .frames = entry_end(p, p->n - 1) };
        return p;
    }
    p->file = audiofile_open(plan->entries[0].path, p->rate, p->quality, info, why);
    p->open = 0;
    if (p->file)
        return p;
    playlist_close(p);
    return NULL;
}

void playlist_close(struct playlist *p)
{
    if (!p)
        return;
    for (uint32_t k = 0; k < p->n; k++)
        free((char *)p->entries[k].plan.path);
    for (uint32_t k = 0; k < p->n_problems; k++)
        free(p->problems[k]);
    audiofile_close(p->file);
    free(p->entries);
    free(p->problems);
    free(p->block);
    free(p->hold);
    free(p);
}

uint64_t playlist_nans(const struct playlist *p)
{
    return p->nans + (p->file ? audiofile_nans(p->file) : 0);
}

enum audiofile_lack playlist_lack(const struct playlist *p)
{
    return single(p) ? audiofile_lack(p->file) : AUDIOFILE_LACKS_NOTHING;
}

struct file_mark playlist_mark(const struct playlist *p)
{
    return single(p) ? audiofile_mark(p->file) : (struct file_mark){ 0 };
}

const char *playlist_problem(const struct playlist *p, uint32_t k)
{
    if (single(p))
        return k == 0 ? audiofile_problem(p->file) : NULL;
    return k < p->n_problems ? p->problems[k] : NULL;
}
