/* test_news.c - what the engine tells of its meters */
#include "mixer/news.h"

#include "mixer/console.h"
#include "mixer/engine.h"
#include "tests/check.h"
#include "tests/signals.h"
#include "tests/studio.h"

enum { RATE = 48000, LEAD = 2048 };

static uint32_t meter_place;

static void meter_find(void *context, const char *address, uint32_t meter)
{
    if (!strcmp(address, context))
        meter_place = meter;
}

/* A reader however slow misses no peak and no power: what it reads is of all since it last did. */
static void meters_miss_nothing(void)
{
    enum { LONG = 65536 };
    static float tone[LONG];
    const float *in[STUDIO_PORTS] = { [2] = tone };
    float *out[STUDIO_PORTS] = { 0 };
    struct studio s;
    studio_open(&s, RATE, 64);
    studio_add(&s, "input mic channels=1 gain=-6dB");
    studio_settle(&s);
    studio_run(&s, NULL, LEAD, 64);
    console_each_meter(s.console, "input/mic", meter_find);
    signal_sine(tone, LONG, 750, RATE, 0.5); /* 64 frames a cycle */
    tone[777] = 1.5f;
    tone[40000] = -2.5f;
    console_tick(s.console);
    for (uint32_t i = 0; i < LONG; i += 64) {
        in[2] = tone + i;
        engine_process(s.engine, in, out, 64);
    }
    console_tick(s.console);
    struct meter m = console_status(s.console)->meters[meter_place];
    CHECK_DB(m.peak[0] / 2.5, -6, 1e-4);
    CHECK_INT(m.clips, 1); /* 2.5 by -6 dB; 1.5 is not over full scale any more */
    CHECK(m.frames > LONG - 1024 && m.frames <= LONG + 1024);
    for (uint32_t i = 0; i < 16384; i += 64) {
        in[2] = tone + 4096 + i;
        engine_process(s.engine, in, out, 64);
        if (i % 512 == 0)
            console_tick(s.console); /* what was measured before is behind us */
    }
    console_tick(s.console);
    m = console_status(s.console)->meters[meter_place];
    CHECK_DB(sqrt((double)m.squares[0] / m.frames) / 0.5, -6 - 3.0103, 0.001);
    CHECK_DB(m.peak[0] / 0.5, -6, 0.001);
    CHECK_INT(m.clips, 1);
    studio_close(&s);
}

/* The same sound, and nothing to be seen of it. */
static void meters_that_nobody_looks_at_are_spared(void)
{
    static float tone[2048], heard[2][2][2048];
    const float *in[STUDIO_PORTS] = { [2] = tone };
    signal_sine(tone, 2048, 750, RATE, 0.5);
    for (int spared = 0; spared < 2; spared++) {
        float *out[STUDIO_PORTS] = { heard[spared][0], heard[spared][1] };
        struct studio s;
        studio_open(&s, RATE, 64);
        if (spared)
            engine_spare_meters(s.engine);
        studio_add(&s, "input mic channels=1 gain=-6dB");
        studio_settle(&s);
        studio_run(&s, NULL, LEAD, 64);
        engine_process(s.engine, in, out, 2048);
        console_tick(s.console);
        console_each_meter(s.console, "input/mic", meter_find);
        CHECK((console_status(s.console)->meters[meter_place].peak[0] > 0) == !spared);
        studio_close(&s);
    }
    CHECK(heard[0][0][1000] != 0 && memcmp(heard[0], heard[1], sizeof heard[0]) == 0);
}

int main(void)
{
    RUN(meters_miss_nothing);
    RUN(meters_that_nobody_looks_at_are_spared);
    return check_done();
}
