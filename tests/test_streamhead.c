/* test_streamhead.c - heads of streams, whole, in pieces, and such as are none */
#include "mixer/streamhead.h"

#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

struct bytes {
    unsigned char at[512];
    size_t n;
};

static void add(struct bytes *b, const void *data, size_t n)
{
    memcpy(b->at + b->n, data, n);
    b->n += n;
}

static void add_id(struct bytes *b, const char *id)
{
    add(b, id, 4);
}

static void add_little(struct bytes *b, uint64_t value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        b->at[b->n++] = (unsigned char)(i < 8 ? value >> 8 * i : 0);
}

static void add_big(struct bytes *b, uint32_t value)
{
    for (int i = 3; i >= 0; i--)
        b->at[b->n++] = (unsigned char)(value >> 8 * i);
}

/* What a program might write; `extra` bytes of another chunk before the data. */
struct wave {
    const char *id;
    uint32_t tag, channels, rate, bits, extra, data;
    uint64_t ds64; /* 0: none */
};

static void wave_make(struct bytes *b, const struct wave *w)
{
    uint32_t inner = w->tag >> 16, tag = w->tag & 0xffff, frame = w->channels * w->bits / 8;
    b->n = 0;
    add_id(b, w->id);
    add_little(b, UINT32_MAX, 4);
    add_id(b, "WAVE");
    if (w->ds64) {
        add_id(b, "ds64");
        add_little(b, 28, 4);
        add_little(b, w->ds64 + 100, 8);
        add_little(b, w->ds64, 8);
        add_little(b, 0, 12);
    }
    add_id(b, "fmt ");
    add_little(b, inner ? 40 : 16, 4);
    add_little(b, tag, 2);
    add_little(b, w->channels, 2);
    add_little(b, w->rate, 4);
    add_little(b, (uint64_t)w->rate * frame, 4);
    add_little(b, frame, 2);
    add_little(b, w->bits, 2);
    if (inner) {
        add_little(b, 22, 2);
        add_little(b, w->bits, 2);
        add_little(b, 3, 4);
        add_little(b, inner, 16);
    }
    if (w->extra) {
        static const unsigned char more[64];
        add_id(b, "LIST");
        add_little(b, w->extra, 4);
        add(b, more, w->extra + (w->extra & 1));
    }
    add_id(b, "data");
    add_little(b, w->data, 4);
}

/* In memory of just that size, so that no byte behind it is looked at (make asan). */
static enum head read_first(const struct bytes *b, size_t n, struct stream_head *h,
                            const char **why)
{
    unsigned char *exact = malloc(n ? n : 1);
    memcpy(exact, b->at, n);
    enum head result = stream_head_read(exact, n, h, why);
    free(exact);
    return result;
}

/* However much of it has come, it is either whole or more is wanted. */
static void check_whole(const struct bytes *b, const struct stream_head *want)
{
    struct stream_head h;
    const char *why;
    for (size_t n = 0; n < b->n; n++)
        CHECK_INT(read_first(b, n, &h, &why), HEAD_MORE);
    CHECK_INT(read_first(b, b->n, &h, &why), HEAD_WHOLE);
    CHECK_INT(h.size, b->n);
    CHECK_INT(h.channels, want->channels);
    CHECK_INT(h.rate, want->rate);
    CHECK_INT(h.pcm, want->pcm);
    CHECK_INT(h.big_endian, want->big_endian);
    CHECK_INT(h.frames, want->frames);
}

static void wave_heads(void)
{
    static const struct {
        struct wave wave;
        struct stream_head want;
    } rows[] = {
        { { "RIFF", 1, 2, 48000, 16, 0, 4000, 0 }, { 0, 2, 48000, PCM_16, false, 1000 } },
        { { "RIFF", 1, 1, 44100, 24, 25, 3003, 0 }, { 0, 1, 44100, PCM_24, false, 1001 } },
        { { "RIFF", 3, 6, 96000, 32, 26, 24, 0 }, { 0, 6, 96000, PCM_FLOAT, false, 1 } },
        { { "RIFF", 0x1fffe, 2, 8000, 32, 0, 80, 0 }, { 0, 2, 8000, PCM_32, false, 10 } },
        { { "RIFF", 0x3fffe, 2, 8000, 32, 0, 80, 0 }, { 0, 2, 8000, PCM_FLOAT, false, 10 } },
        /* ffmpeg, sox, arecord, and a program that did not care */
        { { "RIFF", 1, 2, 48000, 16, 26, UINT32_MAX, 0 },
          { 0, 2, 48000, PCM_16, false, UINT64_MAX } },
        { { "RIFF", 1, 2, 48000, 16, 0, 0x7ffff000, 0 },
          { 0, 2, 48000, PCM_16, false, UINT64_MAX } },
        { { "RIFF", 1, 2, 48000, 16, 0, 0x80000000, 0 },
          { 0, 2, 48000, PCM_16, false, UINT64_MAX } },
        { { "RIFF", 1, 2, 48000, 16, 0, 0, 0 }, { 0, 2, 48000, PCM_16, false, UINT64_MAX } },
        { { "RF64", 1, 2, 48000, 16, 0, UINT32_MAX, 40000000000 },
          { 0, 2, 48000, PCM_16, false, 10000000000 } },
        { { "RF64", 1, 2, 48000, 16, 0, UINT32_MAX, 0 },
          { 0, 2, 48000, PCM_16, false, UINT64_MAX } },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bytes b;
        wave_make(&b, &rows[i].wave);
        check_whole(&b, &rows[i].want);
    }
}

