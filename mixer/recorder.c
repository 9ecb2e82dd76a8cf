/* recorder.c - one recording: a ring that the audio thread fills, and a thread that writes a file
 *
 * Control and the writer both own it; the one that leaves last frees it.
 */
#include "mixer/recorder.h"

#include "mixer/fileformat.h"
#include "mixer/ring.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sndfile.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    RING_S = 4,       /* seconds that the disk may stand still */
    WRITTEN = 4096,   /* frames in one go */
    PAUSE_MS = 20,    /* the audio thread wakes nobody, so the writer looks */
    GAPS = 64,        /* stretches of lost frames that wait to be written */
    STACK = 256 << 10 /* bytes */
};

/* Frames that found no room, before frame `at` of those that did. */
struct gap {
    uint64_t at, frames;
};

struct recorder {
    uint32_t rate, channels, quantum, pause_ms;
    const struct file_format *format;
    char *path, *name;
    SNDFILE *file;     /* the writer's; NULL: it has none yet, or never will */
    struct ring *ring; /* of frames */
    struct ring *gaps;
    float *chunk; /* the writer's, WRITTEN frames */
    int32_t *whole;

    uint64_t missing; /* the audio thread's: lost frames that are not in `gaps` yet */
    _Atomic uint64_t first, lost, clipped;
    _Atomic(const char *) fault; /* NULL, or: */
    char fault_text[128];        /* written once, by the writer */
    _Atomic int state;           /* enum recorder_state, the writer's; REFUSED: */
    struct refusal refusal;      /* written once, by the writer */
    atomic_bool stopping, done;
    _Atomic unsigned owners;
};

static _Atomic uint32_t writers;  /* control's and every writer's; those that have not ended */
static _Atomic uint64_t progress; /* every writer's; pieces written so far */

/* ---- the audio thread's */

/* Tells the writer of what was lost, before anything that follows it. */
static RT bool gap_close(struct recorder *r)
{
    struct gap gap = { ring_written(r->ring), r->missing };
    if (r->missing && ring_write(r->gaps, &gap, 1))
        return false;
    r->missing = 0;
    return true;
}

RT void recorder_take(struct recorder *r, float *const *ch, float gain, uint64_t frame)
{
    uint32_t n, done = 0, channels = r->channels;
    if (ring_written(r->ring) + atomic_load_explicit(&r->lost, memory_order_relaxed) == 0)
        atomic_store_explicit(&r->first, frame, memory_order_relaxed);
    if (ring_space(r->ring) < r->quantum || !gap_close(r)) {
        r->missing += r->quantum;
        /* Release: pairs with recorder_figures, as the ring does. */
        atomic_fetch_add_explicit(&r->lost, r->quantum, memory_order_release);
        return;
    }
    while (done < r->quantum) {
        float *to = ring_write_span(r->ring, r->quantum - done, &n);
        for (uint32_t i = 0; i < n; i++)
            for (uint32_t c = 0; c < channels; c++)
                to[i * channels + c] = ch[c][done + i] * gain;
        ring_commit(r->ring, n);
        done += n;
    }
}

RT bool recorder_has_room(const struct recorder *r, uint32_t n)
{
    return ring_space(r->ring) >= n || n > ring_size(r->ring);
}

/* ---- the writer's */

/* libsndfile's text may go with its file. */
static void fail(struct recorder *r, const char *text)
{
    if (atomic_load_explicit(&r->fault, memory_order_relaxed))
        return;
    snprintf(r->fault_text, sizeof r->fault_text, "%s", text);
    atomic_store_explicit(&r->fault, r->fault_text, memory_order_release); /* to who reads it */
}

static void frames_write(struct recorder *r, const float *frames, uint32_t n)
{
    if (atomic_load_explicit(&r->fault, memory_order_relaxed))
        return;
    int64_t cut = file_format_write(r->format, r->file, frames, n, r->channels, r->whole);
    atomic_fetch_add_explicit(&progress, 1, memory_order_relaxed);
    if (cut > 0)
        atomic_fetch_add_explicit(&r->clipped, (uint64_t)cut, memory_order_relaxed);
    else if (cut < 0)
        fail(r, sf_strerror(r->file));
}

