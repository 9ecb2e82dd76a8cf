/* markers.c - positions of the timeline that have a name */
#include "mixer/markers.h"

#include "mixer/model.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MARKERS_MOST = 4096 };

struct marker *marker_find(const struct console *c, const char *name)
{
    for (uint32_t i = 0; i < c->markers.n; i++) {
        struct marker *m = c->markers.at[i];
        if (!strcmp(m->name, name))
            return m;
    }
    return NULL;
}

/* Where a position is read, a marker must not be taken for something else. */
static int marker_name_check(const struct console *c, const char *name, struct refusal *why)
{
    static const char *const words[] = { "off", "now" };
    uint64_t frames;
    if (!name_valid(name, why))
        return -1;
    if (time_parse(name, c->setup.rate, &frames) != -EINVAL)
        return refuse(why, FAULT_SYNTAX, "%s reads as a time, so it cannot name a marker", name);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(name, words[i]))
            return refuse(why, FAULT_SYNTAX, "%s means something else where a marker may stand",
                          name);
    return 0;
}

/* There is room: it was on the list, or was reserved for. */
static void marker_enter(struct console *c, struct marker *m)
{
    uint32_t place = 0;
    while (place < c->markers.n && ((struct marker *)c->markers.at[place])->position <= m->position)
        place++;
    list_insert(&c->markers, place, m);
}

double marker_value(const struct console *c, const struct marker *m, uint32_t row)
{
    (void)row;
    return (double)m->position / c->setup.rate;
}

void marker_set(struct console *c, struct marker *m, uint32_t row, double value)
{
    (void)row;
    list_remove(&c->markers, m);
    m->position = (uint64_t)llround(value * c->setup.rate);
    marker_enter(c, m);
}

int console_add_marker(struct console *c, const char *name, uint64_t position, struct refusal *why)
{
    char range[64], time[PARAM_TEXT];
    const struct param *row = &marker_rows[MARKER_POSITION];
    if (marker_name_check(c, name, why))
        return -1;
    if (marker_find(c, name)) {
        refuse(why, FAULT_EXISTS, "there is a marker/%s already", name);
        return refuse_hint(why, "set marker/%s TIME", name);
    }
    if ((double)position > row->max * c->setup.rate) {
        refuse(why, FAULT_RANGE, "%s is too far out", time_format(position, c->setup.rate, time));
        return refuse_hint(why, "%s", param_range(row, c->setup.rate, range, sizeof range));
    }
    struct marker *m = c->markers.n < MARKERS_MOST ? calloc(1, sizeof *m) : NULL;
    if (!m || list_reserve(&c->markers, 1)) {
        free(m);
        return refuse(why, FAULT_LIMIT, "no room for more than %d markers", MARKERS_MOST);
    }
    strcpy(m->name, name); /* a valid one fits */
    m->position = position;
    marker_enter(c, m);
    return 0;
}

int console_remove_marker(struct console *c, const char *name, struct refusal *why)
{
    struct marker *m = marker_find(c, name);
    if (!m)
        return refuse(why, FAULT_UNKNOWN, "there is no marker/%s", name);
    list_remove(&c->markers, m);
    free(m);
    return 0;
}

bool console_find_marker(const struct console *c, const char *name, uint64_t *position)
{
    const struct marker *m = marker_find(c, name);
    if (m)
        *position = m->position;
    return m != NULL;
}

void console_each_marker(const struct console *c, void *context,
                         void (*each)(void *context, const struct marker_figures *m))
{
    for (uint32_t i = 0; i < c->markers.n; i++) {
        const struct marker *m = c->markers.at[i];
        each(context, &(struct marker_figures){ .name = m->name, .position = m->position });
    }
}

void markers_clear(struct console *c)
{
    for (uint32_t i = 0; i < c->markers.n; i++)
        free(c->markers.at[i]);
    list_clear(&c->markers);
}
