/* surface_parts.h - what the files of the control surface share; nobody else includes it */
#ifndef IPC_SURFACE_PARTS_H
#define IPC_SURFACE_PARTS_H

#include "ipc/surface.h"

#define NCURSES_NOMACROS 1
#define NCURSES_WIDECHAR 1
#include <curses.h>

#define SURFACE_FILTER  64
#define SURFACE_MESSAGE 200

/* How something is to look; without colours only what attributes can do. */
enum look {
    LOOK_PLAIN,
    LOOK_DIM,
    LOOK_BOLD,
    LOOK_HEAD,
    LOOK_GOOD,
    LOOK_HIGH,
    LOOK_OVER,
    LOOK_MARK,
    LOOKS,
};

struct surface {
    struct mirror *mirror;
    void (*send)(void *arg, const char *command);
    void *arg;
    SCREEN *terminal;
    bool blocks;  /* the terminal shows UTF-8 */
    bool colours; /* and colours, and the user wants them */
    bool there, help, typing, emptiest_first, done;
    char chosen[MIRROR_ADDRESS];                         /* the address that keys are about */
    char filter[SURFACE_FILTER], before[SURFACE_FILTER]; /* before: while typing, to go back to */
    char message[SURFACE_MESSAGE];                       /* "": none */
    size_t *shown, n_shown, room;                        /* places that pass the filter */
    size_t first;                                        /* in shown: at the top of the list */
    int page;                                            /* rows of the list */
    uint64_t drawn_ns;
};

/* surface_paint.c: writing into the terminal's picture; what does not fit is left out. */
attr_t surface_look(const struct surface *s, enum look look);
/* Up to `width` columns of `text`, the rest of them blank; what the terminal cannot show is ?. */
void surface_put(const struct surface *s, int y, int x, int width, enum look look,
                 const char *text);
void surface_printf(const struct surface *s, int y, int x, int width, enum look look,
                    const char *format, ...) __attribute__((format(printf, 6, 7)));
/* A bar in one look, and a level's meter with its mark. */
void surface_bar(const struct surface *s, int y, int x, int cells, enum look look, double share);
void surface_meter(const struct surface *s, int y, int x, int cells, const struct needle *n);

/* surface_head.c: transport, figures, the emptiest tracks; how many rows they took. */
int surface_head(const struct surface *s, int rows, int columns);

/* surface_list.c: the places, in rows y to y + rows - 1. */
void surface_list(struct surface *s, int y, int rows, int columns);
/* Which places are shown, and that one of them is chosen. */
void surface_choose(struct surface *s);
/* The chosen place; NULL: there is none. */
struct place *surface_chosen(const struct surface *s);
/* Moves the choice by so many rows; far is as far as it goes. */
void surface_step(struct surface *s, long rows);
/* Moves the choice to the first place of the next kind. */
void surface_step_kind(struct surface *s);

/* surface_keys.c: obeys a key; what the keys do, row by row: false after the last. */
void surface_key(struct surface *s, int key);
bool surface_key_help(size_t n, const char **label, const char **help);

/* surface_help.c: what the keys do and the figures mean, over everything. */
void surface_help(const struct surface *s, int rows, int columns);

#endif
