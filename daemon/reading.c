/* reading.c - files that another thread reads for what is tried on this one */
#include "daemon/reading.h"

#include "daemon/chore.h"
#include "daemon/mixd.h"
#include "mixer/console.h"
#include "mixer/needs.h"

#include <assert.h>
#include <stddef.h>

bool reading_init(struct reading *r)
{
    *r = (struct reading){ .needs = needs_new() };
    return r->needs;
}

void reading_share(struct reading *r, struct needs *needs)
{
    *r = (struct reading){ .needs = needs ? needs_keep(needs) : NULL };
}

void reading_clear(struct reading *r)
{
    chore_free(r->chore);
    needs_drop(r->needs);
    *r = (struct reading){ 0 };
}

bool reading_idle(struct reading *r)
{
    if (r->chore && !chore_done(r->chore, 0))
        return false;
    chore_free(r->chore);
    r->chore = NULL;
    return true;
}

void reading_await(const struct reading *r, unsigned timeout_ms)
{
    if (r->chore)
        chore_done(r->chore, timeout_ms);
}

void reading_enter(struct reading *r, struct mixd *m)
{
    assert(!m->needs && !r->chore);
    m->needs = r->needs;
    console_set_needs(m->console, r->needs);
}

static void work(void *needs)
{
    needs_make(needs);
    needs_drop(needs);
}

bool reading_leave(struct reading *r, struct mixd *m)
{
    m->needs = NULL;
    console_set_needs(m->console, NULL);
    if (reading_pursue(r))
        return true;
    mixd_hurry(m);
    return false;
}

bool reading_pursue(struct reading *r)
{
    if (!r->needs || !needs_lack(r->needs))
        return true;
    r->chore = chore_new(work, needs_keep(r->needs));
    if (!r->chore) /* out of memory */
        work(r->needs);
    return false;
}

bool reading_lacks(const struct mixd *m)
{
    return m->needs && needs_lack(m->needs);
}
