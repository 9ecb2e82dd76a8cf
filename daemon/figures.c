/* figures.c - the figures of PROTOCOL.md, gathered and spelled */
#include "daemon/figures.h"

#include "daemon/log.h"
#include "daemon/meters.h"
#include "daemon/mixd.h"
#include "daemon/telemetry.h"
#include "daemon/watch.h"
#include "effects/rt.h"
#include "ipc/glob.h"
#include "ipc/reply.h"
#include "mixer/console.h"
#include "mixer/link.h"

#include <inttypes.h>

bool figures_match(const char *glob, const char *address)
{
    return !glob || glob_match(glob, address);
}

struct counting {
    const struct mixd *m;
    uint64_t clips, nans;
};

/* Clips count where sound leaves: at the master. Non-finite samples count wherever they were. */
static void meter_count_in(void *context, const char *address, uint32_t meter)
{
    struct counting *sum = context;
    struct meter_figures f;
    meters_look(sum->m->meters, NULL, meter, &f);
    sum->nans += f.nans;
    if (address[0] == 'm')
        sum->clips += f.clips;
}

void figures_write(struct mixd *m, double *fill_low, struct text *out)
{
    struct telemetry_figures t;
    struct driver_figures d = { 0 };
    struct console_totals totals;
    struct counting sum = { m, 0, 0 };
    const struct status *s = console_status(m->console);
    telemetry_figures(m->telemetry, rt_now(), &t);
    if (m->driver)
        m->driver_kind->figures(m->driver, &d);
    console_totals(m->console, &totals);
    console_each_meter(m->console, &sum, meter_count_in);
    watch_fill(m, totals.fill);
    double low = fill_low ? *fill_low : totals.fill;
    if (fill_low)
        *fill_low = totals.fill;
    text_printf(out, "OUT=%.2f CAP=%.2f", t.out_ksps, t.cap_ksps);
    text_printf(out, " LOAD=%.2f LOAD.mean=%.2f LOAD.p50=%.2f LOAD.p99=%.2f LOAD.max=%.2f",
                t.load_mean, t.load_mean, t.load_p50, t.load_p99, t.load_max);
    text_printf(out, " LOAD.driver=%.2f BUF=%.2f BUF.low=%.2f", (double)d.dsp_load, totals.fill,
                low);
    text_printf(out, " starved=%" PRIu64 " xruns=%" PRIu64 " xruns.own=%" PRIu64, totals.starved,
                d.xruns, d.own_xruns);
    text_printf(out, " late=%" PRIu64 " clips=%" PRIu64 " nans=%" PRIu64, s->late, sum.clips,
                sum.nans + totals.nans);
}

static void track_print(void *context, const char *address, const struct track_figures *f)
{
    struct mixd *m = ((void **)context)[0];
    struct reply *r = ((void **)context)[1];
    double fill = f->size ? (double)f->buffered / f->size : 0;
    reply_item(r, address);
    reply_pair(r, "BUF", "%.2f", fill);
    reply_pair(r, "BUF.frames", "%" PRIu64, f->buffered);
    reply_pair(r, "BUF.ms", "%.1f", (double)f->buffered * 1000 / console_rate(m->console));
    reply_pair(r, "BUF.percent", "%.1f", 100 * fill);
    reply_pair(r, "starved", "%" PRIu64, f->starved);
    reply_pair(r, "decoded", "%" PRIu64, f->decoded);
    reply_pair(r, "played", "%" PRIu64, f->played);
    reply_pair(r, "skipped", "%" PRIu64, f->skipped);
    reply_pair(r, "buffered", "%" PRIu64, f->buffered);
    reply_pair(r, "nans", "%" PRIu64, f->nans);
    reply_pair(r, "state", "%s",
               f->failed    ? "failed"
               : f->lost    ? "lost"
               : f->playing ? "playing"
               : f->ended   ? "ended"
                            : "idle");
}

void figures_reply(struct mixd *m, double *fill_low, struct reply *r)
{
    static const char *const stages[STAGES] = { "read", "strips", "buses", "reverb", "master" };
    struct text out = { 0 };
    struct telemetry_figures t;
    void *context[2] = { m, r };
    figures_write(m, fill_low, &out);
    reply_line(r, "%s", text_string(&out));
    text_clear(&out);
    telemetry_figures(m->telemetry, rt_now(), &t);
    for (int i = 0; i < STAGES; i++)
        reply_line(r, "stage/%s mean=%.2f p99=%.2f max=%.2f unit=us", stages[i], t.stage[i].mean_us,
                   t.stage[i].p99_us, t.stage[i].max_us);
    console_each_track(m->console, context, track_print);
}

static void log_print(void *context, const char *level, const char *line)
{
    struct reply *r = context;
    reply_item(r, NULL);
    reply_pair(r, "level", "%s", level);
    reply_pair(r, "text", "%s", line);
}

void figures_log_reply(struct reply *r)
{
    log_recent(r, log_print);
}
