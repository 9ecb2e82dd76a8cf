/* lockstep.c - our timeline and the one that a driver's server shares, moved together
 *
 * The audio threads of all clients agree on the frame; here is only seen to it that what is to
 * sound there is primed, and what the audio thread may take for granted is told to it.
 */
#include "daemon/lockstep.h"

#include "daemon/driver.h"
#include "daemon/log.h"
#include "daemon/mixd.h"
#include "daemon/watch.h"
#include "mixer/chase.h"
#include "mixer/console.h"
#include "mixer/link.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* How far ahead of a timeline that rolls it is primed at first, and at most, in seconds. Each time
 * that it was too little it is doubled. */
#define MARGIN_FIRST_S 0.25
#define MARGIN_MOST_S  64

static const struct driver_timeline *timeline(const struct mixd *m)
{
    return m->driver ? m->driver_kind->timeline : NULL;
}

uint32_t lockstep_ramp(const struct mixd *m)
{
    struct console_value v;
    struct refusal why;
    if (console_get(m->console, "engine/ramp", &v, &why))
        return 0;
    return (uint32_t)lround(v.number * console_rate(m->console));
}

bool lockstep_on(const struct mixd *m)
{
    bool here = m->batch || (!m->at_once && timeline(m));
    return here && console_jack(m->console) != CONSOLE_JACK_OFF;
}

static void rule(struct mixd *m, const struct shared_rule *r)
{
    timeline(m)->obey(m->driver, r);
}

static void prime(struct mixd *m, uint64_t position)
{
    struct refusal why;
    console_locate(m->console, position, &why); /* a locate is never refused */
    mixd_hurry(m);
}

/* A timeline that rolls is joined a margin ahead of where it is now. A target that it has left
 * behind was too near; one that is too far ahead was meant for before it went back. */
static void chase_rolling(struct mixd *m, uint64_t now, uint64_t target)
{
    struct lockstep *l = &m->lockstep;
    uint64_t least = (uint64_t)(MARGIN_FIRST_S * console_rate(m->console));
    uint64_t most = (uint64_t)MARGIN_MOST_S * console_rate(m->console);
    bool missed = target + CHASE_REACH < now && l->margin;
    if (target <= now + l->margin && target + CHASE_REACH >= now)
        return;
    l->margin = missed && 2 * l->margin < most ? 2 * l->margin : l->margin ? l->margin : least;
    prime(m, now + l->margin);
}

/* Ours stands, or will. */
static void chase(struct mixd *m, const struct shared *s)
{
    const struct status *status = console_status(m->console);
    uint64_t target;
    bool moving = console_moving(m->console, &target);
    if (!moving)
        target = status->position;
    if (!moving && status->astray)
        prime(m, s->frame);
    else if (s->state == SHARED_ROLLS)
        chase_rolling(m, s->frame, target);
    else if (target != s->frame)
        prime(m, s->frame);
}

static void follow(struct mixd *m, const struct shared *s)
{
    struct lockstep *l = &m->lockstep;
    const struct status *status = console_status(m->console);
    l->chasing = true;
    console_chase(m->console, s->state == SHARED_ROLLS, s->state == SHARED_STARTING);
    if (status->rolling && !status->stopping)
        l->margin = 0;
    else if (!status->rolling)
        chase(m, s);
    if (!status->rolling && s->state == SHARED_STANDS)
        l->fade = 0;
    rule(m, &(struct shared_rule){ SHARED_CHASED, console_settled(m->console),
                                   l->fade ? l->fade : lockstep_ramp(m) });
}

/* Ours goes alone from here on, as it is. */
static void part(struct mixd *m)
{
    const struct status *status = console_status(m->console);
    m->lockstep.chasing = false;
    if (status->astray)
        prime(m, status->position);
    console_chase(m->console, status->rolling && !status->stopping, false);
}

/* The server is gone, and the timeline with it. */
static void lose(struct mixd *m)
{
    struct lockstep *l = &m->lockstep;
    if (l->chasing || l->awaits) {
        part(m);
        console_stop(m->console, 0, 0);
        watch_transport(m);
    }
    *l = (struct lockstep){ .turned = l->turned };
}

