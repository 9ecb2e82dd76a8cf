/* verbs_look.c - help, version, status, stats, meters, watch, unwatch */
#include "daemon/schedule.h"
#include "daemon/verbs.h"
#include "daemon/watch.h"
#include "effects/effect.h"
#include "ipc/glob.h"
#include "ipc/protocol.h"
#include "mixer/arm.h"
#include "mixer/console.h"
#include "mixer/link.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void verb_print(struct reply *r, const struct verb *v)
{
    reply_item(r, v->name);
    reply_pair(r, "usage", "%s", v->usage);
    reply_pair(r, "help", "%s", v->help);
}

static void effects_print(struct reply *r)
{
    for (uint32_t i = 0; i < effect_count(); i++) {
        const struct effect_kind *k = effect_kind_at(i);
        reply_item(r, "effect");
        reply_pair(r, "kind", "%s", k->name);
        reply_pair(r, "help", "%s", k->help);
    }
}

enum verdict verb_help(struct call *call)
{
    const struct mixd *m = call->context;
    if (call->count == 1) {
        for (unsigned i = 0; i < verb_count; i++)
            verb_print(call->reply, &verbs[i]);
        return VERDICT_DONE;
    }
    const struct verb *v = registry_find(&m->registry, call->words[1].text);
    if (v) {
        verb_print(call->reply, v);
        if (v->run == verb_insert)
            effects_print(call->reply);
    } else {
        registry_refuse_name(&m->registry, call, 1, "is no verb");
    }
    return VERDICT_DONE;
}

enum verdict verb_version(struct call *call)
{
    reply_ok(call->reply, "mixd=%s protocol=%d", MIXD_VERSION, PROTOCOL_VERSION);
    return VERDICT_DONE;
}

static void count_object(void *context, const char *address, const char *kind)
{
    unsigned *counts = context;
    (void)address;
    counts[0] += !strcmp(kind, "strip");
    counts[1] += !strcmp(kind, "input");
    counts[2] += !strcmp(kind, "bus");
}

static const char *driver_word(const struct mixd *m, enum driver_state state)
{
    return state == DRIVER_LOST ? "lost" : m->driver_kind->name;
}

static const char *arming_word(const struct mixd *m)
{
    static const char *const words[] = { [ARMING_OFF] = "off",
                                         [ARMING_DONE] = "on",
                                         [ARMING_PARTLY] = "partly",
                                         [ARMING_PRIMES] = "priming",
                                         [ARMING_FAILED] = "failed" };
    struct refusal why;
    return words[console_arming(m->console, &why)];
}

enum verdict verb_status(struct call *call)
{
    struct mixd *m = call->context;
    struct reply *r = call->reply;
    struct driver_figures f = { .rate = console_rate(m->console) };
    unsigned counts[3] = { 0 };
    if (m->driver)
        m->driver_kind->figures(m->driver, &f);
    console_each_object(m->console, counts, count_object);
    watch_full(m, NULL, TOPIC_TRANSPORT, NULL, r);
    reply_line(r,
               "driver=%s rate=%u period=%u quantum=%u latency=%u freewheel=%s reconnects=%" PRIu64,
               m->driver ? driver_word(m, f.state) : "none", console_rate(m->console), f.period,
               m->quantum, f.latency + console_latency(m->console), f.freewheeling ? "on" : "off",
               f.reconnects);
    reply_line(r, "strips=%u inputs=%u buses=%u clients=%u frame=%" PRIu64 " primed=%s armed=%s",
               counts[0], counts[1], counts[2], m->server ? server_clients(m->server) : 0,
               console_status(m->console)->frame, console_settled(m->console) ? "on" : "off",
               arming_word(m));
    reply_line(r, "panic=%s scheduled=%u", console_panics(m->console) ? "on" : "off",
               m->schedule ? schedule_count(m) : 0);
    if (m->session_path) {
        reply_item(r, NULL);
        reply_pair(r, "session", "%s", m->session_path);
    }
    return VERDICT_DONE;
}

enum verdict verb_stats(struct call *call)
{
    watch_full(call->context, call->caller, TOPIC_STATS, NULL, call->reply);
    return VERDICT_DONE;
}

