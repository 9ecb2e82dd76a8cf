/* post.c - commands on their way to the engine, gathered into batches */
#include "mixer/console_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int post_reserve(struct console *c, uint32_t more)
{
    if (c->n_batch + more <= c->room_batch)
        return 0;
    uint32_t room = c->room_batch ? 2 * c->room_batch : 64;
    while (room < c->n_batch + more)
        room *= 2;
    struct command *batch = realloc(c->batch, sizeof *batch * room);
    if (!batch)
        return -ENOMEM;
    c->batch = batch;
    c->room_batch = room;
    return 0;
}

void post(struct console *c, const struct command *command)
{
    if (post_reserve(c, 1))
        return; /* out of memory: this one change is not heard; the wanted value stands */
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

int post_schedule(struct console *c, uint64_t at, uint32_t n, uint32_t spare, struct refusal *why)
{
    uint64_t kept = c->kept + c->n_batch - c->status->kept;
    if (kept + n + spare > LINK_SCHEDULED)
        return refuse(why, FAULT_LIMIT, "%" PRIu64 " commands are scheduled already", kept);
    if (at > c->last_scheduled)
        c->last_scheduled = at;
    return 0;
}

/* A batch goes whole; one that no empty link could hold goes in pieces. */
static int batch_post(struct console *c, uint64_t *frame)
{
    while (c->n_batch > 0) {
        uint32_t n = c->n_batch <= LINK_COMMANDS ? c->n_batch : LINK_COMMANDS / 2;
        int err = link_post(c->link, c->batch, n, frame);
        if (err)
            return err; /* it goes with the next flush; console_tick sees to that */
        for (uint32_t i = 0; i < n; i++)
            c->kept += c->batch[i].frame != 0;
        c->n_batch -= n;
        memmove(c->batch, c->batch + n, sizeof *c->batch * c->n_batch);
    }
    return 0;
}

uint64_t post_flush(struct console *c)
{
    uint64_t frame = link_horizon(c->link);
    uint64_t at = c->at > c->batch_at ? c->at : c->batch_at;
    if (c->held || batch_post(c, &frame)) {
        c->batch_at = at;
        return at > frame ? at : frame;
    }
    c->batch_at = 0;
    frame = at > frame ? at : frame;
    for (uint32_t i = 0; i < c->n_endings; i++)
        *c->endings[i].until = frame + c->endings[i].frames;
    c->n_endings = 0;
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

void fade_out(struct console *c, uint64_t *until, uint32_t frames)
{
    if (c->n_endings == c->room_endings) {
        uint32_t room = c->room_endings ? 2 * c->room_endings : 64;
        struct ending *endings = realloc(c->endings, sizeof *endings * room);
        if (!endings) { /* out of memory: a guess that holds unless this thread is put aside */
            *until = link_horizon(c->link) + frames + c->setup.rate;
            return;
        }
        c->endings = endings;
        c->room_endings = room;
    }
    *until = UINT64_MAX;
    c->endings[c->n_endings++] = (struct ending){ until, frames };
}

bool fade_over(const struct console *c, uint64_t until)
{
    return c->idle || c->status->frame >= until;
}
