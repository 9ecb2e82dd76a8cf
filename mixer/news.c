/* news.c - what the engine tells of its own: meters, and how long each turn took */
#include "mixer/news.h"

RT void news_stage(struct news *n, enum stage stage, uint64_t *began, uint64_t reverb_ns)
{
    uint64_t now = rt_now();
    n->stage_ns[stage] += now - *began - reverb_ns;
    n->stage_ns[STAGE_REVERB] += reverb_ns;
    *began = now;
}

RT void news_turn(struct news *n, struct link *link, uint64_t began, uint64_t frame,
                  uint32_t frames)
{
    struct timing t = { .start_ns = began, .frame = frame, .frames = frames };
    t.busy_ns = (uint32_t)(rt_now() - began);
    for (uint32_t i = 0; i < STAGES; i++) {
        t.stage_ns[i] = (uint32_t)n->stage_ns[i];
        n->stage_ns[i] = 0;
    }
    link_timing(link, &t, &n->lost_timings);
}

static RT void meter_tell(struct news *n, const struct lane *lane, struct status *s, bool seen)
{
    struct meter *unseen = &n->unseen[lane->meter];
    if (seen)
        meter_reset(unseen);
    meter_merge(unseen, &lane->strip->meter);
    meter_reset(&lane->strip->meter);
    s->meters[lane->meter] = *unseen;
}

RT void news_meters(struct news *n, struct link *link, const struct desk *d, struct status *s)
{
    bool seen = link_status_seen(link);
    for (uint32_t i = 0; i < d->n_strips; i++)
        meter_tell(n, &d->strips[i], s, seen);
    for (uint32_t i = 0; i < d->n_buses; i++)
        meter_tell(n, &d->buses[i], s, seen);
    meter_tell(n, &d->master, s, seen);
}
