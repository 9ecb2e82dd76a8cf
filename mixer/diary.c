/* diary.c - commands that the engine keeps for a later frame */
#include "mixer/diary.h"

static RT bool before(const struct entry *a, const struct entry *b)
{
    if (a->command.frame != b->command.frame)
        return a->command.frame < b->command.frame;
    return a->arrival < b->arrival;
}

RT bool diary_write(struct diary *d, const struct command *c)
{
    struct entry e = { d->arrivals, *c };
    uint32_t hole = d->n;
    if (d->n == LINK_SCHEDULED)
        return false;
    d->arrivals++;
    d->n++;
    for (; hole > 0 && before(&e, &d->at[(hole - 1) / 2]); hole = (hole - 1) / 2)
        d->at[hole] = d->at[(hole - 1) / 2];
    d->at[hole] = e;
    return true;
}

RT bool diary_read(struct diary *d, uint64_t frame, struct command *c)
{
    if (!d->n || d->at[0].command.frame > frame)
        return false;
    *c = d->at[0].command;
    const struct entry *last = &d->at[--d->n];
    uint32_t hole = 0;
    for (uint32_t child = 1; child < d->n; child = 2 * hole + 1) {
        if (child + 1 < d->n && before(&d->at[child + 1], &d->at[child]))
            child++;
        if (before(last, &d->at[child]))
            break;
        d->at[hole] = d->at[child];
        hole = child;
    }
    d->at[hole] = *last;
    return true;
}
