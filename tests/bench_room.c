/* bench_room.c - the computed room beside the convolution reverb, in the same run on the same noise
 *
 * Stereo at 48 kHz, ns of CPU per frame, the least of several turns: a room at rest, with echoes
 * that wander, while its size is crossfaded, and asleep; and the reverb with a stereo response of
 * as many seconds as the room's decay. set_us: the dearest change of a parameter.
 */
#include "tests/rig.h"
#include "tests/signals.h"
#include "tests/stopwatch.h"

#include <math.h>
#include <string.h>

enum { RATE = RIG_RATE, FRAMES = RATE, TURNS = 9, DECAY_S = 2, RESPONSE = DECAY_S * RATE };

static float x[2][FRAMES], taps[2 * RESPONSE];

/* `resizes`: a crossfade to another size goes on all the while. */
static double measure(struct effect *e, uint32_t quantum, double amplitude, bool resizes)
{
    double least = INFINITY;
    for (int turn = 0; turn < TURNS; turn++) {
        for (uint32_t c = 0; c < 2; c++)
            signal_noise(x[c], FRAMES, c, amplitude);
        uint32_t n = FRAMES / 1024 * 1024;
        if (resizes)
            rig_set(e, "size", turn % 2 ? 10 : 20, FRAMES);
        double before = clock_ns(CLOCK_THREAD_CPUTIME_ID);
        rig_run(e, (float *[]){ x[0], x[1] }, 2, n, quantum);
        least = fmin(least, (clock_ns(CLOCK_THREAD_CPUTIME_ID) - before) / n);
    }
    effect_free(e);
    return least;
}

static struct effect *build(const char *kind, uint32_t quantum, double modulation)
{
    struct response response = { 2, RESPONSE, taps };
    struct rig_value values[] = { { "modulation", modulation }, { NULL, 0 } };
    bool room = strcmp(kind, "room") == 0;
    return rig_build(kind, (struct effect_setup){ RATE, quantum, 2, NULL, room ? NULL : &response },
                     room ? values : NULL);
}

static double dearest_set_us(void)
{
    struct effect *e = build("room", 64, 20);
    double worst = 0;
    signal_noise(x[0], 64, 1, 0.5);
    signal_noise(x[1], 64, 2, 0.5);
    rig_run(e, (float *[]){ x[0], x[1] }, 2, 64, 64);
    for (uint32_t row = 0; row < e->kind->n_params; row++) {
        double least = INFINITY;
        for (int turn = 0; turn < TURNS; turn++) {
            const struct param *p = &e->kind->params[row];
            double before = clock_ns(CLOCK_THREAD_CPUTIME_ID);
            rig_set(e, p->name, turn % 2 ? p->max : p->def, 480);
            least = turn % 2 ? fmin(least, clock_ns(CLOCK_THREAD_CPUTIME_ID) - before) : least;
        }
        worst = fmax(worst, least);
    }
    effect_free(e);
    return worst / 1000;
}

int main(void)
{
    signal_noise(taps, 2 * RESPONSE, 3, 0.1);
    for (uint32_t quantum = 16; quantum <= 1024; quantum *= 4)
        printf("bench room quantum=%u still=%.1f wandering=%.1f resizing=%.1f asleep=%.2f "
               "reverb=%.1f ns_per_frame set_us=%.1f\n",
               quantum, measure(build("room", quantum, 0), quantum, 0.5, false),
               measure(build("room", quantum, 20), quantum, 0.5, false),
               measure(build("room", quantum, 20), quantum, 0.5, true),
               measure(build("room", quantum, 20), quantum, 0, false),
               measure(build("reverb", quantum, 0), quantum, 0.5, false), dearest_set_us());
    return 0;
}
