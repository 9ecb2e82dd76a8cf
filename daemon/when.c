/* when.c - the WHEN of `at WHEN` */
#include "daemon/when.h"

#include "daemon/mixd.h"
#include "daemon/verbs.h"
#include "mixer/link.h"

#include <string.h>

uint64_t when_edge(const struct mixd *m, uint64_t frame)
{
    return (frame + m->quantum - 1) / m->quantum * m->quantum;
}

bool when_read(const struct call *call, struct when *out)
{
    const struct mixd *m = call->context;
    char *text = call->when.text;
    bool relative = *text == '+';
    struct word time = { text + relative, call->when.column };
    struct call part = *call;
    uint64_t frames;
    *out = (struct when){ .now = !strcmp(text, "now") };
    if (out->now)
        return true;
    part.words = &time;
    if (relative ? !time_read(&part, 0, &frames) : !position_read(&part, 0, &frames))
        return false;
    out->timeline = !relative;
    if (relative)
        out->frame = when_edge(m, (m->said ? *m->said : link_horizon(m->link)) + frames);
    else
        out->position = frames;
    return true;
}
