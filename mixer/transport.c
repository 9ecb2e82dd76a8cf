/* transport.c - where the timeline stands and whether it rolls; the audio thread's */
#include "mixer/transport.h"

void transport_init(struct transport *t)
{
    *t = (struct transport){ 0 };
    ramp_init(&t->roll, 0);
}

RT void transport_play(struct transport *t, uint32_t fade)
{
    /* Out of standing, the tracks fade in by themselves where they need it; out of the fade of a
     * stop, the way back up is a fade of its own. */
    bool turning_back = t->rolling && t->stopping;
    ramp_set(&t->roll, 1, turning_back ? fade : 0, CURVE_LIN);
    if (!turning_back)
        ramp_init(&t->roll, 1);
    t->rolling = true;
    t->stopping = false;
}

RT void transport_stop(struct transport *t, uint32_t fade)
{
    if (!t->rolling)
        return;
    t->stopping = fade > 0;
    t->rolling = fade > 0;
    ramp_set(&t->roll, 0, fade, CURVE_LIN);
}

RT void transport_locate(struct transport *t, uint64_t position)
{
    t->position = position;
}

RT void transport_step(struct transport *t, uint64_t position, uint64_t rolled)
{
    t->position = transport_after(position, t->rolled - rolled, t->loop_from, t->loop_to);
}

RT void transport_loop(struct transport *t, uint64_t from, uint64_t to)
{
    t->loop_from = from;
    t->loop_to = to;
}

RT void transport_skip(struct transport *t, uint64_t n)
{
    t->rolled += n;
    t->position = transport_after(t->position, n, t->loop_from, t->loop_to);
}

RT uint64_t transport_after(uint64_t position, uint64_t frames, uint64_t loop_from,
                            uint64_t loop_to)
{
    uint64_t next = position + frames;
    if (loop_to <= loop_from || position >= loop_to || next < loop_to)
        return next;
    return loop_from + (next - loop_to) % (loop_to - loop_from);
}

RT void transport_advance(struct transport *t, uint32_t n)
{
    if (!t->rolling)
        return;
    transport_skip(t, n);
    if (t->stopping && ramp_resting(&t->roll)) {
        t->rolling = false;
        t->stopping = false;
    }
}
