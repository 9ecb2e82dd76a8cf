/* forecast.c - when a track would starve, if its decoder went on as in the last second */
#include "mixer/forecast.h"

#include <math.h>
#include <stddef.h>

#define NS_PER_S 1e9

enum { APART_NS = 1000000000 / FORECAST_LOOKS, SECOND_NS = 1000000000 };

void forecast_look(struct forecast *f, uint64_t ns, uint64_t decoded)
{
    if (f->looks && ns - f->seen[(f->looks - 1) % FORECAST_LOOKS].ns < APART_NS)
        return;
    f->seen[f->looks % FORECAST_LOOKS].ns = ns;
    f->seen[f->looks % FORECAST_LOOKS].decoded = decoded;
    f->looks++;
}

double forecast_eta(const struct forecast *f, uint64_t ns, uint64_t decoded, uint64_t buffered,
                    uint32_t size, uint32_t rate)
{
    if (!f->looks || buffered >= 5 * (uint64_t)size / 8)
        return INFINITY;
    uint32_t first = f->looks > FORECAST_LOOKS ? f->looks - FORECAST_LOOKS : 0;
    while (first + 1 < f->looks && ns - f->seen[first % FORECAST_LOOKS].ns > SECOND_NS)
        first++;
    double seconds = (double)(ns - f->seen[first % FORECAST_LOOKS].ns) / NS_PER_S;
    double came = (double)(decoded - f->seen[first % FORECAST_LOOKS].decoded);
    double falls = seconds > 0 ? rate - came / seconds : 0;
    return falls > 0 ? (double)buffered / falls : INFINITY;
}
