/* arrivals.c - sources that are primed take their places
 *
 * When the track of a COMING tap is primed, the tap takes its place on the next desk and its
 * predecessors fade out. A move (locate, loop) does that for every strip at once, in the batch that
 * tells the transport. A track that took longer to prime than its ring lasts would arrive empty: it
 * is opened anew, twice as far ahead as it was late, and arrives when the timeline gets there.
 */
#include "mixer/batch.h"
#include "mixer/console_parts.h"

enum { MOVE_COMMANDS = 3 }; /* the loop, the locate, the swap */

/* The rolled clock at which a batch that is posted now is obeyed. */
static uint64_t rolled_now(const struct console *c)
{
    const struct status *s = c->status;
    return s->rolled + (s->rolling ? link_horizon(c->link) - s->frame : 0);
}

static struct source *source_coming(const struct node *n)
{
    for (uint32_t i = 0; i < n->taps.n; i++) {
        const struct model_tap *tap = n->taps.at[i];
        if (tap->life == LIFE_COMING && !tap->trial)
            return tap->source;
    }
    return NULL;
}

bool node_primes(const struct node *n)
{
    return source_coming(n) || n->wants_source;
}

bool node_ready(const struct console *c, const struct node *n)
{
    const struct source *s = source_coming(n);
    return s && !n->wants_source && n->taps.n <= TAPS_MAX &&
           (track_primed(s->track) || (!s->wish.shot && patience_over(c, s, 0)));
}

bool node_joins(const struct console *c, const struct node *n)
{
    return node_ready(c, n) && source_coming(n)->due <= c->batch_rolled;
}

/* Frames until the timeline comes to where the source of a node that is ready begins. */
static uint64_t node_early(const struct console *c, const struct node *n)
{
    uint64_t due = source_coming(n)->due, now = rolled_now(c);
    return due > now ? due - now : 0;
}

/* Frames by which it is too late for it; 0: it is not. */
static uint64_t node_late(const struct console *c, const struct node *n)
{
    const struct source *s = source_coming(n);
    uint64_t now = rolled_now(c);
    return s->due && now > s->due && track_primed(s->track) && !track_may_arrive(s->track, now)
               ? now - s->due
               : 0;
}

static void node_reopen(struct console *c, struct node *n, uint64_t ahead)
{
    source_coming(n)->missed = true;
    taps_abandon(c, n);
    n->ahead = ahead;
    n->wants_source = true;
}

void tap_leave(struct console *c, struct node *n, struct model_tap *tap, uint32_t fade)
{
    if (!fade) {
        list_remove(&n->taps, tap);
        bury_later(c, tap, tap_free);
        return;
    }
    tap->life = LIFE_LEAVING;
    fade_out(c, &tap->until, fade);
    post_set(c, &tap->tap.gain, 0, fade, CURVE_LIN, 0);
}

/* A change of pace arrives with what is put into place at rolled clock `now`. */
static void turn_arrive(struct console *c, struct node *n, uint64_t now)
{
    char address[ADDRESS_SIZE];
    uint64_t due = n->turn;
    n->turn = 0;
    if (due == 0 || due >= now)
        return;
    c->late_turns++;
    node_address(n, address);
    if (c->setup.late)
        c->setup.late(c->setup.context, address, now - due);
}

void node_settle(struct console *c, struct node *n)
{
    turn_arrive(c, n, c->batch_number ? c->batch_rolled : rolled_now(c));
    uint32_t fade = rolls(c) ? xfade_frames(c) : 0;
    for (uint32_t i = n->taps.n; i-- > 0;) {
        struct model_tap *tap = n->taps.at[i];
        if (tap->life == LIFE_HERE && !oneshot_stays(n, tap)) {
            tap_leave(c, n, tap, tap->tap.shot ? oneshot_fade(c, tap) : fade);
        } else if (tap->life == LIFE_COMING) {
            tap->tap.arrives = !tap->tap.shot;
            tap->tap.fade = xfade_frames(c);
            tap->life = LIFE_HERE;
            n->ahead = 0;
        }
    }
    c->dirty = true;
}

void sources_restart(struct console *c)
{
    c->generation++;
    c->pivots = false;
    for (uint32_t i = 0; i < c->nodes.n; i++) {
        struct node *n = c->nodes.at[i];
        if (n->kind != NODE_STRIP || n->life == LIFE_LEAVING || node_is_oneshot(n))
            continue;
        taps_abandon(c, n);
        n->ahead = 0;
        if (c->relocates)
            n->turn = n->pace.n = 0;
        n->wants_source = true;
    }
}

