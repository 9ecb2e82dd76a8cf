/* bars.c - bars, beats and ticks of a timeline in one tempo and one signature */
#include "effects/bars.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

__extension__ typedef unsigned __int128 wide;

/* Thousandths of a beat per minute are 1 / 60000 of a beat per second. */
enum { PER_SECOND = 60000, SIGNATURE_MAX = 64 };

RT struct bbt bars_at(const struct bars *b, uint32_t rate, uint64_t frame)
{
    wide ticks = (wide)frame * b->tempo * BARS_TICKS / ((wide)rate * PER_SECOND);
    uint32_t bar_ticks = (uint32_t)b->beats * BARS_TICKS;
    uint64_t bar = (uint64_t)(ticks / bar_ticks);
    uint32_t within = (uint32_t)(ticks % bar_ticks);
    return (struct bbt){ .bar = bar + 1,
                         .beat = within / BARS_TICKS + 1,
                         .tick = within % BARS_TICKS,
                         .bar_start = bar * bar_ticks };
}

/* A number of at most nine digits. */
static bool read_number(const char **text, uint64_t *value)
{
    const char *p = *text;
    for (*value = 0; *p >= '0' && *p <= '9' && p - *text < 9; p++)
        *value = *value * 10 + (uint64_t)(*p - '0');
    bool any = p != *text;
    *text = p;
    return any;
}

static bool read_behind(const char **text, char mark, uint64_t *value)
{
    if (**text != mark)
        return false;
    ++*text;
    return read_number(text, value);
}

int bars_parse(const char *text, const struct bars *b, uint32_t rate, uint64_t *frame)
{
    uint64_t bar, beat, tick = 0;
    const char *p = text;
    if (!read_number(&p, &bar) || !read_behind(&p, '|', &beat))
        return -EINVAL;
    if (*p && (!read_behind(&p, '|', &tick) || *p))
        return -EINVAL;
    if (bar < 1 || beat < 1 || beat > b->beats || tick >= BARS_TICKS)
        return -EINVAL;
    wide ticks = ((wide)(bar - 1) * b->beats + (beat - 1)) * BARS_TICKS + tick;
    wide per = (wide)b->tempo * BARS_TICKS;
    wide at = (ticks * rate * PER_SECOND + per - 1) / per;
    if (at > INT64_MAX)
        return -ERANGE;
    *frame = (uint64_t)at;
    return 0;
}

char *bars_format(const struct bbt *at, char out[BARS_TEXT])
{
    snprintf(out, BARS_TEXT, "%" PRIu64 "|%" PRIu32 "|%" PRIu32, at->bar, at->beat, at->tick);
    return out;
}

int signature_parse(const char *text, struct bars *b)
{
    uint64_t beats, unit;
    const char *p = text;
    if (!read_number(&p, &beats) || !read_behind(&p, '/', &unit) || *p)
        return -EINVAL;
    bool power = unit && !(unit & (unit - 1));
    if (beats < 1 || beats > SIGNATURE_MAX || !power || unit > SIGNATURE_MAX)
        return -EINVAL;
    b->beats = (uint8_t)beats;
    b->unit = (uint8_t)unit;
    return 0;
}

char *signature_format(const struct bars *b, char out[BARS_TEXT])
{
    snprintf(out, BARS_TEXT, "%u/%u", b->beats, b->unit);
    return out;
}
