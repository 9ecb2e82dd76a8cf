/* fuzz_param.c - any text as a value of any unit: refused with a reason, or read, printed, and read
 * again as the same text */
#include "effects/param.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct param rows[] = {
    { "gain", "dB", -INFINITY, 24, 0, "", true, false },
    { "freq", "Hz", 20, 20000, 1000, "", true, false },
    { "offset", "s", -86400, 86400, 0, "", true, false },
    { "pan", "pan", -100, 100, 0, "", true, false },
    { "mute", "switch", 0, 1, 0, "", false, false },
    { "wet", "%", 0, 100, 50, "", true, false },
    { "ratio", ":1", 1, 20, 4, "", true, false },
    { "any", "", -1e300, 1e300, 0, "", true, false },
    { "shape", "low|high", 0, 1, 0, "", false, false },
    { "ir", "text", 0, 0, 0, "", false, false },
};

static void check_row(const struct param *p, const char *text)
{
    char first[PARAM_TEXT], second[PARAM_TEXT];
    const char *why = NULL;
    double value;

    if (param_parse(p, text, 48000, &value, &why) != 0) {
        if (!why || strlen(why) > 250)
            abort();
        return;
    }
    param_format(p, value, 48000, first);
    if (param_parse(p, first, 48000, &value, &why) != 0 ||
        strcmp(param_format(p, value, 48000, second), first) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[256], out[PARAM_TEXT];
    uint64_t frames, back;

    if (size >= sizeof text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_row(&rows[i], text);
    if (time_parse(text, 44100, &frames) == 0 &&
        (time_parse(time_format(frames, 44100, out), 44100, &back) != 0 || back != frames))
        abort();
    return 0;
}
