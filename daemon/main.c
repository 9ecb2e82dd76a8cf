/* main.c - mixd: reads the command line and runs one of three modes */
#include "daemon/audition.h"
#include "daemon/driver.h"
#include "daemon/driver_render.h"
#include "daemon/log.h"
#include "daemon/mixd.h"
#include "daemon/options.h"
#include "daemon/ports.h"
#include "daemon/schedule.h"
#include "daemon/session.h"
#include "daemon/transaction.h"
#include "daemon/watch.h"
#include "effects/param.h"
#include "ipc/loop.h"
#include "ipc/protocol.h"
#include "ipc/server.h"
#include "mixer/console.h"
#include "mixer/engine.h"
#include "mixer/limits.h"
#include "mixer/link.h"
#include "mixer/recorder.h"

#include <inttypes.h>
#include <limits.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_RUNNING = 1, EXIT_USAGE = 2, EXIT_SETTING = 78 };

enum { DISK_MS = 5000 }; /* a disk that takes recordings may not answer for so long at the end */

static void greet(void *context, char *line, size_t size)
{
    struct mixd *m = context;
    struct driver_figures f = { 0 };
    m->driver_kind->figures(m->driver, &f);
    snprintf(line, size, "mixd %d name=%s rate=%u period=%u quantum=%u frame=%" PRIu64 " driver=%s",
             PROTOCOL_VERSION, m->name, console_rate(m->console), f.period, m->quantum,
             link_horizon(m->link), f.state == DRIVER_LOST ? "lost" : m->driver_kind->name);
}

static void leave(void *context, struct client *c)
{
    transaction_drop(context, c);
}

static void fired(void *context, uint64_t n)
{
    struct mixd *m = context;
    (void)n;
    if (m->server) /* the session is there */
        mixd_tick(m);
}

static void woken(void *context)
{
    struct mixd *m = context;
    m->driver_due_ns = 0;
    if (m->server)
        mixd_tick(m);
}

static void signalled(void *context, int number)
{
    struct mixd *m = context;
    log_info("%s: ending", strsignal(number));
    m->quitting = true;
    loop_quit(m->loop);
}

static void wake(void *context)
{
    struct mixd *m = context;
    loop_wake(m->waker);
}

/* Offline the control thread is the audio thread: where the engine has come to what is planned
 * next, it is posted. */
static void plan(void *context)
{
    struct mixd *m = context;
    console_tick(m->console);
    schedule_tick(m);
    engine_await(m->engine);
}

static void wait_tracks(void *context)
{
    struct mixd *m = context;
    engine_await(m->engine);
}

static uint32_t latency(void *context)
{
    const struct mixd *m = context;
    return m->console ? console_latency(m->console) : 0;
}

static void log_tell(void *context, const char *level, const char *line)
{
    watch_log(context, level, line);
}

/* The driver is opened first, because it may know the rate that all the rest is built for. */
static int driver_open(struct mixd *m, const struct options *o)
{
    const char *why = NULL;
    struct driver_setup setup = { .name = o->name,
                                  .server = o->server,
                                  .rate = o->rate,
                                  .period = o->period,
                                  .ports = m->ports,
                                  .wake = wake,
                                  .wait = wait_tracks,
                                  .latency = latency,
                                  .context = m };
    m->driver_kind = driver_find(o->driver);
    m->driver = m->driver_kind->open(&setup, &why);
    if (!m->driver)
        log_error("driver %s: %s", o->driver, why);
    return m->driver ? 0 : -1;
}

static int session_load(struct mixd *m, const char *path)
{
    struct text fault = { 0 };
    if (!path)
        return 0;
    int err = session_run(m, path, &fault);
    if (err)
        fprintf(stderr, "%s\n", text_string(&fault));
    text_clear(&fault);
    m->session_path = err ? NULL : realpath(path, NULL);
    return err;
}

