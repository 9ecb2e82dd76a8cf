/* test_restoring.c - what comes when the old desk has been told to go and is not gone yet; and what
 * another rate takes with it
 *
 * The driver is one whose periods come when the test says so, at the rate that it names.
 */
#include "tests/check.h"
#include "tests/folder.h"
#include "tests/lines.h"
#include "tests/wavfile.h"

#include "daemon/driver.h"
#include "daemon/log.h"
#include "daemon/mixd.h"
#include "daemon/ports.h"
#include "daemon/verbs.h"
#include "effects/rt.h"
#include "ipc/reply.h"
#include "mixer/audiofile.h"
#include "mixer/console.h"
#include "mixer/engine.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

enum { RATE = 48000, OTHER_RATE = 44100, QUANTUM = 64, FRAMES = 1000 };

static const uint64_t PATIENCE_NS = 30000000000;

/* ---- who opens sound files (Makefile) */

static pthread_t control;
static unsigned opened_here; /* by the control thread */

struct audiofile *__real_audiofile_open(const char *path, uint32_t rate, enum quality quality,
                                        struct audiofile_info *info, const char **why);
struct audiofile *__wrap_audiofile_open(const char *path, uint32_t rate, enum quality quality,
                                        struct audiofile_info *info, const char **why);

struct audiofile *__wrap_audiofile_open(const char *path, uint32_t rate, enum quality quality,
                                        struct audiofile_info *info, const char **why)
{
    if (pthread_equal(pthread_self(), control))
        opened_here++;
    return __real_audiofile_open(path, rate, quality, info, why);
}

/* ---- a driver */

static struct {
    struct driver driver;
    uint32_t rate;
    unsigned starts;
} server;

static int server_start(struct driver *d, struct engine *engine, const char **why)
{
    (void)d, (void)engine, (void)why;
    server.starts++;
    return 0;
}

static void server_nothing(struct driver *d)
{
    (void)d;
}

static void server_figures(struct driver *d, struct driver_figures *out)
{
    (void)d;
    *out =
        (struct driver_figures){ .state = DRIVER_RUNNING, .rate = server.rate, .period = QUANTUM };
}

static const struct driver_kind server_kind = { .name = "server",
                                                .start = server_start,
                                                .stop = server_nothing,
                                                .tick = server_nothing,
                                                .close = server_nothing,
                                                .figures = server_figures };

/* ---- the daemon */

static void one_period(struct mixd *m)
{
    static float left[QUANTUM], right[QUANTUM];
    static const float *const in[PORTS_MAX];
    float *const out[PORTS_MAX] = { left, right };
    m->driver_due_ns = 0;
    mixd_tick(m);
    engine_process(m->engine, in, out, QUANTUM);
}

static void desk_open(struct mixd *m)
{
    server.rate = RATE;
    *m = (struct mixd){ .driver_kind = &server_kind,
                        .driver = &server.driver,
                        .driver_state = DRIVER_RUNNING };
    CHECK_INT(mixd_init(m, "mixd", RATE, QUANTUM), 0);
    CHECK_INT(console_set_folder(m->console, folder()), 0);
    m->at_once = true;
    lines_say(m, "add bus hall\nadd strip a source=a.wav loop=on\nplay\n");
    m->at_once = false;
    for (uint64_t end = rt_now() + PATIENCE_NS; !console_rolling(m->console) && rt_now() < end;)
        one_period(m);
    CHECK(console_rolling(m->console));
}

static void name_add(void *context, const char *address, const char *kind)
{
    struct text *names = context;
    (void)kind;
    text_printf(names, "%s ", address);
}

static bool desk_is(const struct mixd *m, const char *names)
{
    struct text there = { 0 };
    console_each_object(m->console, &there, name_add);
    bool same = !strcmp(text_string(&there), names);
    text_clear(&there);
    return same;
}

/* A restore, from the word to its answer. */
struct order {
    struct reply *reply;
    struct pending pending;
};

static void order(struct mixd *m, struct order *o)
{
    static char file[] = "next";
    struct word words[] = { { "restore", 1 }, { file, 9 } };
    struct call call = { .context = m, .count = 2, .words = words, .reply = reply_new() };
    reply_begin(call.reply, NULL);
    CHECK_INT(verb_restore(&call), VERDICT_LATER);
    *o = (struct order){ call.reply, call.pending };
}

/* Until it is answered, or the desk holds nothing any more if that is awaited. */
static bool go_on(struct mixd *m, struct order *o, bool till_empty)
{
    for (uint64_t end = rt_now() + PATIENCE_NS; rt_now() < end;) {
        if (o->pending.poll(o->pending.state, o->reply))
            return true;
        if (till_empty && desk_is(m, "master "))
            return false;
        one_period(m);
    }
    CHECK(!"in time");
    return true;
}

static const char *order_end(struct order *o)
{
    size_t length;
    o->pending.drop(o->pending.state);
    return reply_finish(o->reply, &length);
}

static void file_write(const char *name, const char *text)
{
    FILE *f = fopen(in_folder(name), "w");
    CHECK(f && fputs(text, f) >= 0 && fclose(f) == 0);
}

static void sound_write(const char *name)
{
    static float sound[2 * FRAMES] = { 1 };
    struct wavfile w = { RATE, 2, FRAMES, sound };
    CHECK_INT(wavfile_write(in_folder(name), &w, WAVFILE_FLOAT), 0);
}

