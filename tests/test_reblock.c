/* test_reblock.c - periods of any length carry the stream that the engine makes, frame by frame
 *
 * The engine here is a stand-in that says on each port what frame it is, and hands an input on to
 * an output. What must come out is arithmetic: the same stream, later by nothing or by one quantum.
 */
#include "tests/check.h"
#include "tests/signals.h"

#include "daemon/ports.h"
#include "daemon/reblock.h"
#include "mixer/engine.h"

enum { FRAMES = 20000, PERIOD_MAX = 8192, COUNTER = 0, ECHO = 1, INPUT = 2, PLACES = 4, LAST = 9 };

struct engine {
    uint32_t quantum;
    uint64_t frame;
    uint32_t turns, longest;
    uint32_t hold; /* times that it is not yet ready */
    bool faulty;   /* was called as it may not be */
};

RT void engine_process(struct engine *e, const float *const *in, float *const *out, uint32_t n)
{
    e->faulty |= n == 0 || n % e->quantum || in[LAST] || out[LAST] || in[PORTS_MAX - 1];
    for (uint32_t p = 0; p < PLACES; p++)
        for (uint32_t i = 0; out[p] && i < n; i++)
            e->faulty |= out[p][i] != 0;
    for (uint32_t i = 0; i < n; i++) {
        float counter;
        signal_ramp(&counter, 1, e->frame + i + 1);
        if (out[COUNTER])
            out[COUNTER][i] += counter;
        if (out[ECHO])
            out[ECHO][i] += in[INPUT] ? in[INPUT][i] : 0;
    }
    e->frame += n;
    e->turns++;
    e->longest = n > e->longest ? n : e->longest;
}

RT bool engine_ready(struct engine *e, uint32_t n)
{
    (void)n;
    return e->hold == 0;
}

/* A world of one input and two outputs, whose buffers hold rubbish before every period. */
struct world {
    struct engine engine;
    struct reblock *reblock;
    float input[FRAMES + PERIOD_MAX];
    float heard[2][FRAMES + PERIOD_MAX];
    const float *in[PORTS_MAX];
    float *out[PORTS_MAX];
    uint64_t frame;
};

static struct world world;

static void begin(uint32_t quantum, bool ahead)
{
    memset(&world, 0, sizeof world);
    world.engine.quantum = quantum;
    world.reblock = reblock_new(quantum, PLACES, ahead);
    CHECK(world.reblock != NULL);
    signal_noise(world.input, FRAMES + PERIOD_MAX, quantum, 1);
}

static void period(uint32_t n)
{
    float *const at[] = { world.heard[COUNTER] + world.frame, world.heard[ECHO] + world.frame };
    signal_noise(at[0], n, 1, 1);
    signal_noise(at[1], n, 2, 1);
    world.out[COUNTER] = at[COUNTER];
    world.out[ECHO] = at[ECHO];
    world.in[INPUT] = world.input + world.frame;
    rt_enter();
    reblock_process(world.reblock, &world.engine, world.in, world.out, INPUT + 1, n);
    rt_leave();
    world.frame += n;
}

static void end(void)
{
    CHECK(!world.engine.faulty);
    reblock_free(world.reblock);
}

/* From frame `since` on, everything is `latency` frames late; in between there is silence. */
static void check_stream(uint64_t since, uint32_t latency)
{
    for (uint64_t t = 0; t < world.frame; t++) {
        bool silent = t >= since && t < since + latency;
        uint64_t made = t < since ? t : t - latency;
        float counter = 0;
        if (!silent)
            signal_ramp(&counter, 1, made + 1);
        float echoed = silent ? 0 : world.input[made];
        if (world.heard[COUNTER][t] == counter && world.heard[ECHO][t] == echoed)
            continue;
        CHECK_FAIL("frame %d of quantum %u: %.9g and %.9g, not %.9g and %.9g", (int)t,
                   world.engine.quantum, world.heard[COUNTER][t], world.heard[ECHO][t], counter,
                   echoed);
        return;
    }
}

static const uint32_t periods[] = { 16, 48, 64, 100, 441, 1000, 1024, 4096, 0 };
static const uint32_t quanta[] = { 16, 64, 256, 1024 };

/* Period 0 stands for random ones. */
static void play(uint32_t n)
{
    uint32_t seed = 12345;
    while (world.frame < FRAMES) {
        seed = seed * 1664525u + 1013904223u;
        period(n ? n : 1 + (seed >> 16) % 3000);
    }
}

