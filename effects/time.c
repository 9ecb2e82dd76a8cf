/* time.c - how a time or a timeline position is read and printed, exact to the frame
 *
 * No double touches a frame count: 2^53 frames are few enough to meet in a hostile session, and a
 * position that is read, printed and read again must be the same frame.
 */
#include "effects/time.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <strings.h>

/* Fractions are kept in 10^-15: times a 32-bit rate that is far from 128 bits, and finer than any
 * distance from the middle between two frames that a person could mean. */
#define FRACTION 1000000000000000u

__extension__ typedef unsigned __int128 wide;

struct reading {
    uint64_t whole, fraction; /* whole + fraction / FRACTION ... */
    uint32_t per_second;      /* ... of which so many make a second */
};

/* At least one digit; a number too long to hold reads as UINT64_MAX, which nobody accepts. */
static bool read_digits(const char **text, uint64_t *value)
{
    const char *p = *text;

    for (*value = 0; *p >= '0' && *p <= '9'; p++)
        *value = *value > (UINT64_MAX - 9) / 10 ? UINT64_MAX : *value * 10 + (uint64_t)(*p - '0');
    bool any = p != *text;
    *text = p;
    return any;
}

/* Digits behind a point; those beyond 10^-15 are dropped. */
static bool read_fraction(const char **text, uint64_t *fraction)
{
    const char *p = *text;
    uint64_t weight = FRACTION;

    for (*fraction = 0; *p >= '0' && *p <= '9'; p++) {
        weight /= 10;
        *fraction += weight * (uint64_t)(*p - '0');
    }
    bool any = p != *text;
    *text = p;
    return any;
}

/* The minutes and seconds behind 1: and 1:02: */
static bool read_clock(const char **text, uint64_t *whole)
{
    for (int colons = 0; colons < 2 && **text == ':'; colons++) {
        uint64_t field;
        ++*text;
        if (!read_digits(text, &field) || field >= 60)
            return false;
        *whole = *whole > (uint64_t)INT64_MAX / 60 ? UINT64_MAX : *whole * 60 + field;
    }
    return true;
}

static int read_time(const char *text, uint32_t rate, struct reading *r)
{
    const char *p = text;
    bool digits = read_digits(&p, &r->whole);
    const char *clock = p;

    r->fraction = 0;
    r->per_second = 1;
    if (digits && !read_clock(&p, &r->whole))
        return -EINVAL;
    bool clocked = p != clock, pointed = *p == '.';
    if (pointed) {
        p++;
        digits |= read_fraction(&p, &r->fraction);
    }
    if (!digits || (clocked && *p))
        return -EINVAL;
    if (*p == ' ')
        p++;
    if (strcasecmp(p, "ms") == 0)
        r->per_second = 1000;
    else if (strcasecmp(p, "f") == 0 && !pointed)
        r->per_second = rate;
    else if (*p && strcasecmp(p, "s") != 0)
        return -EINVAL;
    return r->whole > INT64_MAX ? -ERANGE : 0;
}

int time_parse(const char *text, uint32_t rate, uint64_t *frames)
{
    struct reading r;
    int error = read_time(text, rate, &r);

    if (error)
        return error;
    wide units = (wide)r.whole * rate, one = (wide)FRACTION * r.per_second;
    wide rest = units % r.per_second * FRACTION + (wide)r.fraction * rate;
    wide rounded = units / r.per_second + (rest + one / 2) / one;
    if (rounded > INT64_MAX)
        return -ERANGE;
    *frames = (uint64_t)rounded;
    return 0;
}

int time_parse_seconds(const char *text, uint32_t rate, double *seconds)
{
    struct reading r;
    int error = read_time(text, rate, &r);

    if (!error)
        *seconds = ((double)r.whole + (double)r.fraction / (double)FRACTION) / r.per_second;
    return error;
}

/* Thousandths as a decimal part, without the zeros at its end: ".05" for 50, nothing for 0. */
static void format_thousandths(unsigned thousandths, char out[5])
{
    snprintf(out, 5, ".%03u", thousandths % 1000);
    for (int end = 3; end >= 0 && (out[end] == '0' || out[end] == '.'); end--)
        out[end] = '\0';
}

char *time_format(uint64_t frames, uint32_t rate, char out[PARAM_TEXT])
{
    wide thousandfold = (wide)frames * 1000;
    uint64_t ms = (uint64_t)(thousandfold / rate), s = ms / 1000;
    char tail[5];

    if (thousandfold % rate != 0 || thousandfold / rate > UINT64_MAX) {
        snprintf(out, PARAM_TEXT, "%" PRIu64 "f", frames);
        return out;
    }
    format_thousandths((unsigned)(ms % 1000), tail);
    if (s == 0 && ms > 0)
        snprintf(out, PARAM_TEXT, "%" PRIu64 "ms", ms);
    else if (s < 60)
        snprintf(out, PARAM_TEXT, "%" PRIu64 "%ss", s, tail);
    else if (s < 3600)
        snprintf(out, PARAM_TEXT, "%" PRIu64 ":%02u%s", s / 60, (unsigned)(s % 60), tail);
    else
        snprintf(out, PARAM_TEXT, "%" PRIu64 ":%02u:%02u%s", s / 3600, (unsigned)(s / 60 % 60),
                 (unsigned)(s % 60), tail);
    return out;
}