/* ---- tests */

/* What it needs of files is read for that rate, and not by the thread that others wait for. */
static void it_is_there_at_the_other_rate(void)
{
    struct mixd m;
    struct order o;
    desk_open(&m);
    order(&m, &o);
    opened_here = 0;
    for (int turn = 0; turn < 3; turn++) { /* it goes back to the first, and comes again */
        CHECK(!go_on(&m, &o, true));
        server.rate = server.rate == RATE ? OTHER_RATE : RATE;
        one_period(&m);
        CHECK_INT(console_rate(m.console), server.rate);
    }
    CHECK(go_on(&m, &o, false));
    CHECK(!strncmp(order_end(&o), "ok ", 3));
    CHECK(desk_is(&m, "bus/hall bus/hall/reverb strip/b strip/a master "));
    CHECK_INT(opened_here, 0);
    reply_free(o.reply);
    mixd_clear(&m);
}

/* There is no way back then, but all lines that can be obeyed are, and the others are named. */
static void what_goes_meanwhile_takes_one_line_with_it(void)
{
    struct mixd m;
    struct order o;
    desk_open(&m);
    order(&m, &o);
    CHECK(!go_on(&m, &o, true));
    server.rate = OTHER_RATE;
    CHECK_INT(unlink(in_folder("b.wav")), 0);
    CHECK_INT(unlink(in_folder("next")), 0);
    CHECK(go_on(&m, &o, false));
    const char *answer = order_end(&o);
    CHECK(!strncmp(answer, "err state \"restored, but for ", 29));
    CHECK(strstr(answer, "/next:3:13: ") && !strstr(answer, "/next:1:"));
    CHECK(desk_is(&m, "bus/hall bus/hall/reverb strip/a master "));
    reply_free(o.reply);
    mixd_clear(&m);
}

/* The desk that was has no say in the one that comes. */
static void what_is_set_meanwhile_goes_too(void)
{
    struct mixd m;
    struct order o;
    struct console_value v;
    struct refusal why;
    char line[] = "set master/gain -20dB";
    desk_open(&m);
    order(&m, &o);
    CHECK(!go_on(&m, &o, true));
    CHECK(registry_run_alone(&m.registry, line, strlen(line), o.reply));
    reply_begin(o.reply, NULL);
    CHECK(go_on(&m, &o, false));
    CHECK(!strncmp(order_end(&o), "ok ", 3));
    CHECK_INT(console_get(m.console, "master/gain", &v, &why), 0);
    CHECK_STR(v.text, "0dB");
    reply_free(o.reply);
    mixd_clear(&m);
}

static bool value_is(const struct mixd *m, const char *address, const char *text)
{
    struct console_value v;
    struct refusal why;
    return !console_get(m->console, address, &v, &why) && !strcmp(v.text, text);
}

/* Nothing is restored then, but the desk is built anew as it was. A strip waits for its file to
 * come back; an effect cannot be made without. */
static void a_file_that_is_gone_takes_nothing_else_with_it(void)
{
    struct mixd m;
    desk_open(&m);
    lines_say(&m, "add strip gone source=b.wav gain=-3dB\nadd strip z source=a.wav\n"
                  "queue strip/z b.wav\nadd bus last\ninsert bus/last reverb ir=c.wav\n"
                  "insert bus/last eq\nset engine/retry 10ms\nmarker add end 1s\n");
    for (int turn = 0; turn < 10; turn++)
        one_period(&m);
    CHECK_INT(unlink(in_folder("b.wav")), 0);
    CHECK_INT(unlink(in_folder("c.wav")), 0);
    server.starts = 0;
    server.rate = OTHER_RATE;
    one_period(&m);
    CHECK_INT(console_rate(m.console), OTHER_RATE);
    CHECK_INT(server.starts, 1);
    CHECK(
        desk_is(&m, "bus/hall bus/last bus/last/eq strip/a strip/gone strip/z master marker/end "));
    CHECK(value_is(&m, "strip/gone/gain", "-3dB") && value_is(&m, "strip/gone/source", "b.wav"));
    for (uint64_t end = rt_now() + PATIENCE_NS; !console_rolling(m.console) && rt_now() < end;)
        one_period(&m);
    CHECK(console_rolling(m.console));
    CHECK(value_is(&m, "strip/gone/state", "lost"));
    sound_write("b.wav");
    for (uint64_t end = rt_now() + PATIENCE_NS;
         !value_is(&m, "strip/gone/state", "ready") && rt_now() < end;)
        one_period(&m);
    CHECK(value_is(&m, "strip/gone/state", "ready"));
    mixd_clear(&m);
}

int main(void)
{
    log_open(-1);
    control = pthread_self();
    sound_write("a.wav");
    sound_write("b.wav");
    sound_write("c.wav");
    file_write("next", "add bus hall\ninsert bus/hall reverb ir=a.wav\n"
                       "add strip b source=b.wav\nadd strip a source=a.wav\n");
    RUN(what_is_set_meanwhile_goes_too);
    RUN(it_is_there_at_the_other_rate);
    RUN(what_goes_meanwhile_takes_one_line_with_it);
    sound_write("b.wav");
    RUN(a_file_that_is_gone_takes_nothing_else_with_it);
    return check_done();
}
