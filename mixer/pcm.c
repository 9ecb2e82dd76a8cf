/* pcm.c - samples as files store them, to float
 *
 * In pieces: each is copied aside first, so that what is read and what is written never overlap
 * and the loops can be vectorised. Little-endian samples of 24 bits go without.
 */
#include "mixer/pcm.h"

#include "effects/rt.h"

#include <string.h>

enum { PIECE = 256 }; /* samples */

union piece {
    unsigned char bytes[4 * PIECE];
    int16_t shorts[2 * PIECE];
    int32_t ints[PIECE];
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

/* Where the processor can shuffle bytes: SSSE3 is part of the second. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__)
#define SHUFFLES __attribute__((target_clones("arch=x86-64-v3", "arch=x86-64-v2", "default")))
#else
#define SHUFFLES
#endif

typedef unsigned char bytes_16 __attribute__((vector_size(16)));
typedef int32_t ints_4 __attribute__((vector_size(16)));
typedef float floats_4 __attribute__((vector_size(16)));

/* Sixteen bytes hold four samples and more; the three bytes of each are moved to the top of a word.
 * Each step has read before it writes, and writes no further than where the next one reads. */
SHUFFLES static size_t fours_from_24(float *out, const unsigned char *in, size_t n)
{
    const bytes_16 zero = { 0 };
    size_t i = 0;
    for (; 3 * i + sizeof zero <= 3 * n; i += 4) {
        bytes_16 b;
        memcpy(&b, in + 3 * i, sizeof b);
        b = __builtin_shufflevector(b, zero, 16, 0, 1, 2, 16, 3, 4, 5, 16, 6, 7, 8, 16, 9, 10, 11);
        floats_4 x = __builtin_convertvector((ints_4)b, floats_4) * 0x1p-31f;
        memcpy(out + i, &x, sizeof x);
    }
    return i;
}

static void from_24(float *out, const unsigned char *in, size_t n)
{
    for (size_t i = fours_from_24(out, in, n); i < n; i++) {
        const unsigned char *b = in + 3 * i;
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
        from_24(out, in->bytes, n);
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
    if (format == PCM_24 && !big_endian) {
        from_24(out, raw, n);
        return;
    }
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
