/* bench_mix.c - what the mix costs: ns of the audio thread per frame, and per strip and frame
 *
 *     bench mix strips=128 ns_per_frame=... ns_per_strip_frame=... turns=...
 *
 * Stereo files, each with a decoder and a ring of its own, a fader off unity and a pan off centre,
 * in quanta and periods of 64 frames. The median of the turns; decoding is not in it. mode=paced
 * sleeps between periods, as live: caches are cold then.
 */
#include "effects/rt.h"
#include "tests/signals.h"
#include "tests/stopwatch.h"
#include "tests/studio.h"
#include "tests/wavfile.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { RATE = 48000, FILE_FRAMES = 96000, PERIOD = 64, TURN = 48000, TURNS = 7 };

/* ns of engine_process per frame over one turn. */
static double turn_measure(struct studio *s, float *const *out, bool paced)
{
    const float *in[STUDIO_PORTS] = { 0 };
    uint64_t busy = 0;
    double due = clock_ns(CLOCK_MONOTONIC);
    for (uint32_t done = 0; done < TURN; done += PERIOD) {
        while (!engine_ready(s->engine, PERIOD))
            engine_await(s->engine);
        due += 1e9 * PERIOD / RATE;
        if (paced)
            sleep_until(due);
        uint64_t began = rt_now();
        engine_process(s->engine, in, out, PERIOD);
        busy += rt_now() - began;
    }
    console_tick(s->console);
    return (double)busy / TURN;
}

static void be_urgent(bool urgent)
{
    struct sched_param priority = { .sched_priority = urgent ? 60 : 0 };
    if (pthread_setschedparam(pthread_self(), urgent ? SCHED_FIFO : SCHED_OTHER, &priority) != 0)
        fprintf(stderr, "bench_mix: paced without real-time priority\n");
}

static void strips_measure(const char *path, uint32_t strips, bool paced)
{
    struct studio s;
    char line[256];
    static float left[PERIOD], right[PERIOD];
    float *out[STUDIO_PORTS] = { left, right };
    double turns[TURNS];
    studio_open(&s, RATE, PERIOD);
    for (uint32_t i = 0; i < strips; i++) {
        snprintf(line, sizeof line, "strip s%u source=%s gain=-20dB pan=L30 loop=on offset=%uf", i,
                 path, i);
        studio_add(&s, line);
    }
    studio_settle(&s);
    console_play(s.console, 0, 0);
    /* Not before now: decoders would inherit it. */
    be_urgent(paced);
    for (uint32_t t = 0; t < TURNS; t++)
        turns[t] = turn_measure(&s, out, paced);
    be_urgent(false);
    double ns = median(turns, TURNS);
    printf("bench mix%s strips=%u ns_per_frame=%.1f ns_per_strip_frame=%.2f turns=%d\n",
           paced ? " mode=paced" : "", strips, ns, ns / strips, TURNS);
    fflush(stdout);
    studio_close(&s);
}

int main(void)
{
    char path[] = "/tmp/mixd-bench-XXXXXX.wav";
    int fd = mkstemps(path, 4);
    float *data = malloc(sizeof *data * FILE_FRAMES * 2);
    if (fd < 0 || !data)
        return 1;
    signal_noise(data, FILE_FRAMES * 2, 1, 0.5);
    struct wavfile w = { RATE, 2, FILE_FRAMES, data };
    if (wavfile_write(path, &w, WAVFILE_FLOAT))
        return 1;
    static const uint32_t strips[] = { 1, 16, 128, 1024 };
    for (int paced = 0; paced < 2; paced++)
        for (size_t i = 0; i < sizeof strips / sizeof *strips; i++)
            strips_measure(path, strips[i], paced > 0);
    unlink(path);
    close(fd);
    free(data);
    return 0;
}
