/* streamhead.c - the head of a sound that comes as a stream: WAV, RF64 or AU */
#include "mixer/streamhead.h"

#include "mixer/audiofile.h"

#include <string.h>

enum { TAG_PCM = 1, TAG_FLOAT = 3, TAG_EXTENSIBLE = 0xfffe };
enum { AU_16 = 3, AU_24 = 4, AU_32 = 5, AU_FLOAT = 6, AU_HEAD = 24 };

static const char not_sound[] = "brings neither WAV nor AU, which is all that a pipe can play";
static const char not_plain[] = "brings samples that are not of 16, 24 or 32 bit";

static uint32_t little(const unsigned char *b, uint32_t n)
{
    uint32_t value = 0;
    for (uint32_t i = n; i-- > 0;)
        value = value << 8 | b[i];
    return value;
}

static uint32_t big(const unsigned char *b)
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static bool is(const unsigned char *b, const char *id)
{
    return !memcmp(b, id, 4);
}

/* Like those of a header that was never finished. */
static bool unknown(uint64_t bytes)
{
    return bytes == 0 || (bytes >= 0x7ffff000 && bytes <= UINT32_MAX);
}

static enum head finish(struct stream_head *h, uint64_t bytes, const char **why)
{
    *why = not_sound;
    if (h->channels < 1 || h->channels > AUDIOFILE_CHANNELS_MAX)
        *why = "brings no channels, or more than 64";
    else if (h->rate < AUDIOFILE_RATE_MIN || h->rate > AUDIOFILE_RATE_MAX)
        *why = "has a rate outside 1 to 768 kHz";
    else
        *why = NULL;
    h->frames = UINT64_MAX;
    if (!*why && !unknown(bytes))
        h->frames = bytes / (h->channels * pcm_bytes(h->pcm));
    return *why ? HEAD_WRONG : HEAD_WHOLE;
}

/* The chunk "fmt ", of which n bytes are here. False: not what can be played. */
static bool wave_format(const unsigned char *b, uint32_t n, struct stream_head *h)
{
    uint32_t tag = little(b, 2), bits = little(b + 14, 2);
    if (tag == TAG_EXTENSIBLE && n >= 26)
        tag = little(b + 24, 2);
    h->channels = little(b + 2, 2);
    h->rate = little(b + 4, 4);
    h->pcm = tag == TAG_FLOAT ? PCM_FLOAT : bits == 16 ? PCM_16 : bits == 24 ? PCM_24 : PCM_32;
    return (tag == TAG_PCM || tag == TAG_FLOAT) && bits == 8 * pcm_bytes(h->pcm) &&
           little(b + 12, 2) == h->channels * pcm_bytes(h->pcm);
}

static enum head read_wave(const unsigned char *bytes, size_t n, struct stream_head *h,
                           const char **why)
{
    uint64_t at = 12, data = 0;
    bool format = false;
    while (at + 8 <= n) {
        const unsigned char *chunk = bytes + at;
        uint32_t size = little(chunk + 4, 4),
                 here = n - at - 8 < size ? (uint32_t)(n - at - 8) : size;
        if (is(chunk, "data")) {
            *why = not_sound;
            h->size = (uint32_t)at + 8;
            return format ? finish(h, size == UINT32_MAX ? data : size, why) : HEAD_WRONG;
        }
        if (is(chunk, "fmt ") && here == size) {
            *why = not_plain;
            format = size >= 16 && wave_format(chunk + 8, size, h);
            if (!format)
                return HEAD_WRONG;
        }
        if (is(chunk, "ds64") && here >= 16)
            data = little(chunk + 16, 4) | (uint64_t)little(chunk + 20, 4) << 32;
        at += 8 + (uint64_t)size + (size & 1);
    }
    return HEAD_MORE;
}

static enum head read_au(const unsigned char *b, size_t n, struct stream_head *h, const char **why)
{
    static const enum pcm codings[] = { PCM_16, PCM_24, PCM_32, PCM_FLOAT };
    if (n < AU_HEAD)
        return HEAD_MORE;
    uint32_t coding = big(b + 12);
    h->size = big(b + 4);
    h->rate = big(b + 16);
    h->channels = big(b + 20);
    *why = coding < AU_16 || coding > AU_FLOAT ? not_plain : not_sound;
    if (*why == not_plain || h->size < AU_HEAD)
        return HEAD_WRONG;
    h->pcm = codings[coding - AU_16];
    h->big_endian = true;
    return n < h->size ? HEAD_MORE : finish(h, big(b + 8), why);
}

enum head stream_head_read(const unsigned char *bytes, size_t n, struct stream_head *h,
                           const char **why)
{
    *h = (struct stream_head){ 0 };
    if (n < 4)
        return HEAD_MORE;
    if (is(bytes, ".snd"))
        return read_au(bytes, n, h, why);
    *why = not_sound;
    if (!is(bytes, "RIFF") && !is(bytes, "RF64"))
        return HEAD_WRONG;
    if (n < 12)
        return HEAD_MORE;
    return is(bytes + 8, "WAVE") ? read_wave(bytes, n, h, why) : HEAD_WRONG;
}

const char *stream_head_format(const struct stream_head *h)
{
    static const char *const names[2][4] = {
        { "WAV 16 bit", "WAV 24 bit", "WAV 32 bit", "WAV 32 bit float" },
        { "AU 16 bit", "AU 24 bit", "AU 32 bit", "AU 32 bit float" },
    };
    return names[h->big_endian][h->pcm];
}
