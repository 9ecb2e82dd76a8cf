/* predelay.c - a delay whose length moves by a crossfade: from where to where, and how far */
#include "effects/predelay.h"

RT void predelay_init(struct predelay *p, uint32_t delay)
{
    p->asked = delay;
    predelay_rest(p);
}

RT void predelay_set(struct predelay *p, uint32_t delay, uint32_t frames)
{
    p->asked = delay;
    p->asked_frames = frames;
}

RT bool predelay_move(struct predelay *p, float *share, uint32_t n)
{
    if (ramp_resting(&p->fade)) {
        p->now = p->next;
        if (p->asked != p->now) {
            p->next = p->asked;
            p->fade.value = 0;
            ramp_set(&p->fade, 1, p->asked_frames, CURVE_LIN);
        }
    }
    if (p->next == p->now)
        return false;
    ramp_fill(&p->fade, share, n);
    return true;
}

RT void predelay_rest(struct predelay *p)
{
    p->now = p->next = p->asked;
    ramp_init(&p->fade, 1);
}
