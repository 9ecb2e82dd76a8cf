/* oneshot.c - strips that are fired: the next is always primed, what has sounded is taken away
 *
 * Each firing is a decoder of its own. While one sounds the next waits on the same lane of the
 * desk, so that a fire is one command and no new desk.
 */
#include "mixer/console_parts.h"

bool node_is_oneshot(const struct node *n)
{
    return n->kind == NODE_STRIP && n->values[NODE_MODE] != 0;
}

static bool waits(const struct model_tap *tap)
{
    return tap->life == LIFE_HERE && tap->tap.shot && !tap->fired;
}

uint32_t oneshot_fade(const struct console *c, const struct model_tap *tap)
{
    return tap->fired ? xfade_frames(c) : 0;
}

bool oneshot_stays(const struct node *n, const struct model_tap *tap)
{
    return node_is_oneshot(n) && tap->fired;
}

/* Has it come to its end, or faded out? */
static bool is_over(const struct console *c, const struct model_tap *tap)
{
    struct track_figures f;
    uint64_t now = c->status->frame;
    /* Acquire: pairs with the engine's store; from that frame on it is silent. */
    if (!tap->fired || now <= tap->fires + c->setup.quantum)
        return false;
    if (atomic_load_explicit(&tap->tap.over, memory_order_acquire) < now)
        return true;
    track_figures(tap->source->track, &f);
    return f.ended && f.buffered == 0;
}

/* What a batch has fired before it was primed. */
static void fire_after(struct console *c, struct node *n)
{
    char address[ADDRESS_SIZE];
    struct refusal why;
    uint64_t frame;
    node_address(n, address);
    if (node_is_oneshot(n) && console_fire(c, address, 0, &frame, &why))
        return;
    n->wants_fire = false;
    if (!node_is_oneshot(n) || frame <= n->fire_due)
        return;
    c->late_turns++;
    if (c->setup.late)
        c->setup.late(c->setup.context, address, frame - n->fire_due);
}

void oneshot_tick(struct console *c, struct node *n)
{
    if (n->wants_fire)
        fire_after(c, n);
    for (uint32_t i = n->taps.n; i-- > 0;) {
        struct model_tap *tap = n->taps.at[i];
        if (!tap->fired || tap->life != LIFE_HERE)
            continue;
        if (!tap->roused && tap->fires < c->status->frame + c->setup.rate / 2) {
            tap->roused = true; /* earlier it would find that nothing moves and sleep again */
            track_wake(tap->source->track);
        }
        if (!is_over(c, tap))
            continue;
        tap_leave(c, n, tap, 0);
        c->dirty = true;
    }
}

static struct node *oneshot_find(const struct console *c, const char *address, struct refusal *why)
{
    struct node *n;
    struct plug *p;
    if (object_find(c, address, &n, &p, why))
        return NULL;
    if (p || n->kind != NODE_STRIP) {
        refuse(why, FAULT_TYPE, "%s is no strip that plays a file", address);
        return NULL;
    }
    if (!node_is_oneshot(n)) {
        refuse(why, FAULT_STATE, "%s follows the timeline; only one-shots are fired", address);
        refuse_hint(why, "set %s/mode oneshot", address);
        return NULL;
    }
    return n;
}

/* Posts a command of a one-shot for frame `at`; returns the frame at which it is obeyed. */
static uint64_t shot_post(struct console *c, const struct command *command)
{
    post(c, command);
    uint64_t frame = post_flush(c);
    if (c->batch_number && c->at > frame)
        frame = c->at;
    return command->frame > frame ? command->frame : frame;
}

int console_fire(struct console *c, const char *address, uint64_t at, uint64_t *frame,
                 struct refusal *why)
{
    struct node *n = oneshot_find(c, address, why);
    struct model_tap *next = NULL;
    if (!n)
        return -1;
    for (uint32_t i = 0; i < n->taps.n && !next; i++)
        if (waits(n->taps.at[i]) && ((struct model_tap *)n->taps.at[i])->placed)
            next = n->taps.at[i];
    if (!next && c->whole) {
        n->wants_fire = true;
        n->fire_due = *frame = post_flush(c);
        return 0;
    }
    if (!next)
        return refuse(why, FAULT_BUSY, "%s is being primed; try again in a moment", address);
    if (at && post_schedule(c, at, 1, 0, why))
        return -1;
    struct command fire = {
        .frame = at, .kind = COMMAND_FIRE, .tap = &next->tap, .frames = xfade_frames(c)
    };
    *frame = next->fires = shot_post(c, &fire);
    next->fired = true;
    n->wants_source = true;
    return 0;
}

int console_cease(struct console *c, const char *address, uint32_t fade, uint64_t at,
                  uint64_t *frame, struct refusal *why)
{
    struct node *n = oneshot_find(c, address, why);
    if (!n || (at && post_schedule(c, at, 1, 0, why)))
        return -1;
    struct command cease = {
        .frame = at, .kind = COMMAND_CEASE, .strip = &n->strip, .frames = fade
    };
    *frame = shot_post(c, &cease);
    n->wants_fire = false;
    return 0;
}
