/* test_flac.c - FLAC to the bit: every width, 1 to 8 channels, in Ogg, behind tags, and damaged
 *
 * The flac program encodes samples that are known here. Whatever is done to a file, each block of
 * what is read must be as it was, or silent; and a seek gives what reading on gives.
 */
#include "tests/chance.h"
#include "tests/check.h"
#include "tests/folder.h"

#include "mixer/audiofile.h"

#include <stdbool.h>

enum { RATE = 48000, FRAMES = 30000, BLOCK = 1000, CHANNELS_MOST = 8, FILE_MOST = 4 << 20 };

static float source[CHANNELS_MOST * FRAMES], whole[CHANNELS_MOST * FRAMES];
static unsigned char bytes[FILE_MOST], damaged[FILE_MOST];

static uint32_t seed = 1;

static size_t read_bytes(const char *name, unsigned char *out)
{
    FILE *file = fopen(in_folder(name), "rb");
    size_t n = file ? fread(out, 1, FILE_MOST, file) : 0;
    if (file)
        fclose(file);
    return n;
}

static void write_bytes(const char *name, const void *data, size_t n)
{
    FILE *file = fopen(in_folder(name), "wb");
    if (!file || fwrite(data, 1, n, file) != n)
        CHECK_FAIL("cannot write %s", name);
    if (file)
        fclose(file);
}

/* Noise of any size, now and then as loud as can be, never silent; what it is as floats goes into
 * `source`, and raw.pcm holds it little-endian. */
static void make_samples(uint32_t channels, int bits)
{
    static unsigned char raw[4 * CHANNELS_MOST * FRAMES];
    int width = bits / 8;
    for (size_t i = 0; i < (size_t)channels * FRAMES; i++) {
        int64_t full = INT64_C(1) << (bits - 1), x = chance(&seed, UINT32_MAX) % (1 + full / 50);
        x = i % 997 == 0 ? full - 1 : i % 997 == 1 ? -full : i % 2 ? x + 1 : -x - 1;
        source[i] = (float)((double)x / (double)full);
        for (int k = 0; k < width; k++)
            raw[i * (size_t)width + (size_t)k] = (unsigned char)((uint64_t)x >> (8 * k));
    }
    write_bytes("raw.pcm", raw, (size_t)channels * FRAMES * (size_t)width);
}

static void encode(uint32_t channels, int bits, const char *options)
{
    char command[600];
    make_samples(channels, bits);
    snprintf(command, sizeof command,
             "cd %s && flac -f -s --force-raw-format --endian=little --sign=signed --channels=%u "
             "--bps=%d --sample-rate=%d -b %d %s",
             folder(), channels, bits, RATE, BLOCK, options);
    if (system(command) != 0)
        CHECK_FAIL("failed: %s", command);
}

static struct audiofile *open_file(const char *name, struct audiofile_info *info)
{
    const char *why = NULL;
    struct audiofile *f = audiofile_open(in_folder(name), RATE, QUALITY_FASTEST, info, &why);
    if (!f)
        CHECK_FAIL("%s", why);
    return f;
}

/* n frames have been read into `whole`: are seeks of the same opinion? */
static void check_seeks(struct audiofile *f, uint32_t channels, uint32_t n, int turns)
{
    static float some[CHANNELS_MOST * 3 * BLOCK];
    for (int i = 0; i < turns && n > 0; i++) {
        uint32_t at = chance(&seed, n), want = n - at < 3 * BLOCK ? n - at : 3 * BLOCK;
        CHECK_INT(audiofile_seek(f, at), 0);
        CHECK_INT(audiofile_read(f, some, 3 * BLOCK), want);
        if (memcmp(some, whole + (size_t)at * channels, sizeof *some * want * channels) != 0)
            CHECK_FAIL("another sound after a seek to %u", at);
    }
}

/* Reads in pieces of any size. */
static uint32_t read_whole(struct audiofile *f, uint32_t channels)
{
    uint32_t n = 0, want = 1, got = 1;
    while (got == want && n < FRAMES) {
        want = 1 + chance(&seed, 2 * BLOCK);
        want = want < FRAMES - n ? want : FRAMES - n;
        got = audiofile_read(f, whole + (size_t)n * channels, want);
        n += got;
    }
    return n;
}

