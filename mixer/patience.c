/* patience.c - how long others wait for a strip whose file does not answer
 *
 * What begins together (after a locate, a loop, a batch; with go, play or JACK's transport) waits
 * until every file of it is primed, but not for ever: one disk that hangs must not hold up a show.
 *
 *   - A file is waited for as long as it answers, block by block. Once it has not for
 *     engine/patience, it is no longer; nor is one that answers too slowly, after LONGEST times
 *     that.
 *   - A file that was known to hang beforehand is not waited for at all: a strip that plays it has
 *     run dry for want of it, or it has hung the last time that it was wanted. Unless all files
 *     hang, or did a moment ago: nobody would gain by going, and one disk does not bring all its
 *     files back in one instant.
 *
 * The strip then takes its place as it is. It is silent and counted as starved, and from the first
 * frame that comes it is heard where the others are.
 */
#include "effects/rt.h"
#include "mixer/console_parts.h"

#include <stdio.h>
#include <string.h>

enum { LONGEST = 3, NS_PER_S = 1000000000 };

/* A disk that is only busy answers sooner, as a rule. */
static const uint64_t HANGS_NS = 500000000;

/* A pipe may be empty for hours. */
static const uint64_t PIPE_NS = 250000000;

static uint64_t patience_ns(const struct console *c)
{
    return (uint64_t)(c->values[ENGINE_PATIENCE] * NS_PER_S);
}

uint64_t console_patience_ns(const struct console *c)
{
    return LONGEST * patience_ns(c);
}

uint32_t console_unprimed(const struct console *c)
{
    uint32_t unprimed = 0;
    for (uint32_t i = 0; i < c->nodes.n; i++) {
        const struct node *n = c->nodes.at[i];
        const struct model_tap *tap = n->life == LIFE_LEAVING ? NULL : node_tap(c, n);
        unprimed += tap && !track_primed(tap->source->track);
    }
    return unprimed;
}

bool source_dumb(const struct source *s)
{
    return !s->wish.pipe && track_waits_ns(s->track, rt_now()) > HANGS_NS;
}

static bool known_to_hang(const struct console *c, const char *path)
{
    if (c->hanging == 0 || rt_now() - c->all_hung_ns < HANGS_NS)
        return false;
    for (uint32_t i = 0; i < c->sources.n; i++) {
        const struct source *s = c->sources.at[i];
        if ((s->hangs || s->heir_hung) && !strcmp(s->wish.path, path))
            return true;
    }
    return false;
}

bool patience_over(const struct console *c, const struct source *s, uint64_t since)
{
    uint64_t now = rt_now();
    since = since > s->wanted_ns ? since : s->wanted_ns;
    if (s->wish.pipe)
        return now - since > PIPE_NS;
    return track_waits_ns(s->track, now) > patience_ns(c) || now - since > console_patience_ns(c) ||
           known_to_hang(c, s->wish.path);
}

static bool source_dry(const struct source *s)
{
    struct track_figures f;
    track_figures(s->track, &f);
    return f.buffered == 0;
}

/* Half of what its ring holds is there, or all that will come. */
static bool source_well(const struct source *s)
{
    struct track_figures f;
    track_figures(s->track, &f);
    return f.ended || (f.size && f.buffered >= f.size / 2);
}

static void tell(struct console *c, struct node *n, const struct source *s)
{
    char address[ADDRESS_SIZE], text[SOURCE_TEXT];
    node_address(n, address);
    n->silent = s->hangs;
    snprintf(text, sizeof text,
             n->silent ? "%.900s does not answer: silent until it does" : "%.900s answers again",
             s->wish.path);
    c->setup.report(c->setup.context, address, text);
}

void patience_tick(struct console *c)
{
    uint64_t visit = ++c->visits;
    c->playing = c->hanging = 0;
    for (uint32_t i = 0; i < c->nodes.n; i++) {
        struct node *n = c->nodes.at[i];
        const struct model_tap *tap = n->life == LIFE_LEAVING ? NULL : node_tap(c, n);
        if (!tap)
            continue;
        struct source *s = tap->source;
        if (s->visit != visit) {
            s->hangs = source_dumb(s) && source_dry(s);
            c->hanging += s->hangs || s->heir_hung;
            c->playing++;
        }
        s->visit = visit;
        if (s->hangs != n->silent && (s->hangs || source_well(s)))
            tell(c, n, s);
    }
    if (c->hanging > 0 && c->hanging == c->playing)
        c->all_hung_ns = rt_now();
}
