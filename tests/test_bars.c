/* test_bars.c - bars, beats and ticks against arithmetic done by hand */
#include "effects/bars.h"

#include "tests/check.h"

#include <errno.h>

/* At 120 beats a minute and 48 kHz a beat is 24000 frames and a tick 12.5. */
static const struct bars plain = { 120000, 4, 4 };

static void test_known_places(void)
{
    static const struct {
        const char *text;
        uint64_t frame;
    } places[] = {
        { "1|1", 0 },       { "1|1|0", 0 },        { "1|2", 24000 },
        { "2|1|0", 96000 }, { "17|1", 1536000 },   { "17|3|240", 1536000 + 48000 + 3000 },
        { "1|1|1", 13 },                           /* 12.5: the first frame in it */
        { "1|1|2", 25 },    { "1|4|1919", 95988 }, /* 96000 - 12.5 */
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        uint64_t frame = 1;
        CHECK_INT(bars_parse(places[i].text, &plain, 48000, &frame), 0);
        CHECK_INT(frame, places[i].frame);
    }
    struct bbt at = bars_at(&plain, 48000, 1587000);
    char text[BARS_TEXT];
    CHECK_STR(bars_format(&at, text), "17|3|240");
    CHECK_INT(at.bar_start, 16 * 4 * 1920);
    at = bars_at(&plain, 48000, 95999);
    CHECK_STR(bars_format(&at, text), "1|4|1919");
    at = bars_at(&plain, 48000, 96000);
    CHECK_STR(bars_format(&at, text), "2|1|0");
}

static void test_what_is_no_place(void)
{
    static const char *const texts[] = { "",       "1",      "|",    "1|",      "|1",
                                         "0|1",    "1|0",    "1|5",  "1|1|",    "1|1|1920",
                                         "1|1|0|", "1|1|0 ", "-1|1", "1|-1",    "1.5|1",
                                         "1 |1",   "a|1",    "1||1", "1|1|1|1", "9999999999|1" };
    uint64_t frame = 7;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (bars_parse(texts[i], &plain, 48000, &frame) != -EINVAL)
            CHECK_FAIL("\"%s\" was read", texts[i]);
    struct bars slow = { 1, 64, 4 };
    CHECK_INT(bars_parse("999999999|1", &slow, 768000, &frame), -ERANGE);
    CHECK_INT(frame, 7);
}

/* Whatever the tempo: the frame of a place is in that place, and the one before it is not. */
static void test_there_and_back(void)
{
    static const uint32_t rates[] = { 44100, 48000, 96000 };
    uint64_t state = 1;
    for (int i = 0; i < 200000; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        uint32_t draw = (uint32_t)(state >> 33);
        struct bars b = { 20000 + draw % 280000, (uint8_t)(1 + draw % 13), 8 };
        uint32_t rate = rates[draw % 3], bar = 1 + (draw >> 3) % 100000;
        uint32_t beat = 1 + (draw >> 5) % b.beats, tick = (draw >> 7) % BARS_TICKS;
        char text[64], back[BARS_TEXT];
        uint64_t frame = 0;
        snprintf(text, sizeof text, "%u|%u|%u", bar, beat, tick);
        CHECK_INT(bars_parse(text, &b, rate, &frame), 0);
        struct bbt at = bars_at(&b, rate, frame);
        if (strcmp(bars_format(&at, back), text) != 0)
            CHECK_FAIL("%s is frame %" PRIu64 ", which is %s", text, frame, back);
        if (!frame)
            continue;
        at = bars_at(&b, rate, frame - 1);
        if (!strcmp(bars_format(&at, back), text))
            CHECK_FAIL("%s begins before frame %" PRIu64, text, frame);
    }
}

static void test_signatures(void)
{
    static const char *const wrong[] = { "",    "4",    "4/",    "/4",   "0/4", "4/0",
                                         "4/3", "65/4", "4/128", "4/4 ", "x/4", "4|4" };
    struct bars b = { 0, 4, 4 };
    char text[BARS_TEXT];
    CHECK_INT(signature_parse("7/8", &b), 0);
    CHECK_STR(signature_format(&b, text), "7/8");
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (signature_parse(wrong[i], &b) != -EINVAL)
            CHECK_FAIL("\"%s\" was read", wrong[i]);
    CHECK_STR(signature_format(&b, text), "7/8");
}

int main(void)
{
    RUN(test_known_places);
    RUN(test_what_is_no_place);
    RUN(test_there_and_back);
    RUN(test_signatures);
    return check_done();
}
