/* bulletin.c - what watchers are told in one turn of the control thread, spelled once */
#include "daemon/bulletin.h"

#include "daemon/figures.h"
#include "daemon/meters.h"
#include "daemon/mixd.h"
#include "mixer/link.h"

#include <stdlib.h>
#include <string.h>

/* Readers look at different rates: those of two turns ago see other peaks than those of the last.
 */
enum { SPELLINGS = 2 };

struct spelling {
    uint64_t turn;
    float peak[METER_CHANNELS];
    struct text text;
};

struct bulletin {
    uint64_t turn;
    uint64_t transport_turn, stats_turn; /* in which these were spelled */
    struct text transport, before, behind;
    double fill;
    struct spelling meters[LINK_METERS][SPELLINGS];
};

struct bulletin *bulletin_new(void)
{
    struct bulletin *b = calloc(1, sizeof *b);
    if (b)
        b->turn = 1;
    return b;
}

void bulletin_free(struct bulletin *b)
{
    if (!b)
        return;
    for (uint32_t i = 0; i < LINK_METERS; i++)
        for (uint32_t k = 0; k < SPELLINGS; k++)
            text_clear(&b->meters[i][k].text);
    text_clear(&b->transport);
    text_clear(&b->before);
    text_clear(&b->behind);
    free(b);
}

void bulletin_turn(struct bulletin *b)
{
    b->turn++;
}

const struct text *bulletin_transport(struct bulletin *b, struct mixd *m)
{
    if (b->transport_turn != b->turn) {
        b->transport_turn = b->turn;
        text_empty(&b->transport);
        figures_transport(m, &b->transport);
    }
    return &b->transport;
}

double bulletin_stats(struct bulletin *b, struct mixd *m, const struct text **before,
                      const struct text **behind)
{
    if (b->stats_turn != b->turn) {
        b->stats_turn = b->turn;
        text_empty(&b->before);
        text_empty(&b->behind);
        b->fill = figures_spell(m, &b->before, &b->behind);
    }
    *before = &b->before;
    *behind = &b->behind;
    return b->fill;
}

const struct text *bulletin_meter(struct bulletin *b, struct mixd *m, const char *address,
                                  uint32_t meter, const struct peaks *peaks)
{
    const float *peak = peaks_of(peaks, meter);
    struct spelling *s = b->meters[meter], newest;
    for (uint32_t k = 0; k < SPELLINGS; k++)
        if (s[k].turn == b->turn && !memcmp(s[k].peak, peak, sizeof s[k].peak))
            return &s[k].text;
    struct meter_figures f;
    newest = s[SPELLINGS - 1];
    memmove(s + 1, s, (SPELLINGS - 1) * sizeof *s);
    newest.turn = b->turn;
    memcpy(newest.peak, peak, sizeof newest.peak);
    text_empty(&newest.text);
    meters_look(m->meters, peaks, meter, &f);
    text_printf(&newest.text, "address=%s ", address);
    figures_meter(&f, &newest.text);
    *s = newest;
    return &s->text;
}