/* The same where signals are heeded meanwhile: m->quitting says that one came. */
static int session_begin(struct mixd *m, const char *path)
{
    struct audition a;
    if (!path)
        return 0;
    audition_begin(&a, m, path);
    while (!m->quitting && !audition_go_on(&a, m))
        loop_turn(m->loop, reading_idle(&a.reading) ? 0 : 1);
    int err = 0;
    if (!m->quitting)
        err = a.good ? audition_perform(&a, m) : -1;
    if (err)
        fprintf(stderr, "%s\n", text_string(&a.fault));
    m->session_path = err || m->quitting ? NULL : realpath(path, NULL);
    audition_clear(&a);
    return err;
}

static int serve(struct mixd *m, const struct options *o)
{
    char path[PROTOCOL_PATH];
    const char *why = "the path is too long";
    struct server_setup setup = { .path = path,
                                  .group = o->group,
                                  .registry = &m->registry,
                                  .greet = greet,
                                  .leave = leave,
                                  .context = m };
    if (protocol_socket_path(o->socket, o->name, path) == 0)
        m->server = server_open(m->loop, &setup, &why);
    if (!m->server) {
        log_error("control socket: %s", why);
        return -1;
    }
    log_info("listening at %s", path);
    return 0;
}

/* What is to be rendered, in frames. */
struct stretch {
    uint64_t from, frames;
};

static int option_time(const struct mixd *m, const char *name, const char *text, uint64_t *frames)
{
    if (!text || !time_parse(text, console_rate(m->console), frames))
        return 0;
    log_error("--%s %s is no time: 2.5s, 150ms, 1:23.456 or 480f", name, text);
    return -1;
}

static int stretch_read(const struct mixd *m, const struct options *o, struct stretch *s)
{
    uint64_t to = console_end(m->console), tail = 0;
    s->from = 0;
    if (option_time(m, "from", o->from, &s->from) || option_time(m, "to", o->to, &to) ||
        option_time(m, "tail", o->tail, &tail))
        return -1;
    if (to <= s->from) {
        log_error("nothing to render: it would end at %s", o->to ? o->to
                                                                 : "the last track's end, "
                                                                   "which is not known");
        return -1;
    }
    s->frames = to - s->from + tail;
    return 0;
}

static int render_prepare(struct mixd *m, const struct options *o, struct stretch *s)
{
    struct console_change change = { .frames = UINT32_MAX };
    struct refusal why;
    if (render_format_check(o->output, o->format, o->rate, &why)) {
        log_error("%s%s%s", why.text, *why.hint ? ": " : "", why.hint);
        return EXIT_SETTING;
    }
    /* Nothing is late offline, and what the caches hold is cheaper; a session may say otherwise. */
    console_set(m->console, "engine/ring", "500ms", &change, &why);
    engine_spare_meters(m->engine);
    if (session_load(m, o->session) || stretch_read(m, o, s))
        return EXIT_SETTING;
    console_locate(m->console, s->from, &why);
    console_set_idle(m->console, true);
    for (console_tick(m->console); !console_settled(m->console); console_tick(m->console)) {
        engine_process(m->engine, NULL, NULL, 0);
        console_await_tracks(m->console);
    }
    console_set_idle(m->console, false); /* from here on a fade takes its frames */
    console_play(m->console, 0, 0);
    schedule_tick(m);
    engine_process(m->engine, NULL, NULL, 0); /* it rolls, so the first frames are waited for too */
    return EXIT_SUCCESS;
}

static int render(const struct options *o)
{
    struct mixd m = { .offline = true };
    struct stretch s;
    int status = EXIT_RUNNING;
    if (mixd_init(&m, o->name, o->rate, o->quantum)) {
        log_error("out of memory");
    } else if (!(status = render_prepare(&m, o, &s))) {
        struct render_result result;
        struct refusal why;
        struct render_setup setup = { .path = o->output,
                                      .format = o->format,
                                      .rate = o->rate,
                                      .period = o->period,
                                      .frames = s.frames,
                                      .engine = m.engine,
                                      .wait = plan,
                                      .context = &m };
        if (render_run(&setup, &result, &why)) {
            log_error("%s", why.text);
            status = EXIT_RUNNING;
        } else if (result.clipped) {
            log_warn("%" PRIu64 " samples were over full scale and were cut", result.clipped);
        }
        console_tick(m.console); /* tells what went wrong with files on the way */
    }
    mixd_clear(&m);
    recorders_await(UINT_MAX);
    return status;
}

