/* time.h - how a time or a timeline position is read and printed, exact to the frame
 *
 * Spellings: 2.5s, 150ms, 1:23.456 and 1:02:03 (minutes and hours; later fields under 60), 480f
 * (whole frames), or bare seconds. Units in either case; one blank may stand before them.
 */
#ifndef EFFECTS_TIME_H
#define EFFECTS_TIME_H

#include <stdint.h>

/* Longest text that param_format and time_format write, NUL included. */
#define PARAM_TEXT 32

/* Any thread. A time of at least 0 in frames at `rate` Hz, rounded to the nearest frame by integer
 * arithmetic. 0, -EINVAL (not a time; negative ones are none) or -ERANGE (over INT64_MAX). */
int time_parse(const char *text, uint32_t rate, uint64_t *frames);

/* Any thread. The same in seconds, not rounded to a frame. */
int time_parse_seconds(const char *text, uint32_t rate, double *seconds);

/* Any thread. The shortest exact spelling of `frames`: 150ms, 2.5s, 1:23.456, else 12345f. */
char *time_format(uint64_t frames, uint32_t rate, char out[PARAM_TEXT]);

#endif
