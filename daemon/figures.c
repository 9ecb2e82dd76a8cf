/* figures.c - the figures of PROTOCOL.md, gathered and spelled */
#include "daemon/figures.h"

#include "daemon/log.h"
#include "daemon/meters.h"
#include "daemon/mixd.h"
#include "daemon/telemetry.h"
#include "daemon/watch.h"
#include "effects/param.h"
#include "effects/rt.h"
#include "ipc/glob.h"
#include "ipc/parse.h"
#include "ipc/protocol.h"
#include "ipc/reply.h"
#include "mixer/console.h"
#include "mixer/link.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

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

double figures_spell(struct mixd *m, struct text *before, struct text *behind)
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
    text_printf(before, "OUT=%.2f CAP=%.2f", t.out_ksps, t.cap_ksps);
    text_printf(before, " LOAD=%.2f LOAD.mean=%.2f LOAD.p50=%.2f LOAD.p99=%.2f LOAD.max=%.2f",
                t.load_mean, t.load_mean, t.load_p50, t.load_p99, t.load_max);
    text_printf(before, " LOAD.driver=%.2f BUF=%.2f", (double)d.dsp_load, totals.fill);
    text_printf(behind, " BUF.eta=%.2f", totals.eta);
    text_printf(behind, " starved=%" PRIu64 " xruns=%" PRIu64 " xruns.own=%" PRIu64, totals.starved,
                d.xruns, d.own_xruns);
    uint64_t commands = s->late + console_late(m->console);
    text_printf(behind, " late=%" PRIu64 " late.commands=%" PRIu64 " late.blocks=%" PRIu64,
                commands + s->late_blocks, commands, s->late_blocks);
    text_printf(behind, " clips=%" PRIu64 " nans=%" PRIu64 " helpers=%u", sum.clips,
                sum.nans + totals.nans, console_helpers(m->console));
    return totals.fill;
}

void figures_meter(const struct meter_figures *f, struct text *out)
{
    static const struct param level = {
        .name = "peak", .unit = "dB", .min = -INFINITY, .max = INFINITY
    };
    char peak[PARAM_TEXT], rms[PARAM_TEXT];
    double highest = f->peak_db[0], loudest = f->rms_db[0];
    if (f->channels > 1) {
        highest = fmax(highest, f->peak_db[1]);
        loudest = fmax(loudest, f->rms_db[1]);
    }
    param_format(&level, round(highest * 100) / 100, 1, peak);
    param_format(&level, round(loudest * 100) / 100, 1, rms);
    text_printf(out, "peak=%s rms=%s clips=%" PRIu64, peak, rms, f->clips);
    for (uint32_t ch = 0; f->channels > 1 && ch < f->channels; ch++) {
        param_format(&level, round(f->peak_db[ch] * 100) / 100, 1, peak);
        param_format(&level, round(f->rms_db[ch] * 100) / 100, 1, rms);
        text_printf(out, " peak.%u=%s rms.%u=%s", ch + 1, peak, ch + 1, rms);
    }
    if (f->nans)
        text_printf(out, " nans=%" PRIu64, f->nans);
}

/* What is not there in most sessions: a shared timeline, and bars. */
static void shared_figures(struct mixd *m, uint64_t position, struct text *out)
{
    static const char *const modes[] = { "off", "follow", "lead", "both" };
    enum console_jack mode = console_jack(m->console);
    const struct bars *bars = console_bars(m->console);
    char bbt[BARS_TEXT];
    if (mode != CONSOLE_JACK_OFF)
        text_printf(out, " jack=%s", modes[mode]);
    if (!bars->tempo)
        return;
    struct bbt at = bars_at(bars, console_rate(m->console), position);
    text_printf(out, " bbt=%s", bars_format(&at, bbt));
}

void figures_transport(struct mixd *m, struct text *out)
{
    struct console_value state, loop;
    struct refusal why;
    char position[PARAM_TEXT];
    uint32_t rate = console_rate(m->console);
    uint64_t frames = console_position(m->console);
    uint64_t ms = (uint64_t)((double)frames * 1000 / rate);
    if (console_get(m->console, "transport/state", &state, &why) ||
        console_get(m->console, "transport/loop", &loop, &why))
        return;
    text_printf(out, "state=%s position=%s position.frames=%" PRIu64 " loop=", state.text,
                time_format(ms, 1000, position), frames);
    word_write(out, loop.text);
    shared_figures(m, frames, out);
}

static bool is_shot(const struct mixd *m, const char *address)
{
    char row[PROTOCOL_LINE];
    struct console_value v;
    struct refusal why;
    snprintf(row, sizeof row, "%s/mode", address);
    return !console_get(m->console, row, &v, &why) && v.number != 0;
}

/* A track of which sound is still to come plays while the timeline rolls; till then it is primed. A
 * one-shot's figures say playing only when it was fired. */
static const char *track_state(struct mixd *m, const char *address, const struct track_figures *f)
{
    if (f->failed)
        return "failed";
    if (f->lost)
        return "lost";
    if (f->playing && (console_rolling(m->console) || is_shot(m, address)))
        return "playing";
    if (f->playing)
        return f->primed ? "primed" : "priming";
    return f->ended ? "ended" : "idle";
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
    uint32_t place = console_queue_place(m->console, address);
    if (place)
        reply_pair(r, "entry", "%" PRIu32, place);
    reply_pair(r, "state", "%s", track_state(m, address, f));
}

void figures_reply(struct mixd *m, double *fill_low, struct reply *r)
{
    static const char *const stages[STAGES] = { "read", "strips", "buses", "reverb", "master" };
    struct text before = { 0 }, behind = { 0 };
    struct telemetry_figures t;
    void *context[2] = { m, r };
    double fill = figures_spell(m, &before, &behind), low = fill_low ? fmin(*fill_low, fill) : fill;
    if (fill_low)
        *fill_low = fill;
    reply_line(r, "%s BUF.low=%.2f%s", text_string(&before), low, text_string(&behind));
    text_clear(&before);
    text_clear(&behind);
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
