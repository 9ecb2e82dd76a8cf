/* surface_list.c - the places of the desk, one to a row, and which of them is chosen
 *
 * The list scrolls to keep the chosen place in sight; the master stands below it and never scrolls.
 */
#include "ipc/glob.h"
#include "ipc/screen.h"
#include "ipc/surface_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_LEAST  12
#define NAME_MOST   28
#define METER_LEAST 12
#define FADER_CELLS 9
#define FADER_LOW   (-48.0) /* dB at the ends of a fader's path */
#define FADER_HIGH  12.0
#define EVERYTHING  80 /* columns from which on everything is shown, then without some */
#define NO_BUFFER   70
#define NO_FADER    56

/* Where the pieces of a row begin; 0: not shown. */
struct row {
    int name, name_width, flags, gain, fader, meter, cells, peak, rms, clips, buffer;
};

static struct row lay_out(int columns)
{
    struct row r = { .name = 1 };
    int fixed = 1 + 3 + 7 + 7 + 5; /* mark, flags, gain, peak, clips; each with a blank */
    int fader = columns >= NO_FADER ? FADER_CELLS + 1 : 0;
    int rms = columns >= NO_BUFFER ? 7 : 0, buffer = columns >= EVERYTHING ? 5 : 0;
    int rest = columns - fixed - fader - rms - buffer;
    int name = rest - METER_LEAST < NAME_LEAST ? NAME_LEAST : rest * 2 / 5;
    r.name_width = name > NAME_MOST ? NAME_MOST : name;
    r.flags = r.name + r.name_width + 1;
    r.gain = r.flags + 3;
    r.fader = fader ? r.gain + 7 : 0;
    r.meter = r.gain + 7 + fader;
    r.cells = rest - r.name_width - 1 > 0 ? rest - r.name_width - 1 : 0;
    r.peak = r.meter + r.cells + 1;
    r.rms = rms ? r.peak + 7 : 0;
    r.clips = r.peak + 7 + rms;
    r.buffer = buffer ? r.clips + 5 : 0;
    return r;
}

static void put_heads(const struct surface *s, int y, int columns, const struct row *r)
{
    surface_put(s, y, 0, columns, LOOK_DIM, "");
    surface_put(s, y, r->name, r->name_width, LOOK_DIM,
                *s->filter ? s->filter : (s->emptiest_first ? "emptiest first" : "strip"));
    surface_put(s, y, r->flags, 2, LOOK_DIM, "MS");
    surface_put(s, y, r->gain, 6, LOOK_DIM, "  gain");
    if (r->fader)
        surface_put(s, y, r->fader, FADER_CELLS, LOOK_DIM, "fader");
    surface_put(s, y, r->meter, r->cells, LOOK_DIM, "-60 dB");
    surface_put(s, y, r->meter + r->cells - 1, 1, LOOK_DIM, "0");
    surface_put(s, y, r->peak, 6, LOOK_DIM, "  peak");
    if (r->rms)
        surface_put(s, y, r->rms, 6, LOOK_DIM, "   rms");
    surface_put(s, y, r->clips, 4, LOOK_DIM, "clip");
    if (r->buffer)
        surface_put(s, y, r->buffer, 4, LOOK_DIM, " BUF");
}

static void put_fader(const struct surface *s, int y, int x, double gain_db, enum look look)
{
    double share = (fmax(gain_db, FADER_LOW) - FADER_LOW) / (FADER_HIGH - FADER_LOW);
    int knob = (int)(fmin(share, 1) * (FADER_CELLS - 1) + 0.5);
    int unity = (int)(-FADER_LOW / (FADER_HIGH - FADER_LOW) * (FADER_CELLS - 1) + 0.5);
    for (int i = 0; i < FADER_CELLS; i++) {
        const char *path = s->blocks ? (i == unity ? "┼" : "─") : (i == unity ? "+" : "-");
        surface_put(s, y, x + i, 1, i == knob ? LOOK_BOLD : look,
                    i != knob ? path : (s->blocks ? "█" : "O"));
    }
}

static void put_parameters(const struct surface *s, int y, const struct row *r,
                           const struct place *p)
{
    char gain[16];
    if (!p->known)
        return;
    screen_level(gain, p->gain_db);
    surface_put(s, y, r->flags, 1, p->mute ? LOOK_OVER : LOOK_DIM, p->mute ? "M" : ".");
    surface_put(s, y, r->flags + 1, 1, p->solo ? LOOK_HIGH : LOOK_DIM, p->solo ? "S" : ".");
    surface_printf(s, y, r->gain, 6, LOOK_PLAIN, "%6s", gain);
    if (r->fader)
        put_fader(s, y, r->fader, p->gain_db, LOOK_DIM);
}

