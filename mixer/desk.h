/* desk.h - everything audible, as one immutable arrangement
 *
 * The console builds a new desk for every change of what is connected to what, and swaps it in; the
 * objects it points to live on from desk to desk. The engine changes nothing in it.
 */
#ifndef MIXER_DESK_H
#define MIXER_DESK_H

#include "mixer/strip.h"

struct desk {
    struct track **tracks; /* every track that follows the timeline and a tap reads, once */
    uint32_t n_tracks;
    struct lane *strips; /* files and inputs, in the order they were added */
    uint32_t n_strips;
    struct lane *buses; /* in the order of their sends: a bus stands before those it feeds */
    uint32_t n_buses;
    struct lane **shots; /* those of the strips that have taps of one-shots */
    uint32_t n_shots;
    struct lane master;
    struct crew *crew; /* helpers of its effects */
    uint32_t n_meters; /* places 0..n_meters-1 of the status are in use */
};

/* Control. Room for that many of each, and for `slots` and `feeds` over all lanes. One block of
 * memory: freed by free(). NULL: out of memory. */
struct desk *desk_new(uint32_t tracks, uint32_t strips, uint32_t buses, uint32_t slots,
                      uint32_t feeds, struct slot **slot_pool, struct feed **feed_pool);

/* Audio. Have all recordings room for n frames more? */
RT bool desk_records(const struct desk *d, uint32_t n);

#endif
