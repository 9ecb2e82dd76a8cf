/* strip.c - one lane of the desk for one quantum: source > trim > inserts > fader > meter > feeds
 *
 * Where every ramp is at rest the gains are multiplied once and each channel costs one pass per
 * feed; only while something moves are there vectors of gains.
 */
#include "mixer/strip.h"

#include "effects/dsp.h"
#include "mixer/recorder.h"

#include <string.h>

enum { CACHE_LINE = 64 }; /* bytes */

void strip_init(struct strip *s, uint32_t channels)
{
    *s = (struct strip){ .channels = channels };
    ramp_init(&s->trim, 1);
    ramp_init(&s->fader, 1);
    ramp_init(&s->group, 1);
    ramp_init(&s->gate, 1);
    ramp_init(&s->left, 1);
    ramp_init(&s->right, 1);
    s->meter.channels = channels < METER_CHANNELS ? channels : METER_CHANNELS;
}

/* The frames of a track's tap for this quantum; NULL: silence. */
static RT const float *tap_frames(const struct tap *tap, const struct booth *b)
{
    bool heard = tap->shot ? tap->fired : b->rolling;
    return heard ? track_view(tap->track) : NULL;
}

/* The gain of a tap for this quantum: a constant, or a vector in b->gain (then *moving). */
static RT float tap_gain(struct tap *tap, struct booth *b, bool *moving)
{
    bool fades = tap->track && !tap->shot && b->roll;
    *moving = fades || !ramp_resting(&tap->gain);
    if (!*moving)
        return tap->gain.value;
    ramp_fill(&tap->gain, b->gain, b->quantum);
    if (fades)
        dsp_multiply(b->gain, b->roll, b->quantum);
    return 1;
}

/* Channel c of the tap in b->part; false when it is silent. */
static RT bool tap_channel(const struct tap *tap, uint32_t c, struct booth *b, struct meter *m)
{
    if (tap->track) {
        const float *frames = tap_frames(tap, b);
        uint32_t channels = track_channels(tap->track);
        if (!frames || tap->first + c >= channels)
            return false;
        dsp_tap(b->part, frames, channels, tap->first + c, b->quantum);
        return true;
    }
    const float *in = tap->port < 0 ? NULL : b->in[(uint32_t)tap->port + c];
    if (!in)
        return false;
    memcpy(b->part, in + b->offset, sizeof(float) * b->quantum);
    m->nans += dsp_scrub(b->part, b->quantum);
    return true;
}

/* The steady state: one tap of a track at unity goes straight into the signal. */
static RT bool tap_take(struct lane *lane, struct booth *b)
{
    const struct tap *tap = lane->taps[0];
    const float *frames = tap_frames(tap, b);
    uint32_t channels = track_channels(tap->track);
    if (!frames || tap->first + tap->channels > channels || tap->channels < lane->strip->channels)
        return false;
    if (channels == 2 && lane->strip->channels == 2)
        dsp_part(b->ch[0], b->ch[1], frames, b->quantum);
    else
        for (uint32_t c = 0; c < lane->strip->channels; c++)
            dsp_tap(b->ch[c], frames, channels, tap->first + c, b->quantum);
    return true;
}

static RT void taps_gather(struct lane *lane, struct booth *b)
{
    struct strip *s = lane->strip;
    struct tap *only = lane->n_taps == 1 && lane->taps[0]->track ? lane->taps[0] : NULL;
    if (only && !b->roll && ramp_resting(&only->gain) && only->gain.value == 1 && tap_take(lane, b))
        return;
    for (uint32_t c = 0; c < s->channels; c++)
        memset(b->ch[c], 0, sizeof(float) * b->quantum);
    for (uint32_t i = 0; i < lane->n_taps; i++) {
        struct tap *tap = lane->taps[i];
        bool moving;
        float gain = tap_gain(tap, b, &moving);
        if (gain == 0)
            continue;
        for (uint32_t c = 0; c < tap->channels && c < s->channels; c++) {
            if (!tap_channel(tap, c, b, &s->meter))
                continue;
            if (moving)
                dsp_add_ramped(b->ch[c], b->part, b->gain, b->quantum);
            else
                dsp_add(b->ch[c], b->part, gain, b->quantum);
        }
    }
}

static RT void prefetch(const void *from, size_t bytes)
{
    for (size_t at = 0; at < bytes; at += CACHE_LINE)
        __builtin_prefetch((const char *)from + at);
}

