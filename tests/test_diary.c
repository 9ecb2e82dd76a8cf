/* test_diary.c - commands kept for later come out by frame, and as they came among equal frames */
#include "mixer/diary.h"
#include "tests/chance.h"
#include "tests/check.h"

#include <stdlib.h>

static struct diary diary;
static uint32_t seed = 1;

static void write_one(uint64_t frame, uint64_t number)
{
    struct command c = { .frame = frame, .kind = COMMAND_LOCATE, .from = number };
    CHECK(diary_write(&diary, &c));
}

static void keeps_them_in_order(void)
{
    struct command c;
    uint64_t number = 0, frame = 0, last = 0, read = 0;
    for (int turn = 0; turn < 2000; turn++, frame += 64) {
        for (uint32_t n = chance(&seed, 30); n > 0; n--)
            write_one(frame + 64 * chance(&seed, 50), ++number);
        uint64_t before = 0;
        while (diary_read(&diary, frame, &c)) {
            CHECK(c.frame <= frame && c.frame >= last);
            if (c.frame == last && before)
                CHECK(c.from > before);
            before = c.frame == last || !before ? c.from : 0;
            last = c.frame;
            read++;
        }
    }
    while (diary_read(&diary, UINT64_MAX, &c))
        read++;
    CHECK_INT(read, number);
    CHECK_INT(diary.n, 0);
}

static void ten_thousand_for_one_frame(void)
{
    struct command c;
    for (uint64_t i = 1; i <= 10000; i++)
        write_one(640, i);
    CHECK(!diary_read(&diary, 639, &c));
    for (uint64_t i = 1; i <= 10000; i++) {
        CHECK(diary_read(&diary, 640, &c));
        CHECK_INT(c.from, i);
    }
}

static void says_when_it_is_full(void)
{
    struct command c = { .frame = 1 };
    for (uint32_t i = 0; i < LINK_SCHEDULED; i++)
        CHECK(diary_write(&diary, &c));
    CHECK(!diary_write(&diary, &c));
    CHECK(diary_read(&diary, 1, &c));
    CHECK(diary_write(&diary, &c));
}

int main(void)
{
    RUN(keeps_them_in_order);
    RUN(ten_thousand_for_one_frame);
    RUN(says_when_it_is_full);
    return check_done();
}
