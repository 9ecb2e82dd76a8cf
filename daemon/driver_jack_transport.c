/* driver_jack_transport.c - JACK's transport: where it stands, who moves it, which bar it is in
 *
 * We are always a slow-sync client. When JACK is to roll, it calls on_sync at the beginning of each
 * period until all clients have answered that they are ready; ours is when its engine stands at
 * that very frame and the control thread has seen nothing more to prime. JACK then rolls for all of
 * them in one period, in which jack_line_period tells the engine the frame.
 *
 * A server that is not synchronous may begin its next period while we are in this one, and change
 * frame time, state and position under us, one after the other. So they are read together when a
 * period begins, until they belong together, and it is the period that they say. Should that be the
 * one after the one for which we were called, we are called for it once more, and xruns.h tells.
 */
#include "daemon/driver_jack_parts.h"
#include "daemon/reblock.h"
#include "effects/bars.h"
#include "mixer/chase.h"
#include "mixer/engine.h"

#include <errno.h>
#include <jack/jack.h>
#include <jack/transport.h>
#include <time.h>

/* How long JACK waits for slow clients before it rolls without them, in microseconds. Its own
 * default, 2 s, is less than a disk takes to wake. It is one value for all clients. */
#define SYNC_TIMEOUT_US 30000000u
/* Readings of the transport before one is taken as it is: the server needs some microseconds from
 * the first change to the last. */
enum { READINGS = 64 };
/* Freewheeling, a period waits so long at a time for what is being primed. */
enum { MOMENT_NS = 1000000 };

static jack_client_t *client_of(struct jackclient *c)
{
    return (jack_client_t *)c;
}

/* A position carries the time at which its period began. */
static RT jack_transport_state_t query(jack_client_t *client, jack_position_t *pos)
{
    jack_position_t again;
    jack_transport_state_t state = jack_transport_query(client, pos);
    for (int i = 0; i < READINGS; i++) {
        jack_transport_state_t next = jack_transport_query(client, &again);
        if (next == state && again.usecs == pos->usecs)
            break;
        state = next;
        *pos = again;
    }
    return state;
}

static struct shared shared_of(jack_transport_state_t state, const jack_position_t *pos)
{
    enum shared_state all = state == JackTransportStopped   ? SHARED_STANDS
                            : state == JackTransportRolling ? SHARED_ROLLS
                                                            : SHARED_STARTING;
    return (struct shared){ all, pos->frame };
}

/* Whether the transport has gone straight on from `was` while `passed` frames passed, in periods of
 * n. Whoever comes late, and just as a period begins, sees the transport of the one before: it is
 * put where it will be in a moment. */
static bool goes_straight(const struct shared *was, struct shared *there, uint32_t passed,
                          uint32_t n)
{
    if (was->state != SHARED_ROLLS || there->state != SHARED_ROLLS || passed > CHASE_REACH)
        return false;
    if (passed > n && there->frame + n == was->frame + passed)
        there->frame += n;
    return there->frame == was->frame + passed;
}

uint32_t jack_line_look(struct jack_driver *j, uint32_t n)
{
    struct jackline *l = &j->line;
    jack_client_t *client = client_of(j->clock);
    uint32_t now = jack_last_frame_time(client);
    uint64_t usecs = l->usecs;
    struct shared was = l->there;
    for (int i = 0; i < READINGS; i++) {
        jack_position_t pos;
        jack_transport_state_t state = query(client, &pos);
        uint32_t again = jack_last_frame_time(client);
        /* When it has gone on and the transport has not, that will in a moment. */
        bool settled = again == now && (now == l->now || pos.usecs != l->usecs);
        now = again;
        l->there = shared_of(state, &pos);
        usecs = pos.usecs;
        if (settled)
            break;
    }
    l->straight = goes_straight(&was, &l->there, now - l->now, n);
    l->now = now;
    l->usecs = usecs;
    return now;
}

static RT uint32_t rule_of(const struct jack_driver *j)
{
    return atomic_load_explicit(&j->line.rule, memory_order_acquire); /* pairs with obey */
}

static void wait_moment(void)
{
    static const struct timespec moment = { .tv_nsec = MOMENT_NS };
    nanosleep(&moment, NULL);
}

