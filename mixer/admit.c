/* admit.c - is there room for the decoder of one more strip? */
#include "mixer/console_parts.h"
#include "mixer/limits.h"

#include <math.h>
#include <string.h>

static const enum node_param told_apart[] = { NODE_OFFSET,  NODE_IN,   NODE_END,     NODE_FADEIN,
                                              NODE_FADEOUT, NODE_LOOP, NODE_QUALITY, NODE_RING };

/* Would one decoder serve both? */
static bool shares(const struct node *a, const struct node *b)
{
    for (size_t i = 0; i < sizeof told_apart / sizeof *told_apart; i++)
        if (a->values[told_apart[i]] != b->values[told_apart[i]])
            return false;
    return !strcmp(a->file, b->file);
}

static bool plays(const struct node *n)
{
    return n->kind == NODE_STRIP && n->life != LIFE_LEAVING;
}

static uint32_t strips(const struct console *c)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < c->nodes.n; i++)
        count += plays(c->nodes.at[i]);
    return count;
}

static uint32_t decoders(const struct console *c)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < c->nodes.n; i++) {
        const struct node *n = c->nodes.at[i];
        bool shared = !plays(n);
        for (uint32_t k = 0; k < i && !shared; k++)
            shared = plays(c->nodes.at[k]) && shares(n, c->nodes.at[k]);
        count += !shared;
    }
    return count;
}

/* A primed marker keeps one more for each of so many, and that has no successor. */
static uint32_t with_cues(uint32_t count, uint32_t primed)
{
    return count + (uint32_t)(((uint64_t)count * primed + 1) / 2);
}

int admit_cue(const struct console *c, struct refusal *why)
{
    return limits_check(with_cues(decoders(c), markers_primed(c) + 1), 0, why);
}

/* Strips are counted first, because to count what they share takes the square of their number. */
int admit_strip(const struct console *c, uint32_t channels, struct refusal *why)
{
    double frames = c->values[ENGINE_RING] * c->setup.rate;
    uint64_t bytes = (uint64_t)llround(frames) * channels * sizeof(float);
    uint32_t primed = markers_primed(c);
    if (!limits_check(with_cues(strips(c) + 1, primed), bytes, why))
        return 0;
    return limits_check(with_cues(decoders(c) + 1, primed), bytes, why);
}
