/* watch.c - telemetry: who watches what, and when the next event is due */
#include "daemon/watch.h"

#include "daemon/bulletin.h"
#include "daemon/catchup.h"
#include "daemon/figures.h"
#include "daemon/meters.h"
#include "daemon/mixd.h"
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
#define LOOK_NS  20000000u /* between two looks at all tracks; there may be many */

static const struct {
    const char *name;
    double rate; /* events per second, unless the client says otherwise; 0: only when it happens */
} topics[TOPICS] = {
    [TOPIC_METERS] = { "meters", 20 }, [TOPIC_STATS] = { "stats", 1 },
    [TOPIC_STATE] = { "state", 0 },    [TOPIC_TRANSPORT] = { "transport", 5 },
    [TOPIC_LOG] = { "log", 0 },        [TOPIC_LATE] = { "late", 0 },
    [TOPIC_FAILED] = { "failed", 0 },  [TOPIC_DONE] = { "done", 0 },
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
        char *glob; /* of addresses, in events; NULL: all */
    } topic[TOPICS];
    struct text told; /* what it is told of its own commands, a line each: it follows the answers */
    struct catchup catchup; /* a state event found no room: the full state follows */
    float shown[LINK_METERS][METER_CHANNELS]; /* peaks of the last event */
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
    for (int i = 0; i < TOPICS; i++)
        free(w->topic[i].glob);
    text_clear(&w->told);
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
    memset(w->shown, 0xff, sizeof w->shown); /* no number: equal to none */
    client_set_data(c, w, watcher_free);
    return w;
}

