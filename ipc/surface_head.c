/* surface_head.c - transport, figures with bars and their last minute, the emptiest tracks */
#include "ipc/bar.h"
#include "ipc/screen.h"
#include "ipc/surface_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TITLE_LEFT  26 /* columns of state and position, always shown */
#define BAR_AT      13 /* columns of a figure's row: name, value, bar, spark line, tracks */
#define BAR_CELLS   14
#define SPARK_AT    (BAR_AT + BAR_CELLS + 1)
#define SPARK_LEAST 30
#define TRACKS      3  /* the emptiest */
#define TRACK_WIDTH 20 /* columns that their list needs at least */
#define LOW_FILL    0.25
#define LEAST_ROWS  12 /* of a terminal that has room for more than the title */

static void put_title(const struct surface *s, int columns)
{
    const struct mirror *m = s->mirror;
    bool rolling = strcmp(m->state, "rolling") == 0;
    const char *sign = rolling ? (s->blocks ? "▶" : ">") : (s->blocks ? "■" : "-");
    bool looped = *m->loop && strcmp(m->loop, "off") != 0;
    char position[32], right[SURFACE_MESSAGE] = " no daemon: trying again ";
    screen_time(position, m->position_s);
    if (s->there)
        snprintf(right, sizeof right, "  %s  %s  %u Hz  period %u ", m->name, m->driver, m->rate,
                 m->period);
    int width = (int)strlen(right);
    surface_printf(s, 0, 0, columns, LOOK_HEAD, " %s %-8s %12s%s%s", sign,
                   *m->state ? m->state : "-", position, looped ? "  loop " : "",
                   looped ? m->loop : "");
    if (columns >= TITLE_LEFT + width || !s->there)
        surface_put(s, 0, columns > width ? columns - width : 0, width,
                    s->there ? LOOK_HEAD : LOOK_OVER, right);
}

/* A minute in `cells` cells, the newest at the right; each shows the worst of its seconds. */
static void put_spark(const struct surface *s, int y, enum figure f, int cells)
{
    int seconds = MIRROR_SECONDS / cells;
    for (int i = 0; i < cells; i++) {
        double worst = NAN;
        for (int j = 0; j < seconds; j++) {
            double v = mirror_history(s->mirror, f, (size_t)((cells - 1 - i) * seconds + j));
            worst = f == FIGURE_LOAD ? fmax(worst, v) : fmin(worst, v);
        }
        surface_put(s, y, SPARK_AT + i, 1, LOOK_GOOD,
                    bar_spark(screen_share(s->mirror, f, worst), s->blocks));
    }
}

static enum look figure_look(const struct mirror *m, enum figure f)
{
    double share = screen_share(m, f, m->figure[f]);
    switch (f) {
    case FIGURE_OUT:
        return share < 0.995 ? LOOK_OVER : LOOK_GOOD;
    case FIGURE_LOAD:
        return share > 0.8 ? LOOK_OVER : share > 0.5 ? LOOK_HIGH : LOOK_GOOD;
    case FIGURE_BUF:
        return share < LOW_FILL ? LOOK_OVER : LOOK_GOOD;
    default:
        return LOOK_GOOD;
    }
}

static void put_figures(const struct surface *s, int columns)
{
    int spark = columns >= SPARK_AT + MIRROR_SECONDS + TRACK_WIDTH ? MIRROR_SECONDS : SPARK_LEAST;
    for (int f = 0; f < FIGURE_HISTORIES; f++) {
        char value[16];
        enum look look = figure_look(s->mirror, f);
        screen_figure(value, s->mirror->figure[f]);
        surface_printf(s, 1 + f, 0, BAR_AT, LOOK_BOLD, " %-4s %6s", mirror_figure_name(f), value);
        surface_bar(s, 1 + f, BAR_AT, BAR_CELLS, look,
                    screen_share(s->mirror, f, s->mirror->figure[f]));
        put_spark(s, 1 + f, f, spark);
    }
}

static double lowest_fill(const struct mirror *m)
{
    double low = m->low;
    for (size_t i = 0; i < MIRROR_SECONDS; i++)
        low = fmin(low, mirror_history(m, FIGURE_BUF, i));
    return low;
}

static void put_counters(const struct surface *s, int y)
{
    const struct mirror *m = s->mirror;
    static const struct {
        enum figure figure;
        enum look look; /* when there are any */
    } counters[] = {
        { FIGURE_STARVED, LOOK_OVER }, { FIGURE_XRUNS, LOOK_HIGH }, { FIGURE_XRUNS_OWN, LOOK_OVER },
        { FIGURE_LATE, LOOK_HIGH },    { FIGURE_CLIPS, LOOK_OVER }, { FIGURE_NANS, LOOK_OVER },
    };
    char low[16];
    screen_figure(low, lowest_fill(m));
    surface_printf(s, y, 0, 14, LOOK_PLAIN, " BUF.low %s", low);
    int x = 14;
    for (size_t i = 0; i < sizeof counters / sizeof *counters; i++) {
        char text[40];
        enum figure f = counters[i].figure;
        double value = isnan(m->figure[f]) ? 0 : m->figure[f];
        int width = snprintf(text, sizeof text, " %s %.0f", mirror_figure_name(f), value);
        surface_put(s, y, x, width, value > 0 ? counters[i].look : LOOK_PLAIN, text);
        x += width;
    }
}

/* The emptiest tracks that play, the emptiest first; how many. */
static size_t find_emptiest(const struct mirror *m, const struct place *found[TRACKS])
{
    size_t n = 0;
    for (size_t i = 0; i < m->count; i++) {
        const struct place *p = &m->places[i];
        size_t at = n;
        if (isnan(p->fill))
            continue;
        while (at > 0 && p->fill < found[at - 1]->fill)
            at--;
        if (at == TRACKS)
            continue;
        n += n < TRACKS;
        memmove(found + at + 1, found + at, (n - 1 - at) * sizeof *found);
        found[at] = p;
    }
    return n;
}

static void put_tracks(const struct surface *s, int x, int columns)
{
    const struct place *emptiest[TRACKS];
    size_t n = find_emptiest(s->mirror, emptiest);
    int name = columns - x - 10;
    surface_put(s, 1, x, columns - x, LOOK_DIM, "emptiest tracks");
    for (size_t i = 0; i < n; i++) {
        const struct place *p = emptiest[i];
        const char *slash = strchr(p->address, '/');
        enum look look = p->fill < LOW_FILL || p->starved ? LOOK_OVER : LOOK_PLAIN;
        surface_printf(s, 2 + (int)i, x, name + 5, look, "%-*.*s %.2f", name - 1, name - 1,
                       slash ? slash + 1 : p->address, p->fill);
        surface_bar(s, 2 + (int)i, x + name + 5, 4, look, p->fill);
    }
}

int surface_head(const struct surface *s, int rows, int columns)
{
    put_title(s, columns);
    if (rows < LEAST_ROWS)
        return 1;
    put_figures(s, columns);
    int tracks = SPARK_AT + (columns >= SPARK_AT + MIRROR_SECONDS + TRACK_WIDTH ? MIRROR_SECONDS
                                                                                : SPARK_LEAST);
    if (columns >= tracks + TRACK_WIDTH)
        put_tracks(s, tracks + 2, columns);
    put_counters(s, 1 + FIGURE_HISTORIES);
    return 2 + FIGURE_HISTORIES;
}
