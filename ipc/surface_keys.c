/* surface_keys.c - what the keys do: a row for each, with its help */
#include "ipc/surface_parts.h"

#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ESCAPE    27
#define RUBOUT    127   /* and KEY_BACKSPACE, as terminals please */
#define OPENED_DB (-60) /* where a closed fader goes when it is moved up */

static void ask(struct surface *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void ask(struct surface *s, const char *format, ...)
{
    char command[2 * MIRROR_ADDRESS];
    va_list args;
    va_start(args, format);
    vsnprintf(command, sizeof command, format, args);
    va_end(args);
    s->send(s->arg, command);
}

static void step(struct surface *s, long rows)
{
    surface_step(s, rows);
}

static void turn_page(struct surface *s, long pages)
{
    surface_step(s, pages * s->page);
}

static void next_kind(struct surface *s, long unused)
{
    (void)unused;
    surface_step_kind(s);
}

static void move_fader(struct surface *s, long db)
{
    const struct place *p = surface_chosen(s);
    if (p && db > 0 && isinf(p->gain_db))
        ask(s, "set %s/gain %ddB", p->address, OPENED_DB);
    else if (p)
        ask(s, "set %s/gain %s%lddB", p->address, db > 0 ? "+=" : "-=", db > 0 ? db : -db);
}

static void unity(struct surface *s, long unused)
{
    const struct place *p = surface_chosen(s);
    (void)unused;
    if (p)
        ask(s, "set %s/gain 0dB", p->address);
}

static void mute(struct surface *s, long unused)
{
    const struct place *p = surface_chosen(s);
    (void)unused;
    if (p)
        ask(s, "set %s/mute !", p->address);
}

static void solo(struct surface *s, long unused)
{
    const struct place *p = surface_chosen(s);
    (void)unused;
    if (p)
        ask(s, "set %s/solo !", p->address);
}

static void play_or_stop(struct surface *s, long unused)
{
    (void)unused;
    ask(s, strcmp(s->mirror->state, "rolling") == 0 ? "stop" : "play");
}

static void rewind_all(struct surface *s, long unused)
{
    (void)unused;
    ask(s, "locate 0s");
}

static void type_filter(struct surface *s, long unused)
{
    (void)unused;
    s->typing = true;
    memcpy(s->before, s->filter, sizeof s->before);
    *s->filter = '\0';
}

static void show_all(struct surface *s, long unused)
{
    (void)unused;
    *s->filter = '\0';
}

static void sort_by_fill(struct surface *s, long unused)
{
    (void)unused;
    s->emptiest_first = !s->emptiest_first;
}

static void forget_clips(struct surface *s, long unused)
{
    (void)unused;
    for (size_t i = 0; i < s->mirror->count; i++)
        s->mirror->places[i].clips_seen = s->mirror->places[i].clips;
}

static void show_help(struct surface *s, long unused)
{
    (void)unused;
    s->help = true;
}

static void leave(struct surface *s, long unused)
{
    (void)unused;
    s->done = true;
}

static const struct {
    int key;
    void (*press)(struct surface *s, long arg);
    long arg;
    const char *label, *help; /* NULL: another key for the row above */
} keys[] = {
    { KEY_UP, step, -1, "up down", "choose a strip, input or bus; also k j, page up and down" },
    { 'k', step, -1, NULL, NULL },
    { KEY_DOWN, step, 1, NULL, NULL },
    { 'j', step, 1, NULL, NULL },
    { KEY_PPAGE, turn_page, -1, NULL, NULL },
    { KEY_NPAGE, turn_page, 1, NULL, NULL },
    { KEY_HOME, step, -INT_MAX, "home end", "choose the first, the last; also g G" },
    { 'g', step, -INT_MAX, NULL, NULL },
    { KEY_END, step, INT_MAX, NULL, NULL },
    { 'G', step, INT_MAX, NULL, NULL },
    { '\t', next_kind, 0, "tab", "the first of the next kind: strips, inputs, buses, master" },
    { '+', move_fader, 1, "+ -", "fader up and down by 1 dB; also right and left" },
    { '=', move_fader, 1, NULL, NULL },
    { KEY_RIGHT, move_fader, 1, NULL, NULL },
    { '-', move_fader, -1, NULL, NULL },
    { KEY_LEFT, move_fader, -1, NULL, NULL },
    { '0', unity, 0, "0", "fader to 0 dB" },
    { 'm', mute, 0, "m   s", "mute, solo" },
    { 's', solo, 0, NULL, NULL },
    { ' ', play_or_stop, 0, "space   r", "play or stop, back to the start" },
    { 'r', rewind_all, 0, NULL, NULL },
    { '/', type_filter, 0, "/",
      "only names with what you type; * and ? are globs; esc: all of them" },
    { ESCAPE, show_all, 0, NULL, NULL },
    { 'e', sort_by_fill, 0, "e", "emptiest tracks first" },
    { 'c', forget_clips, 0, "c", "forget the clips so far" },
    { '?', show_help, 0, "?", "this page" },
    { 'q', leave, 0, "q", "leave" },
};

bool surface_key_help(size_t n, const char **label, const char **help)
{
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (!keys[i].label || n-- > 0)
            continue;
        *label = keys[i].label;
        *help = keys[i].help;
        return true;
    }
    return false;
}

/* While the filter is typed it is obeyed at once. */
static void press_typing(struct surface *s, int key)
{
    size_t n = strlen(s->filter);
    if (key == '\n' || key == '\r' || key == KEY_ENTER) {
        s->typing = false;
    } else if (key == ESCAPE) {
        s->typing = false;
        memcpy(s->filter, s->before, sizeof s->filter);
    } else if (key == KEY_BACKSPACE || key == RUBOUT || key == '\b') {
        s->filter[n ? n - 1 : 0] = '\0';
    } else if (key > ' ' && key < RUBOUT && n + 1 < sizeof s->filter) {
        s->filter[n] = (char)key;
        s->filter[n + 1] = '\0';
    }
}

void surface_key(struct surface *s, int key)
{
    *s->message = '\0';
    if (s->help) {
        s->help = false;
        return;
    }
    if (s->typing) {
        press_typing(s, key);
        return;
    }
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i].key == key)
            keys[i].press(s, keys[i].arg);
}
