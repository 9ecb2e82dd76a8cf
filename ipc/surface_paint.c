/* surface_paint.c - text, bars and meters in the terminal's picture */
#include "ipc/bar.h"
#include "ipc/surface_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#define HIGH_DB (-18.0) /* the usual alignment level, EBU R 68 */
#define OVER_DB (-3.0)
#define ONE     8 /* wide characters that a piece of a line is put together from */

attr_t surface_look(const struct surface *s, enum look look)
{
    static const attr_t attributes[LOOKS] = {
        [LOOK_DIM] = A_DIM,   [LOOK_BOLD] = A_BOLD,    [LOOK_HEAD] = A_REVERSE,
        [LOOK_OVER] = A_BOLD, [LOOK_MARK] = A_REVERSE,
    };
    return attributes[look] | (s->colours ? (attr_t)COLOR_PAIR(look) : 0);
}

/* The next character of `text` as the terminal will show it, and its columns; bytes taken. */
static size_t next_character(const struct surface *s, const char *text, wchar_t *wide, int *columns)
{
    mbstate_t state = { 0 };
    size_t n = mbrtowc(wide, text, strlen(text), &state);
    if (n == (size_t)-1 || n == (size_t)-2 || n == 0) {
        n = 1;
        *wide = L'?';
    }
    *columns = wcwidth(*wide);
    if (*columns < 0 || (!s->blocks && *wide > 0x7e)) {
        *wide = L'?';
        *columns = 1;
    }
    return n;
}

void surface_put(const struct surface *s, int y, int x, int width, enum look look, const char *text)
{
    wchar_t line[SURFACE_MESSAGE + 1];
    int used = 0, n = 0;
    int rest = getmaxx(stdscr) - x;
    width = width < rest ? width : rest;
    if (y < 0 || y >= getmaxy(stdscr) || x < 0 || width <= 0)
        return;
    while (*text && n < SURFACE_MESSAGE) {
        int columns;
        text += next_character(s, text, &line[n], &columns);
        if (used + columns > width)
            break;
        used += columns;
        n++;
    }
    for (; used < width && n < SURFACE_MESSAGE; used++)
        line[n++] = L' ';
    attr_t how = surface_look(s, look);
    wattron(stdscr, (int)how);
    mvwaddnwstr(stdscr, y, x, line, n);
    wattroff(stdscr, (int)how);
}

void surface_printf(const struct surface *s, int y, int x, int width, enum look look,
                    const char *format, ...)
{
    char text[SURFACE_MESSAGE];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    surface_put(s, y, x, width, look, text);
}

void surface_bar(const struct surface *s, int y, int x, int cells, enum look look, double share)
{
    for (int i = 0; i < cells; i++)
        surface_put(s, y, x + i, 1, look, bar_cell(share, (unsigned)i, (unsigned)cells, s->blocks));
}

void surface_meter(const struct surface *s, int y, int x, int cells, const struct needle *n)
{
    double share = bar_share_db(n->level_db);
    int mark = (int)(bar_share_db(n->hold_db) * cells + 0.5) - 1;
    for (int i = 0; i < cells; i++) {
        double db = BAR_FLOOR_DB * (1 - (i + 1.0) / cells);
        enum look look = db > OVER_DB ? LOOK_OVER : db > HIGH_DB ? LOOK_HIGH : LOOK_GOOD;
        const char *cell = bar_cell(share, (unsigned)i, (unsigned)cells, s->blocks);
        bool empty = *cell == ' ' || *cell == '.';
        if (empty && i == mark)
            cell = s->blocks ? "│" : "|";
        surface_put(s, y, x + i, 1, empty && i != mark ? LOOK_DIM : look, cell);
    }
}
