/* param.h - one row per parameter: its name, unit, range and help, and how it is read and printed
 *
 * The unit decides the spelling (PROTOCOL.md, Replies). Values are physical and of type double:
 *   "dB"      -6dB, -inf          decibels; -INFINITY is silence; anything under -200 reads -inf
 *   "Hz"      120Hz, 1.2kHz       hertz
 *   "s"       2.5s 150ms 1:23.456 1:02:03 480f    seconds
 *   "pan"     L30 C R100          -100 (left) .. 100 (right)
 *   "switch"  on off              1, 0
 *   "%"       50%                 percent
 *   ":1"      4:1                 a ratio, as in a compressor
 *   ""        3, 0.5              a plain number
 *   "a|b|c"   one of these words; the value is its index
 *   "text"    any text; has no number and is kept by its owner
 * A bare number is taken in the row's own unit; units are read in either case, with a blank before
 * them or none. A unit that is not listed is a number with that unit behind it.
 */
#ifndef EFFECTS_PARAM_H
#define EFFECTS_PARAM_H

#include "effects/time.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct param {
    const char *name;
    const char *unit;
    double min, max, def;
    const char *help;
    bool rampable; /* `over TIME` moves it, or crossfades to it, in that time */
    bool fixed;    /* can be read, not set */
    double step;   /* a knob's detent, an arrow key; 0: as usual in its unit (param_step) */
};

/* Any thread. Reads `text` as a value of row p; `rate` in Hz turns frames (480f) into seconds.
 * 0, or -EINVAL (not a value of this unit) or -ERANGE (outside min..max): *why then says what, in
 * a static or thread-local buffer good until the next call on this thread. "text" rows: -EINVAL. */
int param_parse(const struct param *p, const char *text, uint32_t rate, double *value,
                const char **why);

/* Any thread. Writes value the way it is read back: -6dB, 1.2kHz, L30. Returns out. The shortest
 * spelling that param_parse reads back as the same value to 6 significant digits (times: to the
 * frame at `rate`). */
char *param_format(const struct param *p, double value, uint32_t rate, char out[PARAM_TEXT]);

/* Any thread. Writes the range as a hint, e.g. "-inf to 24dB" or "on|off". Returns out. */
char *param_range(const struct param *p, uint32_t rate, char *out, size_t size);

/* Any thread. How far one detent of a knob moves it, in its unit; 0 for what has no steps. Where
 * the range is wide a knob may multiply instead; this is the finest that a person will want. */
double param_step(const struct param *p);

/* Any thread. 10^(db/20), and -INFINITY gives 0; 20 log10(gain), and 0 gives -INFINITY. */
double db_to_gain(double db);
double gain_to_db(double gain);

#endif
