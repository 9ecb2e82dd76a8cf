/* engine.c - the audio half: what sounds
 *
 * SOUND: every track gives its quantum; each strip goes through trim, inserts and fader into its
 * feeds; then each bus, in the order of their sends; then the master, to the driver's ports.
 */
#include "mixer/engine.h"

#include "effects/crew.h"
#include "effects/dsp.h"
#include "mixer/chase.h"
#include "mixer/desk.h"
#include "mixer/diary.h"
#include "mixer/entries.h"
#include "mixer/link.h"
#include "mixer/news.h"
#include "mixer/shots.h"
#include "mixer/transport.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The status goes out this often at least, in frames; more often would only cost copies. */
enum { PUBLISH_EVERY = 512 };
/* How far ahead of the track that is read, and of the strip that is mixed, what they need is called
 * into the cache, and so much earlier what leads there: where there are many, or when the machine
 * has slept since the last period, nothing of it is there by itself. */
enum { TRACKS_AHEAD = 4, STRIPS_AHEAD = 6 };
/* How long the console is waited for, at a time, when it still has something to plan. */
enum { PLAN_NS = 200000 };

struct engine {
    struct link *link;
    struct desk *desk; /* NULL before the first swap */
    struct booth booth;
    struct transport transport;
    struct chase chase;
    bool astray; /* the desk was primed for where we do not go; it is not heard */
    float *roll; /* the transport's fade for this quantum */
    uint64_t frame;
    uint64_t turned;    /* frame at which the transport last began to roll, or to stop */
    uint64_t published; /* frame of the last status */
    bool waits;         /* who calls the next turn waits for what it needs */
    uint64_t swaps, kept, late, late_by;
    bool moved; /* the transport has obeyed since the last status */
    struct diary diary;
    struct news news;
};

struct engine *engine_new(struct link *link, uint32_t quantum)
{
    assert(quantum >= 16 && quantum <= 1024 && !(quantum & (quantum - 1)));
    struct engine *e = calloc(1, sizeof *e);
    if (!e)
        return NULL;
    e->link = link;
    e->roll = calloc(quantum, sizeof *e->roll);
    if (booth_init(&e->booth, quantum) || !e->roll) {
        engine_free(e);
        return NULL;
    }
    transport_init(&e->transport);
    return e;
}

void engine_free(struct engine *e)
{
    if (!e)
        return;
    booth_clear(&e->booth);
    free(e->roll);
    free(e);
}

uint32_t engine_quantum(const struct engine *e)
{
    return e->booth.quantum;
}

void engine_spare_meters(struct engine *e)
{
    e->booth.unmetered = true;
}

static RT void desk_swap(struct engine *e, struct desk *next)
{
    if (e->desk)
        link_return(e->link, e->desk);
    e->desk = next;
    e->swaps++;
    entries_arrive(next, &e->transport, e->astray);
}

static RT void play(struct engine *e, uint32_t fade)
{
    if (!e->transport.rolling || e->transport.stopping)
        e->turned = e->frame;
    if (!e->transport.rolling && e->desk)
        entries_roll(e->desk, &e->transport, e->astray, fade);
    transport_play(&e->transport, fade);
}

static RT void stop(struct engine *e, uint32_t fade)
{
    if (e->transport.rolling && !e->transport.stopping)
        e->turned = e->frame;
    transport_stop(&e->transport, fade);
}

/* While we roll with somebody, what was primed for another place comes too late: whom we chase has
 * been there, and went back. It is not heard, ours stops, and all is primed anew. */
static RT void locate(struct engine *e, uint64_t position)
{
    e->astray = e->chase.on && e->transport.rolling;
    transport_locate(&e->transport, position);
}

static RT void meters_reset_counts(struct engine *e)
{
    struct desk *d = e->desk;
    if (!d)
        return;
    for (uint32_t i = 0; i < d->n_strips; i++)
        d->strips[i].strip->meter.clips = 0;
    for (uint32_t i = 0; i < d->n_buses; i++)
        d->buses[i].strip->meter.clips = 0;
    d->master.strip->meter.clips = 0;
}

