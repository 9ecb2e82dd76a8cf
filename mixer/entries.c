/* entries.c - how what is on the desk begins to be heard: at once, or out of silence */
#include "mixer/entries.h"

/* Tracks that came without an anchor were primed for this very moment. */
static RT void tracks_anchor(struct desk *d, const struct transport *t)
{
    for (uint32_t i = 0; i < d->n_tracks; i++)
        if (!track_anchored(d->tracks[i]))
            track_anchor(d->tracks[i], t->rolled);
}

static RT void tap_enter(struct tap *tap, const struct transport *t, bool astray, uint32_t fade)
{
    bool cuts = tap->track && track_sounding(tap->track, t->rolled);
    if (tap->track && astray) {
        ramp_init(&tap->gain, 0);
        return;
    }
    ramp_init(&tap->gain, cuts && fade ? 0 : 1);
    ramp_set(&tap->gain, 1, fade, CURVE_LIN);
}

RT void entries_arrive(struct desk *d, const struct transport *t, bool astray)
{
    tracks_anchor(d, t);
    for (uint32_t i = 0; i < d->n_strips; i++) {
        struct lane *lane = &d->strips[i];
        for (uint32_t k = 0; k < lane->n_taps; k++) {
            struct tap *tap = lane->taps[k];
            if (tap->arrives)
                tap_enter(tap, t, astray, t->rolling ? tap->fade : 0);
            tap->arrives = false;
        }
    }
}

RT void entries_roll(struct desk *d, const struct transport *t, bool astray, uint32_t fade)
{
    for (uint32_t i = 0; i < d->n_strips; i++) {
        struct lane *lane = &d->strips[i];
        for (uint32_t k = 0; k < lane->n_taps; k++) {
            struct tap *tap = lane->taps[k];
            if (!tap->track || tap->shot)
                continue;
            if (tap->gain.to == 0)
                ramp_init(&tap->gain, 0);
            else
                tap_enter(tap, t, astray, fade);
        }
    }
}