static void check_exact(const char *name, uint32_t channels, uint64_t frames, const char *format)
{
    struct audiofile_info info = { 0 };
    struct audiofile *f = open_file(name, &info);
    if (!f)
        return;
    CHECK_INT(info.channels, channels);
    CHECK_INT(info.file_rate, RATE);
    CHECK_INT(info.frames, frames);
    CHECK_STR(info.format, format);
    CHECK_INT(read_whole(f, channels), FRAMES);
    CHECK(audiofile_problem(f) == NULL);
    if (memcmp(whole, source, sizeof *whole * channels * FRAMES) != 0)
        CHECK_FAIL("%s: %u channels differ", format, channels);
    check_seeks(f, channels, FRAMES, 30);
    audiofile_close(f);
}

static void every_width_and_number_of_channels(void)
{
    static const int widths[] = { 8, 16, 24, 32 };
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
        char format[20];
        snprintf(format, sizeof format, "FLAC %d bit", widths[w]);
        for (uint32_t channels = 1; channels <= CHANNELS_MOST;
             channels += widths[w] == 24 ? 1 : 4) {
            encode(channels, widths[w], "--channel-map=none raw.pcm -o exact.flac");
            check_exact("exact.flac", channels, FRAMES, format);
        }
    }
}

static void seeks_without_a_table_or_a_length(void)
{
    encode(2, 24, "--no-seektable raw.pcm -o plain.flac");
    check_exact("plain.flac", 2, FRAMES, "FLAC 24 bit");
    encode(2, 24, "- <raw.pcm -c | cat >pipe.flac");
    check_exact("pipe.flac", 2, UINT64_MAX, "FLAC 24 bit");
    struct audiofile_info info;
    struct audiofile *f = open_file("pipe.flac", &info);
    CHECK_INT(audiofile_seek(f, FRAMES + 5), 0);
    CHECK_INT(audiofile_read(f, whole, 10), 0);
    CHECK_INT(audiofile_lack(f), AUDIOFILE_LACKS_NOTHING);
    audiofile_close(f);
}

static void in_ogg(void)
{
    encode(2, 24, "--ogg raw.pcm -o exact.oga");
    check_exact("exact.oga", 2, FRAMES, "FLAC 24 bit");
}

/* An empty tag of 256 bytes: ID3v2, 3.1. */
static void behind_tags(void)
{
    static const unsigned char tag[10 + 256] = { 'I', 'D', '3', 3, 0, 0, 0, 0, 2, 0 };
    encode(2, 16, "raw.pcm -o untagged.flac");
    size_t n = read_bytes("untagged.flac", bytes + 2 * sizeof tag);
    memcpy(bytes, tag, sizeof tag);
    memcpy(bytes + sizeof tag, tag, sizeof tag);
    write_bytes("tagged.flac", bytes + sizeof tag, n + sizeof tag);
    check_exact("tagged.flac", 2, FRAMES, "FLAC 16 bit");
    write_bytes("tagged.flac", bytes, n + 2 * sizeof tag);
    check_exact("tagged.flac", 2, FRAMES, "FLAC 16 bit");
}

/* A stretch behind the head is zeroed, made of noise, taken away, or one bit is turned. */
static size_t damage(size_t head, size_t n, int how)
{
    size_t at = head + chance(&seed, (uint32_t)(n - head)), most = n - at;
    size_t length = how == 0 ? 1 : chance(&seed, (uint32_t)(most < 40000 ? most : 40000));
    memcpy(damaged, bytes, n);
    if (how == 0)
        damaged[at] ^= (unsigned char)(1u << chance(&seed, 8));
    if (how == 1)
        memset(damaged + at, 0, length);
    for (size_t i = at; how == 2 && i < at + length; i++)
        damaged[i] = (unsigned char)chance(&seed, 256);
    if (how == 3)
        memmove(damaged + at, damaged + at + length, n - at - length);
    return how == 3 ? n - length : n;
}

static bool same(uint32_t block, const float *as)
{
    size_t from = 2 * BLOCK * (size_t)block;
    return memcmp(whole + from, as ? as + from : &(float[2 * BLOCK]){ 0 }[0],
                  sizeof *whole * 2 * BLOCK) == 0;
}

/* How many blocks are silent of those that were read. */
static uint32_t check_blocks(uint32_t n)
{
    uint32_t silent = 0;
    CHECK_INT(n % BLOCK, 0);
    for (uint32_t k = 0; k < n / BLOCK; k++) {
        silent += same(k, NULL);
        if (!same(k, source) && !same(k, NULL))
            CHECK_FAIL("block %u is neither itself nor silent", k);
    }
    return silent;
}

/* Behind the metadata: RFC 9639, 8.1, a block's first byte tells the last one, three its length. */
static size_t find_frames(const unsigned char *b)
{
    size_t at = 4;
    for (bool last = false; !last;) {
        last = b[at] & 0x80;
        at += 4 + ((size_t)b[at + 1] << 16 | (size_t)b[at + 2] << 8 | b[at + 3]);
    }
    return at;
}