static RT void obey(struct engine *e, const struct command *c)
{
    e->kept += c->frame != 0;
    e->moved |= c->kind >= COMMAND_PLAY && c->kind <= COMMAND_LOOP;
    switch (c->kind) {
    case COMMAND_SET:
        ramp_set(c->ramp, (float)c->value, c->frames, c->curve);
        break;
    case COMMAND_JUMP:
        ramp_init(c->ramp, (float)c->value);
        break;
    case COMMAND_TUNE:
        effect_set(c->effect, c->param, c->value, c->frames, c->curve);
        break;
    case COMMAND_SWAP:
        desk_swap(e, c->desk);
        break;
    case COMMAND_PLAY:
        play(e, c->frames);
        break;
    case COMMAND_STOP:
        stop(e, c->frames);
        break;
    case COMMAND_LOCATE:
        locate(e, c->from);
        break;
    case COMMAND_STEP:
        transport_step(&e->transport, c->from, c->to);
        break;
    case COMMAND_LOOP:
        transport_loop(&e->transport, c->from, c->to);
        break;
    case COMMAND_FIRE:
        if (e->desk)
            shots_fire(e->desk, c->tap, e->frame, c->frames);
        break;
    case COMMAND_CEASE:
        if (e->desk)
            shots_cease(e->desk, c->strip, e->frame, c->frames);
        break;
    case COMMAND_RESET:
        meters_reset_counts(e);
        break;
    }
}

/* Takes what was posted before this turn began: obeyed now, or kept for its frame. */
static RT void commands_receive(struct engine *e, uint32_t waiting)
{
    while (waiting--) {
        struct command c;
        link_take(e->link, &c);
        if (c.frame && c.frame >= e->frame && diary_write(&e->diary, &c))
            continue; /* for this very frame too: others may wait for it already */
        if (c.frame && c.frame < e->frame) {
            e->late++;
            e->late_by = e->frame - c.frame;
        }
        obey(e, &c);
    }
}

static RT void commands_due(struct engine *e)
{
    struct command c;
    while (diary_read(&e->diary, e->frame, &c))
        obey(e, &c);
}

/* Keeps in step with whom we chase. */
static RT void chase(struct engine *e)
{
    uint64_t skip;
    if (!e->chase.on || !e->desk)
        return;
    if (e->astray) {
        if (!e->transport.stopping)
            stop(e, e->chase.fade);
        return;
    }
    switch (chase_step(&e->chase, &e->transport, e->frame, &skip)) {
    case CHASE_KEEP:
        break;
    case CHASE_STOP:
        stop(e, e->chase.fade);
        break;
    case CHASE_SKIP:
        transport_skip(&e->transport, skip);
        break;
    case CHASE_ROLL:
        transport_skip(&e->transport, skip);
        play(e, e->chase.fade);
        break;
    }
}

static RT void stage_done(struct engine *e, enum stage stage, uint64_t *began)
{
    news_stage(&e->news, stage, began, e->booth.reverb_ns);
    e->booth.reverb_ns = 0;
}

static RT void tracks_read(struct engine *e)
{
    struct transport *t = &e->transport;
    struct booth *b = &e->booth;
    b->frame = e->frame;
    b->rolling = t->rolling;
    b->roll = NULL;
    shots_pull(e->desk, e->frame, b->quantum);
    if (!t->rolling)
        return;
    if (!ramp_resting(&t->roll)) {
        ramp_fill(&t->roll, e->roll, b->quantum);
        b->roll = e->roll;
    }
    struct track *const *tracks = e->desk->tracks;
    for (uint32_t i = 0, n = e->desk->n_tracks; i < n; i++) {
        if (i + 2 * TRACKS_AHEAD < n)
            track_prefetch(tracks[i + 2 * TRACKS_AHEAD]);
        if (i + TRACKS_AHEAD < n)
            track_prefetch_ring(tracks[i + TRACKS_AHEAD]);
        track_pull(tracks[i], t->rolled, b->quantum);
    }
}

static RT void mix_clear(struct mix *m, uint32_t n)
{
    memset(m->ch[0], 0, sizeof(float) * n);
    memset(m->ch[1], 0, sizeof(float) * n);
}

/* What reverbs have put off, together. */
static RT void reverbs_finish(struct engine *e)
{
    if (!crew_owes(e->desk->crew))
        return;
    uint64_t began = rt_now();
    crew_finish(e->desk->crew);
    e->booth.reverb_ns += rt_now() - began;
}

static RT void quantum_make(struct engine *e, uint64_t *began)
{
    struct desk *d = e->desk;
    struct booth *b = &e->booth;

    for (uint32_t i = 0; i < d->n_buses; i++)
        mix_clear(d->buses[i].mix, b->quantum);
    mix_clear(d->master.mix, b->quantum);
    tracks_read(e);
    stage_done(e, STAGE_READ, began);

    for (uint32_t i = 0, n = d->n_strips; i < n; i++) {
        if (i + 2 * STRIPS_AHEAD < n)
            lane_prefetch(&d->strips[i + 2 * STRIPS_AHEAD]);
        if (i + STRIPS_AHEAD < n)
            lane_prefetch_frames(&d->strips[i + STRIPS_AHEAD], b);
        lane_process(&d->strips[i], b);
    }
    stage_done(e, STAGE_STRIPS, began);

    for (uint32_t i = 0; i < d->n_buses; i++)
        lane_process(&d->buses[i], b);
    stage_done(e, STAGE_BUSES, began);

    lane_process(&d->master, b);
    reverbs_finish(e);
    stage_done(e, STAGE_MASTER, began);
}

