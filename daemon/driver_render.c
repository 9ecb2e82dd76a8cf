/* driver_render.c - renders into a sound file, as fast as the decoders can
 *
 * The file is written under another name in the same folder and takes its own when it is whole.
 * libsndfile writes through functions of ours, because it tells nobody of what fails while it
 * closes a file.
 */
#include "daemon/driver_render.h"

#include "daemon/ports.h"
#include "daemon/reblock.h"
#include "mixer/engine.h"
#include "mixer/fileformat.h"
#include "mixer/refusal.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHANNELS = 2 };

/* ---- where the bytes go */

struct sink {
    const char *path; /* as the user wrote it */
    char *target;     /* the file it names, links followed */
    char *scratch;    /* written until it is whole; NULL: the target itself, a device */
    int fd;
    int error; /* errno of the first write that failed */
    SNDFILE *file;
};

static sf_count_t sink_length(void *user)
{
    struct stat s;
    return fstat(((struct sink *)user)->fd, &s) ? -1 : s.st_size;
}

static sf_count_t sink_seek(sf_count_t offset, int whence, void *user)
{
    return lseek(((struct sink *)user)->fd, offset, whence);
}

static sf_count_t sink_tell(void *user)
{
    return lseek(((struct sink *)user)->fd, 0, SEEK_CUR);
}

static sf_count_t sink_read(void *to, sf_count_t n, void *user)
{
    return read(((struct sink *)user)->fd, to, (size_t)n);
}

static sf_count_t sink_write(const void *from, sf_count_t n, void *user)
{
    struct sink *s = user;
    sf_count_t done = 0;
    while (done < n) {
        ssize_t part = write(s->fd, (const char *)from + done, (size_t)(n - done));
        if (part < 0 && errno == EINTR)
            continue;
        if (part <= 0) {
            if (!s->error)
                s->error = part < 0 ? errno : ENOSPC;
            break;
        }
        done += part;
    }
    return done;
}

static SNDFILE *file_open(struct sink *s, const struct file_format *f, uint32_t rate)
{
    SF_VIRTUAL_IO functions = { sink_length, sink_seek, sink_read, sink_write, sink_tell };
    SF_INFO info = { .samplerate = (int)rate, .channels = CHANNELS, .format = f->type };
    return sf_open_virtual(&functions, SFM_WRITE, &info, s);
}

static int sink_names(struct sink *s)
{
    struct stat there;
    s->target = realpath(s->path, NULL);
    if (!s->target)
        s->target = strdup(s->path);
    bool replaced = stat(s->path, &there) || S_ISREG(there.st_mode);
    if (s->target && replaced && asprintf(&s->scratch, "%s.part%d", s->target, (int)getpid()) < 0)
        s->scratch = NULL;
    return s->target && (s->scratch || !replaced) ? 0 : -1;
}

static int sink_open(struct sink *s, const char *path, const struct file_format *f, uint32_t rate,
                     struct refusal *why)
{
    *s = (struct sink){ .path = path, .fd = -1 };
    if (sink_names(s))
        return refuse(why, FAULT_INTERNAL, "out of memory");
    s->fd = s->scratch ? open(s->scratch, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)
                       : open(s->target, O_RDWR | O_CLOEXEC);
    if (s->fd < 0)
        return refuse(why, FAULT_FILE, "cannot create %s: %s", path, strerror(errno));
    s->file = file_open(s, f, rate);
    if (!s->file)
        return refuse(why, FAULT_FILE, "cannot write %s: %s", path,
                      s->error ? strerror(s->error) : sf_strerror(NULL));
    /* It would hold the time of day, and no two renders would be the same. */
    sf_command(s->file, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE);
    return 0;
}

/* Everything on the disk and under its name, or nothing. */
static int sink_finish(struct sink *s, struct refusal *why)
{
    int wrong = sf_close(s->file);
    s->file = NULL;
    if (wrong || s->error)
        return refuse(why, FAULT_FILE, "cannot write %s: %s", s->path,
                      s->error ? strerror(s->error) : sf_error_number(wrong));
    if (s->scratch && (fsync(s->fd) || rename(s->scratch, s->target)))
        return refuse(why, FAULT_FILE, "cannot write %s: %s", s->path, strerror(errno));
    free(s->scratch);
    s->scratch = NULL;
    return 0;
}

static void sink_close(struct sink *s)
{
    if (s->file)
        sf_close(s->file);
    if (s->fd >= 0)
        close(s->fd);
    if (s->scratch && s->fd >= 0)
        unlink(s->scratch);
    free(s->scratch);
    free(s->target);
}

