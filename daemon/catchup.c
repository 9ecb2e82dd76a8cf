/* catchup.c - every value, a piece at a time, for a client that has missed a change of one */
#include "daemon/catchup.h"

#include "daemon/figures.h"
#include "daemon/mixd.h"
#include "mixer/console.h"

#include <string.h>

enum { PIECE = 4096 }; /* values at a stretch */

struct piece {
    const char *glob;
    uint32_t from, count; /* values that match: the first of the piece, and all so far */
    uint32_t told;
    bool full;
    void *context;
    bool (*tell)(void *context, const struct console_value *v);
};

static bool in_piece(void *context, const char *address)
{
    struct piece *p = context;
    if (!figures_match(p->glob, address))
        return false;
    uint32_t place = p->count++;
    return !p->full && place >= p->from && place - p->from < PIECE;
}

static void value_tell(void *context, const struct console_value *v)
{
    struct piece *p = context;
    if (p->tell(p->context, v))
        p->told++;
    else
        p->full = true;
}

void catchup_begin(struct catchup *c)
{
    c->left = UINT32_MAX;
}

void catchup_go_on(struct catchup *c, const struct mixd *m, const char *glob, void *context,
                   bool (*tell)(void *context, const struct console_value *v))
{
    if (!c->left)
        return;
    if (c->revision != m->revision)
        catchup_begin(c); /* the values may stand in other places by now */
    c->revision = m->revision;
    struct piece p = { .glob = glob, .from = c->at, .context = context, .tell = tell };
    const struct console_sieve sieve = { .wants = in_piece,
                                         .head = glob,
                                         .head_length = glob ? strcspn(glob, "*?") : 0 };
    console_sift_values(m->console, &sieve, &p, value_tell);
    c->left = c->left < p.count ? c->left : p.count;
    c->left -= p.told < c->left ? p.told : c->left;
    c->at += p.told;
    if (c->at >= p.count)
        c->at = 0;
}