RT void lane_prefetch(const struct lane *lane)
{
    prefetch(lane->strip, sizeof *lane->strip);
    if (lane->n_taps)
        prefetch(lane->taps[0], sizeof *lane->taps[0]);
    if (lane->n_feeds)
        prefetch(lane->feeds, sizeof *lane->feeds);
}

RT void lane_prefetch_frames(const struct lane *lane, const struct booth *b)
{
    const struct track *track = lane->n_taps ? lane->taps[0]->track : NULL;
    const float *frames = track && b->rolling ? track_view(track) : NULL;
    if (frames)
        prefetch(frames, sizeof *frames * b->quantum * track_channels(track));
    if (lane->n_feeds)
        prefetch(lane->feeds[0].send, sizeof *lane->feeds[0].send);
}

static RT void trim_apply(struct ramp *trim, uint32_t channels, struct booth *b)
{
    bool moving = !ramp_resting(trim);
    if (!moving && trim->value == 1.0f)
        return;
    if (moving)
        ramp_fill(trim, b->gain, b->quantum);
    for (uint32_t c = 0; c < channels; c++) {
        if (moving)
            dsp_multiply(b->ch[c], b->gain, b->quantum);
        else
            dsp_scale(b->ch[c], trim->value, b->quantum);
    }
}

static RT void effect_run(struct effect *e, float *const *ch, struct booth *b)
{
    if (!e->kind->wants_response) {
        effect_process(e, ch, b->quantum);
        return;
    }
    uint64_t began = rt_now();
    effect_process(e, ch, b->quantum);
    b->reverb_ns += rt_now() - began;
}

/* Multiplies every channel by the next values of a ramp; at rest at 1 that is nothing. */
static RT void scale_all(struct ramp *r, float *const *ch, uint32_t channels, struct booth *b)
{
    if (ramp_resting(r) && r->value == 1)
        return;
    ramp_fill(r, b->gain, b->quantum);
    for (uint32_t c = 0; c < channels; c++)
        dsp_multiply(ch[c], b->gain, b->quantum);
}

static RT bool settles(const struct slot *slot)
{
    bool any = false;
    for (uint32_t k = 0; k < slot->n; k++)
        any |= slot->insert[k]->settling > 0;
    return any;
}

static RT bool rests_at(const struct ramp *r, float value)
{
    return ramp_resting(r) && r->value == value;
}

/* It has nothing more to say, and hears nothing. */
static RT bool rung_out(const struct insert *i)
{
    const struct effect_kind *kind = i->effect->kind;
    return kind->tail && rests_at(&i->feed, 0) && rests_at(&i->mix, 0) &&
           i->unfed >= kind->tail(i->effect);
}

static RT bool slot_rests(const struct slot *slot)
{
    bool rests = rests_at(slot->dry, 1);
    for (uint32_t k = 0; rests && k < slot->n; k++)
        rests = rung_out(slot->insert[k]);
    return rests;
}

/* Inserts side by side: each hears what came in, and the sum goes on. While one settles, it is not
 * heard and the dry signal stays as it is. */
static RT void slot_blend(struct slot *slot, uint32_t channels, struct booth *b)
{
    size_t bytes = sizeof(float) * b->quantum;
    for (uint32_t c = 0; c < channels; c++)
        memcpy(b->dry[c], b->ch[c], bytes);
    if (!settles(slot))
        scale_all(slot->dry, b->ch, channels, b);
    for (uint32_t k = 0; k < slot->n; k++) {
        struct insert *insert = slot->insert[k];
        if (rung_out(insert))
            continue;
        insert->unfed = rests_at(&insert->feed, 0) ? insert->unfed + b->quantum : 0;
        for (uint32_t c = 0; c < channels; c++)
            memcpy(b->wet[c], b->dry[c], bytes);
        scale_all(&insert->feed, b->wet, channels, b);
        effect_run(insert->effect, b->wet, b);
        if (insert->settling > 0) {
            insert->settling -= b->quantum;
            continue;
        }
        scale_all(&insert->mix, b->wet, channels, b);
        for (uint32_t c = 0; c < channels; c++)
            dsp_add(b->ch[c], b->wet[c], 1, b->quantum);
    }
}

