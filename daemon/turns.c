/* turns.c - who asked last for a strip's change of rate or leap, so that he is told if it is late
 */
#include "daemon/turns.h"

#include "daemon/asker.h"
#include "daemon/log.h"
#include "daemon/mixd.h"
#include "daemon/watch.h"
#include "ipc/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TURNS = 64, STRIP = 80 }; /* of those that may be under way; "strip/" and a name */

struct turn {
    char strip[STRIP];
    struct asker asker;
};

/* The newest of them overwrite the oldest. */
struct turns {
    struct turn at[TURNS];
    unsigned n;
};

struct turns *turns_new(void)
{
    return calloc(1, sizeof(struct turns));
}

void turns_free(struct turns *t)
{
    free(t);
}

static struct turn *find(struct turns *t, const char *strip)
{
    for (unsigned i = 0; i < TURNS; i++)
        if (!strcmp(t->at[i].strip, strip))
            return &t->at[i];
    return NULL;
}

void turns_note(const struct call *call, const char *strip)
{
    struct mixd *m = call->context;
    struct turn *turn = find(m->turns, strip);
    if (!turn)
        turn = &m->turns->at[m->turns->n++ % TURNS];
    snprintf(turn->strip, sizeof turn->strip, "%s", strip);
    turn->asker = asker_of(call);
}

void turns_late(struct mixd *m, const char *strip, uint64_t frames)
{
    const struct turn *turn = find(m->turns, strip);
    struct text out = { 0 };
    if (turn)
        asker_write(&turn->asker, &out);
    text_printf(&out, "address=%s by=%" PRIu64 "f", strip, frames);
    if (!turn || !watch_tell(m, turn->asker.client, TOPIC_LATE, text_string(&out)))
        log_warn("late: %s", text_string(&out));
    text_clear(&out);
}
