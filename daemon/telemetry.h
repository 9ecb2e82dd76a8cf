/* telemetry.h - OUT, CAP, LOAD and the stages, from the engine's records of its turns
 *
 * Pure bookkeeping: it knows no clock but those that it is told. Figures are those of the last full
 * second, seconds being counted from the first record on. How many channels there are does not come
 * into it: everything is frames.
 *
 * OUT is what the world got, not what was made in a hurry: between its turns a world consumes
 * frames at the engine's rate, and no faster than turns bring them. A wake-up that is late and made
 * up for costs nothing; a period that was missed costs its frames in the second that it belongs to,
 * or the next if it was close to the edge. None are counted twice or lost between seconds.
 */
#ifndef DAEMON_TELEMETRY_H
#define DAEMON_TELEMETRY_H

#include "mixer/link.h"

struct telemetry;

struct telemetry_figures {
    uint64_t seconds; /* full ones so far; while there is none, all that follows is 0 */
    double out_ksps;  /* thousands of frames */
    double cap_ksps;  /* thousands of frames that the time inside the engine would make in 1 s */
    double load_mean, load_p50, load_p99, load_max; /* percent of the time that a turn covers */
    struct {
        double mean_us, p99_us, max_us; /* of one quantum, averaged within each turn */
    } stage[STAGES];
};

/* Control, as all that follows. Rate in Hz, quantum in frames. NULL: out of memory. */
struct telemetry *telemetry_new(uint32_t rate, uint32_t quantum);
void telemetry_free(struct telemetry *t); /* NULL is fine */

/* Takes in the next n records, in their order. */
void telemetry_feed(struct telemetry *t, const struct timing *records, uint32_t n);

/* What is known at `now_ns`, on the clock of the records. Percentiles are by nearest rank. */
void telemetry_figures(struct telemetry *t, uint64_t now_ns, struct telemetry_figures *out);

#endif
