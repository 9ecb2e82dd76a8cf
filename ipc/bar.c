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

const char *bar_cell(double share, unsigned i, unsigned cells, bool blocks)
{
    static const char *const left[EIGHTHS + 1] = { " ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█" };
    unsigned steps = blocks ? EIGHTHS : 1;
    unsigned full = (unsigned)(bounded(share) * cells * steps + 0.5);
    unsigned rest = full > i * steps ? full - i * steps : 0;
    if (!blocks)
        return rest ? "#" : ".";
    return left[rest < EIGHTHS ? rest : EIGHTHS];
}

void bar_write(struct text *out, double share, unsigned cells, bool blocks)
{
    for (unsigned i = 0; i < cells; i++)
        text_add_string(out, bar_cell(share, i, cells, blocks));
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