static void put_place(const struct surface *s, int y, const struct row *r, const struct place *p)
{
    char peak[16], rms[16];
    bool chosen = strcmp(p->address, s->chosen) == 0;
    const char *name = strncmp(p->address, "strip/", 6) == 0 ? p->address + 6 : p->address;
    uint64_t clips = p->clips - (p->clips_seen <= p->clips ? p->clips_seen : 0);

    screen_level(peak, p->needle.hold_db);
    screen_level(rms, p->rms_db);
    surface_put(s, y, 0, 1, LOOK_BOLD, chosen ? ">" : "");
    surface_put(s, y, r->name, r->name_width, chosen ? LOOK_MARK : LOOK_PLAIN, name);
    put_parameters(s, y, r, p);
    surface_meter(s, y, r->meter, r->cells, &p->needle);
    surface_printf(s, y, r->peak, 6, LOOK_PLAIN, "%6s", peak);
    if (r->rms)
        surface_printf(s, y, r->rms, 6, LOOK_DIM, "%6s", rms);
    surface_put(s, y, r->clips, 4, LOOK_OVER, clips ? "CLIP" : "");
    if (r->buffer && !isnan(p->fill))
        surface_printf(s, y, r->buffer, 4, p->starved ? LOOK_OVER : LOOK_DIM, "%.2f", p->fill);
}

static bool is_master(const struct place *p)
{
    return strcmp(p->address, "master") == 0;
}

/* The row of the chosen place: in the list, or behind it for the master. */
static size_t chosen_row(const struct surface *s)
{
    for (size_t i = 0; i < s->n_shown; i++)
        if (strcmp(s->mirror->places[s->shown[i]].address, s->chosen) == 0)
            return i;
    return s->n_shown;
}

void surface_list(struct surface *s, int y, int rows, int columns)
{
    struct row r = lay_out(columns);
    const struct mirror *m = s->mirror;
    size_t row = chosen_row(s);

    if (rows < 3)
        return;
    s->page = rows - 2; /* the heads and the master */
    size_t page = (size_t)s->page, last = s->n_shown > page ? s->n_shown - page : 0;
    if (row < s->n_shown && row < s->first)
        s->first = row;
    if (row < s->n_shown && row >= s->first + page)
        s->first = row - page + 1;
    s->first = s->first > last ? last : s->first;
    put_heads(s, y, columns, &r);
    for (size_t i = 0; i < page && s->first + i < s->n_shown; i++)
        put_place(s, y + 1 + (int)i, &r, &m->places[s->shown[s->first + i]]);
    int below = s->n_shown < page ? (int)s->n_shown : s->page;
    if (m->count && is_master(&m->places[m->count - 1]))
        put_place(s, y + 1 + below, &r, &m->places[m->count - 1]);
}

static bool passes(const struct surface *s, const struct place *p)
{
    char glob[SURFACE_FILTER + 8];
    if (is_master(p))
        return false; /* it stands by itself */
    if (!*s->filter)
        return true;
    if (!glob_is_pattern(s->filter))
        return strcasestr(p->address, s->filter) != NULL;
    snprintf(glob, sizeof glob, "**/%s", s->filter);
    return glob_match(glob, p->address);
}

static int compare_fill(const void *a, const void *b, void *arg)
{
    const struct place *places = arg;
    size_t i = *(const size_t *)a, j = *(const size_t *)b;
    double x = isnan(places[i].fill) ? INFINITY : places[i].fill;
    double y = isnan(places[j].fill) ? INFINITY : places[j].fill;
    return x < y ? -1 : x > y ? 1 : i < j ? -1 : 1;
}

void surface_choose(struct surface *s)
{
    struct mirror *m = s->mirror;
    if (m->count > s->room) {
        size_t *shown = realloc(s->shown, m->count * sizeof *shown);
        if (!shown)
            return; /* what was shown stays; the next call tries again */
        s->shown = shown;
        s->room = m->count;
    }
    s->n_shown = 0;
    for (size_t i = 0; i < m->count; i++)
        if (passes(s, &m->places[i]))
            s->shown[s->n_shown++] = i;
    if (s->emptiest_first)
        qsort_r(s->shown, s->n_shown, sizeof *s->shown, compare_fill, m->places);
    if (!surface_chosen(s))
        surface_step(s, 0);
}

struct place *surface_chosen(const struct surface *s)
{
    struct mirror *m = s->mirror;
    size_t row = chosen_row(s);
    if (row < s->n_shown)
        return &m->places[s->shown[row]];
    struct place *last = m->count ? &m->places[m->count - 1] : NULL;
    return last && strcmp(last->address, s->chosen) == 0 ? last : NULL;
}

static void choose_row(struct surface *s, size_t row)
{
    const struct mirror *m = s->mirror;
    const struct place *p = row < s->n_shown ? &m->places[s->shown[row]]
                            : m->count       ? &m->places[m->count - 1]
                                             : NULL;
    snprintf(s->chosen, sizeof s->chosen, "%s", p ? p->address : "");
}

void surface_step(struct surface *s, long rows)
{
    const struct mirror *m = s->mirror;
    bool master = m->count && is_master(&m->places[m->count - 1]);
    long most = (long)s->n_shown - !master;
    long row = surface_chosen(s) ? (long)chosen_row(s) + rows : 0;
    choose_row(s, (size_t)(row < 0 || most < 0 ? 0 : row > most ? most : row));
}

void surface_step_kind(struct surface *s)
{
    size_t row = chosen_row(s), n = s->n_shown;
    size_t kind = strcspn(s->chosen, "/");
    for (; row < n; row++) {
        const char *address = s->mirror->places[s->shown[row]].address;
        if (strncmp(address, s->chosen, kind) != 0 || address[kind] != '/')
            break;
    }
    choose_row(s, chosen_row(s) == n ? 0 : row);
}
