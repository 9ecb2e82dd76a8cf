/* arm.c - everything primed at a position, so that it can begin at one frame, at once */
#include "mixer/arm.h"

#include "effects/rt.h"
#include "mixer/console_parts.h"

int console_arm(struct console *c, const uint64_t *position, struct refusal *why)
{
    if (c->rolling && !position)
        return refuse(why, FAULT_STATE, "wants a place while the transport rolls");
    if (c->rolling) {
        if (!c->cued && admit_cue(c, why))
            return -1;
        c->cued = true;
        c->cue_position = *position;
    } else {
        if (position && (rolls(c) || *position != console_position(c)) &&
            console_locate(c, *position, why))
            return -1;
        c->cued = false;
        for (uint32_t i = 0; i < c->sources.n; i++)
            track_wake(((struct source *)c->sources.at[i])->track);
    }
    c->armed = true;
    c->armed_ns = rt_now();
    return 0;
}

void console_disarm(struct console *c)
{
    c->armed = c->cued = false;
}

uint64_t console_armed_position(struct console *c)
{
    return c->cued ? c->cue_position : console_position(c);
}

static int refuse_lost(const struct node *n, const struct source *s, struct refusal *why)
{
    char address[ADDRESS_SIZE];
    const char *problem = track_problem(s->track, 0);
    node_address(n, address);
    return refuse(why, FAULT_FILE, "%s: %s", address, problem ? problem : "its file is lost");
}

/* It is not primed. */
static enum arming waiting(const struct console *c, const struct node *n, const struct source *s,
                           struct refusal *why)
{
    char address[ADDRESS_SIZE];
    bool over = s && patience_over(c, s, c->armed_ns);
    node_address(n, address);
    refuse(why, FAULT_BUSY, "%s is not primed%s", address,
           over ? ": its file does not answer" : "");
    return over ? ARMING_PARTLY : ARMING_PRIMES;
}

/* How all of them stand: as the worst does. */
struct tally {
    enum arming all;
    bool some; /* is primed */
    struct refusal why;
};

static void count(struct tally *t, enum arming one, const struct refusal *why)
{
    t->some |= one == ARMING_DONE;
    if (one <= t->all)
        return;
    t->all = one;
    t->why = *why;
}

/* Where nothing at all is primed there is nothing to go with. */
static enum arming sum(const struct tally *t, struct refusal *why)
{
    if (t->all != ARMING_DONE)
        *why = t->why;
    return t->all == ARMING_PARTLY && !t->some ? ARMING_FAILED : t->all;
}

/* Does the ring hold half of what it can, or all that there is? After a stop it may not. For what
 * a pipe may bring nobody waits. */
static bool source_full(const struct source *s)
{
    struct track_figures f;
    if (s->wish.pipe)
        return true;
    track_figures(s->track, &f);
    return track_primed(s->track) && (f.ended || f.buffered >= f.size / 2);
}

/* The strip as it will begin: by what is coming, or else by what is there. */
static enum arming node_arming(const struct console *c, const struct node *n, struct refusal *why)
{
    const struct source *s = NULL;
    bool coming = n->wants_source;
    for (uint32_t i = n->taps.n; i-- > 0 && !s;) {
        const struct model_tap *tap = n->taps.at[i];
        if (tap->life == LIFE_LEAVING || tap->trial || !tap->source)
            continue;
        s = tap->source;
        coming |= tap->life == LIFE_COMING;
    }
    if (s && track_fate(s->track) == TRACK_LOST) {
        refuse_lost(n, s, why);
        return ARMING_FAILED;
    }
    if (s && (!coming || s->wish.shot) && source_full(s))
        return ARMING_DONE;
    return waiting(c, n, s, why);
}

static enum arming nodes_arming(const struct console *c, struct refusal *why)
{
    struct tally tally = { .all = ARMING_DONE };
    for (uint32_t i = 0; i < c->nodes.n; i++) {
        const struct node *n = c->nodes.at[i];
        if (n->kind == NODE_STRIP && n->life != LIFE_LEAVING)
            count(&tally, node_arming(c, n, why), why);
    }
    return sum(&tally, why);
}

/* A strip that plays the like of what the cue keeps. */
static const struct node *node_like(const struct console *c, const struct source *held)
{
    for (uint32_t i = 0; i < c->nodes.n; i++) {
        const struct node *n = c->nodes.at[i];
        for (uint32_t k = 0; k < n->taps.n && n->life != LIFE_LEAVING; k++) {
            const struct source *s = ((struct model_tap *)n->taps.at[k])->source;
            if (s && wish_equal(&s->wish, &held->wish))
                return n;
        }
    }
    return c->master; /* the strip has just gone */
}

static enum arming held_arming(const struct console *c, const struct source *s, struct refusal *why)
{
    if (track_fate(s->track) == TRACK_LOST) {
        refuse_lost(node_like(c, s), s, why);
        return ARMING_FAILED;
    }
    if (track_primed(s->track))
        return ARMING_DONE;
    return waiting(c, node_like(c, s), s, why);
}

static enum arming cue_arming(const struct console *c, struct refusal *why)
{
    const struct cue *q = &c->cue;
    struct tally tally = { .all = ARMING_DONE };
    for (uint32_t i = 0; i < q->held.n; i++)
        count(&tally, held_arming(c, q->held.at[i], why), why);
    enum arming all = sum(&tally, why);
    if (all >= ARMING_PRIMES ||
        (q->swaps == c->swaps && q->start.position == c->cue_position && q->held.n == q->files))
        return all;
    refuse(why, FAULT_BUSY, "the desk is being arranged");
    return ARMING_PRIMES;
}

enum arming console_arming(struct console *c, struct refusal *why)
{
    if (!c->armed)
        return ARMING_OFF;
    if (c->cued)
        return cue_arming(c, why);
    if (rolls(c)) {
        refuse(why, FAULT_BUSY, "the transport has not stopped");
        return ARMING_PRIMES;
    }
    enum arming all = nodes_arming(c, why);
    if (all >= ARMING_PRIMES || (!c->moving && !desk_under_way(c) && !c->dirty))
        return all;
    refuse(why, FAULT_BUSY, "the desk is being arranged");
    return ARMING_PRIMES;
}

uint64_t console_go(struct console *c, uint32_t fade)
{
    struct refusal why;
    if (!c->cued)
        return console_play(c, fade, 0);
    console_locate(c, c->cue_position, &why);
    return UINT64_MAX;
}