static void what_is_damaged_is_silent_and_the_rest_in_place(void)
{
    encode(2, 24, "--no-padding raw.pcm -o good.flac");
    size_t n = read_bytes("good.flac", bytes), head = find_frames(bytes);
    for (int i = 0; i < 200; i++) {
        struct audiofile_info info = { 0 };
        size_t left = damage(head, n, i % 4);
        write_bytes("bad.flac", damaged, left);
        struct audiofile *f = open_file("bad.flac", &info);
        if (!f)
            continue;
        uint32_t got = read_whole(f, 2), silent = check_blocks(got);
        CHECK_INT(info.frames, FRAMES);
        if (i % 4 == 0)
            CHECK_INT(silent + (FRAMES - got) / BLOCK, 1);
        const char *problem = audiofile_problem(f);
        if (!problem || !strstr(problem, silent > 0 ? "damaged at frame" : "ends at frame"))
            CHECK_FAIL("%u silent, %u read, but said: %s", silent, got, problem ? problem : "-");
        CHECK_INT(audiofile_lack(f), got == FRAMES ? AUDIOFILE_LACKS_NOTHING
                                     : silent > 0  ? AUDIOFILE_LACKS_ALL
                                                   : AUDIOFILE_LACKS_END);
        check_seeks(f, 2, got, 5);
        audiofile_close(f);
    }
}

static void the_place_of_the_damage_is_told(void)
{
    struct audiofile_info info;
    char want[400];
    size_t n = read_bytes("good.flac", bytes);
    bytes[n / 2] ^= 1;
    write_bytes("bit.flac", bytes, n);
    struct audiofile *f = open_file("bit.flac", &info);
    CHECK_INT(read_whole(f, 2), FRAMES);
    uint32_t block = 0;
    while (block < FRAMES / BLOCK && !same(block, NULL))
        block++;
    snprintf(want, sizeof want, "%s: damaged at frame %u", in_folder("bit.flac"), block * BLOCK);
    CHECK_STR(audiofile_problem(f), want);
    audiofile_close(f);
}

/* Two streams, one behind the other; the first says nothing of its length. */
static void other_channels_are_no_more_of_the_sound(void)
{
    struct audiofile_info info;
    encode(2, 16, "- <raw.pcm -c | cat >two.flac");
    encode(1, 16, "- <raw.pcm -c | cat >one.flac");
    size_t n = read_bytes("two.flac", bytes);
    n += read_bytes("one.flac", bytes + n);
    write_bytes("both.flac", bytes, n);
    struct audiofile *f = open_file("both.flac", &info);
    CHECK_INT(audiofile_read(f, whole, 2 * FRAMES), FRAMES);
    CHECK(audiofile_problem(f) &&
          strstr(audiofile_problem(f), "changes its channels at frame 30000"));
    CHECK_INT(audiofile_seek(f, 100), 0);
    CHECK_INT(audiofile_read(f, whole, 100), 100);
    audiofile_close(f);
}

static void refused(const char *name, const void *data, size_t n, const char *reason)
{
    struct audiofile_info info;
    const char *why = NULL;
    write_bytes(name, data, n);
    struct audiofile *f = audiofile_open(in_folder(name), RATE, QUALITY_FASTEST, &info, &why);
    if (f || !strstr(why, reason))
        CHECK_FAIL("%s: %s, not %s", name, f ? "taken" : why, reason);
    audiofile_close(f);
}

static void what_is_no_flac_is_refused(void)
{
    static const char text[] = "fLaC is the first word of this text";
    refused("text.flac", text, sizeof text, "not a FLAC file that can be decoded");
    size_t n = read_bytes("good.flac", bytes);
    refused("head.flac", bytes, 30, "not a FLAC file that can be decoded");
    bytes[18] = bytes[19] = 0; /* RFC 9639, 8.2: 20 bits of rate */
    bytes[20] &= 0x0f;
    refused("rate.flac", bytes, n, "rate of 0 Hz");
}

int main(void)
{
    if (system("command -v flac >/dev/null") != 0)
        CHECK_SKIP("needs flac");
    RUN(every_width_and_number_of_channels);
    RUN(seeks_without_a_table_or_a_length);
    RUN(in_ogg);
    RUN(behind_tags);
    RUN(what_is_damaged_is_silent_and_the_rest_in_place);
    RUN(the_place_of_the_damage_is_told);
    RUN(other_channels_are_no_more_of_the_sound);
    RUN(what_is_no_flac_is_refused);
    return check_done();
}
