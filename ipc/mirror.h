/* mirror.h - what is known of a daemon from the lines it sent: places, figures, transport, log
 *
 * Reads data lines and events alike, so it does not matter which command brought them.
 */
#ifndef IPC_MIRROR_H
#define IPC_MIRROR_H

#include "ipc/needle.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MIRROR_ADDRESS 80
#define MIRROR_VALUE   24
#define MIRROR_LINE    200
#define MIRROR_LINES   64 /* of the log */
#define MIRROR_SECONDS 60 /* of history */

/* The figures, as PROTOCOL names them; the first four have a history. */
enum figure {
    FIGURE_OUT,
    FIGURE_CAP,
    FIGURE_LOAD,
    FIGURE_BUF,
    FIGURE_HISTORIES,
    FIGURE_BUF_LOW = FIGURE_HISTORIES,
    FIGURE_STARVED,
    FIGURE_XRUNS,
    FIGURE_XRUNS_OWN,
    FIGURE_LATE,
    FIGURE_CLIPS,
    FIGURE_NANS,
    FIGURES,
};

/* One place on the desk that has a meter: a strip, an input, a bus or the master. */
struct place {
    char address[MIRROR_ADDRESS]; /* strip/vox */
    double peak_db, rms_db;       /* -INFINITY: silence */
    double held_db;               /* the highest peak since mirror_second */
    uint64_t clips;               /* in all */
    bool told;                    /* since mirror_expect */
    bool known;                   /* its parameters have been told: */
    double gain_db;               /* -INFINITY: closed */
    bool mute, solo;
    char pan[MIRROR_VALUE]; /* L30; "" where there is none */
    double fill;            /* its track's ring, 0 to 1; NAN: no track that plays */
    uint64_t starved;       /* frames */
    uint64_t clips_seen;    /* the viewer's: clips that were acknowledged */
    struct needle needle;   /* the viewer's */
};

struct mirror {
    struct place *places; /* strips and inputs, then buses, then the master */
    size_t count;
    double figure[FIGURES]; /* NAN: not told */
    double low;             /* of BUF in this second; NAN: not told */
    double history[FIGURE_HISTORIES][MIRROR_SECONDS];
    size_t seconds; /* how many seconds of history there are, ever; the newest at -1 */
    char name[MIRROR_VALUE * 3], driver[MIRROR_VALUE];
    uint32_t rate, period, quantum;
    char state[MIRROR_VALUE], loop[2 * MIRROR_VALUE];
    double position_s; /* NAN: not told */
    struct {
        char level[8], text[MIRROR_LINE];
    } log[MIRROR_LINES];
    size_t lines;      /* of the log, ever; the newest at lines - 1 */
    bool stale;        /* something is there of which not all is known: ask for the full state */
    size_t room, last; /* own: allocated places; the place found last */
};

/* One thread. {0} is no mirror yet; mirror_clear frees what it holds and makes an empty one of it,
 * mirror_init does so with one that holds nothing. */
void mirror_init(struct mirror *m);
void mirror_clear(struct mirror *m);

/* One thread. Takes over a greeting, a data line or an event; the line is used up. */
void mirror_absorb(struct mirror *m, char *line);

/* One thread. All places are about to be told; they have been: what was not told is gone. */
void mirror_expect(struct mirror *m);
void mirror_settle(struct mirror *m);

/* One thread. A second has passed: the figures become history, of BUF its lowest. */
void mirror_second(struct mirror *m);

/* One thread. The daemon is not there: nothing sounds, and no figure is true any more. */
void mirror_lose(struct mirror *m);

/* Any thread. The spelling of a figure; the newest but n of its history (NAN: not so old). */
const char *mirror_figure_name(enum figure f);
double mirror_history(const struct mirror *m, enum figure f, size_t n);

#endif
