/* batch.c - several changes of the desk that are heard from one frame */
#include "mixer/batch.h"

#include "mixer/console_parts.h"

enum {
    SWAPS_MOST = 32,   /* desks on their way at once: half of what the link hands back */
    BATCH_ROOM = 4096, /* places that the link and the engine must have for one more batch */
};

void console_set_peer(struct console *c, const struct console *peer)
{
    c->peer = peer;
}

bool console_batch_fits(const struct console *c, uint64_t at, bool plain)
{
    uint64_t kept = c->kept - c->status->kept;
    if (c->n_batch || link_room(c->link) < BATCH_ROOM || kept + BATCH_ROOM > LINK_SCHEDULED)
        return false;
    return plain || !desk_under_way(c) ||
           (c->swaps - c->status->swaps < SWAPS_MOST && at >= c->swap_frame && at);
}

bool console_batch_settled(struct console *c)
{
    return console_settled(c) && !plugs_crowded(c);
}

void console_batch_begin(struct console *c, uint64_t at, const struct wishes *w, bool whole)
{
    c->held = true;
    c->batch_number = ++c->batches;
    c->at = at;
    c->whole = whole;
    c->wisher = w;
    timeline_at(c, at, &c->batch_position, &c->batch_rolled);
    if (at > c->last_scheduled)
        c->last_scheduled = at; /* what goes is freed after that frame */
}

static bool primed(const struct console *c)
{
    for (uint32_t i = 0; i < c->nodes.n; i++) {
        const struct node *n = c->nodes.at[i];
        if (node_primes(n) && !node_is_oneshot(n) && !node_ready(c, n))
            return false;
    }
    return true;
}

/* What plays another file, or from elsewhere, takes its place in this batch. */
static void sources_settle(struct console *c)
{
    for (uint32_t i = 0; i < c->nodes.n; i++) {
        struct node *n = c->nodes.at[i];
        if (n->kind == NODE_STRIP && n->life != LIFE_LEAVING && n->wants_source)
            node_open(c, n, NULL);
    }
    if (c->moving && primed(c)) {
        c->pivot = c->batch_position;
        c->pivot_rolled = c->batch_rolled;
        c->pivots = true;
        move_post(c);
    } else if (!c->moving) {
        for (uint32_t i = 0; i < c->nodes.n; i++)
            if (node_joins(c, c->nodes.at[i]))
                node_settle(c, c->nodes.at[i]);
    }
}

uint64_t console_batch_end(struct console *c)
{
    sources_settle(c);
    if (c->dirty && !c->moving)
        arrange_post(c);
    for (uint32_t i = 0; i < c->n_batch; i++) {
        struct command *command = &c->batch[i];
        if (!command->frame)
            command->frame = c->at;
        if (command->kind == COMMAND_SWAP)
            c->swap_frame = c->at;
    }
    c->held = c->whole = false;
    uint64_t frame = post_flush(c);
    c->at = c->batch_number = 0;
    c->wisher = NULL;
    return frame;
}