static void gap_write(struct recorder *r, uint64_t frames)
{
    memset(r->chunk, 0, sizeof *r->chunk * WRITTEN * r->channels);
    for (uint64_t n; frames > 0; frames -= n) {
        n = frames < WRITTEN ? frames : WRITTEN;
        frames_write(r, r->chunk, (uint32_t)n);
    }
}

/* Writes all that is there. */
static void drain(struct recorder *r)
{
    uint32_t n, any;
    for (;;) {
        uint64_t room = ring_fill(r->ring); /* asked first: the gaps before these are known then */
        const struct gap *gap = ring_read_span(r->gaps, 1, &any);
        if (any && gap->at - ring_taken(r->ring) < room)
            room = gap->at - ring_taken(r->ring);
        if (any && gap->at == ring_taken(r->ring)) {
            gap_write(r, gap->frames);
            ring_take(r->gaps, 1);
            continue;
        }
        const float *frames =
            ring_read_span(r->ring, room < WRITTEN ? (uint32_t)room : WRITTEN, &n);
        if (n == 0)
            return;
        frames_write(r, frames, n);
        ring_take(r->ring, n);
    }
}

/* 0, or -1 and r->refusal. */
static int file_create(struct recorder *r)
{
    struct refusal *why = &r->refusal;
    SF_INFO info = { .samplerate = (int)r->rate,
                     .channels = (int)r->channels,
                     .format = r->format->type };
    int fd = open(r->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0 && errno == EEXIST)
        return refuse(why, FAULT_EXISTS, "%s is there already", r->name);
    if (fd < 0)
        return refuse(why, FAULT_FILE, "cannot create %s: %s", r->name, strerror(errno));
    r->file = sf_open_fd(fd, SFM_WRITE, &info, true);
    if (!r->file) { /* libsndfile has closed it: the number may be another file's by now */
        unlink(r->path);
        return refuse(why, FAULT_FORMAT, "cannot write %s: %s", r->name, sf_strerror(NULL));
    }
    int container = r->format->type & SF_FORMAT_TYPEMASK;
    if (container != SF_FORMAT_OGG && container != SF_FORMAT_MPEG && container != SF_FORMAT_FLAC)
        sf_command(r->file, SFC_SET_UPDATE_HEADER_AUTO, NULL, SF_TRUE); /* streams have no need */
    return 0;
}

/* What comes after a refusal is taken in and dropped, so that nobody waits for room. */
static void open_up(struct recorder *r)
{
    bool created = file_create(r) == 0;
    if (!created) /* to who reads it */
        atomic_store_explicit(&r->fault, r->refusal.text, memory_order_release);
    /* Release: pairs with recorder_state. */
    atomic_store_explicit(&r->state, created ? RECORDER_OPEN : RECORDER_REFUSED,
                          memory_order_release);
}

static void leave(struct recorder *r)
{
    /* Acquire and release: the last one sees all that the other one did. */
    if (atomic_fetch_sub_explicit(&r->owners, 1, memory_order_acq_rel) > 1)
        return;
    ring_free(r->ring);
    ring_free(r->gaps);
    free(r->chunk);
    free(r->whole);
    free(r->path);
    free(r->name);
    free(r);
}

static void *writer(void *arg)
{
    struct recorder *r = arg;
    const struct timespec nap = { r->pause_ms / 1000, r->pause_ms % 1000 * 1000000L };
    pthread_setname_np(pthread_self(), "mixd-record");
    if (!r->file)
        open_up(r);
    while (!atomic_load_explicit(&r->stopping, memory_order_acquire)) { /* pairs with stop */
        drain(r);
        nanosleep(&nap, NULL);
    }
    drain(r);
    gap_write(r, r->missing); /* the audio thread has let go of it */
    int wrong = r->file ? sf_close(r->file) : 0;
    if (wrong)
        fail(r, sf_error_number(wrong));
    atomic_store_explicit(&r->done, true, memory_order_release); /* pairs with recorder_done */
    leave(r);
    atomic_fetch_sub_explicit(&writers, 1, memory_order_release); /* pairs with recorders_await */
    return NULL;
}

/* ---- the control thread's */

