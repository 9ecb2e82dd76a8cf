/* test_playlist.c - files one after the other: no gap, no overlap, whatever they are
 *
 * Most files hold consecutive stretches of one ramp whose samples say their frame, so that the
 * joined line is that ramp again.
 */
#include "tests/desk.h"

#include "mixer/playlist.h"

#include <string.h>
#include <unistd.h>

enum { PARTS = 6, ROOM = 400000 };

static const uint32_t lengths[PARTS] = { 40000, 1, 63, 64, 7001, 100000 };
static const char *const parts[PARTS] = { "0.wav", "1.wav", "2.wav", "3.wav", "4.wav", "5.wav" };
static uint32_t starts[PARTS + 1];
static float x[ROOM], y[ROOM];

static float ramp_at(uint64_t frame)
{
    float v;
    signal_ramp(&v, 1, frame + 1);
    return frame < starts[PARTS] ? v : 0;
}

static uint32_t wrong_from(const float *heard, uint32_t n, uint64_t first)
{
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < n; i++)
        wrong += !(fabsf(heard[i] - ramp_at(first + i)) <= 0x1p-23f);
    return wrong;
}

static void queue(struct studio *s, uint32_t from, uint32_t to)
{
    const char *files[PARTS];
    char paths[PARTS][128];
    struct refusal why;
    for (uint32_t k = from; k < to; k++) {
        snprintf(paths[k], sizeof paths[k], "%s", in_folder(parts[k]));
        files[k - from] = paths[k];
    }
    if (console_queue(s->console, "strip/bed", files, to - from, &why))
        CHECK_FAIL("%s", why.text);
}

static void begin(struct studio *s, const char *keys)
{
    studio_open(s, DESK_RATE, DESK_QUANTUM);
    desk_add(s, "bed", parts[0], keys);
}

static void joins_exactly(void)
{
    struct studio s;
    begin(&s, "ring=50ms");
    queue(&s, 0, PARTS); /* the source itself is not repeated */
    desk_roll(&s);
    desk_hear(&s, x, 160000);
    CHECK_INT(wrong_from(x, 160000, 0), 0);
    CHECK_INT(desk_totals(&s).starved, 0);
    CHECK_INT(desk_figures(&s).played, starts[PARTS]);
    CHECK_STR(s.report, "");
    studio_close(&s);
}

/* What is added while it plays is not heard before its time. */
static void grows_while_it_plays(void)
{
    struct studio s;
    uint32_t at = 0;
    begin(&s, "");
    desk_roll(&s);
    for (uint32_t k = 1; k < PARTS; k++) {
        queue(&s, k, k + 1);
        at += desk_settle(&s, x + at, 3200, 32000);
        CHECK_INT(console_queue_place(s.console, "strip/bed"), 1);
    }
    desk_hear(&s, x + at, starts[PARTS]);
    CHECK_INT(wrong_from(x, at + starts[PARTS], 0), 0);
    studio_close(&s);
}

static uint32_t place_of(uint64_t frame)
{
    for (uint32_t k = 0; k < PARTS; k++)
        if (frame < starts[k + 1])
            return k + 1;
    return 0;
}

static void locates_anywhere(void)
{
    struct studio s;
    struct refusal why;
    uint32_t seed = 5;
    begin(&s, "offset=1000f");
    queue(&s, 1, PARTS);
    studio_settle(&s);
    for (int i = 0; i < 60; i++) {
        seed = seed * 1664525 + 1013904223;
        uint64_t frame = (i & 1 ? starts[1 + i % 5] : (seed >> 8) % (starts[PARTS] - 6400)) + 900;
        CHECK_INT(console_locate(s.console, frame, &why), 0);
        studio_settle(&s);
        console_play(s.console, 0, 0);
        desk_hear(&s, x, 640);
        uint64_t line = frame + 640 - 1000;
        CHECK_INT(console_queue_place(s.console, "strip/bed"), place_of(line));
        console_stop(s.console, 0, 0);
        desk_hear(&s, x + 640, 64);
        for (uint32_t k = 0; k < 640; k++)
            if (frame + k >= 1000 && x[k] != ramp_at(frame + k - 1000))
                CHECK_FAIL("frame %u of %u is %g", k, (unsigned)frame, (double)x[k]);
    }
    studio_close(&s);
}

/* Regions and repeats are of the whole line. */
static void repeats_as_one(void)
{
    struct studio s;
    uint32_t from = 39000, to = starts[5] + 900, wrong = 0;
    char keys[64];
    snprintf(keys, sizeof keys, "loop=on in=%uf end=%uf", from, to);
    studio_open(&s, DESK_RATE, DESK_QUANTUM);
    studio_set(&s, "engine/xfade", "0s", UINT32_MAX);
    desk_add(&s, "bed", parts[0], keys);
    queue(&s, 1, PARTS);
    desk_roll(&s);
    desk_hear(&s, x, 64000);
    for (uint32_t i = 0; i < 64000; i++)
        wrong += x[i] != ramp_at(from + i % (to - from));
    CHECK_INT(wrong, 0);
    studio_close(&s);
}

