/* param.c - how a parameter's value is read and printed: one row per unit
 *
 * Numbers have one spelling everywhere: decimal, a point, an optional exponent. strtod takes more
 * than that (hex, nan, inf), so the text is scanned first and strtod must stop where the scan did.
 */
#include "effects/param.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SILENCE_DB (-200.0) /* levels under this read as -inf */
#define SMALLEST   1e-9     /* values nearer to 0 print as 0 */
#define ROUNDING   1e-6     /* of 6 digits, relative */

struct unit {
    const char *name; /* as in struct param; "|" stands for any list of choices */
    const char *what; /* ends the sentence `"6dq" is not ...` */
    bool ranged;      /* min and max of the row apply */
    double step;      /* of rows that name none; 0: it has no steps */
    bool (*parse)(const struct param *p, const char *text, uint32_t rate, double *value);
    void (*format)(const struct param *p, double value, uint32_t rate, char out[PARAM_TEXT]);
};

static const char *skip_digits(const char *s)
{
    while (*s >= '0' && *s <= '9')
        s++;
    return s;
}

/* Reads the number that `text` begins with; returns where it ends, or NULL if there is none. */
static const char *read_number(const char *text, double *value)
{
    const char *whole = text + (*text == '-' || *text == '+');
    const char *end = skip_digits(whole);
    bool digits = end != whole;

    if (*end == '.') {
        const char *fraction = end + 1;
        end = skip_digits(fraction);
        digits |= end != fraction;
    }
    if (!digits)
        return NULL;
    if (*end == 'e' || *end == 'E') {
        const char *power = end + 1 + (end[1] == '-' || end[1] == '+');
        if (skip_digits(power) != power)
            end = skip_digits(power);
    }
    char *stop;
    *value = strtod(text, &stop);
    return stop == end ? end : NULL;
}

/* Does `text`, behind a blank or none, say this unit, or nothing? */
static bool unit_matches(const char *text, const char *unit)
{
    if (*text == ' ')
        text++;
    return *text == '\0' || strcasecmp(text, unit) == 0;
}

static bool parse_number(const struct param *p, const char *text, uint32_t rate, double *value)
{
    const char *end = read_number(text, value);

    (void)rate;
    return end && unit_matches(end, p->unit);
}

static bool parse_level(const struct param *p, const char *text, uint32_t rate, double *value)
{
    if (strncasecmp(text, "-inf", 4) == 0 && unit_matches(text + 4, "dB")) {
        *value = -INFINITY;
        return true;
    }
    if (!parse_number(p, text, rate, value))
        return false;
    if (*value < SILENCE_DB)
        *value = -INFINITY;
    return true;
}

static bool parse_hertz(const struct param *p, const char *text, uint32_t rate, double *value)
{
    const char *end = read_number(text, value);

    if (end && *end && unit_matches(end, "kHz")) {
        *value *= 1000;
        return true;
    }
    return parse_number(p, text, rate, value);
}

static bool parse_time(const struct param *p, const char *text, uint32_t rate, double *value)
{
    bool negative = *text == '-';
    int error = time_parse_seconds(text + negative, rate, value);

    (void)p;
    if (error == -ERANGE)
        *value = INFINITY;
    if (negative)
        *value = -*value;
    return error != -EINVAL;
}

static bool parse_pan(const struct param *p, const char *text, uint32_t rate, double *value)
{
    int side = toupper((unsigned char)text[0]);

    if (side == 'C' && !text[1]) {
        *value = 0;
        return true;
    }
    if (side != 'L' && side != 'R')
        return parse_number(p, text, rate, value);
    if (text[1] == '-' || text[1] == '+')
        return false;
    const char *end = read_number(text + 1, value);
    if (side == 'L')
        *value = -*value;
    return end && !*end;
}

static bool parse_switch(const struct param *p, const char *text, uint32_t rate, double *value)
{
    static const char *const words[][2] = {
        { "off", "on" }, { "no", "yes" }, { "false", "true" }, { "0", "1" }
    };

    (void)p, (void)rate;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        for (int on = 0; on < 2; on++) {
            if (strcasecmp(text, words[i][on]) == 0) {
                *value = on;
                return true;
            }
        }
    }
    return false;
}

