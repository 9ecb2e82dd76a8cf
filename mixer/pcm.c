/* pcm.c - samples as files store them, to float
 *
 * In pieces: each is copied aside first, so that what is read and what is written never overlap
 * and the loops can be vectorised.
 */
#include "mixer/pcm.h"

#include "effects/rt.h"

#include <string.h>

enum { PIECE = 256 }; /* samples */

union piece {
    unsigned char bytes[4 * PIECE];
    int16_t shorts[2 * PIECE];
    int32_t ints[PIECE];
    uint32_t words[PIECE];
};

uint32_t pcm_bytes(enum pcm format)
{
    return format == PCM_16 ? 2 : format == PCM_24 ? 3 : 4;
}

CLONES static void from_16(float *restrict out, const int16_t *restrict in, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (float)in[i] * 0x1p-15f;
}

CLONES static void from_32(float *restrict out, const int32_t *restrict in, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (float)in[i] * 0x1p-31f;
}

/* Four samples are three words; each is moved to the top of a word of its own, which is what
 * vectorises best. */
CLONES static void fours_from_24(float *restrict out, const uint32_t *restrict in, size_t fours)
{
    for (size_t i = 0; i < fours; i++) {
        uint32_t a = in[3 * i], b = in[3 * i + 1], c = in[3 * i + 2];
        out[4 * i] = (float)(int32_t)(a << 8) * 0x1p-31f;
        out[4 * i + 1] = (float)(int32_t)((a >> 16 & 0xff00) | b << 16) * 0x1p-31f;
        out[4 * i + 2] = (float)(int32_t)((b >> 8 & 0xffff00) | c << 24) * 0x1p-31f;
        out[4 * i + 3] = (float)(int32_t)(c & 0xffffff00) * 0x1p-31f;
    }
}

static void from_24(float *out, const union piece *in, size_t n)
{
    fours_from_24(out, in->words, n / 4);
    for (size_t i = n / 4 * 4; i < n; i++) {
        const unsigned char *b = in->bytes + 3 * i;
        uint32_t x = (uint32_t)b[0] << 8 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 24;
        out[i] = (float)(int32_t)x * 0x1p-31f;
    }
}

static void copy_reversed(unsigned char *out, const unsigned char *in, size_t n, uint32_t bytes)
{
    for (size_t i = 0; i < n * bytes; i += bytes)
        for (uint32_t k = 0; k < bytes; k++)
            out[i + k] = in[i + bytes - 1 - k];
}

static void convert(float *out, const union piece *in, size_t n, enum pcm format)
{
    switch (format) {
    case PCM_16:
        from_16(out, in->shorts, n);
        break;
    case PCM_24:
        from_24(out, in, n);
        break;
    case PCM_32:
        from_32(out, in->ints, n);
        break;
    case PCM_FLOAT:
        memcpy(out, in->bytes, n * sizeof *out);
        break;
    }
}

void pcm_to_float(float *out, const void *raw, size_t n, enum pcm format, bool big_endian)
{
    const unsigned char *in = raw;
    uint32_t bytes = pcm_bytes(format);
    union piece piece;
    if (raw == out && format == PCM_FLOAT && !big_endian)
        return;
    for (size_t done = 0; done < n;) {
        size_t now = n - done < PIECE ? n - done : PIECE;
        if (big_endian)
            copy_reversed(piece.bytes, in, now, bytes);
        else
            memcpy(piece.bytes, in, now * bytes);
        convert(out + done, &piece, now, format);
        in += now * bytes;
        done += now;
    }
}