/* One file is missing and one cut short: silence in their places behind a fade of 64 frames, one
 * problem for each, and all else where it was. */
static void goes_on_behind_a_bad_file(void)
{
    const char *const names[] = { "0.wav", "gone.wav", "4.wav", "short.wav", "5.wav" };
    const uint64_t places[] = { 40000, 5000, 7001, 9000, 100000 };
    struct playlist_entry entries[5];
    char paths[5][128];
    struct audiofile_info info;
    const char *why;
    uint64_t start = 0;
    desk_write_ramp("short.wav", 3000, 500);
    for (int k = 0; k < 5; k++) {
        snprintf(paths[k], sizeof paths[k], "%s", in_folder(names[k]));
        entries[k] = (struct playlist_entry){ paths[k], 0, places[k] };
    }
    struct playlist_plan plan = { entries, 5, 1, DESK_RATE, QUALITY_FASTEST, 0 };
    struct playlist *p = playlist_open(&plan, &info, &why);
    CHECK(p && info.frames == 161001);
    CHECK_INT(playlist_read(p, x, ROOM), 161001);
    for (int k = 0; k < 5; k++) {
        uint32_t has = k == 1 ? 0 : k == 3 ? 3000 : lengths[k == 2 ? 4 : k == 4 ? 5 : 0];
        float last = x[start + has - 1];
        for (uint32_t i = 0; i < has; i++) {
            float want = k == 3 ? x[start + i] : ramp_at(i + starts[k == 2 ? 4 : k == 4 ? 5 : 0]);
            CHECK_NEAR(x[start + i], want, 0);
        }
        for (uint32_t i = has; i < places[k]; i++) {
            float fall = i - has < 64 ? (float)(64 - (i - has)) / 65 : 0;
            CHECK_NEAR(x[start + i], last * fall, 1e-9);
        }
        start += places[k];
    }
    CHECK_INT(signal_ramp_frame(x[52001]), 500);
    CHECK(strstr(playlist_problem(p, 0), "gone.wav: no such file"));
    CHECK(strstr(playlist_problem(p, 1), "short.wav: shorter than the place"));
    for (int i = 0; i < 40; i++) { /* anywhere, again and again: no more is told of it */
        uint32_t at = (uint32_t)i * 4000;
        CHECK_INT(playlist_seek(p, at), 0);
        CHECK_INT(playlist_read(p, y, 5000), at + 5000 < 161001 ? 5000 : 161001 - at);
        uint32_t hole = (at >= 40000 && at < 45000) || (at >= 55001 && at < 61001) ? 5000 : 0;
        for (uint32_t k = hole; k < 5000 && at + k < 161001; k++)
            CHECK_NEAR(y[k], x[at + k], 0);
    }
    CHECK(!playlist_problem(p, 2));
    playlist_close(p);
    unlink(in_folder("short.wav"));
}

/* It comes back in the middle of its place, where it is by then; the last one too. */
static void takes_up_a_file_that_comes_back(void)
{
    struct audiofile_info info;
    const char *why;
    char paths[2][128];
    snprintf(paths[0], sizeof paths[0], "%s", in_folder("0.wav"));
    snprintf(paths[1], sizeof paths[1], "%s", in_folder("late.wav"));
    struct playlist_entry entries[] = {
        { paths[0], 0, 40000 }, { paths[1], 0, 5000 }, { paths[0], 0, 40000 }, { paths[1], 0, 5000 }
    };
    for (uint32_t n = 2; n <= 4; n += 2) {
        struct playlist_plan plan = { entries, n, 1, DESK_RATE, QUALITY_FASTEST, 1 };
        struct playlist *p = playlist_open(&plan, &info, &why);
        CHECK_INT(playlist_seek(p, 39000), 0);
        CHECK_INT(playlist_read(p, x, 2000), 2000);
        for (uint32_t i = 1064; i < 2000; i++)
            CHECK(x[i] == 0);
        desk_write_ramp("late.wav", 5000, 700001);
        CHECK_INT(playlist_read(p, x, 4000), 4000);
        for (uint32_t i = 0; i < 4000; i++) {
            float want, rise = i < 64 ? (float)(i + 1) / 65 : 1;
            signal_ramp(&want, 1, 701001 + i);
            CHECK_NEAR(x[i], want * rise, 1e-6);
        }
        CHECK(strstr(playlist_problem(p, 0), "late.wav: no such file"));
        CHECK(strstr(playlist_problem(p, 1), "late.wav: plays again"));
        unlink(paths[1]);
        CHECK_INT(playlist_read(p, x, ROOM), n == 2 ? 0 : 45000);
        CHECK_INT(wrong_from(x, n == 2 ? 0 : 40000, 0), 0);
        playlist_close(p);
    }
}