static bool parse_choice(const struct param *p, const char *text, uint32_t rate, double *value)
{
    const char *word = p->unit;
    size_t length = strlen(text);

    (void)rate;
    for (int i = 0;; i++) {
        size_t n = strcspn(word, "|");
        if (n == length && n > 0 && strncasecmp(word, text, n) == 0) {
            *value = i;
            return true;
        }
        if (!word[n])
            return false;
        word += n + 1;
    }
}

static bool parse_text(const struct param *p, const char *text, uint32_t rate, double *value)
{
    (void)p, (void)text, (void)rate, (void)value;
    return false;
}

/* So few digits, and none behind the point: what most values are. */
static bool is_short(double value)
{
    return fabs(value) < 1e6 && value == trunc(value);
}

/* To 6 significant digits, so that what is chosen by size is chosen by the size that is printed. */
static double rounded(double value)
{
    char text[PARAM_TEXT];

    if (fabs(value) < SMALLEST)
        return 0;
    if (is_short(value))
        return value;
    snprintf(text, sizeof text, "%.6g", value);
    return strtod(text, NULL);
}

/* What printf would print, which takes ten times as long. */
static void format_short(double value, const char *unit, char out[PARAM_TEXT])
{
    char digits[8], *at = out;
    unsigned rest = (unsigned)fabs(value), n = 0;

    do
        digits[n++] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0)
        *at++ = '-';
    while (n)
        *at++ = digits[--n];
    size_t length = strnlen(unit, (size_t)(out + PARAM_TEXT - 1 - at));
    memcpy(at, unit, length);
    at[length] = '\0';
}

static void format_plain(double value, const char *unit, char out[PARAM_TEXT])
{
    value = rounded(value);
    if (is_short(value))
        format_short(value, unit, out);
    else if (fabs(value) < 1e15 && value == nearbyint(value))
        snprintf(out, PARAM_TEXT, "%.0f%s", value, unit);
    else
        snprintf(out, PARAM_TEXT, "%.6g%s", value, unit);
}

static void format_number(const struct param *p, double value, uint32_t rate, char out[PARAM_TEXT])
{
    (void)rate;
    format_plain(value, p->unit, out);
}

static void format_level(const struct param *p, double value, uint32_t rate, char out[PARAM_TEXT])
{
    if (value < SILENCE_DB)
        snprintf(out, PARAM_TEXT, "-inf");
    else
        format_number(p, value, rate, out);
}

static void format_hertz(const struct param *p, double value, uint32_t rate, char out[PARAM_TEXT])
{
    (void)p, (void)rate;
    if (fabs(rounded(value)) >= 1000)
        format_plain(value / 1000, "kHz", out);
    else
        format_plain(value, "Hz", out);
}

/* True if `out`, to 6 digits in s or ms, is read as the frame that `seconds` is nearest to, or as
 * either of two that it lies between to within a double's rounding. */
static bool format_seconds(double seconds, uint32_t rate, char out[PARAM_TEXT])
{
    uint64_t frame;
    double r = rounded(seconds);

    if (r == 0 || r >= 1)
        format_plain(seconds, "s", out);
    else
        format_plain(seconds * 1000, "ms", out);
    return time_parse(out, rate, &frame) == 0 && fabs((double)frame - seconds * rate) <= 0.500001;
}

static void format_time(const struct param *p, double value, uint32_t rate, char out[PARAM_TEXT])
{
    double seconds = fabs(value), frames = seconds * rate;
    char text[PARAM_TEXT];

    (void)p;
    if (!(frames < 0x1p62))
        frames = 0x1p62;
    uint64_t frame = (uint64_t)(frames + 0.5);
    /* A decimal of the frame's own time is tried second, so that 400988f and the time it came from
     * end in the same text. */
    if (seconds >= 60 ||
        (!format_seconds(seconds, rate, text) && !format_seconds((double)frame / rate, rate, text)))
        time_format(frame, rate, text);
    snprintf(out, PARAM_TEXT, "%s%.30s", value < 0 && strcmp(text, "0s") != 0 ? "-" : "", text);
}

static void format_pan(const struct param *p, double value, uint32_t rate, char out[PARAM_TEXT])
{
    char text[PARAM_TEXT];

    (void)p, (void)rate;
    format_plain(fabs(value), "", text);
    if (rounded(value) == 0)
        snprintf(out, PARAM_TEXT, "C");
    else
        snprintf(out, PARAM_TEXT, "%c%.30s", value < 0 ? 'L' : 'R', text);
}

