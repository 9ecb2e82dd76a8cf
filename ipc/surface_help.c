/* surface_help.c - what the keys do and the figures mean */
#include "ipc/surface_parts.h"

#define LABEL_WIDTH 10

/* At most 68 columns, so that 80 show it all. */
static const char *const meanings[][2] = {
    { "OUT", "thousands of frames sent in the last second: the rate, if all is well" },
    { "CAP", "thousands that could have been made; its bar ends at 1000 times OUT" },
    { "LOAD", "percent of the period spent in the engine" },
    { "BUF", "fill of the emptiest track's ring; BUF.low: the least in a minute" },
    { "starved", "frames that tracks did not deliver in time" },
    { "xruns", "missed periods; xruns.own: those that were our doing" },
    { "late", "commands that missed their frame; clips: samples over 0 dBFS" },
    { "peak", "the highest of two seconds; beside the bars: the last minute" },
};

void surface_help(const struct surface *s, int rows, int columns)
{
    const char *label, *help;
    int y = 0;
    surface_put(s, y++, 0, columns, LOOK_HEAD, " mixctl top                  any key: back");
    for (size_t i = 0; y < rows && surface_key_help(i, &label, &help); i++, y++) {
        surface_put(s, y, 1, LABEL_WIDTH, LOOK_BOLD, label);
        surface_put(s, y, 1 + LABEL_WIDTH, columns - LABEL_WIDTH - 1, LOOK_PLAIN, help);
    }
    for (size_t i = 0; y < rows && i < sizeof meanings / sizeof *meanings; i++, y++) {
        surface_put(s, y, 1, LABEL_WIDTH, LOOK_BOLD, meanings[i][0]);
        surface_put(s, y, 1 + LABEL_WIDTH, columns - LABEL_WIDTH - 1, LOOK_PLAIN, meanings[i][1]);
    }
}