static void au_make(struct bytes *b, uint32_t coding, uint32_t size, uint32_t note)
{
    static const unsigned char more[64];
    b->n = 0;
    add_id(b, ".snd");
    add_big(b, 24 + note);
    add_big(b, size);
    add_big(b, coding);
    add_big(b, 44100);
    add_big(b, 2);
    add(b, more, note);
}

static void au_heads(void)
{
    static const enum pcm codings[] = { PCM_16, PCM_24, PCM_32, PCM_FLOAT };
    for (uint32_t i = 0; i < 4; i++) {
        struct bytes b;
        struct stream_head want = { 0, 2, 44100, codings[i], true, 25 };
        au_make(&b, 3 + i, 50 * pcm_bytes(codings[i]), i);
        check_whole(&b, &want);
        want.frames = UINT64_MAX;
        au_make(&b, 3 + i, UINT32_MAX, 4);
        check_whole(&b, &want);
    }
}

static void refused(const struct bytes *b, const char *reason)
{
    struct stream_head h;
    const char *why = "";
    CHECK_INT(read_first(b, b->n, &h, &why), HEAD_WRONG);
    if (!strstr(why, reason))
        CHECK_FAIL("\"%s\" does not say \"%s\"", why, reason);
}

static void what_is_none_is_refused(void)
{
    static const struct {
        struct wave wave;
        const char *reason;
    } rows[] = {
        { { "RIFF", 1, 2, 48000, 8, 0, 100, 0 }, "16, 24 or 32 bit" },
        { { "RIFF", 7, 2, 48000, 16, 0, 100, 0 }, "16, 24 or 32 bit" },
        { { "RIFF", 3, 2, 48000, 64, 0, 100, 0 }, "16, 24 or 32 bit" },
        { { "RIFF", 1, 0, 48000, 16, 0, 100, 0 }, "no channels" },
        { { "RIFF", 1, 65, 48000, 16, 0, 100, 0 }, "more than 64" },
        { { "RIFF", 1, 2, 999, 16, 0, 100, 0 }, "rate" },
        { { "RIFF", 1, 2, 768001, 16, 0, 100, 0 }, "rate" },
        { { "OggS", 1, 2, 48000, 16, 0, 100, 0 }, "neither WAV nor AU" },
    };
    struct bytes b;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        wave_make(&b, &rows[i].wave);
        refused(&b, rows[i].reason);
    }
    au_make(&b, 1, 100, 0); /* u-law */
    refused(&b, "16, 24 or 32 bit");
    b.n = 0;
    add_id(&b, "RIFF");
    add_little(&b, 4, 4);
    add_id(&b, "AVI ");
    refused(&b, "neither WAV nor AU");
    b.n -= 4;
    add_id(&b, "WAVE");
    add_id(&b, "data"); /* before its format */
    add_little(&b, 4, 4);
    refused(&b, "neither WAV nor AU");
}

/* Whatever comes, it is read within its bounds. */
static void nonsense_does_no_harm(void)
{
    uint32_t seed = 1;
    struct stream_head h;
    const char *why;
    for (int i = 0; i < 200000; i++) {
        struct bytes b;
        const struct wave wave = { "RF64", 0x1fffe, 2, 48000, 16, 25, 100, 4000 };
        wave_make(&b, &wave);
        for (int k = 0; k < 4; k++) {
            seed = seed * 1664525 + 1013904223;
            b.at[(seed >> 8) % b.n] = (unsigned char)(seed >> 24);
        }
        if (read_first(&b, b.n, &h, &why) == HEAD_WHOLE)
            CHECK(h.channels >= 1 && h.channels <= 64 && h.size <= b.n);
    }
}

int main(void)
{
    RUN(wave_heads);
    RUN(au_heads);
    RUN(what_is_none_is_refused);
    RUN(nonsense_does_no_harm);
    return check_done();
}
