/* desk.c - everything audible, as one immutable arrangement */
#include "mixer/desk.h"

#include "mixer/recorder.h"

#include <stdlib.h>

struct desk *desk_new(uint32_t tracks, uint32_t strips, uint32_t buses, uint32_t slots,
                      uint32_t feeds, struct slot **slot_pool, struct feed **feed_pool)
{
    size_t lanes_at = sizeof(struct desk);
    size_t slots_at = lanes_at + sizeof(struct lane) * (strips + buses);
    size_t feeds_at = slots_at + sizeof(struct slot) * slots;
    size_t tracks_at = feeds_at + sizeof(struct feed) * feeds;
    size_t shots_at = tracks_at + sizeof(struct track *) * tracks;
    char *block = calloc(1, shots_at + sizeof(struct lane *) * strips);
    if (!block)
        return NULL;
    struct desk *d = (void *)block;
    d->strips = (void *)(block + lanes_at);
    d->buses = d->strips + strips;
    d->tracks = (void *)(block + tracks_at);
    d->shots = (void *)(block + shots_at);
    *slot_pool = (void *)(block + slots_at);
    *feed_pool = (void *)(block + feeds_at);
    return d;
}

static RT bool lanes_record(const struct lane *lanes, uint32_t count, uint32_t n)
{
    for (uint32_t i = 0; i < count; i++)
        if (lanes[i].recorder && !recorder_has_room(lanes[i].recorder, n))
            return false;
    return true;
}

RT bool desk_records(const struct desk *d, uint32_t n)
{
    return lanes_record(d->strips, d->n_strips, n) && lanes_record(d->buses, d->n_buses, n) &&
           lanes_record(&d->master, 1, n);
}