static void a_steady_period_is_late_by_a_quantum_or_not_at_all(void)
{
    for (size_t q = 0; q < sizeof quanta / sizeof *quanta; q++)
        for (size_t i = 0; i < sizeof periods / sizeof *periods; i++) {
            bool straight = periods[i] && periods[i] % quanta[q] == 0;
            begin(quanta[q], false);
            play(periods[i]);
            check_stream(0, straight ? 0 : quanta[q]);
            if (periods[i])
                CHECK_INT(reblock_latency(world.reblock, periods[i]), straight ? 0 : quanta[q]);
            if (straight)
                CHECK_INT(world.engine.longest, periods[i]); /* one turn, not one per quantum */
            end();
        }
}

static void ahead_nothing_is_late(void)
{
    for (size_t q = 0; q < sizeof quanta / sizeof *quanta; q++)
        for (size_t i = 0; i < sizeof periods / sizeof *periods; i++) {
            begin(quanta[q], true);
            play(periods[i]);
            for (uint64_t t = 0; t < world.frame; t++) {
                float counter;
                signal_ramp(&counter, 1, t + 1);
                if (world.heard[COUNTER][t] != counter) {
                    CHECK_FAIL("frame %d of period %u", (int)t, periods[i]);
                    break;
                }
            }
            CHECK(world.engine.frame < world.frame + quanta[q]); /* no further than it must */
            CHECK_INT(reblock_latency(world.reblock, 100), 0);
            end();
        }
}

static void a_change_of_period_loses_and_repeats_nothing(void)
{
    static const uint32_t changing[] = { 64, 1024, 128, 100, 64, 1, 4096, 63, 1000, 16, 48, 441 };
    begin(64, false);
    for (int round = 0; round < 3; round++)
        for (size_t i = 0; i < sizeof changing / sizeof *changing; i++) {
            if (changing[i] % 64 == 0 && round == 0 && i < 3)
                CHECK_INT(reblock_latency(world.reblock, changing[i]), 0);
            if (world.frame + changing[i] <= FRAMES)
                period(changing[i]);
        }
    CHECK(world.frame > 3000);
    CHECK_INT(reblock_latency(world.reblock, 64), 64);
    check_stream(64 + 1024 + 128, 64);
    end();
}

/* A port that appears in the middle of a quantum sounds from the next one on, in step; one that
 * goes away gives silence at once. */
static void ports_come_and_go(void)
{
    static const float *const nothing[PORTS_MAX];
    float *const *outs = world.out;
    begin(64, false);
    world.out[COUNTER] = world.heard[COUNTER];
    reblock_process(world.reblock, &world.engine, nothing, outs, 1, 100);
    world.frame = 100;
    period(100); /* the second quantum began without the input, and the echo */
    CHECK_INT(signal_onset(world.heard[ECHO] + 100, 100), 92);
    CHECK(world.heard[ECHO][192] == world.input[128] && world.heard[ECHO][199] == world.input[135]);
    world.out[COUNTER] = world.heard[COUNTER] + 200;
    world.out[ECHO] = world.heard[ECHO] + 200;
    reblock_process(world.reblock, &world.engine, nothing, outs, INPUT + 1, 120);
    CHECK(world.heard[ECHO][255] == world.input[191]); /* heard before it went */
    CHECK(world.heard[ECHO][263] == world.input[199]); /* the last of it */
    CHECK_INT(signal_onset(world.heard[ECHO] + 264, 56), 56);
    end();
}

static bool let_go(void *context)
{
    struct engine *e = context;
    e->hold--;
    return true;
}

static bool give_up(void *context)
{
    (*(uint32_t *)context)++;
    return false;
}

static void a_world_that_may_wait_waits(void)
{
    begin(64, true);
    reblock_wait(world.reblock, let_go, &world.engine);
    world.engine.hold = 7;
    period(1000);
    CHECK_INT(world.engine.hold, 0);
    CHECK_INT(world.engine.longest, 64); /* no ring need hold more at once */
    period(1000);
    CHECK(world.engine.longest > 64); /* ready for all of it */
    uint32_t asked = 0;
    reblock_wait(world.reblock, give_up, &asked);
    world.engine.hold = 1;
    period(640);
    CHECK_INT(asked, 10); /* once for each quantum, then the stream goes on without */
    reblock_wait(world.reblock, NULL, NULL);
    period(640);
    CHECK_INT(asked, 10);
    CHECK_INT(world.engine.frame, 3328); /* 3280 to the next quantum */
    end();
}

int main(void)
{
    RUN(a_steady_period_is_late_by_a_quantum_or_not_at_all);
    RUN(ahead_nothing_is_late);
    RUN(a_change_of_period_loses_and_repeats_nothing);
    RUN(ports_come_and_go);
    RUN(a_world_that_may_wait_waits);
    return check_done();
}
