/* replan.c - what other costs would lay out otherwise is replaced, one effect at a time
 *
 * Not only where that is cheaper: so that, once it is done, all plans are those that a fresh start
 * would make, and the bits those of a render.
 */
#include "mixer/console_parts.h"

static bool node_replan(struct console *c, struct node *n)
{
    for (uint32_t i = 0; i < n->plugs.n; i++)
        if (plug_replan(c, n, n->plugs.at[i]))
            return true;
    return false;
}

/* One of all. False: there is none left. */
static bool any_replan(struct console *c)
{
    for (uint32_t i = 0; i < c->nodes.n; i++)
        if (node_replan(c, c->nodes.at[i]))
            return true;
    return node_replan(c, c->master);
}

void console_set_spare(struct console *c, struct needs *needs, bool away)
{
    c->spare = needs;
    c->spare_away = away;
}

bool console_replans(const struct console *c)
{
    return c->replans;
}

void replan_tick(struct console *c)
{
    plans_tick(c->plans);
    const char *problem = plans_problem(c->plans);
    if (problem)
        c->setup.report(c->setup.context, "engine/plan", problem);
    c->replans |= plans_changed(c->plans);
    if (!c->replans || desk_under_way(c) || c->spare_away || c->needs)
        return; /* what a command that is tried needs comes first */
    c->needs = c->spare;
    c->replans = any_replan(c);
    c->needs = NULL;
}
