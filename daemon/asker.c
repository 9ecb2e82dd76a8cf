/* asker.c - who gave a command and waits to hear what became of it */
#include "daemon/asker.h"

#include "daemon/mixd.h"
#include "ipc/registry.h"
#include "ipc/server.h"

#include <stdio.h>

struct asker asker_of(const struct call *call)
{
    const struct mixd *m = call->context;
    struct asker a = { 0 };
    if (!call->caller)
        return m->asker ? *m->asker : a;
    a.client = client_id(call->caller);
    snprintf(a.tag, sizeof a.tag, "%s", reply_tag(call->reply));
    return a;
}

void asker_write(const struct asker *a, struct text *out)
{
    if (*a->tag)
        text_printf(out, "tag=@%s ", a->tag);
}
