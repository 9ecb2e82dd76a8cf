/* session.c - a session file: its lines run, checked, saved */
#include "daemon/session.h"

#include "daemon/mixd.h"
#include "daemon/schedule.h"
#include "daemon/script.h"
#include "daemon/wires.h"
#include "mixer/console.h"
#include "mixer/list.h"

#include <stdlib.h>
#include <string.h>

static int whole_run(struct script *s)
{
    if (!s)
        return -1;
    script_run(s, UINT64_MAX);
    return script_close(s);
}

int session_run(struct mixd *m, const char *path, struct text *fault)
{
    return whole_run(script_open(m, path, fault));
}

int session_run_text(struct mixd *m, const char *name, struct text *lines, struct text *fault)
{
    return lines->length ? whole_run(script_of(m, name, lines, fault)) : 0;
}

struct names {
    struct list all; /* of char * */
};

static void name_add(void *context, const char *address, const char *kind)
{
    struct names *names = context;
    char *copy = strdup(address);
    (void)kind;
    if (copy && list_add(&names->all, copy))
        free(copy);
}

void session_clear(struct mixd *m)
{
    struct refusal why;
    struct names names = { 0 };
    console_each_object(m->console, &names, name_add);
    /* Buses that others go out through can only go after them, so some need a second look. */
    for (uint32_t turn = 0, left = names.all.n; left && turn < names.all.n; turn++) {
        uint32_t still = 0;
        for (uint32_t i = 0; i < names.all.n; i++) {
            char *address = names.all.at[i];
            bool master = !strcmp(address, "master");
            if (!master && console_remove(m->console, address, &why) && why.fault == FAULT_BUSY)
                still++;
        }
        left = still;
    }
    for (uint32_t i = 0; i < names.all.n; i++)
        free(names.all.at[i]);
    list_clear(&names.all);
    wires_free(m->wires);
    m->wires = NULL;
    console_reset(m->console);
    schedule_cancel_session(m);
    m->revision++;
}
