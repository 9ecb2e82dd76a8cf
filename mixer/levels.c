/* levels.c - from wanted values to ramps: fader, gate, trim, pan, sends */
#include "mixer/console_parts.h"

#include <math.h>

const struct console_change gently = { .frames = UINT32_MAX };

/* Moves one ramp, if it is not there or on its way already. What nobody hears yet is set at once,
 * so that a session begins with its values and not with ramps towards them. */
static void ramp_send(struct console *c, struct ramp *ramp, double *sent, double value,
                      bool unheard, const struct console_change *change)
{
    if (*sent == value)
        return;
    *sent = value;
    if (unheard) {
        ramp_init(ramp, (float)value);
        return;
    }
    uint32_t frames = change->frames == UINT32_MAX ? ramp_frames(c) : change->frames;
    post_set(c, ramp, value, frames, change->curve, change->at);
}

/* Is the node on no desk yet, and the engine keeps no command for it either? */
static bool ours(struct node *n, const struct console_change *change)
{
    n->told |= change->at != 0;
    return n->life == LIFE_COMING && !n->told;
}

/* Gains of a pan position p from -1 to 1 by the law of row panlaw: a pair that is (1, 0) at the
 * left end and (level, level) at the centre. Sine and cosine for constant power, their squares for
 * -6 dB, their geometric mean with the straight line for -4.5 dB. */
static void pan_law(uint32_t law, double p, double *left, double *right)
{
    double x = (p + 1) / 2;
    double c = cos(x * M_PI / 2), s = sin(x * M_PI / 2);
    switch (law) {
    case 0:
        *left = c;
        *right = s;
        break;
    case 1:
        *left = sqrt(c * (1 - x));
        *right = sqrt(s * x);
        break;
    case 2:
        *left = c * c;
        *right = s * s;
        break;
    default:
        *left = 1 - x;
        *right = x;
        break;
    }
    if (p <= -1)
        *right = 0;
    if (p >= 1)
        *left = 0;
}

/* One channel is panned; of two, the far one is turned down and the near one stays. */
static void pan_gains(const struct node *n, double *left, double *right)
{
    uint32_t law = (uint32_t)n->values[NODE_PANLAW];
    double p = n->values[NODE_PAN] / 100, centre, same;
    pan_law(law, p, left, right);
    if (n->strip.channels == 1)
        return;
    pan_law(law, 0, &centre, &same);
    *left = p <= 0 ? 1 : *left / centre;
    *right = p >= 0 ? 1 : *right / centre;
}

static bool soloed(const struct node *n)
{
    return n->values[NODE_SOLO] != 0 || groups_solo(n);
}

static bool any_solo(const struct console *c)
{
    for (uint32_t i = 0; i < c->nodes.n; i++) {
        const struct node *n = c->nodes.at[i];
        if (n->life != LIFE_LEAVING && node_has(n->kind, NODE_SOLO) && soloed(n))
            return true;
    }
    return false;
}

/* solo: is anything soloed? */
static double gate_level(const struct console *c, const struct node *n, bool solo)
{
    if (c->panic || n->life == LIFE_LEAVING || n->values[NODE_MUTE] != 0 || groups_mute(n))
        return 0;
    bool open = !solo || !node_has(n->kind, NODE_SOLO) || n->values[NODE_SOLOSAFE] != 0;
    return open || soloed(n) ? 1 : 0;
}

void node_levels(struct console *c, struct node *n, const struct console_change *change)
{
    bool unheard = ours(n, change);
    struct strip *s = &n->strip;
    double left, right;
    double trim = db_to_gain(n->values[NODE_TRIM]) * (n->values[NODE_POLARITY] != 0 ? -1 : 1);
    pan_gains(n, &left, &right);
    ramp_send(c, &s->trim, &n->sent[RAMP_TRIM], trim, unheard, change);
    ramp_send(c, &s->fader, &n->sent[RAMP_FADER], db_to_gain(n->values[NODE_GAIN]), unheard,
              change);
    ramp_send(c, &s->group, &n->sent[RAMP_GROUP], groups_gain(n), unheard, change);
    ramp_send(c, &s->gate, &n->sent[RAMP_GATE], gate_level(c, n, c->soloing), unheard, change);
    ramp_send(c, &s->left, &n->sent[RAMP_LEFT], left, unheard, change);
    ramp_send(c, &s->right, &n->sent[RAMP_RIGHT], right, unheard, change);
}

void gates_levels(struct console *c, const struct console_change *change)
{
    c->soloing = any_solo(c);
    for (uint32_t i = 0; i < c->nodes.n; i++) {
        struct node *n = c->nodes.at[i];
        if (!node_has(n->kind, NODE_SOLO))
            continue;
        ramp_send(c, &n->strip.gate, &n->sent[RAMP_GATE], gate_level(c, n, c->soloing),
                  ours(n, change), change);
    }
}

void send_levels(struct console *c, struct node *n, struct model_send *s,
                 const struct console_change *change)
{
    bool unheard = ours(n, change);
    double level = s->life == LIFE_LEAVING ? 0 : db_to_gain(s->level_db);
    ramp_send(c, &s->send.pre, &s->sent[0], s->pre ? level : 0, unheard, change);
    ramp_send(c, &s->send.post, &s->sent[1], s->pre ? 0 : level, unheard, change);
}
