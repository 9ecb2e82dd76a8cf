/* room_diffuser.c - makes of one sharp sound many, close together, in the same colour
 *
 * M. R. Schroeder's allpass, "Natural sounding artificial reverberation", JAES 10, 1962:
 * v[t] = x[t] + g v[t-m], y[t] = v[t-m] - g v[t]. With every g its output has the energy of its
 * input; g = 0 leaves a delay.
 */
#include "effects/room_diffuser.h"

#include "effects/prime.h"

#include <string.h>

/* Short, so that they have died away long before the shortest room has. */
static const double seconds[2][ROOM_STAGES] = {
    { 0.00110, 0.00173, 0.00271, 0.00431 },
    { 0.00121, 0.00160, 0.00295, 0.00397 },
};

void room_diffuser_lay_out(struct room_diffuser *d, struct pool *pool, uint32_t side, uint32_t rate)
{
    uint32_t least = DELAY_BLOCK;
    for (int s = 0; s < ROOM_STAGES; s++) {
        uint32_t frames = (uint32_t)(seconds[side][s] * rate);
        least = prime_from(frames > least ? frames : least + 1);
        d->length[s] = least;
        delay_init(&d->delay[s], pool_floats(pool, delay_floats(least)), least);
    }
}

CLONES static void pass(float *restrict x, float *restrict kept, const float *restrict past,
                        const float *restrict share)
{
    for (int i = 0; i < DELAY_BLOCK; i++) {
        kept[i] = x[i] + share[i] * past[i];
        x[i] = past[i] - share[i] * kept[i];
    }
}

RT bool room_diffuser_run(struct room_diffuser *d, uint64_t time, float *x, const float *share)
{
    bool sounds = false;
    for (int s = 0; s < ROOM_STAGES; s++) {
        float kept[DELAY_BLOCK];
        pass(x, kept, delay_read(&d->delay[s], time, d->length[s]), share);
        sounds |= delay_hush(kept, DELAY_BLOCK);
        delay_write(&d->delay[s], time, kept);
    }
    return sounds;
}

uint32_t room_diffuser_reach(const struct room_diffuser *d)
{
    return d->length[ROOM_STAGES - 1];
}