static int format_fits(const struct file_format *f, uint32_t rate, uint64_t frames,
                       struct refusal *why)
{
    /* Only an encoder knows its rates, and says so when it begins. */
    struct sink nowhere = { .fd = open("/dev/null", O_RDWR | O_CLOEXEC) };
    nowhere.file = file_open(&nowhere, f, rate);
    bool fits = nowhere.file != NULL;
    sink_close(&nowhere);
    if (!fits)
        return refuse(why, FAULT_FORMAT, "%s at %u Hz cannot be written here", f->help, rate);
    if (!f->widest || frames < (UINT32_MAX - 4096) / (CHANNELS * f->widest))
        return 0;
    refuse(why, FAULT_LIMIT, "a file of format %s ends at 4 GiB", f->name);
    return refuse_hint(why, "w64 and flac do not");
}

int render_format_check(const char *path, const char *format, uint32_t rate, struct refusal *why)
{
    const struct file_format *f = file_format_find(path, format, why);
    return f ? format_fits(f, rate, 0, why) : -1;
}

/* ---- pulling */

struct render {
    const struct render_setup *setup;
    const struct file_format *format;
    struct sink sink;
    struct reblock *reblock;
    float *out[PORTS_MAX];
    float *mixed; /* a period, interleaved */
    int32_t *whole;
    struct render_result done;
    bool given_up;
};

static bool go_on(struct render *r)
{
    const struct render_setup *s = r->setup;
    r->given_up |= s->progress && !s->progress(s->context, r->done.frames);
    return !r->given_up;
}

static bool wait_for_tracks(void *context)
{
    struct render *r = context;
    if (go_on(r))
        r->setup->wait(r->setup->context);
    return !r->given_up;
}

static int period_write(struct render *r, uint32_t n)
{
    uint32_t samples = n * CHANNELS;
    for (uint32_t i = 0; i < samples; i++)
        r->mixed[i] = r->out[i % CHANNELS][i / CHANNELS];
    int64_t cut = file_format_write(r->format, r->sink.file, r->mixed, n, CHANNELS, r->whole);
    r->done.clipped += cut > 0 ? (uint64_t)cut : 0;
    return cut >= 0 && !r->sink.error ? 0 : -1;
}

static int pull(struct render *r, struct refusal *why)
{
    static const float *const silence[PORTS_MAX];
    const struct render_setup *s = r->setup;
    while (r->done.frames < s->frames && !r->given_up) {
        uint64_t left = s->frames - r->done.frames;
        uint32_t n = left < s->period ? (uint32_t)left : s->period;
        reblock_process(r->reblock, s->engine, silence, r->out, CHANNELS, n);
        if (r->given_up)
            break;
        if (period_write(r, n))
            return refuse(why, FAULT_FILE, "cannot write %s: %s", s->path,
                          r->sink.error ? strerror(r->sink.error) : sf_strerror(r->sink.file));
        r->done.frames += n;
        go_on(r);
    }
    return r->given_up ? refuse(why, FAULT_STATE, "%s: given up", s->path) : 0;
}

static int buffers_new(struct render *r, struct refusal *why)
{
    uint32_t period = r->setup->period;
    r->reblock = reblock_new(engine_quantum(r->setup->engine), CHANNELS, true);
    r->out[0] = calloc(period, sizeof *r->out[0]);
    r->out[1] = calloc(period, sizeof *r->out[1]);
    r->mixed = calloc(period, CHANNELS * sizeof *r->mixed);
    r->whole = calloc(period, CHANNELS * sizeof *r->whole);
    if (!r->reblock || !r->out[0] || !r->out[1] || !r->mixed || !r->whole)
        return refuse(why, FAULT_INTERNAL, "out of memory");
    reblock_wait(r->reblock, wait_for_tracks, r);
    return 0;
}

static void buffers_free(struct render *r)
{
    reblock_free(r->reblock);
    free(r->out[0]);
    free(r->out[1]);
    free(r->mixed);
    free(r->whole);
}

int render_run(const struct render_setup *setup, struct render_result *result, struct refusal *why)
{
    struct render r = { .setup = setup, .sink.fd = -1 };
    r.format = file_format_find(setup->path, setup->format, why);
    if (!r.format || format_fits(r.format, setup->rate, setup->frames, why))
        return -1;
    int err = buffers_new(&r, why);
    if (!err)
        err = sink_open(&r.sink, setup->path, r.format, setup->rate, why);
    if (!err)
        err = pull(&r, why);
    if (!err)
        err = sink_finish(&r.sink, why);
    sink_close(&r.sink);
    buffers_free(&r);
    *result = r.done;
    return err;
}
