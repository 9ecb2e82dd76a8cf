/* standin.h - a stand-in daemon: a server with verbs that try everything an answer can be
 *
 * Used in one thread by test_server.c, and served by `test_server serve PATH` to test_mixctl.sh.
 */
#ifndef TESTS_STANDIN_H
#define TESTS_STANDIN_H

#include "ipc/glob.h"
#include "ipc/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct standin {
    struct loop *loop;
    struct server *server;
    struct registry registry;
    struct source *tick, *poll;
    unsigned dropped; /* pending answers let go, finished or not */
    unsigned ran;     /* commands */
};

static enum verdict standin_echo(struct call *call)
{
    for (unsigned i = 1; i < call->count; i++)
        reply_item(call->reply, call->words[i].text);
    reply_ok(call->reply, "words=%u", call->count - 1);
    return VERDICT_DONE;
}

static enum verdict standin_flood(struct call *call)
{
    int n = atoi(call->words[1].text);
    for (int i = 0; i < n; i++)
        reply_line(call->reply, "line=%d %0100d", i, 0);
    return VERDICT_DONE;
}

static enum verdict standin_fail(struct call *call)
{
    reply_err_at(call->reply, CODE_RANGE, &call->words[1], "not \"good\"");
    reply_hint(call->reply, "-inf to 24dB");
    return VERDICT_DONE;
}

struct standin_wait {
    struct standin *standin;
    int polls; /* still to come */
};

static bool standin_poll(void *state, struct reply *r)
{
    struct standin_wait *w = state;
    if (w->polls-- > 0)
        return false;
    reply_line(r, "waited=1");
    reply_ok(r, "late=1");
    return true;
}

static void standin_drop(void *state)
{
    struct standin_wait *w = state;
    w->standin->dropped++;
    free(w);
}

static enum verdict standin_later(struct call *call)
{
    struct standin_wait *w = malloc(sizeof *w);
    *w = (struct standin_wait){ call->context, atoi(call->words[1].text) };
    call->pending = (struct pending){ .poll = standin_poll, .drop = standin_drop, .state = w };
    return VERDICT_LATER;
}

static const char *const standin_values[][2] = {
    { "strip/drums/gain", "-3dB" }, { "strip/drums/file", "stems/my drums.flac" },
    { "strip/drums/mute", "off" },  { "strip/vox/gain", "-1.5dB" },
    { "strip/vox/pan", "L30" },     { "transport/position", "1:23.456" },
    { "engine/quantum", "64" },     { "engine/note", "say \"hi\"\\" },
};

static enum verdict standin_get(struct call *call)
{
    const struct word *glob = &call->words[1];
    unsigned found = 0;
    for (size_t i = 0; i < sizeof standin_values / sizeof *standin_values; i++) {
        if (!glob_match(glob->text, standin_values[i][0]))
            continue;
        reply_value(call->reply, standin_values[i][0], "%s", standin_values[i][1]);
        found++;
    }
    if (!found)
        reply_err_at(call->reply, CODE_UNKNOWN, glob, "no such address");
    return VERDICT_DONE;
}

/* Sets nothing; refuses a pan, as one that does not move would. */
static enum verdict standin_set(struct call *call)
{
    if (strstr(call->words[1].text, "/pan"))
        reply_err_at(call->reply, CODE_STATE, &call->words[1], "does not move");
    else
        reply_value(call->reply, call->words[1].text, "%s", call->words[2].text);
    return VERDICT_DONE;
}

static enum verdict standin_meters(struct call *call)
{
    reply_item(call->reply, "strip/vox");
    reply_pair(call->reply, "peak", "%s", "-6.02");
    reply_pair(call->reply, "rms", "%s", "-inf");
    reply_item(call->reply, "master");
    reply_pair(call->reply, "peak", "%s", "-0.5");
    reply_pair(call->reply, "clips", "%d", 12);
    return VERDICT_DONE;
}

