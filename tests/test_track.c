/* test_track.c - every frame of a track as arithmetic says, holes and accounts included
 *
 * The files carry their frame number as sample values. The test thread plays the engine: it pulls
 * between rt_enter and rt_leave, under the guard of the audio thread.
 */
#include "tests/check.h"
#include "tests/signals.h"
#include "tests/wavfile.h"

#include "mixer/track.h"

#include <dirent.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RATE = 48000, QUANTUM = 64, FILE_FRAMES = 10000, CHANNELS = 2 };

static char folder[] = "/tmp/mixd-track-XXXXXX";
static char ramp_path[64];

/* Channel 0 of frame k of the file is k + 1 on the ramp's scale, channel 1 its negative; 0 is
 * silence. */
static float sample_of(uint64_t frame)
{
    float x;
    signal_ramp(&x, 1, frame + 1);
    return x;
}

static void write_ramp(const char *path, size_t frames)
{
    float *data = malloc(frames * CHANNELS * sizeof *data);
    for (size_t i = 0; i < frames; i++) {
        data[CHANNELS * i] = sample_of(i);
        data[CHANNELS * i + 1] = -sample_of(i);
    }
    struct wavfile w = { RATE, CHANNELS, frames, data };
    CHECK_INT(wavfile_write(path, &w, WAVFILE_FLOAT), 0);
    free(data);
}

/* What lies at a frame of the timeline, whatever the transport does. */
static float timeline(const struct track_plan *p, uint64_t frame)
{
    if (frame < p->offset)
        return 0;
    frame -= p->offset;
    if (p->repeat)
        frame %= FILE_FRAMES;
    return frame < FILE_FRAMES ? sample_of(frame) : 0;
}

/* What the stream holds at an index: the contract of track.h, frame by frame. */
static float expected(const struct track_plan *p, uint64_t index)
{
    uint64_t length = p->loop_to - p->loop_from, frame = p->position + index;
    if (length == 0 || p->position >= p->loop_to || frame < p->loop_to)
        return timeline(p, frame);
    if (p->offset >= p->loop_to)
        return 0;
    uint64_t i = (frame - p->loop_to) % length;
    uint64_t xfade = p->xfade < length ? p->xfade : length;
    float g = i < xfade ? (float)(i + 1) / (float)(xfade + 1) : 1;
    return (1 - g) * timeline(p, p->loop_to + i) + g * timeline(p, p->loop_from + i);
}

static struct track_plan plan_of(const char *path)
{
    return (struct track_plan){
        .path = path, .rate = RATE, .quality = QUALITY_FASTEST, .ring = 1024, .quantum = QUANTUM
    };
}

static struct track *open_primed(const struct track_plan *plan)
{
    const char *why = NULL;
    struct track *t = track_open(plan, &why);
    if (!t) {
        CHECK_FAIL("%s", why);
        exit(1);
    }
    while (!track_primed(t))
        track_await(t);
    return t;
}

static const float *pull(struct track *t, uint64_t rolled, uint32_t n)
{
    rt_enter();
    const float *x = track_pull(t, rolled, n);
    rt_leave();
    return x;
}

static void await_ready(struct track *t, uint64_t rolled, uint32_t n)
{
    for (;;) {
        rt_enter();
        bool ready = track_ready(t, rolled, n);
        rt_leave();
        if (ready)
            return;
        track_wake(t);
        track_await(t);
    }
}

/* Every descriptor closed and every decoder gone. */
static void await_no_decoders(void)
{
    while (track_decoders() > 0)
        sched_yield();
}

