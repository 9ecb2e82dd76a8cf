/* bench_mix.c - what the mix costs: ns of the audio thread per frame, and per strip and frame
 *
 *     bench mix strips=128 ns_per_frame=... ns_per_strip_frame=... turns=...
 *
 * Stereo files, each with a decoder and a ring of its own, a fader off unity and a pan off centre,
 * in quanta and periods of 64 frames. The median of the turns; decoding is not in it.
 */
#include "effects/rt.h"
#include "tests/signals.h"
#include "tests/studio.h"
#include "tests/wavfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { RATE = 48000, FILE_FRAMES = 96000, PERIOD = 64, TURN = 48000, TURNS = 7 };

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* ns of engine_process per frame over one turn. */
static double turn_measure(struct studio *s, float *const *out)
{
    const float *in[STUDIO_PORTS] = { 0 };
    uint64_t busy = 0;
    for (uint32_t done = 0; done < TURN; done += PERIOD) {
        while (!engine_ready(s->engine, PERIOD))
            engine_await(s->engine);
        uint64_t began = rt_now();
        engine_process(s->engine, in, out, PERIOD);
        busy += rt_now() - began;
    }
    console_tick(s->console);
    return (double)busy / TURN;
}

static void strips_measure(const char *path, uint32_t strips)
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
    for (uint32_t t = 0; t < TURNS; t++)
        turns[t] = turn_measure(&s, out);
    qsort(turns, TURNS, sizeof *turns, by_value);
    printf("bench mix strips=%u ns_per_frame=%.1f ns_per_strip_frame=%.2f turns=%d\n", strips,
           turns[TURNS / 2], turns[TURNS / 2] / strips, TURNS);
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
    for (size_t i = 0; i < sizeof strips / sizeof *strips; i++)
        strips_measure(path, strips[i]);
    unlink(path);
    close(fd);
    free(data);
    return 0;
}
