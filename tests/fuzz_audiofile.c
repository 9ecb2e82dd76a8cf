/* fuzz_audiofile.c - any bytes as an audio file: what is read holds what its header and we promise
 *
 * The file is the input without its last four bytes, which say how it is read. The checksums of Ogg
 * pages are put right first, else every change would only be a page less. The corpus begins with
 * small files of every format (tests/fuzz_seeds.sh).
 *
 * What is not ours: libsndfile 1.2.0 loses 5.8 kB with every Ogg file that it cannot open,
 * libvorbisfile 1.3.7 a few bytes with some that are damaged.
 */
#include "mixer/audiofile.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
    return "leak:vorbis_info_init\n" /* what libsndfile loses */
           "leak:libvorbisfile\n";
}

enum {
    HOW = 4,      /* bytes */
    MOST = 65536, /* frames that are read of one file */
    STEP = 4096,
    OGG_HEAD = 27, /* RFC 3533, 6: bytes before a page's table of segments */
    OGG_CRC = 22,
};

static const float untouched = -12345.5F;

/* RFC 3533, 6: polynomial 0x04c11db7, nothing before, nothing after. */
static uint32_t ogg_crc(const uint8_t *page, size_t n)
{
    uint32_t crc = 0;
    for (size_t i = 0; i < n; i++) {
        crc ^= (uint32_t)page[i] << 24;
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 0x80000000 ? crc << 1 ^ 0x04c11db7 : crc << 1;
    }
    return crc;
}

/* Bytes of the page that begins here; 0: none does. */
static size_t ogg_page(const uint8_t *at, size_t left)
{
    size_t n = OGG_HEAD;
    if (left < n || memcmp(at, "OggS", 4) != 0 || left < n + at[OGG_HEAD - 1])
        return 0;
    n += at[OGG_HEAD - 1];
    for (size_t i = OGG_HEAD, table = n; i < table; i++)
        n += at[i];
    return n <= left ? n : 0;
}

static void ogg_seal(uint8_t *file, size_t size)
{
    for (size_t at = 0, n; at < size; at += n ? n : 1) {
        n = ogg_page(file + at, size - at);
        if (!n)
            continue;
        memset(file + at + OGG_CRC, 0, 4);
        uint32_t crc = ogg_crc(file + at, n);
        for (int i = 0; i < 4; i++)
            file[at + OGG_CRC + i] = (uint8_t)(crc >> 8 * i);
    }
}

/* The same file for all inputs; it has no name but this one. */
static const char *store(const uint8_t *data, size_t size)
{
    static char path[64];
    static int fd = -1;
    if (fd < 0) {
        fd = memfd_create("fuzz", MFD_CLOEXEC);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    uint8_t *file = malloc(size + 1);
    memcpy(file, data, size);
    ogg_seal(file, size);
    if (ftruncate(fd, 0) || pwrite(fd, file, size, 0) != (ssize_t)size)
        abort();
    free(file);
    return path;
}

/* Reads up to n frames, and looks at each. */
static uint32_t take(struct audiofile *f, const struct audiofile_info *info, float *out, uint32_t n)
{
    uint64_t nans = audiofile_nans(f);
    uint32_t samples = n * info->channels;
    for (uint32_t i = 0; i <= samples; i++)
        out[i] = untouched;
    uint32_t got = audiofile_read(f, out, n);
    assert(got <= n);
    for (uint32_t i = 0; i < got * info->channels; i++)
        assert(isfinite(out[i]));
    assert(out[samples] == untouched);
    assert(audiofile_nans(f) >= nans);
    return got;
}

/* From frame `at` on, in steps of `step`, for `most` frames; returns how many came. */
static uint64_t read_on(struct audiofile *f, const struct audiofile_info *info, uint64_t at,
                        uint32_t step, uint32_t most)
{
    float *out = malloc((STEP * info->channels + 1) * sizeof *out);
    uint64_t done = 0;
    uint32_t got = step;
    while (done < most && got == step) {
        got = take(f, info, out, step);
        done += got;
    }
    assert(info->frames == UINT64_MAX || done == 0 || at + done <= info->frames);
    if (got < step) {
        const char *problem = audiofile_problem(f);
        assert(!problem || (problem[0] && strlen(problem) < 1024));
        assert(problem || info->frames == UINT64_MAX || at >= info->frames ||
               at + done == info->frames);
        assert(problem || audiofile_lack(f) == AUDIOFILE_LACKS_NOTHING);
        assert(take(f, info, out, step) == 0); /* the end stays the end */
    }
    free(out);
    return done;
}

static void check(struct audiofile *f, const struct audiofile_info *info, const uint8_t *how)
{
    uint32_t step = 1 + how[1] * 16u;
    assert(info->channels >= 1 && info->channels <= AUDIOFILE_CHANNELS_MAX);
    assert(info->file_rate >= AUDIOFILE_RATE_MIN && info->file_rate <= AUDIOFILE_RATE_MAX);
    assert(info->format[0] && memchr(info->format, 0, sizeof info->format));

    uint64_t length = read_on(f, info, 0, step, MOST), to = length * how[2] / 128;
    int status = audiofile_seek(f, to);
    assert(status == 0 || audiofile_problem(f));
    if (status == 0)
        read_on(f, info, to, 1 + how[3] * 16u, STEP);
    if (info->frames < UINT64_MAX / 2 && audiofile_seek(f, info->frames + how[3]) == 0)
        assert(read_on(f, info, info->frames + how[3], 64, STEP) == 0);
    if (audiofile_seek(f, 0) == 0)
        read_on(f, info, 0, 64, 256);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < HOW)
        return 0;
    const uint8_t *how = data + size - HOW;
    const char *path = store(data, size - HOW), *why = NULL;
    struct audiofile_info info;
    uint32_t rate = how[0] & 1 ? 44100 : 48000;
    struct audiofile *f = audiofile_open(path, rate, QUALITY_FASTEST, &info, &why);
    if (!f)
        assert(why && why[0]);
    else
        check(f, &info, how);
    audiofile_close(f);
    return 0;
}