/* Pulls `frames` frames as the render driver would and compares each. */
static void play_exactly(const struct track_plan *plan, uint64_t anchor, uint64_t frames)
{
    struct track *t = open_primed(plan);
    uint64_t wrong = 0;
    track_anchor(t, anchor);
    for (uint64_t i = 0; i < frames; i += QUANTUM) {
        await_ready(t, anchor + i, QUANTUM);
        const float *x = pull(t, anchor + i, QUANTUM);
        for (uint32_t k = 0; k < QUANTUM; k++) {
            float want = expected(plan, i + k);
            float left = x ? x[CHANNELS * k] : 0, right = x ? x[CHANNELS * k + 1] : 0;
            /* A crossfade rounds; nothing else does. */
            bool near = fabsf(left - want) <= 0x1p-23f && left == -right;
            if (!near && wrong++ == 0)
                CHECK_FAIL("index %llu is %.9g, not %.9g", (unsigned long long)(i + k), left, want);
        }
    }
    struct track_figures f;
    track_figures(t, &f);
    CHECK_INT(wrong, 0);
    CHECK_INT(f.starved, 0);
    CHECK_INT(f.skipped, 0);
    track_close(t);
}

static void from_the_beginning_to_the_end(void)
{
    struct track_plan plan = plan_of(ramp_path);
    play_exactly(&plan, 0, FILE_FRAMES + 1000);
}

static void from_anywhere_with_any_offset(void)
{
    static const uint64_t places[][2] = {
        /* position, offset */
        { 0, 1 },
        { 0, 63 },
        { 0, 64 },
        { 0, 5000 },
        { 1, 0 },
        { 4097, 0 },
        { 9999, 0 },
        { 10000, 0 },
        { 20000, 0 },
        { 777, 333 },
        { 333, 777 },
        { 5000000000, 5000000100 },
        { 5000000100, 5000000000 },
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct track_plan plan = plan_of(ramp_path);
        plan.position = places[i][0];
        plan.offset = places[i][1];
        play_exactly(&plan, 1000000 * i, 16000);
    }
}

static void repeating_for_ever(void)
{
    static const uint64_t places[] = { 0, 1, 9999, 10000, 10001, 123456789 };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct track_plan plan = plan_of(ramp_path);
        plan.repeat = true;
        plan.position = places[i];
        play_exactly(&plan, 77, 45000);
    }
}

static void loops_of_the_transport(void)
{
    static const struct {
        uint64_t position, offset, from, to;
        uint32_t xfade;
        bool repeat;
    } rows[] = {
        { 0, 0, 1000, 3000, 0, false },      { 0, 0, 1000, 3000, 480, false },
        { 2999, 0, 1000, 3000, 480, false }, { 500, 700, 600, 1400, 100, false },
        { 0, 0, 9000, 12000, 480, false },   { 0, 0, 9900, 10000, 480, false },
        { 0, 2000, 1000, 3000, 300, false }, { 0, 3000, 1000, 3000, 300, false },
        { 0, 0, 11000, 12000, 300, false },  { 11500, 0, 9000, 12000, 100, false },
        { 0, 0, 1000, 1001, 480, false },    { 0, 0, 1000, 1048, 48, false },
        { 0, 0, 9000, 31000, 480, true },    { 5, 17, 3000, 3700, 700, true },
        { 3000, 0, 1000, 3000, 480, false }, { 0, 4000, 8000, 14500, 480, true },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct track_plan plan = plan_of(ramp_path);
        plan.position = rows[i].position;
        plan.offset = rows[i].offset;
        plan.loop_from = rows[i].from;
        plan.loop_to = rows[i].to;
        plan.xfade = rows[i].xfade;
        plan.repeat = rows[i].repeat;
        play_exactly(&plan, 3, 70000);
    }
}

int main(void)
{
    if (!mkdtemp(folder))
        return 1;
    snprintf(ramp_path, sizeof ramp_path, "%s/ramp.wav", folder);
    write_ramp(ramp_path, FILE_FRAMES);
    RUN(from_the_beginning_to_the_end);
    RUN(from_anywhere_with_any_offset);
    RUN(repeating_for_ever);
    RUN(loops_of_the_transport);
    await_no_decoders();
    return check_done();
}