/* Deaf to signals from birth. 0, or -1 and *why. */
static int thread_start(struct recorder *r, struct refusal *why)
{
    pthread_t thread;
    pthread_attr_t attr;
    sigset_t all, before;
    sigfillset(&all);
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    atomic_fetch_add_explicit(&writers, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&r->owners, 1, memory_order_relaxed);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&thread, &attr, writer, r);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attr);
    if (!error)
        return 0;
    atomic_fetch_sub_explicit(&writers, 1, memory_order_relaxed);
    atomic_fetch_sub_explicit(&r->owners, 1, memory_order_relaxed);
    if (r->file) {
        sf_close(r->file);
        unlink(r->path);
    }
    return refuse(why, FAULT_LIMIT, "no thread to write %s: %s", r->name, strerror(error));
}

/* Without its file and its thread. NULL: out of memory. */
static struct recorder *memory_new(const struct recorder_setup *setup)
{
    struct recorder *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    atomic_init(&r->owners, 1);
    r->rate = setup->rate;
    r->channels = setup->channels;
    r->quantum = setup->quantum;
    r->pause_ms = setup->pause_ms ? setup->pause_ms : PAUSE_MS;
    r->path = strdup(setup->path);
    r->name = strdup(setup->name ? setup->name : setup->path);
    r->ring = ring_new(sizeof(float) * setup->channels, RING_S * setup->rate);
    r->gaps = ring_new(sizeof(struct gap), GAPS);
    r->chunk = calloc((size_t)WRITTEN * setup->channels, sizeof *r->chunk);
    r->whole = calloc((size_t)WRITTEN * setup->channels, sizeof *r->whole);
    if (r->path && r->name && r->ring && r->gaps && r->chunk && r->whole)
        return r;
    leave(r);
    return NULL;
}

struct recorder *recorder_new(const struct recorder_setup *setup, struct refusal *why)
{
    const struct file_format *format = file_format_find(setup->path, setup->format, why);
    if (!format)
        return NULL;
    struct recorder *r = memory_new(setup);
    if (!r) {
        refuse(why, FAULT_LIMIT, "out of memory");
        return NULL;
    }
    r->format = format;
    if (setup->now)
        open_up(r);
    const struct refusal *refusal = recorder_refusal(r);
    if (refusal)
        *why = *refusal;
    if (!refusal && !thread_start(r, why))
        return r;
    leave(r);
    return NULL;
}

void recorder_stop(struct recorder *r)
{
    atomic_store_explicit(&r->stopping, true, memory_order_release);
}

bool recorder_done(const struct recorder *r)
{
    return atomic_load_explicit(&r->done, memory_order_acquire);
}

void recorder_free(struct recorder *r)
{
    if (!r)
        return;
    recorder_stop(r);
    leave(r);
}

bool recorders_await(unsigned patience_ms)
{
    const struct timespec nap = { 0, 1000000 };
    uint64_t seen = 0, since = rt_now();
    while (atomic_load_explicit(&writers, memory_order_acquire) > 0) { /* pairs with the writer */
        uint64_t now = rt_now(), written = atomic_load_explicit(&progress, memory_order_relaxed);
        if (written != seen)
            since = now;
        seen = written;
        if (now - since > (uint64_t)patience_ms * 1000000)
            return false;
        nanosleep(&nap, NULL);
    }
    return true;
}

static enum recorder_state recorder_state(const struct recorder *r)
{
    return (enum recorder_state)atomic_load_explicit(&r->state, memory_order_acquire);
}

const struct refusal *recorder_refusal(const struct recorder *r)
{
    return recorder_state(r) == RECORDER_REFUSED ? &r->refusal : NULL;
}

void recorder_figures(const struct recorder *r, struct recorder_figures *out)
{
    out->state = recorder_state(r);
    out->lost = atomic_load_explicit(&r->lost, memory_order_acquire); /* pairs with take */
    out->taken = ring_written(r->ring) + out->lost;
    out->first = atomic_load_explicit(&r->first, memory_order_relaxed); /* known if any is taken */
    out->clipped = atomic_load_explicit(&r->clipped, memory_order_relaxed);
    const char *fault = atomic_load_explicit(&r->fault, memory_order_acquire);
    snprintf(out->fault, sizeof out->fault, "%s", fault ? fault : "");
}
