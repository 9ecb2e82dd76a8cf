/* watch.c - telemetry: who watches what, and when the next event is due */
#include "daemon/watch.h"

#include "daemon/figures.h"
#include "daemon/meters.h"
#include "daemon/mixd.h"
#include "effects/param.h"
#include "ipc/parse.h"
#include "mixer/console.h"
#include "mixer/link.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_S 1e9

static const struct {
    const char *name;
    double rate; /* events per second, unless the client says otherwise; 0: only when it happens */
} topics[TOPICS] = {
    [TOPIC_METERS] = { "meters", 20 }, [TOPIC_STATS] = { "stats", 1 },
    [TOPIC_STATE] = { "state", 0 },    [TOPIC_TRANSPORT] = { "transport", 5 },
    [TOPIC_LOG] = { "log", 0 },        [TOPIC_LATE] = { "late", 0 },
    [TOPIC_LOST] = { "lost", 0 },
};

/* What the daemon keeps of a client that has asked for figures. */
struct watcher {
    struct peaks *peaks;
    double fill_low; /* of the emptiest track since this client last read it */
    struct {
        bool on;
        uint64_t seq;
        double rate;
        uint64_t due_ns;
    } topic[TOPICS];
    struct text late;  /* what its late events say, a line each: they follow the answers */
    bool missed_state; /* a state event found no room: the full state follows */
    float shown[LINK_METERS][METER_CHANNELS]; /* peaks of the last event, dB */
};

int topic_find(const char *name)
{
    for (int i = 0; i < TOPICS_TO_WATCH; i++)
        if (!strcmp(topics[i].name, name))
            return i;
    return -1;
}

static void watcher_free(void *what)
{
    struct watcher *w = what;
    text_clear(&w->late);
    peaks_free(w->peaks);
    free(w);
}

static struct watcher *watcher_of(struct client *c, struct mixd *m)
{
    struct watcher *w = client_data(c);
    if (w)
        return w;
    w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->peaks = peaks_new(m->meters);
    if (!w->peaks) {
        free(w);
        return NULL;
    }
    struct console_totals totals;
    console_totals(m->console, &totals);
    w->fill_low = totals.fill;
    client_set_data(c, w, watcher_free);
    return w;
}

int watch_begin(struct client *c, struct mixd *m, enum topic topic, double rate)
{
    struct watcher *w = watcher_of(c, m);
    if (!w)
        return -ENOMEM;
    w->topic[topic].on = true;
    w->topic[topic].rate = rate > 0 ? rate : topics[topic].rate;
    w->topic[topic].due_ns = 0;
    return 0;
}

void watch_end(struct client *c, enum topic topic)
{
    struct watcher *w = client_data(c);
    if (w)
        w->topic[topic].on = false;
}

/* ---- meters */

static void meter_text(const struct meter_figures *f, struct text *out)
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

struct metering {
    struct mixd *m;
    struct client *client;
    struct watcher *w;
    const char *glob;
    struct reply *reply;
    uint64_t seq, frame;
};

static void meter_reply(void *context, const char *address, uint32_t meter)
{
    struct metering *t = context;
    struct meter_figures f;
    struct text out = { 0 };
    if (!figures_match(t->glob, address))
        return;
    meters_read(t->m->meters, t->w ? t->w->peaks : NULL, meter, &f);
    meter_text(&f, &out);
    reply_line(t->reply, "%s %s", address, text_string(&out));
    text_clear(&out);
}

/* One event for each place whose peak is not what was shown last. */
static void meter_event(void *context, const char *address, uint32_t meter)
{
    struct metering *t = context;
    struct meter_figures f;
    struct text out = { 0 };
    float *shown = t->w->shown[meter];
    meters_look(t->m->meters, t->w->peaks, meter, &f);
    float peak[2] = { (float)f.peak_db[0], (float)f.peak_db[1] };
    if (!memcmp(shown, peak, sizeof peak) || !client_event_room(t->client))
        return;
    meters_read(t->m->meters, t->w->peaks, meter, &f);
    meter_text(&f, &out);
    if (client_event(t->client, "meters seq=%" PRIu64 " frame=%" PRIu64 " address=%s %s", t->seq,
                     t->frame, address, text_string(&out)))
        memcpy(shown, peak, sizeof peak);
    text_clear(&out);
}

/* ---- the other topics */

/* The position twice: to the millisecond, to be read, and to the frame. */
static void transport_text(struct mixd *m, struct text *out)
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
}

static bool topic_event(struct mixd *m, struct client *c, enum topic topic, const char *text)
{
    struct watcher *w = client_data(c);
    return client_event(c, "%s seq=%" PRIu64 " frame=%" PRIu64 " %s", topics[topic].name,
                        ++w->topic[topic].seq, console_status(m->console)->frame, text);
}

static void topic_send(struct mixd *m, struct client *c, enum topic topic)
{
    struct watcher *w = client_data(c);
    struct text out = { 0 };
    if (topic == TOPIC_METERS) {
        struct metering t = {
            m, c, w, NULL, NULL, ++w->topic[topic].seq, console_status(m->console)->frame
        };
        console_each_meter(m->console, &t, meter_event);
        return;
    }
    if (topic == TOPIC_STATS && client_event_room(c)) {
        figures_write(m, &w->fill_low, &out);
        topic_event(m, c, topic, text_string(&out));
    } else if (topic == TOPIC_TRANSPORT && client_event_room(c)) {
        transport_text(m, &out);
        topic_event(m, c, topic, text_string(&out));
    } else {
        w->topic[topic].seq++; /* merged into the next one */
    }
    text_clear(&out);
}

struct stating {
    struct mixd *m;
    struct client *client;
    const char *glob;
    struct reply *reply;
};

