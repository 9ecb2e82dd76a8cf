/* markers.c - positions of the timeline that have a name */
#include "mixer/markers.h"

#include "mixer/console_parts.h"

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

uint32_t markers_primed(const struct console *c)
{
    uint32_t primed = 0;
    for (uint32_t i = 0; i < c->markers.n; i++)
        primed += ((struct marker *)c->markers.at[i])->primed;
    return primed;
}

static int prime_check(const struct console *c, struct refusal *why)
{
    if (markers_primed(c) == MARKERS_PRIMED)
        return refuse(why, FAULT_LIMIT, "%d markers are primed already", MARKERS_PRIMED);
    return admit_cue(c, why);
}

double marker_value(const struct console *c, const struct marker *m, uint32_t row)
{
    return row == MARKER_PRIMED ? m->primed : (double)m->position / c->setup.rate;
}

int marker_set(struct console *c, struct marker *m, uint32_t row, double value, struct refusal *why)
{
    if (row == MARKER_PRIMED) {
        if (value != 0 && prime_check(c, why))
            return -1;
        m->primed = value != 0;
        return 0;
    }
    list_remove(&c->markers, m);
    m->position = (uint64_t)llround(value * c->setup.rate);
    marker_enter(c, m);
    return 0;
}

int console_add_marker(struct console *c, const char *name, uint64_t position, bool primed,
                       struct refusal *why)
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
    if (primed && prime_check(c, why))
        return -1;
    struct marker *m = c->markers.n < MARKERS_MOST ? calloc(1, sizeof *m) : NULL;
    if (!m || list_reserve(&c->markers, 1)) {
        free(m);
        return refuse(why, FAULT_LIMIT, "no room for more than %d markers", MARKERS_MOST);
    }
    strcpy(m->name, name); /* a valid one fits */
    m->position = position;
    m->primed = primed;
    marker_enter(c, m);
    return 0;
}

static void marker_free(struct marker *m)
{
    cue_clear(&m->cue);
    free(m);
}

int console_remove_marker(struct console *c, const char *name, struct refusal *why)
{
    struct marker *m = marker_find(c, name);
    if (!m)
        return refuse(why, FAULT_UNKNOWN, "there is no marker/%s", name);
    list_remove(&c->markers, m);
    eves_forget(c, m);
    marker_free(m);
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
        struct cue_figures f;
        cue_figures(&m->cue, &f);
        each(context, &(struct marker_figures){ m->name, m->position, m->primed, f.files, f.ready,
                                                f.bytes });
    }
}

void markers_clear(struct console *c)
{
    for (uint32_t i = 0; i < c->markers.n; i++)
        marker_free(c->markers.at[i]);
    list_clear(&c->markers);
    cue_clear(&c->cue);
}

void console_prime_markers(struct console *c)
{
    for (uint32_t i = 0; i < c->markers.n; i++) {
        struct marker *m = c->markers.at[i];
        if (m->primed)
            cue_tick(c, &m->cue, m->position);
        else if (m->cue.held.n)
            cue_clear(&m->cue);
    }
    if (c->cued)
        cue_tick(c, &c->cue, c->cue_position);
    else if (!c->moving && c->cue.held.n)
        cue_clear(&c->cue);
}

struct cue *markers_cue(struct console *c)
{
    for (uint32_t i = 0; i < c->markers.n; i++) {
        struct marker *m = c->markers.at[i];
        if (cue_fits(c, &m->cue))
            return &m->cue;
    }
    return cue_fits(c, &c->cue) ? &c->cue : NULL;
}
