/* test_pcm.c - stored samples to float: every 16-bit value, all edges, any length, in place */
#include "tests/check.h"

#include "mixer/pcm.h"

enum { MOST = 65536 };

static float out[MOST];
static unsigned char raw[4 * MOST];

/* Writes the lowest `bytes` bytes of x as sample i. */
static void put(size_t i, uint32_t x, uint32_t bytes, bool big_endian)
{
    for (uint32_t k = 0; k < bytes; k++)
        raw[i * bytes + (big_endian ? bytes - 1 - k : k)] = (unsigned char)(x >> 8 * k);
}

static void sixteen_bits(void)
{
    for (int turn = 0; turn < 2; turn++) {
        for (int32_t v = -32768; v < 32768; v++)
            put((size_t)(v + 32768), (uint32_t)v, 2, turn);
        pcm_to_float(out, raw, MOST, PCM_16, turn);
        for (int32_t v = -32768; v < 32768; v++)
            CHECK(out[v + 32768] == (float)v / 32768);
    }
}

/* Values over the whole range of a width, the edges among them. */
static int32_t value(size_t i, uint32_t bits)
{
    static const int32_t edges[] = { 0, 1, -1, INT32_MAX, INT32_MIN, INT32_MAX - 255 };
    uint32_t x = i < 6 ? (uint32_t)edges[i] : (uint32_t)i * 2654435761u;
    return (int32_t)x >> (32 - bits);
}

static void wide(enum pcm format, uint32_t bits, double scale)
{
    for (int turn = 0; turn < 2; turn++) {
        for (size_t i = 0; i < MOST; i++)
            put(i, (uint32_t)value(i, bits), bits / 8, turn);
        pcm_to_float(out, raw, MOST, format, turn);
        for (size_t i = 0; i < MOST; i++)
            CHECK(out[i] == (float)((double)value(i, bits) / scale));
    }
}

static void twenty_four_and_thirty_two_bits(void)
{
    wide(PCM_24, 24, 8388608);
    wide(PCM_32, 32, 2147483648);
}

static void floats_are_copied_to_the_bit(void)
{
    for (int turn = 0; turn < 2; turn++) {
        for (size_t i = 0; i < MOST; i++)
            put(i, (uint32_t)i * 2654435761u, 4, turn);
        pcm_to_float(out, raw, MOST, PCM_FLOAT, turn);
        for (size_t i = 0; i < MOST; i++) {
            uint32_t bits;
            memcpy(&bits, &out[i], 4);
            CHECK_INT(bits, (uint32_t)i * 2654435761u);
        }
    }
}

/* The bytes lie at the end of where the floats go; what is behind the floats is left alone. */
static void any_length_in_place(void)
{
    static float wanted[1000], both[1001];
    static const enum pcm formats[] = { PCM_16, PCM_24, PCM_32, PCM_FLOAT };
    for (size_t i = 0; i < sizeof raw; i++)
        raw[i] = (unsigned char)(i * 7 % 64); /* no NaN among the floats */
    for (size_t f = 0; f < 4; f++)
        for (size_t n = 0; n <= 1000; n = n < 20 ? n + 1 : n * 5 / 4) {
            uint32_t bytes = pcm_bytes(formats[f]);
            unsigned char *end = (unsigned char *)both + n * (4 - bytes);
            pcm_to_float(wanted, raw, n, formats[f], false);
            both[n] = 77;
            memcpy(end, raw, n * bytes);
            pcm_to_float(both, end, n, formats[f], false);
            CHECK(memcmp(both, wanted, n * sizeof *both) == 0);
            CHECK(both[n] == 77);
        }
}

int main(void)
{
    RUN(sixteen_bits);
    RUN(twenty_four_and_thirty_two_bits);
    RUN(floats_are_copied_to_the_bit);
    RUN(any_length_in_place);
    return check_done();
}
