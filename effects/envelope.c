/* envelope.c - a level that rises at one pace and falls at another */
#include "effects/envelope.h"

#include <math.h>

RT double envelope_pole(double seconds, double rate)
{
    return exp(-1 / (seconds * rate));
}

RT void envelope_follow(struct envelope *e, float *x, uint32_t n)
{
    double value = e->value;

    for (uint32_t i = 0; i < n; i++) {
        double way = value - x[i];
        value = x[i] + (way < 0 ? e->attack : e->release) * way;
        x[i] = (float)value;
    }
    e->value = value;
}
