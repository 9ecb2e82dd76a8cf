/* speed.c - varispeed, and leaps in a queue: where strips are in their material
 *
 * A strip follows its plain pace, rate * (timeline - offset), until its rate is set or it leaps
 * while the timeline goes on. Then another decoder is opened that has the change in it, from a
 * frame a little ahead; until there it gives the same sound as the one before, so that nobody hears
 * which of them plays. A locate, and the transport's loop, go back to the plain pace.
 */
#include "mixer/console_parts.h"

#include <math.h>

enum {
    LEAD_MS = 50,        /* until a change begins: by then the decoder is primed, as a rule */
    SHORTEST_MOVE = 256, /* frames; a rate that jumped would not end on a whole frame */
};

static uint64_t node_offset(const struct console *c, const struct node *n)
{
    return (uint64_t)llround(n->values[NODE_OFFSET] * c->setup.rate);
}

struct pace node_pace(const struct node *n, uint64_t position, uint64_t rolled)
{
    struct pace p = n->pace;
    /* Differences of either sign, in unsigned numbers: has the timeline gone straight on? */
    if (p.n == 0 || position - n->pace_at != rolled - n->pace_rolled)
        return (struct pace){ 0 };
    pace_forget(&p, position);
    return p;
}

/* The engine frame from which a change can be heard, and where the timeline will be. */
struct place {
    uint64_t frame, position, rolled;
};

static struct place place_ahead(const struct console *c)
{
    uint32_t quantum = c->setup.quantum;
    uint32_t lead = c->setup.rate / 1000 * LEAD_MS / quantum * quantum;
    struct place p = { .frame = link_horizon(c->link) };
    uint64_t ahead = c->status->frame + lead; /* the same for all that is set in one tick */
    if (c->batch_number && c->at >= p.frame)
        p.frame = c->at;
    else if (rolls(c) && ahead > p.frame)
        p.frame = ahead;
    timeline_at(c, p.frame, &p.position, &p.rolled);
    return p;
}

/* Its pace as it is now, with a leg at least. False: it will not be in force at that place. */
static bool pace_until(const struct console *c, const struct node *n, double rate,
                       const struct place *p, struct pace *out)
{
    const struct status *s = c->status;
    *out = node_pace(n, s->position, s->rolled);
    if (out->n == 0)
        pace_plain(out, node_offset(c, n), rate);
    return !(c->moving && c->relocates) && p->position - s->position == p->rolled - s->rolled;
}

static void pace_keep(struct console *c, struct node *n, const struct pace *pace,
                      const struct place *p)
{
    n->pace = *pace;
    n->pace_at = p->position;
    n->pace_rolled = p->rolled;
    n->turn = rolls(c) ? p->rolled : 0;
    if (!rolls(c))
        pace_forget(&n->pace, p->position);
}

uint64_t rate_set(struct console *c, struct node *n, double rate, uint32_t frames)
{
    struct place p = place_ahead(c);
    struct pace pace;
    bool goes_on = pace_until(c, n, n->values[NODE_RATE], &p, &pace);
    n->values[NODE_RATE] = rate;
    n->wants_source = true;
    bool begun = n->life != LIFE_COMING && p.position > node_offset(c, n);
    if (!goes_on || !begun || node_is_oneshot(n)) {
        n->pace.n = 0;
        return p.frame;
    }
    frames = frames == UINT32_MAX ? ramp_frames(c) : frames;
    frames = frames < SHORTEST_MOVE ? SHORTEST_MOVE : frames;
    pace_turn(&pace, p.position, rate, rolls(c) ? frames : 0);
    pace_keep(c, n, &pace, &p);
    return p.frame;
}

/* The frame of the joined line that a position of the material is, and how often it was round. */
static double line_frame(const struct console *c, const struct node *n, double position,
                         double *round)
{
    uint64_t length = node_length(c, n);
    *round = 0;
    if (n->values[NODE_LOOP] != 0 && length > 0 && length != UINT64_MAX)
        *round = floor(position / (double)length) * (double)length;
    return position - *round + nearbyint(n->values[NODE_IN] * c->setup.rate);
}

bool node_sounds(const struct console *c, const struct node *n, uint64_t *frame)
{
    const struct status *s = c->status;
    uint64_t length = node_length(c, n), at = s->position;
    struct pace pace = node_pace(n, s->position, s->rolled);
    if (pace.n == 0)
        pace_plain(&pace, node_offset(c, n), n->values[NODE_RATE]);
    if (node_is_oneshot(n)) {
        const struct model_tap *tap = node_tap(c, n);
        if (!tap || !tap->fired || s->frame < tap->fires)
            return false;
        at = s->frame;
        pace_plain(&pace, tap->fires, n->values[NODE_RATE]);
    }
    double position = pace_position(&pace, at), round;
    if (position < 0 || length == 0)
        return false;
    *frame = (uint64_t)line_frame(c, n, position, &round);
    return position - round < (double)length;
}

/* Where the entry behind the one begins that the line's frame lies in. False: none does. */
static bool entry_behind(const struct node *n, double frame, uint64_t *start)
{
    uint64_t end = n->frames;
    for (uint32_t k = 0; k < n->queue.n; k++) {
        if (frame < (double)end) {
            *start = end;
            return true;
        }
        end += ((const struct picked_file *)n->queue.at[k])->frames;
    }
    return false;
}

int queue_leap(struct console *c, struct node *n, uint64_t *frame, struct refusal *why)
{
    struct place p = place_ahead(c);
    struct pace pace;
    uint64_t start, length = node_length(c, n);
    bool goes_on = pace_until(c, n, n->values[NODE_RATE], &p, &pace);
    double position = pace_position(&pace, p.position), round;
    double line = line_frame(c, n, position, &round);
    if (!goes_on || position < 0)
        return refuse(why, FAULT_STATE, "strip/%s does not play yet", n->name);
    double to = round + (double)length;
    if (entry_behind(n, line, &start) && (double)start < line - (position - round) + (double)length)
        to = position + ((double)start - line);
    else if (n->values[NODE_LOOP] == 0)
        return refuse(why, FAULT_STATE, "strip/%s plays its last file", n->name);
    pace_jump(&pace, p.position, nearbyint(to));
    pace_keep(c, n, &pace, &p);
    n->wants_source = true;
    *frame = p.frame;
    return 0;
}