static void lead(struct mixd *m, const struct shared *s)
{
    struct lockstep *l = &m->lockstep;
    const struct status *status = console_status(m->console);
    if (l->awaits && timeline(m)->awaits(m->driver))
        return;
    if (l->awaits && status->rolling != l->ends) {
        l->awaits = false;
        console_chase(m->console, status->rolling, false);
    }
    if (l->awaits) /* the status tells a little later than the driver */
        return;
    if (console_jack(m->console) != CONSOLE_JACK_LEAD || !timeline(m)->keeps(m->driver))
        rule(m, &(struct shared_rule){ .kind = SHARED_IGNORED });
    if (!l->aligns || status->rolling || !console_settled(m->console))
        return;
    l->aligns = false;
    if (s->frame != status->position && status->position <= timeline(m)->last)
        timeline(m)->ask(m->driver, SHARED_LOCATE, status->position);
}

void lockstep_begin(struct mixd *m)
{
    const struct driver_timeline *t = timeline(m);
    struct lockstep *l = &m->lockstep;
    l->awaits = true;
    l->ends = l->aligns = false;
    console_chase(m->console, false, true);
    rule(m, &(struct shared_rule){ SHARED_BEGINS, true, lockstep_ramp(m) });
    t->ask(m->driver, SHARED_LOCATE, console_status(m->console)->position);
    t->ask(m->driver, SHARED_START, 0);
}

void lockstep_end(struct mixd *m, uint32_t fade)
{
    struct lockstep *l = &m->lockstep;
    l->awaits = l->ends = l->aligns = true;
    console_chase(m->console, false, false);
    rule(m, &(struct shared_rule){ SHARED_ENDS, true, fade });
    timeline(m)->ask(m->driver, SHARED_STOP, 0);
}

/* ---- bars */

/* Are the bars of the shared timeline what is wanted? 0, or the driver's error. */
static int bars_tell(struct mixd *m)
{
    struct lockstep *l = &m->lockstep;
    const struct bars *bars = console_bars(m->console);
    bool wanted = console_timebase(m->console);
    bool same = wanted == l->master && !memcmp(bars, &l->bars, sizeof *bars);
    if (same || (!wanted && !l->master))
        return 0;
    int err = timeline(m)->bars(m->driver, wanted ? bars : NULL);
    l->master = wanted && !err;
    l->bars = *bars;
    return err;
}

static void bars_follow(struct mixd *m)
{
    struct lockstep *l = &m->lockstep;
    int err = bars_tell(m);
    if (err == -EBUSY && !l->balked)
        log_warn("transport/timebase: another client is the timebase master");
    l->balked = err == -EBUSY;
}

int lockstep_set(struct mixd *m, const char *address, struct refusal *why)
{
    struct console_change change = { .frames = UINT32_MAX };
    struct refusal ignored;
    if (!timeline(m) || strcmp(address, "transport/timebase") != 0)
        return 0;
    int err = bars_tell(m);
    if (!err || err == -ENOTCONN) /* the next turn tries again */
        return 0;
    console_set(m->console, address, "off", &change, &ignored);
    return refuse(why, FAULT_DENIED,
                  err == -EBUSY ? "another client is JACK's timebase master"
                                : "JACK does not take us as its timebase master");
}

void lockstep_tick(struct mixd *m)
{
    struct lockstep *l = &m->lockstep;
    const struct driver_timeline *t = timeline(m);
    enum console_jack mode = console_jack(m->console);
    struct shared s;
    if (!t)
        return;
    if (!t->look(m->driver, &s)) {
        lose(m);
        return;
    }
    bool chases = mode == CONSOLE_JACK_FOLLOW || mode == CONSOLE_JACK_BOTH;
    if (l->chasing && !chases)
        part(m);
    if (mode != CONSOLE_JACK_LEAD)
        l->awaits = l->aligns = false;
    if (chases)
        follow(m, &s);
    else
        lead(m, &s);
    bars_follow(m);
    const struct status *status = console_status(m->console);
    if (lockstep_on(m) && status->turned != l->turned)
        watch_transport(m);
    l->turned = status->turned;
}
