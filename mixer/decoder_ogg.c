/* decoder_ogg.c - Ogg files, by the codec of their first stream
 *
 * The libraries find their way through the pages; here holes are filled, run-ups dropped and ends
 * that are missing found out.
 */
#include "mixer/decoder_gaps.h"
#include "mixer/ogg_codec.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* RFC 3533, 6: a page's fixed head, two fields of it, and the longest page there can be. */
enum { HEAD = 27, FLAGS = 5, SEGMENTS = 26, LAST_PAGE = 4, PAGE_MAX = 65307 };

struct ogg {
    struct gapped base;
    const struct ogg_codec *codec;
    void *file;
    struct filebytes bytes;
};

/* The codec of the first packet of the first page, or NULL. */
static const struct ogg_codec *find_codec(int fd)
{
    static const struct ogg_codec *const codecs[] = { &ogg_opus, &ogg_vorbis };
    unsigned char page[HEAD + 255 + 16] = { 0 };
    ssize_t n = pread(fd, page, sizeof page, 0);
    if (n < HEAD || memcmp(page, "OggS", 4) != 0)
        return NULL;
    const unsigned char *packet = page + HEAD + page[SEGMENTS];
    for (size_t i = 0; i < sizeof codecs / sizeof *codecs; i++)
        if (memcmp(packet, codecs[i]->magic, strlen(codecs[i]->magic)) == 0)
            return codecs[i];
    return NULL;
}

bool decoder_is_ogg(int fd)
{
    return find_codec(fd);
}

/* Is the last page that is there not the one that says it is the last? */
static bool lacks_its_end(int fd)
{
    unsigned char *tail = malloc(PAGE_MAX);
    off_t size = lseek(fd, 0, SEEK_END);
    ssize_t n = tail ? pread(fd, tail, PAGE_MAX, size > PAGE_MAX ? size - PAGE_MAX : 0) : 0;
    ssize_t i = n - HEAD;
    while (i >= 0 && memcmp(tail + i, "OggS", 4) != 0)
        i--;
    bool last = i >= 0 && tail[i + FLAGS] & LAST_PAGE;
    free(tail);
    return !last;
}

/* What a damaged page held is given as silence, so that what follows keeps its place. */
static void mind_the_hole(struct ogg *o)
{
    int64_t at = o->codec->tell(o->file);
    gapped_complain(&o->base, "damaged");
    if (at > (int64_t)o->base.position)
        o->base.silence = (uint64_t)at - o->base.position;
}

static void say_error(struct ogg *o)
{
    snprintf(o->base.decoder.fault, sizeof o->base.decoder.fault, "%s",
             strerrordesc_np(o->bytes.error));
}

static uint32_t some(struct gapped *g, float *out, uint32_t n, bool *end)
{
    struct ogg *o = (struct ogg *)g;
    int32_t got = o->codec->read(o->file, out, o->base.decoder.channels, n);
    if (got == OGG_HOLE) {
        mind_the_hole(o);
        return 0;
    }
    if (got <= 0 && o->bytes.error)
        say_error(o);
    else if (got == OGG_BROKEN)
        gapped_complain(&o->base, "cannot be decoded");
    else if (got == OGG_OTHER_CHANNELS)
        gapped_complain(&o->base, "changes its channels");
    *end = got <= 0;
    return got > 0 ? (uint32_t)got : 0;
}

static int seek_frame(struct decoder *d, uint64_t frame)
{
    struct ogg *o = (struct ogg *)d;
    uint64_t from = frame > o->codec->ahead ? frame - o->codec->ahead : 0;
    o->base.silence = 0;
    o->base.position = from;
    if (from <= INT64_MAX && o->codec->seek(o->file, (int64_t)from) == 0 &&
        decoder_drop(d, frame - from))
        return 0;
    o->base.position = frame;
    if (o->bytes.error)
        say_error(o);
    else
        gapped_complain(&o->base, "no seek");
    return -EIO;
}

static void close_file(struct decoder *d)
{
    struct ogg *o = (struct ogg *)d;
    o->codec->close(o->file);
    close(o->bytes.fd);
    free(o);
}

static const struct decoder_kind kind = { gapped_read, seek_frame, close_file };

struct decoder *decoder_ogg(int fd, const char **why)
{
    struct ogg *o = calloc(1, sizeof *o);
    int64_t frames = -1;
    if (!o) {
        *why = "out of memory";
        return NULL;
    }
    struct decoder *d = &o->base.decoder;
    d->kind = &kind;
    o->base.some = some;
    d->cut = lacks_its_end(fd);
    o->bytes.fd = fd;
    o->codec = find_codec(fd);
    lseek(fd, 0, SEEK_SET);
    o->file = o->codec->open(&o->bytes, &d->channels, &d->rate, &frames);
    if (!o->file) {
        *why =
            o->bytes.error ? strerrordesc_np(o->bytes.error) : "an Ogg file that cannot be decoded";
        free(o);
        return NULL;
    }
    d->frames = d->there = frames < 0 ? FRAMES_UNKNOWN : (uint64_t)frames;
    snprintf(d->format, sizeof d->format, "%s", o->codec->name);
    return d;
}