static void format_switch(const struct param *p, double value, uint32_t rate, char out[PARAM_TEXT])
{
    (void)p, (void)rate;
    strcpy(out, value != 0 ? "on" : "off");
}

static void format_choice(const struct param *p, double value, uint32_t rate, char out[PARAM_TEXT])
{
    const char *word = p->unit;

    (void)rate;
    for (int i = 0; i < (int)value && strchr(word, '|'); i++)
        word = strchr(word, '|') + 1;
    snprintf(out, PARAM_TEXT, "%.*s", (int)strcspn(word, "|"), word);
}

static void format_text(const struct param *p, double value, uint32_t rate, char out[PARAM_TEXT])
{
    (void)p, (void)value, (void)rate;
    out[0] = '\0';
}

static const struct unit units[] = {
    { "dB", "a level in dB", true, 0.5, parse_level, format_level },
    { "Hz", "a frequency in Hz", true, 1, parse_hertz, format_hertz },
    { "s", "a time", true, 0.01, parse_time, format_time },
    { "pan", "a pan position (L30, C, R100)", true, 1, parse_pan, format_pan },
    { "switch", "on or off", false, 0, parse_switch, format_switch },
    { "%", "a percentage", true, 1, parse_number, format_number },
    { ":1", "a ratio (4:1)", true, 0.1, parse_number, format_number },
    { "|", "one of ", false, 0, parse_choice, format_choice },
    { "text", "a number", false, 0, parse_text, format_text },
    { "", "a number", true, 1, parse_number, format_number },
};

/* Units that have no row of their own are numbers with that unit behind. */
static const struct unit *unit_of(const struct param *p)
{
    const struct unit *u = units;
    const char *name = strchr(p->unit, '|') ? "|" : p->unit;

    while (*u->name && strcmp(u->name, name) != 0)
        u++;
    return u;
}

/* Why a value was refused; a long text is cut, whole characters only. */
static const char *complain(const char *text, const char *verdict, const char *rest)
{
    static _Thread_local char why[256];
    int shown = (int)strnlen(text, 48);

    while (text[shown] && shown > 0 && ((unsigned char)text[shown] & 0xc0) == 0x80)
        shown--;
    snprintf(why, sizeof why, "\"%.*s%s\" is %s%s", shown, text, text[shown] ? "..." : "", verdict,
             rest);
    return why;
}

/* A limit, as it is printed, may read back so far outside itself: times to half a frame. */
static double rounding_of(const struct unit *u, double limit, uint32_t rate)
{
    double slack = ROUNDING * fabs(limit);
    return u->parse == parse_time ? fmin(slack, 0.5 / rate) : slack;
}

int param_parse(const struct param *p, const char *text, uint32_t rate, double *value,
                const char **why)
{
    const struct unit *u = unit_of(p);
    char verdict[64], range[128];
    double v = 0;

    if (!u->parse(p, text, rate, &v)) {
        snprintf(verdict, sizeof verdict, "not %s", u->what);
        *why = complain(text, verdict, *u->name == '|' ? p->unit : "");
        return -EINVAL;
    }
    if (u->ranged && v > p->max && v - p->max <= rounding_of(u, p->max, rate))
        v = p->max;
    if (u->ranged && v < p->min && p->min - v <= rounding_of(u, p->min, rate))
        v = p->min;
    if (u->ranged && (v < p->min || v > p->max)) {
        *why = complain(text, "not within ", param_range(p, rate, range, sizeof range));
        return -ERANGE;
    }
    *value = v;
    return 0;
}

char *param_format(const struct param *p, double value, uint32_t rate, char out[PARAM_TEXT])
{
    unit_of(p)->format(p, value, rate, out);
    return out;
}

char *param_range(const struct param *p, uint32_t rate, char *out, size_t size)
{
    const struct unit *u = unit_of(p);
    char min[PARAM_TEXT], max[PARAM_TEXT];

    if (u->ranged)
        snprintf(out, size, "%s to %s", param_format(p, p->min, rate, min),
                 param_format(p, p->max, rate, max));
    else
        snprintf(out, size, "%s", strcmp(u->name, "switch") == 0 ? "on|off" : p->unit);
    return out;
}

double param_step(const struct param *p)
{
    return p->step != 0 ? p->step : unit_of(p)->step;
}

double db_to_gain(double db)
{
    return pow(10, db / 20);
}

double gain_to_db(double gain)
{
    return 20 * log10(gain);
}
