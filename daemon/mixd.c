/* mixd.c - the daemon's parts put together, and the control thread's turn */
#include "daemon/mixd.h"

#include "daemon/bulletin.h"
#include "daemon/cache.h"
#include "daemon/dispatch.h"
#include "daemon/fades.h"
#include "daemon/log.h"
#include "daemon/meters.h"
#include "daemon/ports.h"
#include "daemon/rehearsal.h"
#include "daemon/schedule.h"
#include "daemon/session.h"
#include "daemon/telemetry.h"
#include "daemon/transaction.h"
#include "daemon/turns.h"
#include "daemon/watch.h"
#include "daemon/wires.h"
#include "effects/rt.h"
#include "ipc/loop.h"
#include "ipc/server.h"
#include "mixer/batch.h"
#include "mixer/console.h"
#include "mixer/engine.h"
#include "mixer/link.h"
#include "mixer/markers.h"
#include "mixer/needs.h"
#include "mixer/piped.h"
#include "mixer/recording.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* While something is under way the control thread looks often; else as often as meters are wanted.
 */
enum { BUSY_NS = 1000000, IDLE_NS = 20000000, DRIVER_NS = 100000000, TIMINGS = 256 };

static int claim(void *context, const char *name, bool input, uint32_t channels)
{
    struct mixd *m = context;
    return ports_claim(m->ports, name, name, input, channels);
}

static void drop(void *context, uint32_t first, uint32_t channels)
{
    struct mixd *m = context;
    ports_drop(m->ports, first, channels);
}

static void report(void *context, const char *address, const char *text)
{
    (void)context;
    log_warn("%s: %s", address, text);
}

static void changed(void *context, const char *address)
{
    struct mixd *m = context;
    struct console_value v;
    struct refusal why;
    if (!console_get(m->console, address, &v, &why))
        watch_value(m, &v, console_status(m->console)->frame);
}

static void late(void *context, const char *address, uint64_t frames)
{
    turns_late(context, address, frames);
}

static void failed(void *context, const char *address, const struct refusal *why)
{
    turns_failed(context, address, why);
}

/* What is built for one rate. */
static int audio_init(struct mixd *m, uint32_t rate)
{
    char cache[CACHE_PATH];
    struct console_setup setup = { .link = link_new(),
                                   .rate = rate,
                                   .quantum = m->quantum,
                                   .cache = m->trial ? NULL : cache_folder(cache),
                                   .rehearses = m->trial,
                                   .measures = m->loop != NULL, /* offline is not to depend on it */
                                   .ports = { claim, drop, m },
                                   .report = report,
                                   .changed = changed,
                                   .late = late,
                                   .failed = failed,
                                   .context = m };
    m->link = setup.link;
    m->telemetry = telemetry_new(rate, m->quantum);
    if (!m->link || !m->telemetry)
        return -1;
    m->engine = engine_new(m->link, m->quantum);
    m->console = console_new(&setup);
    return m->engine && m->console ? 0 : -1;
}

static void audio_clear(struct mixd *m)
{
    engine_free(m->engine);
    console_free(m->console);
    telemetry_free(m->telemetry);
    link_free(m->link);
    m->engine = NULL;
    m->console = NULL;
    m->telemetry = NULL;
    m->link = NULL;
}

int mixd_init(struct mixd *m, const char *name, uint32_t rate, uint32_t quantum)
{
    m->name = name;
    m->quantum = quantum;
    m->registry = (struct registry){ .verbs = verbs,
                                     .count = verb_count,
                                     .context = m,
                                     .run = dispatch,
                                     .spoilt = transaction_spoil };
    bool plans = !m->trial || m->plans;
    m->schedule = plans ? schedule_new() : NULL;
    m->fades = fades_new();
    m->turns = turns_new();
    if (!m->fades || !m->turns || (plans && !m->schedule) || (m->loop && !reading_init(&m->spare)))
        return -1;
    if (!m->ports)
        m->ports = ports_new();
    m->meters = meters_new(rate);
    m->bulletin = bulletin_new();
    return m->ports && m->meters && m->bulletin ? audio_init(m, rate) : -1;
}

void mixd_clear(struct mixd *m)
{
    if (m->driver)
        m->driver_kind->close(m->driver);
    server_close(m->server);
    m->server = NULL;
    transactions_clear(m);
    if (m->schedule)
        schedule_cancel(m, 0);
    schedule_free(m->schedule);
    fades_free(m->fades);
    turns_free(m->turns);
    audio_clear(m);
    reading_clear(&m->spare);
    ports_free(m->ports);
    meters_free(m->meters);
    bulletin_free(m->bulletin);
    wires_free(m->wires);
    free(m->session_path);
}

static void recording_warn(void *context, const struct recording_figures *f)
{
    (void)context;
    log_warn("the recording of %s, %s, ends here: it has another rate", f->address, f->path);
}

/* A strip whose file is gone is there as it was `before`, without sound. What is refused takes no
 * other line with it. */