static RT void status_fill(struct engine *e, struct status *s)
{
    const struct transport *t = &e->transport;
    s->frame = e->frame;
    s->position = t->position;
    s->rolled = t->rolled;
    s->turned = e->turned;
    s->rolling = t->rolling;
    s->stopping = t->stopping;
    s->astray = e->astray;
    s->swaps = e->swaps;
    s->kept = e->kept;
    s->late = e->late;
    s->late_by = e->late_by;
    s->late_blocks = e->desk ? crew_late(e->desk->crew) : 0;
    s->lost_timings = e->news.lost_timings;
    s->n_meters = e->desk ? e->desk->n_meters : 0;
}

static RT void status_publish(struct engine *e)
{
    struct status *s = link_status_draft(e->link);
    status_fill(e, s);
    if (e->desk)
        news_meters(&e->news, e->link, e->desk, s);
    link_status_publish(e->link);
    e->published = e->frame;
    e->moved = false;
}

RT void engine_process(struct engine *e, const float *const *in, float *const *out, uint32_t n)
{
    rt_enter();
    uint64_t began = rt_now(), stage = began;
    uint32_t quantum = e->booth.quantum;
    e->booth.in = in;
    e->booth.out = out;
    uint64_t swaps = e->swaps;
    commands_receive(e, link_begin(e->link, e->frame, n));
    commands_due(e);
    if (e->desk && n)
        crew_turn(e->desk->crew, n, e->waits);
    e->waits = false;
    for (uint32_t offset = 0; offset + quantum <= n; offset += quantum) {
        commands_due(e);
        chase(e);
        e->booth.offset = offset;
        if (e->desk)
            quantum_make(e, &stage);
        transport_advance(&e->transport, quantum);
        e->frame += quantum;
    }
    if (n)
        news_turn(&e->news, e->link, began, e->frame - n, n);
    if (!n || e->moved || e->swaps != swaps || e->frame - e->published >= PUBLISH_EVERY)
        status_publish(e);
    rt_leave();
}

RT void engine_chase(struct engine *e, bool rolling, uint64_t position, uint32_t fade)
{
    e->chase = (struct chase){ true, rolling, e->frame, position, fade };
}

RT void engine_go_alone(struct engine *e)
{
    e->chase.on = false;
}

RT bool engine_rolls(const struct engine *e)
{
    return e->transport.rolling;
}

RT bool engine_cued(const struct engine *e, uint64_t position)
{
    return e->desk && !e->astray && !e->transport.rolling && e->transport.position == position;
}

RT bool engine_ready(struct engine *e, uint32_t n)
{
    e->waits = true;
    if (e->frame + n > link_promised(e->link))
        return false;
    if (!e->desk)
        return true;
    if (!crew_rests(e->desk->crew) || !desk_records(e->desk, n))
        return false;
    for (uint32_t i = 0; e->transport.rolling && i < e->desk->n_tracks; i++)
        if (!track_ready(e->desk->tracks[i], e->transport.rolled, n))
            return false;
    return shots_ready(e->desk, e->frame, n, NULL);
}

/* Every track falls as fast as any other, so one that lacks frames is seldom alone: all that are
 * low are woken, and the last of those that lack is awaited, by when most of them are full. */
void engine_await(struct engine *e)
{
    struct track *lacking = NULL;
    if (!e->desk)
        return;
    for (uint32_t i = 0; i < e->desk->n_tracks; i++) {
        struct track *t = e->desk->tracks[i];
        if (!track_in_time(t, e->transport.rolled))
            track_wake(t);
        if (!track_ready(t, e->transport.rolled, e->booth.quantum))
            lacking = t;
    }
    if (!shots_ready(e->desk, e->frame, e->booth.quantum, &lacking))
        track_wake(lacking);
    if (lacking)
        track_await(lacking);
    else if (e->frame + e->booth.quantum > link_promised(e->link))
        nanosleep(&(struct timespec){ .tv_nsec = PLAN_NS }, NULL);
    else
        crew_await();
}