enum verdict verb_meters(struct call *call)
{
    const char *glob = call->count > 1 ? call->words[1].text : NULL;
    if (!glob || object_known(call, 1))
        watch_full(call->context, call->caller, TOPIC_METERS, glob, call->reply);
    return VERDICT_DONE;
}

static bool topic_read(const struct call *call, unsigned word, enum topic *topic)
{
    int found = topic_find(call->words[word].text);
    if (found < 0) {
        reply_err_at(call->reply, CODE_UNKNOWN, &call->words[word], "is no topic");
        reply_hint(call->reply, "meters stats state transport log");
        return false;
    }
    *topic = (enum topic)found;
    return true;
}

#define RATE_MAX 50.0 /* Hz: how often the figures are gathered */

/* Who wants more than there is gets what there is, and is told so. */
static bool rate_read(const struct call *call, unsigned word, double *rate)
{
    const char *text = call->words[word].text + strlen("rate=");
    char *end;
    double wanted = strtod(text, &end);
    bool number = end != text && isfinite(wanted) && (!*end || !strcmp(end, "Hz"));
    if (number && wanted > 0) {
        *rate = fmin(wanted, RATE_MAX);
        reply_ok(call->reply, "rate=%gHz", *rate);
        return true;
    }
    reply_err_at(call->reply, number ? CODE_RANGE : CODE_TYPE, &call->words[word], "is no rate");
    reply_hint(call->reply, "rate=1 to rate=%g, in Hz", RATE_MAX);
    return false;
}

/* What `watch` is asked for. */
struct wish {
    unsigned topics; /* a bit each */
    double rate;
    const char *glob;
    unsigned glob_word;
};

/* Words that cannot be topics are patterns of addresses. */
static bool is_address(const char *text)
{
    return strchr(text, '/') || glob_is_pattern(text) || !strcmp(text, "master");
}

/* Figures, the transport and the log have no addresses. */
static bool glob_fits(const struct call *call, const struct wish *wish)
{
    if (!wish->glob || (wish->topics & (1u << TOPIC_METERS | 1u << TOPIC_STATE)))
        return true;
    reply_err_at(call->reply, CODE_SYNTAX, &call->words[wish->glob_word],
                 "a pattern narrows meters and state down, which are not asked for");
    return false;
}

static bool wish_read(const struct call *call, struct wish *wish)
{
    enum topic topic;
    *wish = (struct wish){ 0 };
    for (unsigned i = 1; i < call->count; i++) {
        const char *word = call->words[i].text;
        if (!strncmp(word, "rate=", 5)) {
            if (key_repeated(call, 1, i) || !rate_read(call, i, &wish->rate))
                return false;
        } else if (is_address(word) && wish->glob) {
            reply_err_at(call->reply, CODE_SYNTAX, &call->words[i], "is a second pattern");
            return false;
        } else if (is_address(word)) {
            wish->glob = word;
            wish->glob_word = i;
        } else if (topic_read(call, i, &topic)) {
            wish->topics |= 1u << topic;
        } else {
            return false;
        }
    }
    if (wish->topics)
        return glob_fits(call, wish);
    reply_err(call->reply, CODE_MISSING, "watch wants a topic");
    reply_hint(call->reply, "meters stats state transport log");
    return false;
}

enum verdict verb_watch(struct call *call)
{
    struct mixd *m = call->context;
    struct wish wish;
    if (!wish_read(call, &wish))
        return VERDICT_DONE;
    for (int t = 0; t < TOPICS; t++) {
        if (!(wish.topics & 1u << t))
            continue;
        if (watch_begin(call->caller, m, (enum topic)t, wish.rate, wish.glob)) {
            reply_err(call->reply, CODE_LIMIT, "out of memory");
            return VERDICT_DONE;
        }
        watch_full(m, call->caller, (enum topic)t, wish.glob, call->reply);
    }
    mixd_hurry(m);
    return VERDICT_DONE;
}

enum verdict verb_unwatch(struct call *call)
{
    enum topic topic;
    for (unsigned i = 1; i < call->count; i++)
        if (!topic_read(call, i, &topic))
            return VERDICT_DONE;
    for (int t = 0; t < TOPICS && call->count == 1; t++)
        watch_end(call->caller, (enum topic)t);
    for (unsigned i = 1; i < call->count; i++)
        watch_end(call->caller, (enum topic)topic_find(call->words[i].text));
    return VERDICT_DONE;
}
