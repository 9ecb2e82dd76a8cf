/* panic.c - everything silent at once, whatever is going on, and the way back
 *
 * Every gate closes: of the strips, because some have ports of their own, of the buses, because a
 * send before the fader passes a strip's, and of the master.
 */
#include "mixer/console_parts.h"

#include <math.h>

enum { FADE_MS = 10 };

static uint64_t gates_move(struct console *c, uint32_t frames)
{
    struct console_change change = { .frames = frames };
    for (uint32_t i = 0; i <= c->nodes.n; i++) {
        struct node *n = i < c->nodes.n ? c->nodes.at[i] : c->master;
        n->sent[RAMP_GATE] = NAN; /* wherever it is and however slowly it goes */
        node_levels(c, n, &change);
    }
    return post_flush(c);
}

uint64_t console_panic(struct console *c)
{
    bool again = c->panic;
    c->panic = true;
    return gates_move(c, again ? 0 : c->setup.rate * FADE_MS / 1000);
}

uint64_t console_calm(struct console *c)
{
    if (!c->panic)
        return post_flush(c);
    c->panic = false;
    return gates_move(c, c->setup.rate * FADE_MS / 1000);
}

bool console_panics(const struct console *c)
{
    return c->panic;
}
