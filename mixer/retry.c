/* retry.c - strips whose files were lost, or have grown
 *
 * A lost file leaves its strip where it is, silent. Every engine/retry another track is opened for
 * it, where the timeline is by then; the strip goes on as it is until that track is primed, and if
 * the file is still lost nobody hears of it. A trial holds up nothing else, however long the disk
 * takes. A file that has grown by the time its end was read goes on the same way, at once; since
 * both tracks give the same sound, the crossfade between them is none. So does one that was kept
 * ready at a marker and has been replaced meanwhile, which is heard as it was for that moment.
 */
#include "effects/rt.h"
#include "mixer/console_parts.h"

#include <stdio.h>

enum { NS_PER_S = 1000000000 };

enum node_state { STATE_READY, STATE_LOST, STATE_WAITING }; /* as node_rows spells them */

/* Of the strip's taps the newest of this life that plays a file. */
static struct model_tap *tap_of(const struct node *n, enum life life)
{
    for (uint32_t i = n->taps.n; i-- > 0;) {
        struct model_tap *tap = n->taps.at[i];
        if (tap->source && tap->life == life)
            return tap;
    }
    return NULL;
}

static void source_report(struct console *c, const struct node *n, struct source *s)
{
    char address[ADDRESS_SIZE];
    const char *problem;
    const char *notice = s->noticed ? NULL : track_notice(s->track);
    node_address(n, address);
    for (; (problem = track_problem(s->track, s->complaints)); s->complaints++)
        c->setup.report(c->setup.context, address, problem);
    if (notice)
        c->setup.report(c->setup.context, address, notice);
    s->noticed |= notice != NULL;
}

static void node_tell(struct console *c, struct node *n, enum node_state state)
{
    char address[ADDRESS_SIZE], row[2 * ADDRESS_SIZE];
    if (state == n->values[NODE_STATE])
        return;
    bool again = n->values[NODE_STATE] == STATE_LOST && state == STATE_READY;
    n->values[NODE_STATE] = state;
    node_address(n, address);
    snprintf(row, sizeof row, "%s/%s", address, node_rows[NODE_STATE].name);
    if (again)
        c->setup.report(c->setup.context, address, "its file plays again");
    if (c->setup.changed)
        c->setup.changed(c->setup.context, row);
}

static void wait_for_retry(const struct console *c, struct node *n)
{
    n->retry_ns = rt_now() + (uint64_t)(c->values[ENGINE_RETRY] * NS_PER_S);
}

static void trial_begin(struct console *c, struct node *n, const struct track *before)
{
    struct file_mark unless = { 0 };
    if (track_fate(before) == TRACK_LOST)
        unless = track_lost_mark(before);
    wait_for_retry(c, n);
    struct model_tap *tap = node_open(c, n, &unless);
    if (tap)
        tap->trial = true;
}

static void trial_judge(struct console *c, struct node *n, struct model_tap *tap)
{
    if (!track_primed(tap->source->track) || n->taps.n > TAPS_MAX)
        return;
    tap->trial = false;
    if (track_fate(tap->source->track) != TRACK_LOST) {
        node_settle(c, n);
        return;
    }
    wait_for_retry(c, n);
    list_remove(&n->taps, tap);
    tap_free(c, tap);
}

static void node_retry(struct console *c, struct node *n)
{
    if (n->pipe)
        pipe_report(c, n);
    struct model_tap *coming = tap_of(n, LIFE_COMING), *here = tap_of(n, LIFE_HERE);
    if (here) {
        enum track_fate fate = track_fate(here->source->track);
        struct pipe *pipe = here->source->wish.pipe;
        bool waits = pipe && pipe_figures(pipe).state == PIPE_WAITS;
        if (fate == TRACK_LOST && n->values[NODE_STATE] != STATE_LOST)
            wait_for_retry(c, n);
        source_report(c, n, here->source);
        node_tell(c, n, fate == TRACK_LOST ? STATE_LOST : waits ? STATE_WAITING : STATE_READY);
    }
    if (c->moving || desk_under_way(c))
        return;
    if (coming && coming->trial)
        trial_judge(c, n, coming);
    else if (here && !node_primes(n) && track_fate(here->source->track) != TRACK_WELL &&
             c->values[ENGINE_RETRY] > 0 && rt_now() >= n->retry_ns)
        trial_begin(c, n, here->source->track);
}

void retry_tick(struct console *c)
{
    for (uint32_t i = 0; i < c->nodes.n; i++) {
        struct node *n = c->nodes.at[i];
        if (n->kind == NODE_STRIP && n->life != LIFE_LEAVING)
            node_retry(c, n);
    }
}
