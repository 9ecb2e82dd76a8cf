/* turns.c - who asked last for what may come late, or not at all, so that he is told then
 */
#include "daemon/turns.h"

#include "daemon/asker.h"
#include "daemon/log.h"
#include "daemon/mixd.h"
#include "daemon/watch.h"
#include "ipc/parse.h"
#include "ipc/protocol.h"
#include "ipc/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TURNS = 64, NAME = 80 }; /* of those that may be under way; "record strip/" and a name */

struct turn {
    char name[NAME];
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

static struct turn *find(struct turns *t, const char *name)
{
    for (unsigned i = 0; i < TURNS; i++)
        if (!strcmp(t->at[i].name, name))
            return &t->at[i];
    return NULL;
}

void turns_note(const struct call *call, const char *strip)
{
    struct mixd *m = call->context;
    struct turn *turn = find(m->turns, strip);
    if (!turn)
        turn = &m->turns->at[m->turns->n++ % TURNS];
    snprintf(turn->name, sizeof turn->name, "%s", strip);
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

/* No strip has a blank in its name. */
static const char *recording_name(const char *address, char out[NAME])
{
    snprintf(out, NAME, "record %s", address);
    return out;
}

void turns_note_recording(const struct call *call, const char *address)
{
    char name[NAME];
    turns_note(call, recording_name(address, name));
}

void turns_failed(struct mixd *m, const char *address, const struct refusal *why)
{
    char name[NAME];
    const struct turn *turn = find(m->turns, recording_name(address, name));
    struct text out = { 0 };
    if (turn)
        asker_write(&turn->asker, &out);
    text_printf(&out, "address=%s code=%s text=", address,
                protocol_code_name((enum code)why->fault));
    word_write_quoted(&out, why->text);
    if (!turn || !watch_tell(m, turn->asker.client, TOPIC_FAILED, text_string(&out)))
        log_warn("recording %s: %s", address, why->text);
    text_clear(&out);
}
