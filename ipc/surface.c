/* surface.c - the control surface: the terminal taken, its rows shared out, and given back */
#include "ipc/surface_parts.h"
#include "ipc/terminal.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define LOG_ROWS   2  /* at least; it takes what the list leaves */
#define LIST_FIXED 2  /* rows of the list that are no strips: heads and master */
#define LOG_FROM   20 /* rows of a terminal that has room for the log */
#define ESCAPE_MS  25 /* how long an escape may be the begin of another key */

/* https://no-color.org: present and not empty. */
static bool colour_wanted(void)
{
    const char *no = getenv("NO_COLOR");
    return !(no && *no);
}

static void choose_colours(struct surface *s)
{
    static const short colours[LOOKS] = {
        [LOOK_PLAIN] = -1,       [LOOK_DIM] = -1,           [LOOK_BOLD] = -1,
        [LOOK_HEAD] = -1,        [LOOK_GOOD] = COLOR_GREEN, [LOOK_HIGH] = COLOR_YELLOW,
        [LOOK_OVER] = COLOR_RED, [LOOK_MARK] = -1,
    };
    s->colours =
        colour_wanted() && has_colors() && start_color() == OK && use_default_colors() == OK;
    for (short look = 0; s->colours && look < LOOKS; look++)
        init_pair(look, colours[look], -1);
}

struct surface *surface_open(struct mirror *m, void (*send)(void *arg, const char *command),
                             void *arg)
{
    struct surface *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    *s = (struct surface){ .mirror = m, .send = send, .arg = arg, .page = 1 };
    setlocale(LC_CTYPE, "");
    s->blocks = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    s->terminal = !terminal_able() ? NULL : newterm(NULL, stdout, stdin);
    if (!s->terminal) {
        free(s);
        return NULL;
    }
    cbreak();
    noecho();
    nonl();
    curs_set(0);
    keypad(stdscr, true);
    nodelay(stdscr, true);
    typeahead(-1); /* a frame is drawn whole */
    set_escdelay(ESCAPE_MS);
    choose_colours(s);
    return s;
}

void surface_close(struct surface *s)
{
    if (!s)
        return;
    endwin();
    delscreen(s->terminal);
    free(s->shown);
    free(s);
}

static void put_log(const struct surface *s, int y, int rows, int columns)
{
    const struct mirror *m = s->mirror;
    for (int i = 0; i < rows; i++) {
        size_t back = (size_t)(rows - i);
        if (back > m->lines)
            continue;
        size_t at = (m->lines - back) % MIRROR_LINES;
        bool calm = strcmp(m->log[at].level, "info") == 0 || strcmp(m->log[at].level, "debug") == 0;
        surface_printf(s, y + i, 0, columns, calm ? LOOK_DIM : LOOK_HIGH, " %s: %s",
                       m->log[at].level, m->log[at].text);
    }
}

static void put_bottom(const struct surface *s, int y, int columns)
{
    if (s->typing)
        surface_printf(s, y, 0, columns, LOOK_BOLD, "/%s_", s->filter);
    else if (*s->message)
        surface_put(s, y, 0, columns, LOOK_HIGH, s->message);
    else
        surface_printf(s, y, 0, columns, LOOK_DIM, " ? help  %zu of %zu%s%s", s->n_shown,
                       s->mirror->count ? s->mirror->count - 1 : 0,
                       *s->filter ? " match /" : " strips and buses", s->filter);
}

static bool move_needles(struct surface *s, uint64_t now_ns)
{
    bool moving = false;
    uint64_t passed_ns = s->drawn_ns ? now_ns - s->drawn_ns : 0;
    for (size_t i = 0; i < s->mirror->count; i++) {
        struct place *p = &s->mirror->places[i];
        moving |= needle_move(&p->needle, p->peak_db, now_ns, passed_ns);
    }
    s->drawn_ns = now_ns;
    return moving;
}

bool surface_draw(struct surface *s, uint64_t now_ns)
{
    int rows = getmaxy(stdscr), columns = getmaxx(stdscr);
    bool moving = move_needles(s, now_ns);

    werase(stdscr);
    surface_choose(s);
    if (s->help) {
        surface_help(s, rows, columns);
    } else {
        int top = surface_head(s, rows, columns);
        int free_rows = rows - top - 1, list = (int)s->n_shown + LIST_FIXED;
        int log = rows < LOG_FROM ? 0 : free_rows - list > LOG_ROWS ? free_rows - list : LOG_ROWS;
        surface_list(s, top, free_rows - log, columns);
        put_log(s, rows - log - 1, log, columns);
        put_bottom(s, rows - 1, columns);
    }
    wrefresh(stdscr);
    return moving;
}

bool surface_press(struct surface *s)
{
    int key;
    while (!s->done && (key = wgetch(stdscr)) != ERR)
        surface_key(s, key);
    return !s->done;
}

void surface_resize(struct surface *s)
{
    struct winsize size;
    (void)s;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col)
        resizeterm(size.ws_row, size.ws_col);
}

void surface_tell(struct surface *s, const char *text)
{
    snprintf(s->message, sizeof s->message, " %s", text);
}

void surface_attend(struct surface *s, bool there)
{
    s->there = there;
}
