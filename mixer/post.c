/* post.c - commands on their way to the engine, gathered into batches */
#include "mixer/model.h"

#include <math.h>
#include <stdlib.h>

void post(struct console *c, const struct command *command)
{
    if (c->n_batch == c->room_batch) {
        uint32_t room = c->room_batch ? 2 * c->room_batch : 64;
        struct command *batch = realloc(c->batch, sizeof *batch * room);
        if (!batch)
            return; /* out of memory: this one change is not heard; the wanted value stands */
        c->batch = batch;
        c->room_batch = room;
    }
    c->batch[c->n_batch++] = *command;
}

void post_set(struct console *c, struct ramp *ramp, double value, uint32_t frames, enum curve curve,
              uint64_t at)
{
    post(c, &(struct command){ .frame = at,
                               .kind = COMMAND_SET,
                               .ramp = ramp,
                               .value = value,
                               .frames = frames,
                               .curve = curve });
}

int post_schedule(struct console *c, uint64_t at, uint32_t n, struct refusal *why)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < c->n_scheduled; i++)
        if (c->scheduled[i] > c->status->frame)
            c->scheduled[kept++] = c->scheduled[i];
    c->n_scheduled = kept;
    if (kept + n > LINK_SCHEDULED)
        return refuse(why, FAULT_LIMIT, "%u commands are scheduled already", kept);
    for (uint32_t i = 0; i < n; i++)
        c->scheduled[c->n_scheduled++] = at;
    if (at > c->last_scheduled)
        c->last_scheduled = at;
    return 0;
}

uint64_t post_flush(struct console *c)
{
    uint64_t frame = link_horizon(c->link);
    if (!c->n_batch)
        return frame;
    if (link_post(c->link, c->batch, c->n_batch, &frame) == 0)
        c->n_batch = 0; /* else it goes with the next flush; console_tick sees to that */
    return frame;
}

uint32_t ramp_frames(const struct console *c)
{
    return (uint32_t)lround(c->values[ENGINE_RAMP] * c->setup.rate);
}

uint32_t xfade_frames(const struct console *c)
{
    return (uint32_t)lround(c->values[ENGINE_XFADE] * c->setup.rate);
}

uint64_t fade_end(const struct console *c, uint32_t frames)
{
    /* It begins within this turn or the next one; two quanta of margin cost nothing. */
    return link_horizon(c->link) + frames + 2 * c->setup.quantum;
}
