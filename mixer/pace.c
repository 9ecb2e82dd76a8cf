/* pace.c - where in its material a strip is at every frame of the timeline: its varispeed */
#include "mixer/pace.h"

#include <math.h>
#include <string.h>

/* A position that is so close to a whole frame is one: what rounding leaves in a day of frames. */
#define WHOLE 1e-5

void pace_plain(struct pace *p, uint64_t offset, double rate)
{
    memset(p, 0, sizeof *p); /* padding too: they are compared */
    p->n = 1;
    p->leg[0].at = offset;
    p->leg[0].from = p->leg[0].to = rate;
}

bool pace_equal(const struct pace *a, const struct pace *b)
{
    bool equal = a->n == b->n;
    for (uint32_t k = 0; equal && k < a->n; k++) {
        const struct pace_leg *x = &a->leg[k], *y = &b->leg[k];
        equal = x->at == y->at && x->position == y->position && x->from == y->from &&
                x->to == y->to && x->frames == y->frames && x->jumps == y->jumps;
    }
    return equal;
}

/* The rate in the k-th step of the movement. */
static double step_rate(const struct pace_leg *l, uint32_t k)
{
    return l->from + (l->to - l->from) * (k + 1) / (l->frames / PACE_STEP + 1) + l->bend;
}

/* Frames of the material in the first `frames` of the movement. */
static double moved(const struct pace_leg *l, uint32_t frames)
{
    double steps = frames / PACE_STEP, rise = (l->to - l->from) / (l->frames / PACE_STEP + 1);
    return PACE_STEP * (steps * (l->from + l->bend) + rise * steps * (steps + 1) / 2) +
           frames % PACE_STEP * step_rate(l, frames / PACE_STEP);
}

static double whole(double position)
{
    double round = nearbyint(position);
    return fabs(position - round) < WHOLE ? round : position;
}

double pace_leg_position(const struct pace_leg *l, uint64_t frame, double *rate, uint64_t *run)
{
    uint64_t since = frame - l->at;
    double at = 0, now = l->to;
    uint64_t most = UINT64_MAX;
    if (frame < l->at) {
        at = l->position - (double)(l->at - frame) * l->from;
        now = l->from;
        most = l->at - frame;
    } else if (since < l->frames) {
        at = l->position + moved(l, (uint32_t)since);
        now = step_rate(l, (uint32_t)since / PACE_STEP);
        most = PACE_STEP - since % PACE_STEP;
    } else {
        at = l->position + moved(l, l->frames) + (double)(since - l->frames) * l->to;
    }
    if (rate)
        *rate = now;
    if (run)
        *run = most;
    return now == 1 ? whole(at) : at;
}

uint32_t pace_leg_at(const struct pace *p, uint64_t frame)
{
    uint32_t k = p->n - 1;
    while (k > 0 && frame < p->leg[k].at)
        k--;
    return k;
}

double pace_position(const struct pace *p, uint64_t frame)
{
    return pace_leg_position(&p->leg[pace_leg_at(p, frame)], frame, NULL, NULL);
}

/* Room for one more leg, where nothing is left for it at the cost of the second. */
static struct pace_leg *leg_add(struct pace *p)
{
    if (p->n == PACE_LEGS) {
        memmove(&p->leg[0], &p->leg[1], sizeof p->leg[0] * (PACE_LEGS - 1));
        p->n--;
    }
    struct pace_leg *l = &p->leg[p->n++];
    memset(l, 0, sizeof *l);
    return l;
}

void pace_turn(struct pace *p, uint64_t at, double to, uint32_t frames)
{
    const struct pace_leg *before = &p->leg[p->n - 1];
    double from, position = pace_leg_position(before, at, &from, NULL);
    struct pace_leg *l = leg_add(p);
    l->at = at;
    l->position = position;
    l->from = from;
    l->to = to;
    l->frames = (frames + PACE_STEP - 1) / PACE_STEP * PACE_STEP;
    if (to == 1 && l->frames > 0) {
        double end = position + moved(l, l->frames);
        l->bend = (nearbyint(end) - end) / l->frames;
    } else if (to == 1) {
        l->position = nearbyint(position);
    }
}

void pace_jump(struct pace *p, uint64_t at, double position)
{
    double rate;
    pace_leg_position(&p->leg[p->n - 1], at, &rate, NULL);
    struct pace_leg *l = leg_add(p);
    l->at = at;
    l->position = position;
    l->from = l->to = p->leg[p->n - 2].to;
    l->jumps = true;
}

void pace_forget(struct pace *p, uint64_t frame)
{
    uint32_t k = pace_leg_at(p, frame);
    memmove(&p->leg[0], &p->leg[k], sizeof p->leg[0] * (p->n - k));
    p->n -= k;
}

/* Rates are 0.1 at least, and legs that jump can go anywhere: each is searched by itself. */
static uint64_t leg_reaches(const struct pace_leg *l, double position, uint64_t from, uint64_t to)
{
    if (pace_leg_position(l, from, NULL, NULL) >= position)
        return from;
    while (to - from > 1) { /* from is before it, to is not */
        uint64_t half = from + (to - from) / 2;
        if (pace_leg_position(l, half, NULL, NULL) >= position)
            to = half;
        else
            from = half;
    }
    return to;
}

uint64_t pace_reaches(const struct pace *p, double position, uint64_t frame)
{
    for (uint32_t k = pace_leg_at(p, frame); k < p->n; k++) {
        const struct pace_leg *l = &p->leg[k];
        uint64_t from = frame > l->at || k == 0 ? frame : l->at;
        uint64_t end = k + 1 < p->n ? p->leg[k + 1].at : (uint64_t)1 << 62;
        if (from < end && pace_leg_position(l, end - 1, NULL, NULL) >= position)
            return leg_reaches(l, position, from, end - 1);
    }
    return UINT64_MAX;
}