static RT void slots_run(struct lane *lane, struct booth *b)
{
    struct strip *s = lane->strip;
    for (uint32_t k = 0; k < lane->n_slots; k++) {
        struct slot *slot = &lane->slots[k];
        struct insert *only = slot->n == 1 ? slot->insert[0] : NULL;
        bool alone = only && rests_at(&only->feed, 1) && rests_at(&only->mix, 1);
        if (alone && rests_at(slot->dry, 0))
            effect_run(only->effect, b->ch, b);
        else if (!slot_rests(slot))
            slot_blend(slot, s->channels, b);
    }
    if (lane->n_slots || lane->mix) /* sums of large numbers may overflow */
        for (uint32_t c = 0; c < s->channels; c++)
            s->meter.nans += dsp_scrub(b->ch[c], b->quantum);
}

/* Adds a channel times `gain`, and times b->gain where that is moving, to one side of a feed. */
static RT void side_add(const struct feed *feed, const struct strip *s, struct booth *b, uint32_t c,
                        uint32_t side, bool moving, float gain, bool panning)
{
    float *out = feed->mix ? feed->mix->ch[side] : b->out[(uint32_t)feed->port + side];
    if (!out)
        return;
    out += feed->mix ? 0 : b->offset;
    if (feed->panned && !panning)
        gain *= side ? s->right.value : s->left.value;
    if (!moving && !(feed->panned && panning)) {
        dsp_add(out, b->ch[c], gain, b->quantum);
        return;
    }
    for (uint32_t i = 0; i < b->quantum; i++)
        b->part[i] = moving ? b->gain[i] * gain : gain;
    if (feed->panned && panning)
        dsp_multiply(b->part, side ? b->right : b->left, b->quantum);
    dsp_add_ramped(out, b->ch[c], b->part, b->quantum);
}

/* Panned, a single channel goes to both sides, and of more the odd ones go left. */
static RT void feed_add(const struct feed *feed, const struct strip *s, struct booth *b,
                        bool moving, float gain, bool panning)
{
    if (feed->panned && s->channels == 1) {
        side_add(feed, s, b, 0, 0, moving, gain, panning);
        side_add(feed, s, b, 0, 1, moving, gain, panning);
        return;
    }
    for (uint32_t c = 0; c < s->channels; c++)
        side_add(feed, s, b, c, feed->panned ? c % 2 : c, moving, gain, panning);
}

static RT void feeds_run(struct lane *lane, struct booth *b, bool before_fader, float gain,
                         bool panning)
{
    for (uint32_t k = 0; k < lane->n_feeds; k++) {
        struct feed *feed = &lane->feeds[k];
        struct ramp *level = before_fader ? &feed->send->pre : &feed->send->post;
        bool moving = !ramp_resting(level);
        if (!moving && level->value == 0)
            continue;
        float part = moving ? gain : gain * level->value;
        if (moving)
            ramp_fill(level, b->gain, b->quantum);
        feed_add(feed, lane->strip, b, moving, part, panning);
    }
}

/* Multiplies the signal by fader, groups and gate while they move; at rest returns their product.
 */
static RT float fader_apply(struct strip *s, struct booth *b)
{
    if (ramp_resting(&s->fader) && ramp_resting(&s->group) && ramp_resting(&s->gate))
        return s->fader.value * s->group.value * s->gate.value;
    ramp_fill(&s->fader, b->gain, b->quantum);
    ramp_scale(&s->group, b->gain, b->quantum);
    ramp_scale(&s->gate, b->gain, b->quantum);
    for (uint32_t c = 0; c < s->channels; c++)
        dsp_multiply(b->ch[c], b->gain, b->quantum);
    return 1;
}

RT void lane_process(struct lane *lane, struct booth *b)
{
    struct strip *s = lane->strip;
    if (lane->mix) {
        for (uint32_t c = 0; c < s->channels; c++)
            memcpy(b->ch[c], lane->mix->ch[c], sizeof(float) * b->quantum);
    } else {
        taps_gather(lane, b);
    }
    trim_apply(&s->trim, s->channels, b);
    slots_run(lane, b);

    bool panning = !ramp_resting(&s->left) || !ramp_resting(&s->right);
    if (panning) {
        ramp_fill(&s->left, b->left, b->quantum);
        ramp_fill(&s->right, b->right, b->quantum);
    }
    feeds_run(lane, b, true, 1, panning);
    float gain = fader_apply(s, b);
    for (uint32_t c = 0; c < s->channels && !b->unmetered; c++)
        meter_feed(&s->meter, c, b->ch[c], gain, b->quantum);
    meter_count(&s->meter, b->quantum);
    if (lane->recorder)
        recorder_take(lane->recorder, b->ch, gain, b->frame);
    feeds_run(lane, b, false, gain, panning);
}
