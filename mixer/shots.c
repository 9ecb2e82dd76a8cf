/* shots.c - one-shots on the desk: taps that run by the engine's frames from when they are fired */
#include "mixer/shots.h"

static RT void tap_cease(struct tap *tap, uint64_t frame, uint32_t fade)
{
    if (!tap->fired || tap->ceases)
        return;
    tap->ceases = true;
    ramp_set(&tap->gain, 0, fade, CURVE_LIN);
    /* Release: pairs with the console, which frees the tap once it has come to this frame. */
    atomic_store_explicit(&tap->over, frame + fade, memory_order_release);
}

static RT void lane_cease(struct lane *lane, const struct tap *but, uint64_t frame, uint32_t fade)
{
    for (uint32_t k = 0; k < lane->n_taps; k++)
        if (lane->taps[k]->shot && lane->taps[k] != but)
            tap_cease(lane->taps[k], frame, fade);
}

static RT bool lane_has(const struct lane *lane, const struct tap *tap)
{
    for (uint32_t k = 0; k < lane->n_taps; k++)
        if (lane->taps[k] == tap)
            return true;
    return false;
}

RT void shots_fire(struct desk *d, struct tap *tap, uint64_t frame, uint32_t fade)
{
    for (uint32_t i = 0; i < d->n_shots; i++) {
        if (!lane_has(d->shots[i], tap) || tap->fired)
            continue;
        lane_cease(d->shots[i], tap, frame, fade);
        track_anchor(tap->track, frame);
        tap->fired = true;
        return;
    }
}

RT void shots_cease(struct desk *d, const struct strip *strip, uint64_t frame, uint32_t fade)
{
    for (uint32_t i = 0; i < d->n_shots; i++)
        if (d->shots[i]->strip == strip)
            lane_cease(d->shots[i], NULL, frame, fade);
}

RT void shots_pull(struct desk *d, uint64_t frame, uint32_t n)
{
    for (uint32_t i = 0; i < d->n_shots; i++) {
        struct lane *lane = d->shots[i];
        for (uint32_t k = 0; k < lane->n_taps; k++)
            if (lane->taps[k]->fired)
                track_pull(lane->taps[k]->track, frame, n);
    }
}

RT bool shots_ready(struct desk *d, uint64_t frame, uint32_t n, struct track **lacking)
{
    for (uint32_t i = 0; i < d->n_shots; i++) {
        struct lane *lane = d->shots[i];
        for (uint32_t k = 0; k < lane->n_taps; k++) {
            struct tap *tap = lane->taps[k];
            if (!tap->fired || track_ready(tap->track, frame, n))
                continue;
            if (lacking)
                *lacking = tap->track;
            return false;
        }
    }
    return true;
}
