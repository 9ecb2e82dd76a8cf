/* forecast.h - when a track would starve, if its decoder went on as in the last second
 *
 * A decoder that is well refills in bursts from well above half a ring, so a ring that falls is
 * news only below five eighths: no decoder waits that long by itself.
 */
#ifndef MIXER_FORECAST_H
#define MIXER_FORECAST_H

#include <stdint.h>

enum { FORECAST_LOOKS = 16 };

/* All zero: nothing was seen yet. */
struct forecast {
    struct {
        uint64_t ns, decoded;
    } seen[FORECAST_LOOKS]; /* a sixteenth of a second apart at least, the oldest overwritten */
    uint32_t looks;
};

/* Control, often while the track rolls. `decoded`: frames ever, by the monotonic clock `ns`. */
void forecast_look(struct forecast *f, uint64_t ns, uint64_t decoded);

/* Control. Seconds from now until `buffered` frames of a ring of `size` are used up at `rate`
 * frames per second, refilled as in the last second. INFINITY: they are not. */
double forecast_eta(const struct forecast *f, uint64_t ns, uint64_t decoded, uint64_t buffered,
                    uint32_t size, uint32_t rate);

#endif