int watch_begin(struct client *c, struct mixd *m, enum topic topic, double rate, const char *glob)
{
    struct watcher *w = watcher_of(c, m);
    char *copy = glob ? strdup(glob) : NULL;
    if (!w || (glob && !copy)) {
        free(copy);
        return -ENOMEM;
    }
    free(w->topic[topic].glob);
    w->topic[topic].glob = copy;
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

struct metering {
    struct mixd *m;
    struct client *client;
    struct watcher *w;
    const char *glob;
    struct reply *reply;
    const struct text *head; /* of the events */
};

static void meter_reply(void *context, const char *address, uint32_t meter)
{
    struct metering *t = context;
    struct meter_figures f;
    struct text out = { 0 };
    if (!figures_match(t->glob, address))
        return;
    meters_read(t->m->meters, t->w ? t->w->peaks : NULL, meter, &f);
    figures_meter(&f, &out);
    reply_line(t->reply, "%s %s", address, text_string(&out));
    text_clear(&out);
}

/* One event for each place whose peak is not what was shown last. */
static void meter_event(void *context, const char *address, uint32_t meter)
{
    struct metering *t = context;
    float *shown = t->w->shown[meter];
    const float *peak = peaks_of(t->w->peaks, meter);
    size_t size = METER_CHANNELS * sizeof *peak;
    if (!memcmp(shown, peak, size) || !figures_match(t->glob, address))
        return;
    const struct text *what = bulletin_meter(t->m->bulletin, t->m, address, meter, t->w->peaks);
    if (!client_event_text(t->client, t->head, what))
        return;
    memcpy(shown, peak, size);
    peaks_forget(t->w->peaks, meter);
}

/* ---- the other topics */

static bool topic_event(struct mixd *m, struct client *c, enum topic topic, const char *text)
{
    struct watcher *w = client_data(c);
    return client_event(c, "%s seq=%" PRIu64 " frame=%" PRIu64 " %s", topics[topic].name,
                        ++w->topic[topic].seq, console_status(m->console)->frame, text);
}

static void stats_event(struct mixd *m, struct client *c, struct watcher *w, struct text *head)
{
    const struct text *before, *behind;
    double fill = bulletin_stats(m->bulletin, m, &before, &behind);
    text_add(head, text_string(before), before->length);
    text_printf(head, " BUF.low=%.2f", fmin(w->fill_low, fill));
    w->fill_low = fill;
    client_event_text(c, head, behind);
}

static void meters_event(struct mixd *m, struct client *c, struct watcher *w, struct text *head)
{
    struct metering t = { m, c, w, w->topic[TOPIC_METERS].glob, NULL, head };
    console_each_meter(m->console, &t, meter_event);
}

/* What finds no room is merged into the next event. */
static void topic_send(struct mixd *m, struct client *c, enum topic topic)
{
    struct watcher *w = client_data(c);
    struct text head = { 0 };
    text_printf(&head, "%s seq=%" PRIu64 " frame=%" PRIu64 " ", topics[topic].name,
                ++w->topic[topic].seq, console_status(m->console)->frame);
    if (!client_event_room(c))
        ;
    else if (topic == TOPIC_METERS)
        meters_event(m, c, w, &head);
    else if (topic == TOPIC_STATS)
        stats_event(m, c, w, &head);
    else if (topic == TOPIC_TRANSPORT)
        client_event_text(c, &head, bulletin_transport(m->bulletin, m));
    text_clear(&head);
}

struct stating {
    struct mixd *m;
    struct client *client;
    const char *glob;
    struct reply *reply;
};

static bool value_event(void *context, const struct console_value *v)
{
    struct stating *s = context;
    struct text out = { 0 };
    text_printf(&out, "address=%s value=", v->address);
    word_write(&out, v->text);
    bool told = topic_event(s->m, s->client, TOPIC_STATE, text_string(&out));
    text_clear(&out);
    return told;
}

static void value_reply(void *context, const struct console_value *v)
{
    struct stating *s = context;
    reply_value(s->reply, v->address, "%s", v->text);
}

static bool address_stated(void *context, const char *address)
{
    const struct stating *s = context;
    return figures_match(s->glob, address);
}

static void state_reply(struct stating *s)
{
    const struct console_sieve sieve = { .wants = address_stated,
                                         .head = s->glob,
                                         .head_length = s->glob ? strcspn(s->glob, "*?") : 0 };
    console_sift_values(s->m->console, &sieve, s, value_reply);
}

void watch_full(struct mixd *m, struct client *c, enum topic topic, const char *glob,
                struct reply *r)
{
    struct watcher *w = c ? watcher_of(c, m) : NULL;
    struct metering t = { m, c, w, glob, r, NULL };
    struct stating s = { m, c, glob, r };
    struct text out = { 0 };
    if (topic == TOPIC_METERS)
        console_each_meter(m->console, &t, meter_reply);
    else if (topic == TOPIC_STATS)
        figures_reply(m, w ? &w->fill_low : NULL, r);
    else if (topic == TOPIC_STATE)
        state_reply(&s);
    else if (topic == TOPIC_TRANSPORT) {
        figures_transport(m, &out);
        reply_line(r, "%s", text_string(&out));
    } else
        figures_log_reply(r);
    text_clear(&out);
}

bool watch_tell(struct mixd *m, uint64_t client, enum topic topic, const char *text)
{
    struct client *c = NULL;
    while (m->server && (c = server_next(m->server, c)) && client_id(c) != client)
        ;
    struct watcher *w = c ? watcher_of(c, m) : NULL;
    if (!w)
        return false;
    text_printf(&w->told, "%d %s\n", topic, text);
    mixd_hurry(m);
    return true;
}

static void told_send(struct mixd *m, struct client *c, struct watcher *w)
{
    char *save = NULL;
    for (char *line = strtok_r(w->told.data, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
        topic_event(m, c, (enum topic)atoi(line), strchr(line, ' ') + 1);
    text_clear(&w->told);
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
    struct stating s = { m, c, w->topic[TOPIC_STATE].glob, NULL };
    if (w->told.length && client_event_room(c))
        told_send(m, c, w);
    if (w->topic[TOPIC_STATE].on && client_event_room(c))
        catchup_go_on(&w->catchup, m, s.glob, &s, value_event);
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

/* Looks at every track. */
static void tracks_look(struct mixd *m, uint64_t now_ns)
{
    struct console_totals totals;
    if (now_ns - m->looked_ns < LOOK_NS)
        return;
    m->looked_ns = now_ns;
    console_each_track(m->console, m, track_check);
    console_totals(m->console, &totals);
    watch_fill(m, totals.fill);
}

void watch_tick(struct mixd *m, uint64_t now_ns)
{
    bulletin_turn(m->bulletin);
    tracks_look(m, now_ns);
    for (struct client *c = NULL; m->server && (c = server_next(m->server, c));) {
        struct watcher *w = client_data(c);
        if (w)
            client_tick(m, c, w, now_ns);
    }
}

/* address NULL: of interest to all. */
static void tell(struct mixd *m, enum topic topic, const char *address, const char *text)
{
    for (struct client *c = NULL; m->server && (c = server_next(m->server, c));) {
        struct watcher *w = client_data(c);
        if (!w || !w->topic[topic].on || (address && !figures_match(w->topic[topic].glob, address)))
            continue;
        if (!topic_event(m, c, topic, text) && topic == TOPIC_STATE)
            catchup_begin(&w->catchup);
    }
}

void watch_value(struct mixd *m, const struct console_value *v, uint64_t frame)
{
    struct text out = { 0 };
    text_printf(&out, "address=%s value=", v->address);
    word_write(&out, v->text);
    text_printf(&out, " at=%" PRIu64, frame);
    tell(m, TOPIC_STATE, v->address, text_string(&out));
    text_clear(&out);
}

void watch_state(struct mixd *m, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    tell(m, TOPIC_STATE, NULL, text);
}

void watch_transport(struct mixd *m)
{
    bulletin_turn(m->bulletin);
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
    tell(m, TOPIC_LOG, NULL, text_string(&out));
    text_clear(&out);
}
