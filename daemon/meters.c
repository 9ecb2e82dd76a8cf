/* meters.c - peaks per reader, RMS, clips: what `meters` and `watch meters` show */
#include "daemon/meters.h"

#include "effects/param.h"
#include "mixer/link.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOW_MS = 300 };

/* One window's sum of one place. */
struct window {
    float peak[METER_CHANNELS];
    double squares[METER_CHANNELS];
    uint64_t frames;
};

struct peaks {
    struct meters *meters;
    struct peaks *next;
    float peak[LINK_METERS][METER_CHANNELS];
};

struct meters {
    uint32_t window_frames;
    struct peaks *readers;
    uint64_t began; /* engine frame at which the present window began */
    uint32_t n;
    struct window last[LINK_METERS], now[LINK_METERS];
    struct meter newest[LINK_METERS]; /* counts */
};

struct meters *meters_new(uint32_t rate)
{
    struct meters *m = calloc(1, sizeof *m);
    if (m)
        m->window_frames = (uint32_t)((uint64_t)rate * WINDOW_MS / 1000);
    return m;
}

void meters_free(struct meters *m)
{
    free(m);
}

struct peaks *peaks_new(struct meters *m)
{
    struct peaks *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->meters = m;
    p->next = m->readers;
    m->readers = p;
    for (uint32_t i = 0; i < LINK_METERS; i++)
        for (uint32_t c = 0; c < METER_CHANNELS; c++)
            p->peak[i][c] = fmaxf(m->last[i].peak[c], m->now[i].peak[c]);
    return p;
}

void peaks_free(void *what)
{
    struct peaks *p = what;
    if (!p)
        return;
    struct peaks **at = &p->meters->readers;
    while (*at != p)
        at = &(*at)->next;
    *at = p->next;
    free(p);
}

const float *peaks_of(const struct peaks *p, uint32_t meter)
{
    return p->peak[meter];
}

void peaks_forget(struct peaks *p, uint32_t meter)
{
    memset(p->peak[meter], 0, sizeof p->peak[meter]);
}

void meters_feed(struct meters *m, const struct status *s)
{
    if (s->frame - m->began >= m->window_frames) {
        memcpy(m->last, m->now, sizeof m->last);
        memset(m->now, 0, sizeof m->now);
        m->began = s->frame;
    }
    m->n = s->n_meters;
    for (uint32_t i = 0; i < s->n_meters; i++) {
        const struct meter *from = &s->meters[i];
        struct window *w = &m->now[i];
        w->frames += from->frames;
        for (uint32_t c = 0; c < METER_CHANNELS; c++) {
            w->peak[c] = fmaxf(w->peak[c], from->peak[c]);
            w->squares[c] += (double)from->squares[c];
            for (struct peaks *p = m->readers; p; p = p->next)
                p->peak[i][c] = fmaxf(p->peak[i][c], from->peak[c]);
        }
        m->newest[i] = *from;
    }
}

static double rms_db(const struct window *w, uint32_t c)
{
    return w->frames ? gain_to_db(sqrt(w->squares[c] / (double)w->frames)) : -INFINITY;
}

void meters_look(const struct meters *m, const struct peaks *p, uint32_t meter,
                 struct meter_figures *out)
{
    const struct meter *newest = &m->newest[meter];
    const struct window *w = m->last[meter].frames ? &m->last[meter] : &m->now[meter];
    *out = (struct meter_figures){ .channels = newest->channels ? newest->channels : 1,
                                   .clips = newest->clips,
                                   .nans = newest->nans };
    for (uint32_t c = 0; c < METER_CHANNELS; c++) {
        float window_peak = fmaxf(w->peak[c], m->now[meter].peak[c]);
        out->peak_db[c] = gain_to_db((double)(p ? p->peak[meter][c] : window_peak));
        out->rms_db[c] = rms_db(w, c);
    }
}

void meters_read(const struct meters *m, struct peaks *p, uint32_t meter, struct meter_figures *out)
{
    meters_look(m, p, meter, out);
    if (p)
        peaks_forget(p, meter);
}