/* The session plays on, and tells once. */
static void tells_of_a_missing_file_once(void)
{
    struct studio s;
    uint32_t gone = starts[4], next = starts[5], wrong = 0;
    begin(&s, "");
    queue(&s, 1, PARTS);
    char from[128];
    snprintf(from, sizeof from, "%s", in_folder("4.wav"));
    CHECK_INT(rename(from, in_folder("away.wav")), 0);
    desk_roll(&s);
    desk_hear(&s, x, 160000);
    for (uint32_t i = 0; i < 160000; i++) {
        float fall = i < gone + 64 ? (float)(gone + 64 - i) / 65 : 0;
        bool hole = i >= gone && i < next;
        wrong += !(fabsf(x[i] - (hole ? ramp_at(gone - 1) * fall : ramp_at(i))) < 1e-9f);
    }
    CHECK_INT(wrong, 0);
    CHECK(strstr(s.report, "4.wav: no such file"));
    char away[128];
    snprintf(away, sizeof away, "%s", in_folder("away.wav"));
    CHECK_INT(rename(away, in_folder("4.wav")), 0);
    studio_close(&s);
}

/* Formats with trims of their own, other rates, channels picked: each file gives in its place what
 * it gives alone. */
static void joins_every_format(void)
{
    static const struct {
        const char *name, *make;
        uint32_t first;
    } rows[] = {
        { "a.mp3", "ffmpeg -v error -y -i %s/5.wav -c:a libmp3lame -q:a 4 %s/a.mp3", 0 },
        { "b.opus", "ffmpeg -v error -y -i %s/5.wav -c:a libopus %s/b.opus", 0 },
        { "c.flac", "sox -D %s/5.wav -r 44100 -c 3 %s/c.flac", 2 },
        { "d.ogg", "ffmpeg -v error -y -i %s/4.wav -c:a libvorbis %s/d.ogg", 0 },
        { "e.wav", "sox -D %s/0.wav -r 96000 -c 2 %s/e.wav", 1 },
        { "f.mp3", "ffmpeg -v error -y -i %s/4.wav -ar 44100 -c:a libmp3lame %s/f.mp3", 0 },
    };
    enum { ROWS = sizeof rows / sizeof *rows };
    struct playlist_entry entries[ROWS];
    struct audiofile_info info;
    char paths[ROWS][128], line[512];
    static float alone[3 * ROOM];
    const char *why;
    uint64_t start = 0;
    for (int k = 0; k < ROWS; k++) {
        snprintf(paths[k], sizeof paths[k], "%s", in_folder(rows[k].name));
        snprintf(line, sizeof line, rows[k].make, folder(), folder());
        CHECK_INT(system(line), 0);
        struct audiofile *f = audiofile_open(paths[k], DESK_RATE, QUALITY_MEDIUM, &info, &why);
        CHECK(f && info.frames < UINT64_MAX);
        CHECK_INT(audiofile_read(f, alone, ROOM), info.frames);
        for (uint64_t i = 0; i < info.frames; i++)
            y[start + i] = alone[i * info.channels + rows[k].first];
        entries[k] = (struct playlist_entry){ paths[k], rows[k].first, info.frames };
        audiofile_close(f);
        start += info.frames;
    }
    struct playlist_plan plan = { entries, ROWS, 1, DESK_RATE, QUALITY_MEDIUM, 0 };
    struct playlist *p = playlist_open(&plan, &info, &why);
    CHECK_INT(info.frames, start);
    for (uint32_t at = 0, n; (n = playlist_read(p, x + at, 777)); at += n)
        ;
    CHECK_INT(memcmp(x, y, start * sizeof *x), 0);
    CHECK(!playlist_problem(p, 0));
    playlist_close(p);
    for (int k = 0; k < ROWS; k++)
        unlink(paths[k]);
}

static void refuses_whole(void)
{
    struct studio s;
    struct refusal why;
    float two[200] = { 0 };
    struct wavfile w = { DESK_RATE, 2, 100, two };
    begin(&s, "");
    CHECK_INT(wavfile_write(in_folder("two.wav"), &w, WAVFILE_FLOAT), 0);
    const char *files[] = { in_folder("1.wav"), in_folder("two.wav") };
    CHECK_INT(console_queue(s.console, "strip/bed", files, 2, &why), -1);
    CHECK_INT(why.fault, FAULT_TYPE);
    files[1] = "nowhere.wav";
    CHECK_INT(console_queue(s.console, "strip/bed", files, 2, &why), -1);
    CHECK_INT(why.fault, FAULT_FILE);
    CHECK_INT(console_queue(s.console, "master", files, 1, &why), -1);
    CHECK_INT(why.fault, FAULT_TYPE);
    CHECK_INT(console_queue_place(s.console, "strip/bed"), 0);
    unlink(in_folder("two.wav"));
    studio_close(&s);
}

int main(void)
{
    for (int k = 0; k < PARTS; k++) {
        desk_write_ramp(parts[k], lengths[k], starts[k] + 1);
        starts[k + 1] = starts[k] + lengths[k];
    }
    RUN(joins_exactly);
    RUN(grows_while_it_plays);
    RUN(locates_anywhere);
    RUN(repeats_as_one);
    RUN(goes_on_behind_a_bad_file);
    RUN(takes_up_a_file_that_comes_back);
    RUN(tells_of_a_missing_file_once);
    RUN(joins_every_format);
    RUN(refuses_whole);
    return check_done();
}
