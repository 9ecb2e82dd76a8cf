/* value.h - physical values as the daemon spells them, back to numbers */
#ifndef IPC_VALUE_H
#define IPC_VALUE_H

#include <stdint.h>

/* Any thread. -6dB, -6 or -inf, in dB; NAN: no level. */
double value_db(const char *text);

/* Any thread. 2.5s, 150ms, 1:23.456, 1:02:03, 480f (frames at `rate` Hz) or bare seconds, in
 * seconds; NAN: no time. */
double value_seconds(const char *text, uint32_t rate);

#endif
