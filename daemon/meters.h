/* meters.h - peaks per reader, RMS, clips: what `meters` and `watch meters` show
 *
 * Every reader (a client) has peaks of its own that are kept until it has read them, so that none
 * is missed however seldom it looks. RMS is over a window of 300 ms that all readers share.
 */
#ifndef DAEMON_METERS_H
#define DAEMON_METERS_H

#include <stdint.h>

struct meters;
struct peaks; /* one reader's */
struct status;

struct meter_figures {
    uint32_t channels; /* 1 or 2 */
    double peak_db[2]; /* dBFS, -INFINITY is silence; highest since this reader last looked */
    double rms_db[2];  /* dBFS: a full-scale square wave has 0, a full-scale sine -3.01 */
    uint64_t clips;    /* samples over 0 dBFS, ever */
    uint64_t nans;     /* non-finite samples replaced by silence, ever */
};

/* Control. NULL: out of memory. */
struct meters *meters_new(uint32_t rate);
void meters_free(struct meters *m); /* after its readers; NULL is fine */

/* Control. A reader, whose first look shows the last window. NULL: out of memory. */
struct peaks *peaks_new(struct meters *m);
void peaks_free(void *p); /* NULL is fine */

/* Control. The highest samples of place `meter` since this reader last looked; METER_CHANNELS. */
const float *peaks_of(const struct peaks *p, uint32_t meter);
/* Control. It has looked. */
void peaks_forget(struct peaks *p, uint32_t meter);

/* Control. Takes in a status that was not taken in before. */
void meters_feed(struct meters *m, const struct status *s);

/* Control. What place `meter` shows this reader (NULL: the last window), and starts its peak
 * afresh. */
void meters_read(const struct meters *m, struct peaks *p, uint32_t meter,
                 struct meter_figures *out);
/* Control. The same without starting afresh. */
void meters_look(const struct meters *m, const struct peaks *p, uint32_t meter,
                 struct meter_figures *out);

#endif
