/* test_pace.c - the place in the material at every frame, added up one frame at a time */
#include "tests/check.h"

#include "mixer/pace.h"

#include <math.h>

enum { FRAMES = 60000 };

static double sum[FRAMES + 1];

/* What the contract says of legs that were added at these frames, with the rates on the way. */
struct turn {
    uint64_t at;
    double to;
    uint32_t frames;
};

static void turns(struct pace *p, const struct turn *rows, uint32_t n)
{
    for (uint32_t k = 0; k < n; k++)
        pace_turn(p, rows[k].at, rows[k].to, rows[k].frames);
}

static void a_plain_pace_is_a_straight_line(void)
{
    struct pace p;
    pace_plain(&p, 1000, 1.25);
    CHECK_NEAR(pace_position(&p, 1000), 0, 0);
    CHECK_NEAR(pace_position(&p, 1004), 5, 0);
    CHECK_NEAR(pace_position(&p, 0), -1250, 0);
    CHECK_INT(pace_reaches(&p, 0, 0), 1000);
    CHECK_INT(pace_reaches(&p, 5, 0), 1004);
    CHECK_INT(pace_reaches(&p, 5.01, 0), 1005);
    CHECK_INT(pace_reaches(&p, 5, 2000), 2000);
}

/* The rate of each frame, by the header: equal steps of PACE_STEP frames, `bend` in all of them. */
static void legs_are_integrals(void)
{
    static const struct turn rows[] = {
        { 500, 1.7, 4800 }, { 9000, 0.5, 16 }, { 9500, 2, 20000 }, { 21000, 0.6, 640 }
    };
    struct pace p;
    double rate = 1.1, from = 1.1;
    uint32_t row = 0;
    pace_plain(&p, 100, 1.1);
    turns(&p, rows, 4);
    sum[0] = -110;
    for (uint32_t t = 0; t < FRAMES; t++) {
        if (row < 4 && t == rows[row].at) {
            from = rate;
            row++;
        }
        const struct turn *now = row ? &rows[row - 1] : NULL;
        uint64_t since = now ? t - now->at : 0;
        if (now && since < now->frames)
            rate = from + (now->to - from) * (double)(since / PACE_STEP + 1) /
                              (now->frames / PACE_STEP + 1);
        else if (now)
            rate = now->to;
        sum[t + 1] = sum[t] + rate;
    }
    for (uint32_t t = 0; t <= FRAMES; t++)
        CHECK_NEAR(pace_position(&p, t), sum[t], 1e-6);
    for (uint32_t t = 1; t < FRAMES; t += 7) /* and backwards */
        CHECK_INT(pace_reaches(&p, sum[t] - 0.01, 0), t);
    pace_forget(&p, 21700);
    CHECK_INT(p.n, 1);
    for (uint32_t t = 21700; t <= FRAMES; t++)
        CHECK_NEAR(pace_position(&p, t), sum[t], 1e-6);
}

/* Whatever the way back to 1, it ends on a whole frame, and the bend is less than half a frame. */
static void ends_on_a_whole_frame(void)
{
    for (uint32_t k = 0; k < 500; k++) {
        struct pace p, straight;
        uint32_t frames = 256 + k * 37;
        pace_plain(&p, 0, 0.5 + k * 0.00297);
        straight = p;
        pace_turn(&p, 777 + k, 1, frames);
        pace_turn(&straight, 777 + k, 1 + 1e-12, frames); /* not bent */
        uint64_t end = 777 + k + p.leg[1].frames;
        double at = pace_position(&p, end);
        CHECK_NEAR(at, nearbyint(at), 0);
        CHECK_NEAR(at, pace_position(&straight, end), 0.5 + 1e-6);
        CHECK_NEAR(pace_position(&p, end + 123456789), at + 123456789, 0);
    }
}

static void jumps_go_elsewhere(void)
{
    struct pace p;
    pace_plain(&p, 0, 1.5);
    pace_jump(&p, 1000, 50000);
    CHECK_NEAR(pace_position(&p, 999), 1498.5, 0);
    CHECK_NEAR(pace_position(&p, 1000), 50000, 0);
    CHECK_NEAR(pace_position(&p, 1002), 50003, 0);
    CHECK_INT(pace_reaches(&p, 1400, 0), 934);
    CHECK_INT(pace_reaches(&p, 2000, 0), 1000);
    CHECK(p.leg[1].jumps && !p.leg[0].jumps);
}

/* More legs than there is room for: the last ones count. */
static void keeps_the_newest_legs(void)
{
    struct pace p;
    pace_plain(&p, 0, 1);
    for (uint32_t k = 1; k <= 3 * PACE_LEGS; k++)
        pace_turn(&p, 1000 * k, k % 2 ? 1.5 : 1, 160);
    CHECK_INT(p.n, PACE_LEGS);
    CHECK_INT(p.leg[PACE_LEGS - 1].at, 3000 * PACE_LEGS);
    struct pace q = p;
    CHECK(pace_equal(&p, &q));
    q.leg[2].to = 0.9;
    CHECK(!pace_equal(&p, &q));
}

int main(void)
{
    RUN(a_plain_pace_is_a_straight_line);
    RUN(legs_are_integrals);
    RUN(ends_on_a_whole_frame);
    RUN(jumps_go_elsewhere);
    RUN(keeps_the_newest_legs);
    return check_done();
}