/* Are we ready to roll from that frame? An engine that only awaits to begin holds up nobody who
 * goes elsewhere. */
static RT bool ready(struct jack_driver *j, uint64_t frame)
{
    uint32_t rule = rule_of(j);
    bool primed = atomic_load_explicit(&j->line.primed, memory_order_relaxed); /* after the rule */
    bool cued = rule != SHARED_IGNORED && engine_cued(j->engine, frame);
    switch (rule) {
    case SHARED_CHASED:
        return cued && primed;
    case SHARED_BEGINS:
        return !cued || primed;
    default:
        return true;
    }
}

static int on_sync(jack_transport_state_t state, jack_position_t *pos, void *driver)
{
    struct jack_driver *j = driver;
    (void)state;
    bool here = !gate_enter(&j->gate) || ready(j, pos->frame);
    gate_leave(&j->gate);
    return here;
}

/* What has begun is kept. Once nobody has to be waited for, or what was to end has ended, the
 * engine goes alone. */
static RT uint32_t rule_after(const struct jack_driver *j, uint32_t rule)
{
    bool rolls = engine_rolls(j->engine);
    switch (rule) {
    case SHARED_BEGINS:
        return rolls ? SHARED_KEPT : rule;
    case SHARED_KEPT:
        return rolls && j->line.straight ? rule : SHARED_IGNORED;
    case SHARED_ENDS:
        return rolls ? rule : SHARED_IGNORED;
    default:
        return rule;
    }
}

/* The rule of this period; unless the control thread changes it just now, also of the next. */
static RT uint32_t rule_outlived(struct jack_driver *j)
{
    uint32_t rule = rule_of(j), after = rule_after(j, rule);
    if (after != rule) /* release: pairs with timeline_awaits and timeline_keeps */
        atomic_compare_exchange_strong_explicit(&j->line.rule, &rule, after, memory_order_release,
                                                memory_order_relaxed);
    return after;
}

void jack_line_period(struct jack_driver *j, uint32_t n, bool freewheeling)
{
    uint32_t rule = rule_outlived(j);
    const struct shared *there = &j->line.there;
    bool rolls = there->state == SHARED_ROLLS, moves = there->state != SHARED_STANDS;
    /* JACK's timeout counts periods, and a timeline that rolls would run away from who joins it. */
    if (freewheeling && rule != SHARED_IGNORED && moves && !engine_rolls(j->engine))
        wait_moment();
    if (rule == SHARED_IGNORED || (rule == SHARED_BEGINS && !rolls)) {
        engine_go_alone(j->engine);
        return;
    }
    uint32_t fade = atomic_load_explicit(&j->line.fade, memory_order_relaxed); /* after the rule */
    engine_chase(j->engine, rolls, there->frame + reblock_lag(j->reblock, n), fade);
}

/* ---- the timebase */

static uint64_t bars_pack(const struct bars *b)
{
    return (uint64_t)b->tempo | (uint64_t)b->beats << 32 | (uint64_t)b->unit << 40;
}

static RT struct bars bars_unpack(uint64_t packed)
{
    return (struct bars){ (uint32_t)packed, (uint8_t)(packed >> 32), (uint8_t)(packed >> 40) };
}

/* The audio thread, at the end of a period: `pos` is that of the next one. */
static void on_timebase(jack_transport_state_t state, jack_nframes_t n, jack_position_t *pos,
                        int new_pos, void *driver)
{
    struct jack_driver *j = driver;
    (void)state, (void)n, (void)new_pos;
    struct bars bars = bars_unpack(atomic_load_explicit(&j->line.bars, memory_order_relaxed));
    /* Our own rate: that of a position to which somebody has just relocated is 0. */
    uint32_t rate = atomic_load_explicit(&j->rate, memory_order_relaxed);
    struct bbt at = bars_at(&bars, rate, pos->frame);
    pos->valid = JackPositionBBT;
    pos->bar = (int32_t)at.bar;
    pos->beat = (int32_t)at.beat;
    pos->tick = (int32_t)at.tick;
    pos->bar_start_tick = (double)at.bar_start;
    pos->beats_per_bar = bars.beats;
    pos->beat_type = bars.unit;
    pos->ticks_per_beat = BARS_TICKS;
    pos->beats_per_minute = bars.tempo / 1000.0;
}