static void value_event(void *context, const struct console_value *v)
{
    struct stating *s = context;
    struct text out = { 0 };
    text_printf(&out, "address=%s value=", v->address);
    word_write(&out, v->text);
    topic_event(s->m, s->client, TOPIC_STATE, text_string(&out));
    text_clear(&out);
}

static void value_reply(void *context, const struct console_value *v)
{
    struct stating *s = context;
    if (figures_match(s->glob, v->address))
        reply_value(s->reply, v->address, "%s", v->text);
}

void watch_full(struct mixd *m, struct client *c, enum topic topic, const char *glob,
                struct reply *r)
{
    struct watcher *w = c ? watcher_of(c, m) : NULL;
    struct metering t = { m, c, w, glob, r, 0, 0 };
    struct stating s = { m, c, glob, r };
    struct text out = { 0 };
    if (topic == TOPIC_METERS)
        console_each_meter(m->console, &t, meter_reply);
    else if (topic == TOPIC_STATS)
        figures_reply(m, w ? &w->fill_low : NULL, r);
    else if (topic == TOPIC_STATE)
        console_each_value(m->console, &s, value_reply);
    else if (topic == TOPIC_TRANSPORT) {
        transport_text(m, &out);
        reply_line(r, "%s", text_string(&out));
    } else
        figures_log_reply(r);
    text_clear(&out);
}

void watch_late(struct mixd *m, struct client *c, const char *tag, uint64_t by)
{
    struct watcher *w = watcher_of(c, m);
    if (!w)
        return;
    if (*tag)
        text_printf(&w->late, "tag=@%s ", tag);
    text_printf(&w->late, "by=%" PRIu64 "f\n", by);
}

static void late_send(struct mixd *m, struct client *c, struct watcher *w)
{
    char *save = NULL;
    for (char *line = strtok_r(w->late.data, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
        topic_event(m, c, TOPIC_LATE, line);
    text_clear(&w->late);
}

void watch_fill(struct mixd *m, double fill)
{
    for (struct client *c = NULL; m->server && (c = server_next(m->server, c));) {
        struct watcher *w = client_data(c);
        if (w && fill < w->fill_low)
            w->fill_low = fill;
    }
}

static void client_tick(struct mixd *m, struct client *c, struct watcher *w, uint64_t now_ns)
{
    struct stating s = { m, c, NULL, NULL };
    if (w->late.length && client_event_room(c))
        late_send(m, c, w);
    if (w->missed_state && client_event_room(c)) {
        w->missed_state = false;
        console_each_value(m->console, &s, value_event);
    }
    for (int topic = 0; topic < TOPICS; topic++) {
        if (!w->topic[topic].on || w->topic[topic].rate <= 0 || now_ns < w->topic[topic].due_ns)
            continue;
        uint64_t period = (uint64_t)(NS_PER_S / w->topic[topic].rate);
        uint64_t due = w->topic[topic].due_ns + period;
        w->topic[topic].due_ns = due > now_ns ? due : now_ns + period;
        topic_send(m, c, (enum topic)topic);
    }
}

/* decoded = played + skipped + buffered, at every moment. A track for which that fails has lost or
 * made up frames, which is a fault of ours. */
static void track_check(void *context, const char *address, const struct track_figures *f)
{
    struct mixd *m = context;
    char text[256];
    uint64_t known = f->played + f->skipped + f->buffered;
    if (f->decoded == known)
        return;
    snprintf(text, sizeof text,
             "address=%s decoded=%" PRIu64 " played=%" PRIu64 " skipped=%" PRIu64
             " buffered=%" PRIu64,
             address, f->decoded, f->played, f->skipped, f->buffered);
    for (struct client *c = NULL; m->server && (c = server_next(m->server, c));) {
        struct watcher *w = client_data(c);
        if (w && w->topic[TOPIC_STATS].on)
            topic_event(m, c, TOPIC_LOST, text);
    }
}

void watch_tick(struct mixd *m, uint64_t now_ns)
{
    struct console_totals totals;
    console_each_track(m->console, m, track_check);
    console_totals(m->console, &totals);
    watch_fill(m, totals.fill);
    for (struct client *c = NULL; m->server && (c = server_next(m->server, c));) {
        struct watcher *w = client_data(c);
        if (w)
            client_tick(m, c, w, now_ns);
    }
}

static void tell(struct mixd *m, enum topic topic, const char *text)
{
    for (struct client *c = NULL; m->server && (c = server_next(m->server, c));) {
        struct watcher *w = client_data(c);
        if (!w || !w->topic[topic].on)
            continue;
        if (!topic_event(m, c, topic, text) && topic == TOPIC_STATE)
            w->missed_state = true;
    }
}

void watch_value(struct mixd *m, const struct console_value *v, uint64_t frame)
{
    struct text out = { 0 };
    text_printf(&out, "address=%s value=", v->address);
    word_write(&out, v->text);
    text_printf(&out, " at=%" PRIu64, frame);
    tell(m, TOPIC_STATE, text_string(&out));
    text_clear(&out);
}

void watch_state(struct mixd *m, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    tell(m, TOPIC_STATE, text);
}

void watch_transport(struct mixd *m)
{
    for (struct client *c = NULL; m->server && (c = server_next(m->server, c));) {
        struct watcher *w = client_data(c);
        if (w && w->topic[TOPIC_TRANSPORT].on)
            topic_send(m, c, TOPIC_TRANSPORT);
    }
}

void watch_log(struct mixd *m, const char *level, const char *line)
{
    struct text out = { 0 };
    text_printf(&out, "level=%s text=", level);
    word_write_quoted(&out, line);
    tell(m, TOPIC_LOG, text_string(&out));
    text_clear(&out);
}
