/* course.c - how the timeline goes on from here, as far as is known */
#include "mixer/course.h"

#include "mixer/console_parts.h"
#include "mixer/transport.h"

bool console_course(const struct console *c, struct course *now)
{
    const struct status *s = c->status;
    if (c->moving || c->moved_frame > s->frame || !(c->rolling || s->rolling))
        return false;
    *now = (struct course){ .frame = s->frame,
                            .position = s->position,
                            .rolled = s->rolled,
                            .until = c->rolling ? UINT64_MAX : c->rolls_until,
                            .loop_from = c->loop_from,
                            .loop_to = c->loop_to };
    if (!s->rolling && c->begins > s->frame)
        now->frame = c->begins;
    return true;
}

bool course_follows(const struct course *before, const struct course *now)
{
    return now->rolled >= before->rolled && now->loop_from == before->loop_from &&
           now->loop_to == before->loop_to && now->rolled - before->rolled <= now->frame &&
           transport_after(before->position, now->rolled - before->rolled, now->loop_from,
                           now->loop_to) == now->position;
}

uint64_t course_meets(const struct course *c, uint64_t position)
{
    bool turns = c->loop_from < c->loop_to && c->position < c->loop_to;
    uint64_t after = UINT64_MAX;
    if (position >= c->position && (!turns || position < c->loop_to))
        after = position - c->position;
    else if (turns && position >= c->loop_from && position < c->loop_to)
        after = c->loop_to - c->position + (position - c->loop_from);
    if (after == UINT64_MAX || c->frame + after >= c->until)
        return UINT64_MAX;
    return c->frame + after;
}

void timeline_at(const struct console *c, uint64_t frame, uint64_t *position, uint64_t *rolled)
{
    const struct status *s = c->status;
    bool rolling = s->rolling || c->rolling;
    uint64_t from = !s->rolling && c->begins > s->frame ? c->begins : s->frame;
    if (!c->rolling && frame > c->rolls_until)
        frame = c->rolls_until;
    uint64_t more = rolling && frame > from ? frame - from : 0;
    *position = transport_after(s->position, more, c->loop_from, c->loop_to);
    *rolled = s->rolled + more;
}