static enum verdict standin_watch(struct call *call)
{
    static char watching;
    client_set_data(call->caller, &watching, NULL);
    reply_pair(call->reply, "watching", "%s", call->words[1].text);
    return standin_meters(call);
}

static enum verdict standin_event(struct call *call)
{
    client_event(call->caller, "test seq=%s", call->words[1].text);
    return VERDICT_DONE;
}

static enum verdict standin_quit(struct call *call)
{
    struct standin *s = call->context;
    loop_quit(s->loop);
    return VERDICT_DONE;
}

static const struct verb standin_verbs[] = {
    { "echo", "echo [WORD ...]", "says its words", 0, VERB_MANY, 0, standin_echo },
    { "event", "event N", "sends an event", 1, 1, VERB_CLIENT, standin_event },
    { "fail", "fail WORD", "refuses", 1, 1, 0, standin_fail },
    { "flood", "flood N", "answers n lines", 1, 1, 0, standin_flood },
    { "get", "get GLOB", "values", 1, 1, 0, standin_get },
    { "later", "later N", "answers after n polls", 1, 1, 0, standin_later },
    { "meters", "meters", "levels", 0, 0, 0, standin_meters },
    { "quit", "quit", "ends", 0, 0, 0, standin_quit },
    { "set", "set ADDR VALUE", "a value", 2, 2, 0, standin_set },
    { "watch", "watch TOPIC ...", "sends events", 1, VERB_MANY, VERB_CLIENT, standin_watch },
};

static void standin_greet(void *context, char *line, size_t size)
{
    (void)context;
    snprintf(line, size,
             "mixd 1 name=standin rate=48000 period=256 quantum=64 frame=0 driver=null");
}

static int standin_open(struct standin *s, const char *path, const char *group, const char **why)
{
    *s = (struct standin){ .loop = loop_new() };
    s->registry = (struct registry){ .verbs = standin_verbs,
                                     .count = sizeof standin_verbs / sizeof *standin_verbs,
                                     .context = s };
    struct server_setup setup = { path, group, &s->registry, standin_greet, NULL, s };
    s->server = server_open(s->loop, &setup, why);
    if (s->server)
        return 0;
    loop_free(s->loop);
    return -1;
}

static void standin_close(struct standin *s)
{
    server_close(s->server);
    loop_free(s->loop);
}

static inline void standin_tick(void *arg, uint64_t n)
{
    struct standin *s = arg;
    static unsigned seq;
    (void)n;
    seq++;
    for (struct client *c = NULL; (c = server_next(s->server, c));) {
        if (!client_data(c) || !client_event_room(c))
            continue;
        client_event(c, "stats seq=%u frame=%u OUT=48.00 CAP=900.5 LOAD=5.3 BUF=0.99", seq,
                     seq * 480);
        client_event(c, "meters seq=%u frame=%u address=strip/vox peak=-6.02dB rms=-inf clips=0",
                     seq, seq * 480);
        client_event(c, "meters seq=%u frame=%u address=master peak=-0.5dB rms=-9dB clips=12", seq,
                     seq * 480);
    }
}

static inline void standin_poll_all(void *arg, uint64_t n)
{
    (void)n;
    server_poll(((struct standin *)arg)->server);
}

/* Serves until `quit`; for scripts. */
static inline int standin_serve(const char *path)
{
    struct standin s;
    const char *why;
    if (standin_open(&s, path, NULL, &why)) {
        fprintf(stderr, "%s\n", why);
        return 1;
    }
    s.tick = loop_timer(s.loop, standin_tick, &s);
    s.poll = loop_timer(s.loop, standin_poll_all, &s);
    loop_timer_arm(s.tick, 10000000, 10000000);
    loop_timer_arm(s.poll, 1000000, 1000000);
    puts("ready");
    fflush(stdout);
    int status = loop_run(s.loop);
    standin_close(&s);
    return status ? 1 : 0;
}

#endif