int move_post(struct console *c)
{
    if (post_reserve(c, MOVE_COMMANDS))
        return -1; /* out of memory; tried again at the next tick */
    for (uint32_t i = 0; i < c->nodes.n; i++)
        if (node_primes(c->nodes.at[i]))
            node_settle(c, c->nodes.at[i]);
    struct command loop = { .kind = COMMAND_LOOP, .from = c->loop_from, .to = c->loop_to };
    struct command move = { .kind = COMMAND_LOCATE, .from = c->target };
    if (!c->relocates)
        move = (struct command){ .kind = COMMAND_STEP, .from = c->pivot, .to = c->pivot_rolled };
    uint32_t before = c->n_batch;
    post(c, &loop);
    post(c, &move);
    if (arrange_post(c)) {
        c->n_batch = before;
        return -1;
    }
    c->moved_frame = post_flush(c);
    c->moved_swap = c->swaps;
    c->moving = c->relocates = false;
    return 0;
}

/* A strip that comes by itself. Stands the timeline, one that was to come later comes now. */
static void node_arrive(struct console *c, struct node *n)
{
    uint64_t early = node_early(c, n), late = node_late(c, n);
    if (late || (early && !rolls(c)))
        node_reopen(c, n, 2 * late);
    else if (!early)
        node_settle(c, n);
}

bool console_moves_early(const struct console *c)
{
    bool early = false;
    for (uint32_t i = 0; c->moving && i < c->nodes.n; i++) {
        const struct node *n = c->nodes.at[i];
        if (n->kind != NODE_STRIP || n->life == LIFE_LEAVING || !node_primes(n))
            continue;
        if (!node_ready(c, n))
            return false;
        early |= node_early(c, n) > 0;
    }
    return early;
}

uint64_t console_hold(const struct console *c)
{
    bool coming = false;
    for (uint32_t i = 0; i < c->nodes.n; i++) {
        const struct node *n = c->nodes.at[i];
        if (n->kind != NODE_STRIP || n->life == LIFE_LEAVING || node_is_oneshot(n))
            continue;
        coming |= node_primes(n) && !(node_ready(c, n) && node_early(c, n));
    }
    if (!coming)
        return UINT64_MAX;
    uint64_t now = link_horizon(c->link);
    if (!desk_under_way(c))
        return now;
    return (c->swap_frame > now ? c->swap_frame : now) + c->setup.quantum; /* until it is there */
}

/* Every strip is primed: either all arrive at once, or all are opened anew for a later place. */
static void move_arrive(struct console *c)
{
    uint64_t early = 0, late = 0;
    for (uint32_t i = 0; i < c->nodes.n; i++) {
        const struct node *n = c->nodes.at[i];
        if (n->life == LIFE_LEAVING || !source_coming(n))
            continue;
        uint64_t e = node_early(c, n), l = node_late(c, n);
        early = e > early ? e : early;
        late = l > late ? l : late;
    }
    if (!late && !early) {
        move_post(c);
    } else if (late || !rolls(c)) {
        for (uint32_t i = 0; i < c->nodes.n; i++) {
            struct node *n = c->nodes.at[i];
            if (n->life != LIFE_LEAVING && source_coming(n))
                node_reopen(c, n, 2 * late);
        }
    }
}

static void move_pivot(struct console *c)
{
    if (!c->moving || c->pivots)
        return;
    c->pivot = c->status->position;
    c->pivot_rolled = c->status->rolled;
    c->pivots = true;
}

void sources_tick(struct console *c)
{
    if (desk_under_way(c))
        return; /* the status does not tell yet where the timeline will stand */
    move_pivot(c);
    bool all = true;
    uint32_t opened = 0;
    for (uint32_t i = 0; i < c->nodes.n; i++) {
        struct node *n = c->nodes.at[i];
        if (n->kind != NODE_STRIP || n->life == LIFE_LEAVING)
            continue;
        if (n->wants_source && opened++ < AT_ONCE)
            node_open(c, n, NULL);
        oneshot_tick(c, n);
        bool ready = node_ready(c, n), moves = c->moving && !node_is_oneshot(n);
        if (node_primes(n) && !ready)
            all = false;
        if (ready && !moves)
            node_arrive(c, n);
    }
    if (c->moving && all)
        move_arrive(c);
}
