/* follow.c - the console's part in a timeline that is shared with others
 *
 * What is wanted of it (whom to follow, tempo and signature) is kept here; who talks to the others
 * asks for it.
 */
#include "mixer/console_parts.h"

#include <math.h>

enum console_jack console_jack(const struct console *c)
{
    return c->jack;
}

const struct bars *console_bars(const struct console *c)
{
    return &c->bars;
}

bool console_timebase(const struct console *c)
{
    return c->timebase && c->bars.tempo;
}

void console_chase(struct console *c, bool rolling, bool starting)
{
    bool before = c->rolling || c->starting;
    for (uint32_t i = 0; !before && (rolling || starting) && i < c->sources.n; i++)
        track_wake(((struct source *)c->sources.at[i])->track);
    if (rolling && !c->rolling)
        c->begins = c->status->frame;
    c->rolling = rolling;
    c->starting = starting;
}

/* Until the engine has taken over the desk that the locate brings. */
bool console_moving(const struct console *c, uint64_t *target)
{
    *target = c->target;
    return c->moving || c->deferred || c->status->swaps < c->moved_swap;
}

void transport_reset(struct console *c)
{
    c->jack = CONSOLE_JACK_OFF;
    c->bars = (struct bars){ .tempo = 0, .beats = 4, .unit = 4 };
    c->timebase = false;
}

double transport_number(const struct console *c, uint32_t row)
{
    uint64_t position;
    switch (row) {
    case TRANSPORT_STATE:
        return c->status->stopping ? 2 : c->rolling || c->status->rolling ? 1 : 0;
    case TRANSPORT_POSITION:
        position = c->swaps && !c->relocates ? c->status->position : c->target;
        return (double)position / c->setup.rate;
    case TRANSPORT_JACK:
        return c->jack;
    case TRANSPORT_TEMPO:
        return c->bars.tempo / 1000.0;
    case TRANSPORT_TIMEBASE:
        return c->timebase;
    default:
        return 0;
    }
}

int transport_set(struct console *c, uint32_t row, double value, struct refusal *why)
{
    switch (row) {
    case TRANSPORT_JACK:
        if (value != CONSOLE_JACK_OFF && c->loop_from < c->loop_to) {
            refuse(why, FAULT_STATE, "JACK's transport knows no loop, and ours is on");
            return refuse_hint(why, "loop off");
        }
        c->jack = (enum console_jack)value;
        break;
    case TRANSPORT_TEMPO:
        c->bars.tempo = (uint32_t)lround(value * 1000);
        break;
    case TRANSPORT_TIMEBASE:
        c->timebase = value != 0;
        break;
    }
    return 0;
}

int signature_set(struct console *c, const char *text, struct refusal *why)
{
    if (!signature_parse(text, &c->bars))
        return 0;
    refuse(why, FAULT_TYPE, "\"%s\" is no signature", text);
    return refuse_hint(why, "4/4, 3/4, 7/8: 1 to 64 beats of a 1, 2, 4 .. 64th note");
}