/* A terminal that closes ends us in order, socket and all, unless nohup says otherwise. */
static bool hangup_ends(struct mixd *m)
{
    struct sigaction present;
    bool ignored = !sigaction(SIGHUP, NULL, &present) && present.sa_handler == SIG_IGN;
    return ignored || loop_signal(m->loop, SIGHUP, signalled, m);
}

static int loop_prepare(struct mixd *m)
{
    m->loop = loop_new();
    if (!m->loop)
        return -1;
    m->timer = loop_timer(m->loop, fired, m);
    m->waker = loop_wakeup(m->loop, woken, m);
    signal(SIGPIPE, SIG_IGN);
    return m->timer && m->waker && loop_signal(m->loop, SIGINT, signalled, m) &&
                   loop_signal(m->loop, SIGTERM, signalled, m) && hangup_ends(m)
               ? 0
               : -1;
}

static int mixd_open(struct mixd *m, const struct options *o)
{
    struct driver_figures f;
    m->ports = ports_new();
    if (!m->ports || loop_prepare(m)) {
        log_error("out of memory or descriptors");
        return EXIT_RUNNING;
    }
    if (driver_open(m,
                    o)) /* a server that is not there is no failure; a setting that is wrong is */
        return EXIT_SETTING;
    m->driver_kind->figures(m->driver, &f);
    if (mixd_init(m, o->name, f.rate, o->quantum)) {
        log_error("out of memory");
        return EXIT_RUNNING;
    }
    return session_begin(m, o->session) ? EXIT_SETTING : EXIT_SUCCESS;
}

static int run(const struct options *o)
{
    struct mixd m = { 0 };
    const char *why = NULL;
    int status = mixd_open(&m, o);
    log_hook(log_tell, &m);
    bool goes = !status && !m.quitting; /* a signal may have come while the session was read */
    if (goes && serve(&m, o))
        status = EXIT_RUNNING;
    if (goes && !status && m.driver_kind->start(m.driver, m.engine, &why)) {
        log_error("driver %s: %s", o->driver, why);
        status = EXIT_RUNNING;
    }
    if (goes && !status) {
        m.autoplay |= o->play;
        mixd_tick(&m);
        status = loop_run(m.loop) ? EXIT_RUNNING : EXIT_SUCCESS;
    }
    log_hook(NULL, NULL);
    mixd_clear(&m);
    if (!recorders_await(DISK_MS))
        log_warn("a disk does not answer: what was being recorded to it is not whole");
    loop_free(m.loop);
    return status;
}

static void flaw_print(void *context, const char *address, const char *text)
{
    const char *session = context;
    log_warn("%s: %s: %s", session, address, text);
}

/* Everything that can be known without playing: the lines, the responses, and whether every file
 * is whole. A file that is not whole plays all the same, so that is no more than a warning. */
static int check(const struct options *o)
{
    struct mixd m = { .trial = true, .thorough = true };
    int status = EXIT_RUNNING;
    if (mixd_init(&m, o->name, o->rate, o->quantum))
        log_error("out of memory");
    else
        status = session_load(&m, o->session) ? EXIT_SETTING : EXIT_SUCCESS;
    if (status == EXIT_SUCCESS)
        console_verify(m.console, (void *)o->session, flaw_print);
    mixd_clear(&m);
    return status;
}

/* Files are read whole into large pieces of memory, which glibc maps and unmaps, but only until it
 * has seen one of them freed: from then on it keeps such pieces, in as many places as there are
 * threads. After a night of new responses that would be most of what the daemon has. */
static void return_memory(void)
{
#ifdef M_MMAP_THRESHOLD
    mallopt(M_MMAP_THRESHOLD, 128 << 10); /* as it is in the beginning */
#endif
}

int main(int argc, char **argv)
{
    struct options o;
    int status = options_read(&o, argc, argv);
    if (status)
        return status > 0 ? EXIT_SUCCESS : EXIT_USAGE;
    log_open(o.verbosity);
    limits_raise();
    return_memory();
    switch (o.mode) {
    case MODE_RENDER:
        return render(&o);
    case MODE_CHECK:
        return check(&o);
    case MODE_RUN:
        break;
    }
    return run(&o);
}
