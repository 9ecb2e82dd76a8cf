/* bars.h - bars, beats and ticks of a timeline in one tempo and one signature, by integer
 * arithmetic
 *
 * Bar 1, beat 1, tick 0 is frame 0. Bars and beats count from 1, ticks from 0, as JACK's do. A
 * place that lies between two frames is the frame behind it, so that of every place written out the
 * frame is the first one in it.
 */
#ifndef EFFECTS_BARS_H
#define EFFECTS_BARS_H

#include "effects/rt.h"

#include <stdint.h>

/* Ticks of a beat: what the example clients of JACK and most sequencers use. */
enum { BARS_TICKS = 1920 };

/* Longest text that bars_format and signature_format write, NUL included. */
enum { BARS_TEXT = 40 };

struct bars {
    uint32_t tempo; /* thousandths of a beat per minute; 0: none, and then there are no bars */
    uint8_t beats;  /* in a bar, 1 to 64 */
    uint8_t unit;   /* the note that is a beat: 1, 2, 4 .. 64 */
};

struct bbt {
    uint64_t bar;       /* from 1 */
    uint32_t beat;      /* from 1 */
    uint32_t tick;      /* from 0 */
    uint64_t bar_start; /* ticks before the bar */
};

/* Any thread. Where a frame lies, at `rate` Hz; the tempo is not 0. */
RT struct bbt bars_at(const struct bars *b, uint32_t rate, uint64_t frame);

/* Any thread. Reads 17|3 or 17|3|240 as a frame. 0, -EINVAL (not such a place: no bar line, a beat
 * that the bar does not have, 1920 ticks or more) or -ERANGE (over INT64_MAX). */
int bars_parse(const char *text, const struct bars *b, uint32_t rate, uint64_t *frame);

/* Any thread. Writes 17|3|240. Returns out. */
char *bars_format(const struct bbt *at, char out[BARS_TEXT]);

/* Any thread. Reads 4/4. 0, or -EINVAL and nothing has changed. Writes it; returns out. */
int signature_parse(const char *text, struct bars *b);
char *signature_format(const struct bars *b, char out[BARS_TEXT]);

#endif