/* A transport that stands asks its master again only when it is located. */
static void retell_bars(struct jack_driver *j)
{
    jack_position_t pos;
    if (query(client_of(j->client), &pos) == JackTransportStopped)
        jack_transport_locate(client_of(j->client), pos.frame);
}

/* JACK begins an audio thread for who becomes the master without one. One that it has begun a
 * moment ago and that is not running yet counts for none: then two of them would call us for each
 * period, at the same time, and only one would end when the client closes. So its first call is
 * awaited. */
static int timeline_bars(struct driver *d, const struct bars *bars)
{
    struct jack_driver *j = (struct jack_driver *)d;
    if (!j->active || !atomic_load_explicit(&j->called, memory_order_acquire))
        return -ENOTCONN;
    if (bars) /* relaxed: a word of its own */
        atomic_store_explicit(&j->line.bars, bars_pack(bars), memory_order_relaxed);
    if (j->line.master && bars)
        retell_bars(j);
    if (j->line.master == (bars != NULL))
        return 0;
    int err = bars ? jack_set_timebase_callback(client_of(j->client), true, on_timebase, j)
                   : jack_release_timebase(client_of(j->client));
    j->line.master = bars && !err;
    if (!bars || !err)
        return 0; /* a master that is one no more has nothing to release */
    return err == EBUSY ? -EBUSY : -EIO;
}

/* ---- the rest of it */

static bool timeline_look(struct driver *d, struct shared *out)
{
    struct jack_driver *j = (struct jack_driver *)d;
    jack_position_t pos;
    if (!j->active)
        return false;
    jack_transport_state_t state = query(client_of(j->client), &pos);
    *out = shared_of(state, &pos);
    return true;
}

static void timeline_obey(struct driver *d, const struct shared_rule *rule)
{
    struct jack_driver *j = (struct jack_driver *)d;
    if (!j->active)
        return;
    if (rule->kind != SHARED_IGNORED && rule_of(j) == SHARED_IGNORED)
        jack_set_sync_timeout(client_of(j->client), SYNC_TIMEOUT_US);
    atomic_store_explicit(&j->line.fade, rule->fade, memory_order_relaxed);
    atomic_store_explicit(&j->line.primed, rule->primed, memory_order_relaxed);
    /* Release: pairs with rule_of; what the engine was told before is on its way. */
    atomic_store_explicit(&j->line.rule, rule->kind, memory_order_release);
}

static bool timeline_awaits(struct driver *d)
{
    uint32_t rule = rule_of((struct jack_driver *)d);
    return rule == SHARED_BEGINS || rule == SHARED_ENDS;
}

static bool timeline_keeps(struct driver *d)
{
    return rule_of((struct jack_driver *)d) == SHARED_KEPT;
}

/* None of these waits: they leave a note in memory that is shared with the server. */
static int timeline_ask(struct driver *d, enum shared_request request, uint64_t frame)
{
    struct jack_driver *j = (struct jack_driver *)d;
    if (!j->active)
        return -ENOTCONN;
    switch (request) {
    case SHARED_START:
        jack_transport_start(client_of(j->client));
        break;
    case SHARED_STOP:
        jack_transport_stop(client_of(j->client));
        break;
    case SHARED_LOCATE:
        jack_transport_locate(client_of(j->client), (jack_nframes_t)frame);
        break;
    }
    return 0;
}

void jack_line_listen(struct jack_driver *j)
{
    jack_set_sync_callback(client_of(j->client), on_sync, j);
}

void jack_line_forget(struct jack_driver *j)
{
    atomic_store_explicit(&j->line.rule, SHARED_IGNORED, memory_order_relaxed); /* gate closed */
    j->line.master = false;
}

const struct driver_timeline jack_timeline = {
    .last = UINT32_MAX,
    .look = timeline_look,
    .obey = timeline_obey,
    .awaits = timeline_awaits,
    .keeps = timeline_keeps,
    .ask = timeline_ask,
    .bars = timeline_bars,
};
