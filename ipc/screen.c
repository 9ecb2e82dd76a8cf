/* screen.c - the desk as plain lines of 80 columns, for a file, a pipe or a log */
#include "ipc/screen.h"

#include "ipc/bar.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define FIGURE_CELLS 7u
#define METER_CELLS  28u
#define NAME_WIDTH   28
#define LARGEST_CAP  1000.0 /* times the rate; where the bar of CAP, a logarithm, ends */
#define PERCENT      100.0

void screen_level(char out[16], double db)
{
    if (isinf(db) || isnan(db))
        snprintf(out, 16, "%s", isnan(db) ? "-" : "-inf");
    else
        snprintf(out, 16, "%.1f", db);
}

void screen_time(char out[32], double seconds)
{
    if (isnan(seconds)) {
        snprintf(out, 32, "-");
        return;
    }
    uint64_t ms = (uint64_t)(seconds * 1000);
    unsigned h = (unsigned)(ms / 3600000), min = (unsigned)(ms / 60000 % 60);
    unsigned s = (unsigned)(ms / 1000 % 60), rest = (unsigned)(ms % 1000);
    if (h)
        snprintf(out, 32, "%u:%02u:%02u.%03u", h, min, s, rest);
    else
        snprintf(out, 32, "%u:%02u.%03u", min, s, rest);
}

void screen_figure(char out[16], double value)
{
    if (isnan(value))
        snprintf(out, 16, "-");
    else if (value >= 999.995)
        snprintf(out, 16, "%.0f", value);
    else
        snprintf(out, 16, "%.2f", value);
}

double screen_share(const struct mirror *m, enum figure f, double value)
{
    double rate_khz = m->rate / 1000.0;
    switch (f) {
    case FIGURE_OUT:
        return rate_khz > 0 ? value / rate_khz : NAN;
    case FIGURE_CAP:
        return rate_khz > 0 && value > 0 ? log(value / rate_khz) / log(LARGEST_CAP) : NAN;
    case FIGURE_LOAD:
        return value / PERCENT;
    default:
        return value;
    }
}

static void write_head(struct text *out, const struct mirror *m)
{
    char position[32];
    screen_time(position, m->position_s);
    text_printf(out, "%-9s %12s  loop %-20s %s %s %u/%u\n", *m->state ? m->state : "-", position,
                *m->loop ? m->loop : "-", m->name, m->driver, m->rate, m->period);
    for (int f = 0; f < FIGURE_HISTORIES; f++) {
        char value[16];
        screen_figure(value, m->figure[f]);
        text_printf(out, "%s%-4s %6s ", f ? " " : "", mirror_figure_name(f), value);
        bar_write(out, screen_share(m, f, m->figure[f]), FIGURE_CELLS, false);
    }
    text_add(out, "\n", 1);
    for (int f = FIGURE_BUF_LOW; f < FIGURES; f++) {
        bool count = f != FIGURE_BUF_LOW;
        double value = isnan(m->figure[f]) ? 0 : m->figure[f];
        text_printf(out, count ? "%s%s %.0f" : "%s%s %.2f", f == FIGURE_BUF_LOW ? "" : "  ",
                    mirror_figure_name(f), value);
    }
    text_add(out, "\n", 1);
}

static void write_place(struct text *out, const struct place *p)
{
    char peak[16], rms[16];
    screen_level(peak, p->held_db);
    screen_level(rms, p->rms_db);
    text_printf(out, "%-*.*s ", NAME_WIDTH, NAME_WIDTH, p->address);
    bar_write(out, bar_share_db(p->held_db), METER_CELLS, false);
    text_printf(out, " %6s %6s %s%llu\n", peak, rms, p->clips ? "CLIP " : "",
                (unsigned long long)p->clips);
}

void screen_write(struct text *out, const struct mirror *m)
{
    write_head(out, m);
    text_printf(out, "%-*s %-*s %6s %6s %s\n", NAME_WIDTH, "", (int)METER_CELLS,
                "-60dB                      0", "peak", "rms", "clips");
    for (size_t i = 0; i < m->count; i++)
        write_place(out, &m->places[i]);
    text_add(out, "\n", 1);
}
