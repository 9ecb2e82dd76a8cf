/* bar.c - levels as rows of characters: bars and spark lines, in blocks or in plain ASCII */
#include "ipc/bar.h"

#include <math.h>

#define EIGHTHS 8u

static double bounded(double share)
{
    return isnan(share) ? 0 : fmin(fmax(share, 0), 1);
}

double bar_share_db(double db)
{
    return bounded((db - BAR_FLOOR_DB) / -BAR_FLOOR_DB);
}

static void write_ascii(struct text *out, double share, unsigned cells)
{
    unsigned full = (unsigned)(share * cells + 0.5);
    for (unsigned i = 0; i < cells; i++)
        text_add(out, i < full ? "#" : ".", 1);
}

void bar_write(struct text *out, double share, unsigned cells, bool blocks)
{
    static const char *const left[EIGHTHS + 1] = { " ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█" };
    share = bounded(share);
    if (!blocks) {
        write_ascii(out, share, cells);
        return;
    }
    unsigned full = (unsigned)(share * cells * EIGHTHS + 0.5);
    for (unsigned i = 0; i < cells; i++) {
        unsigned rest = full > i * EIGHTHS ? full - i * EIGHTHS : 0;
        text_add_string(out, left[rest < EIGHTHS ? rest : EIGHTHS]);
    }
}

const char *bar_spark(double share, bool blocks)
{
    static const char *const tall[EIGHTHS] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
    static const char *const ascii[EIGHTHS] = { "_", ".", "-", "=", "+", "*", "%", "#" };
    if (isnan(share))
        return " ";
    unsigned step = (unsigned)(bounded(share) * (EIGHTHS - 1) + 0.5);
    return blocks ? tall[step] : ascii[step];
}
