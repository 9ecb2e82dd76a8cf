/* moves.c - the transport as it is wanted: play, stop, locate, loop */
#include "mixer/arm.h"
#include "mixer/console_parts.h"
#include "mixer/transport.h"

#include <math.h>

/* Commands that wait for their frame; there is room for some when `set` has used up its own. */
static int move_schedule(struct console *c, uint64_t at)
{
    struct refusal why;
    return at ? post_schedule(c, at, 1, 0, &why) : 0;
}

/* One that is posted ahead is obeyed, whatever is said until then: it has the last word. */
static void move_settle(struct console *c, bool plays, uint64_t frame, uint32_t fade)
{
    uint64_t now = link_horizon(c->link);
    if (frame > now && frame >= c->ahead.frame) {
        c->ahead.frame = frame;
        c->ahead.fade = fade;
        c->ahead.plays = plays;
    } else if (c->ahead.frame > now) {
        c->rolling = c->ahead.plays;
        if (c->ahead.plays)
            c->begins = c->ahead.frame;
        else
            c->rolls_until = c->ahead.frame + c->ahead.fade + c->setup.quantum;
    }
}

uint64_t console_play(struct console *c, uint32_t fade, uint64_t at)
{
    if (move_schedule(c, at))
        return UINT64_MAX;
    console_disarm(c);
    c->rolling = true;
    for (uint32_t i = 0; i < c->sources.n; i++)
        track_wake(((struct source *)c->sources.at[i])->track);
    post(c, &(struct command){ .frame = at, .kind = COMMAND_PLAY, .frames = fade });
    uint64_t frame = post_flush(c);
    frame = at > frame ? at : frame;
    c->begins = frame;
    move_settle(c, true, frame, fade);
    return frame;
}

uint64_t console_stop(struct console *c, uint32_t fade, uint64_t at)
{
    if (move_schedule(c, at))
        return UINT64_MAX;
    console_disarm(c);
    bool rolled = console_rolling(c);
    c->rolling = false;
    post(c, &(struct command){ .frame = at, .kind = COMMAND_STOP, .frames = fade });
    uint64_t frame = post_flush(c);
    frame = at > frame ? at : frame;
    if (rolled)
        c->rolls_until = frame + fade + c->setup.quantum;
    move_settle(c, false, frame, fade);
    return frame;
}

static void move_begin(struct console *c)
{
    c->deferred = false;
    c->moving = true;
    sources_restart(c);
}

/* A stop still fades out: until that is over the timeline moves on, and would leave the place that
 * it was sent to. */
static bool stopping(const struct console *c)
{
    return !c->rolling && !c->starting && !c->idle && rolls(c);
}

void moves_tick(struct console *c)
{
    if (c->deferred && !stopping(c))
        move_begin(c);
}

int console_locate(struct console *c, uint64_t position, struct refusal *why)
{
    (void)why;
    console_disarm(c);
    c->target = position;
    c->relocates = true;
    if (stopping(c) && !c->moving)
        c->deferred = true;
    else
        move_begin(c);
    return 0;
}

int console_loop(struct console *c, uint64_t from, uint64_t to, struct refusal *why)
{
    if (from > to)
        return refuse(why, FAULT_RANGE, "a loop ends after it begins");
    if (from < to && c->jack != CONSOLE_JACK_OFF) {
        refuse(why, FAULT_STATE, "JACK's transport knows no loop, and transport/jack is not off");
        return refuse_hint(why, "set transport/jack off");
    }
    console_disarm(c);
    c->loop_from = from;
    c->loop_to = to;
    if (!c->deferred)
        move_begin(c); /* and relocates, as long as there is no timeline to go on with */
    return 0;
}

uint64_t console_moved_frame(const struct console *c)
{
    return c->moved_frame;
}

bool console_moved(const struct console *c)
{
    return !c->moving && !c->deferred && !desk_under_way(c);
}

uint64_t console_position(struct console *c)
{
    return c->swaps && !c->relocates ? c->status->position : c->target;
}

bool console_reaches(struct console *c, uint64_t position, uint64_t *frame)
{
    const struct status *s = c->status;
    uint64_t from = console_position(c), since = s->rolling ? s->frame : c->begins;
    if (position >= from)
        *frame = since + (position - from);
    else if (s->rolling) /* it has passed */
        *frame = since > from - position ? since - (from - position) : 1;
    else
        *frame = since;
    return c->rolling;
}

void console_loop_ends(const struct console *c, uint64_t *from, uint64_t *to)
{
    *from = c->loop_from;
    *to = c->loop_to;
}

bool console_rolling(struct console *c)
{
    return c->rolling || c->status->rolling;
}

uint64_t console_end(const struct console *c)
{
    uint64_t end = 0;
    for (uint32_t i = 0; i < c->nodes.n; i++) {
        const struct node *n = c->nodes.at[i];
        if (n->kind != NODE_STRIP || n->values[NODE_LOOP] != 0 || node_is_oneshot(n))
            continue;
        uint64_t length = node_length(c, n);
        if (length == UINT64_MAX)
            continue;
        uint64_t last = (uint64_t)ceil((double)length / n->values[NODE_RATE]) +
                        (uint64_t)llround(n->values[NODE_OFFSET] * c->setup.rate);
        if (last > end)
            end = last;
    }
    return end;
}

void console_await_tracks(struct console *c)
{
    struct track *slowest = NULL;
    uint64_t least = UINT64_MAX;
    for (uint32_t i = 0; i < c->sources.n; i++) {
        struct track *t = ((struct source *)c->sources.at[i])->track;
        struct track_figures f;
        track_wake(t);
        track_figures(t, &f);
        if (f.ended || f.failed || f.buffered >= least)
            continue;
        least = f.buffered;
        slowest = t;
    }
    if (slowest)
        track_await(slowest);
}