static void session_again(struct mixd *m, struct text *lines, const struct rehearsal *before)
{
    struct text faults = { 0 };
    m->thorough = true;
    console_set_peer(m->console, rehearsal_console(before));
    session_run_text(m, "session", lines, &faults);
    console_set_peer(m->console, NULL);
    m->thorough = false;
    char *save = NULL, *fault = faults.data ? strtok_r(faults.data, "\n", &save) : NULL;
    for (; fault; fault = strtok_r(NULL, "\n", &save))
        log_error("built anew, but for %s", fault);
    text_clear(&faults);
}

/* The server came back with another rate: every filter, response and decoder is for the old one.
 * The session is written down, all is built anew, and the session is run again. */
static void rebuild(struct mixd *m, uint32_t rate)
{
    struct text lines = { 0 };
    struct refusal refusal;
    const char *why = NULL;
    char *folder = strdup(console_folder(m->console));
    struct rehearsal *before = rehearsal_new(m, true);
    double position = (double)console_position(m->console) / console_rate(m->console);
    session_write(m, console_folder(m->console), &lines);
    if (!folder || !before ||
        lines.failed) { /* out of memory; the driver's next tick tries again */
        rehearsal_free(before);
        text_clear(&lines);
        free(folder);
        return;
    }
    log_warn("the server runs at %u Hz: building the session anew", rate);
    console_each_recording(m->console, NULL, recording_warn);
    m->autoplay |= console_rolling(m->console);
    m->driver_kind->stop(m->driver);
    transactions_rebase(m);
    schedule_rebase(m, link_horizon(m->link), console_rate(m->console), rate);
    struct pipes *pipes = pipes_keep(m->console);
    audio_clear(m);
    if (audio_init(m, rate) || console_set_folder(m->console, folder))
        _exit(EXIT_FAILURE); /* out of memory: whoever started us starts us again */
    session_again(m, &lines, before);
    rehearsal_free(before);
    if (console_locate(m->console, (uint64_t)llround(position * rate), &refusal))
        log_error("the timeline begins anew: %s", refusal.text);
    if (m->driver_kind->start(m->driver, m->engine, &why))
        log_error("the driver does not start again: %s", why);
    m->revision++;
    pipes_give(m->console, pipes);
    fades_finish(m);
    text_clear(&lines);
    free(folder);
}

static void driver_tick(struct mixd *m, uint64_t now)
{
    if (!m->driver || now < m->driver_due_ns)
        return;
    m->driver_due_ns = now + DRIVER_NS;
    m->driver_kind->tick(m->driver);
    struct driver_figures f;
    m->driver_kind->figures(m->driver, &f);
    if (f.rate != console_rate(m->console))
        rebuild(m, f.rate);
    console_set_idle(m->console, f.state != DRIVER_RUNNING);
    if (f.state == m->driver_state)
        return;
    m->driver_state = f.state;
    const char *word = f.state == DRIVER_LOST ? "lost" : m->driver_kind->name;
    watch_state(m, "driver=%s", word);
    if (f.state == DRIVER_LOST)
        log_warn("driver=lost: the server is not there; trying again every 100 ms");
    else
        log_info("driver=%s", word);
}

/* How many of the driver's periods are missing is the driver's to say; when, the timings'. */
static void figures_tick(struct mixd *m)
{
    struct timing timings[TIMINGS];
    uint32_t n;
    while ((n = link_timings(m->link, timings, TIMINGS)) > 0)
        telemetry_feed(m->telemetry, timings, n);
}

/* Nobody waits for the files of what the console builds anew by itself. */
static void console_turn(struct mixd *m)
{
    struct reading *spare = &m->spare;
    bool idle = reading_idle(spare);
    console_set_spare(m->console, spare->needs, !idle);
    console_tick(m->console);
    if (idle && !reading_pursue(spare))
        console_set_spare(m->console, spare->needs, true);
    if (!idle || !spare->needs || !needs_any(spare->needs) || console_replans(m->console))
        return;
    reading_clear(spare); /* what was made and not wanted any more goes */
    reading_init(spare);
    console_set_spare(m->console, spare->needs, false);
}

static void autoplay(struct mixd *m)
{
    if (!m->autoplay || !console_settled(m->console))
        return;
    if (lockstep_on(m)) {
        lockstep_autoplay(m);
        return;
    }
    m->autoplay = false;
    console_play(m->console, 0, 0);
    watch_transport(m);
}

void mixd_tick(struct mixd *m)
{
    uint64_t now = rt_now();
    driver_tick(m, now);
    console_turn(m);
    lockstep_tick(m);
    console_prime_markers(m->console);
    const struct status *s = console_status(m->console);
    if (s->frame != m->metered_frame || !s->frame) {
        meters_feed(m->meters, s);
        m->metered_frame = s->frame;
    }
    figures_tick(m);
    autoplay(m);
    schedule_tick(m);
    fades_tick(m);
    if (m->server) {
        server_poll(m->server);
        watch_tick(m, now);
    }
    if (m->quitting)
        loop_quit(m->loop);
    bool busy = console_busy(m->console) || m->autoplay || schedule_busy(m) ||
                (m->server && server_pending(m->server));
    if (m->timer)
        loop_timer_arm(m->timer, busy ? BUSY_NS : IDLE_NS, 0);
}

void mixd_hurry(struct mixd *m)
{
    if (m->timer)
        loop_timer_arm(m->timer, BUSY_NS, 0);
}
