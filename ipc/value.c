/* value.c - physical values as the daemon spells them, back to numbers */
#include "ipc/value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SECONDS_PER_FIELD 60.0 /* of h:m:s */
#define MS_PER_S          1000.0

double value_db(const char *text)
{
    char *end;
    double db = strtod(text, &end);
    return end == text || (*end && strcmp(end, "dB") != 0) ? NAN : db;
}

double value_seconds(const char *text, uint32_t rate)
{
    char *end;
    double s = strtod(text, &end);
    while (end != text && *end == ':') {
        text = end + 1;
        s = s * SECONDS_PER_FIELD + strtod(text, &end);
    }
    if (end == text)
        return NAN;
    if (strcmp(end, "f") == 0)
        return rate ? s / rate : NAN;
    if (strcmp(end, "ms") == 0)
        return s / MS_PER_S;
    return *end && strcmp(end, "s") != 0 ? NAN : s;
}
