/* test_panic.c - everything silent within its fade, at once the second time, and back again */
#include "mixer/console.h"
#include "mixer/link.h"
#include "tests/check.h"
#include "tests/signals.h"
#include "tests/studio.h"

enum { RATE = 48000, FRAMES = 4800, FADE = 480 };

static float input[FRAMES], heard[4][FRAMES];

/* An input that is heard at the master, at a port of its own, and before its fader through a bus.
 */
static void furnish(struct studio *s)
{
    studio_open(s, RATE, 64);
    studio_add(s, "bus hall out=hall");
    studio_add(s, "input a channels=1 pan=L100 send/hall=0dB send/hall/pre=on");
    studio_add(s, "input b channels=1 out=b");
    studio_settle(s);
    for (int i = 0; i < FRAMES; i++)
        input[i] = 0.5f;
}

static void listen(struct studio *s)
{
    float *out[STUDIO_PORTS] = { 0 };
    for (uint32_t p = 0; p < STUDIO_PORTS; p++)
        s->in[p] = input;
    for (uint32_t p = 0; p < 4; p++)
        out[p] = heard[p];
    out[1] = NULL;
    out[4] = heard[1];
    studio_run(s, out, FRAMES, 64);
}

static float loudest(uint32_t from)
{
    float most = 0;
    for (int p = 0; p < 4; p++)
        most = fmaxf(most, (float)signal_peak(heard[p] + from, FRAMES - from));
    return most;
}

/* Of a strip and of the master, two gates fade at once. */
static void silences_every_way_out(void)
{
    struct studio s;
    furnish(&s);
    listen(&s);
    CHECK_NEAR(heard[0][FRAMES - 1], 0.5, 0);
    CHECK(loudest(0) > 0.25f);
    console_panic(s.console);
    CHECK(console_panics(s.console));
    listen(&s);
    CHECK(heard[0][FADE / 2] > 0.1f);
    CHECK_NEAR(signal_max_step(heard[0], FADE), 0, 2 * 0.5 / FADE + 1e-6);
    CHECK_NEAR(loudest(FADE), 0, 0);
    studio_set(&s, "input/b/gain", "6dB", 0); /* nothing gets through */
    studio_set(&s, "input/a/mute", "off", 0);
    listen(&s);
    CHECK_NEAR(loudest(0), 0, 0);
    console_calm(s.console);
    listen(&s);
    CHECK_NEAR(heard[0][FRAMES - 1], 0.5, 0);
    CHECK_NEAR(signal_max_step(heard[0], FRAMES), 0, 2 * 0.5 / FADE + 1e-6);
    studio_close(&s);
}

static void the_second_one_is_hard(void)
{
    struct studio s;
    furnish(&s);
    listen(&s);
    console_panic(s.console);
    console_panic(s.console);
    listen(&s);
    CHECK_NEAR(loudest(0), 0, 0);
    studio_close(&s);
}

static void play_and_unmute_are_ways_back(void)
{
    struct studio s;
    furnish(&s);
    console_panic(s.console);
    studio_set(&s, "master/mute", "off", 0);
    CHECK(!console_panics(s.console));
    listen(&s);
    CHECK_NEAR(heard[0][FRAMES - 1], 0.5, 0);
    studio_close(&s);
}

int main(void)
{
    RUN(silences_every_way_out);
    RUN(the_second_one_is_hard);
    RUN(play_and_unmute_are_ways_back);
    return check_done();
}
