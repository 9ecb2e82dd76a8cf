/* driver_jack.c - the one file that speaks to JACK, but for its transport
 *
 * What JACK calls: a period, and notifications. What the driver's other files need of JACK, in
 * words of our own.
 *
 * No xrun callback: with one registered jack_client_close may take half a minute. Missed periods
 * are read from the frame time instead (xruns.h). The functions that call JACK bear no RT, because
 * JACK's own bear none: the two that a period calls read shared memory.
 */
#include "daemon/driver_jack_parts.h"
#include "daemon/log.h"
#include "daemon/reblock.h"

#include <jack/jack.h>
#include <jack/metadata.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* How long a period of freewheeling may wait for its tracks; the server itself waits 10 s. */
#define PATIENCE_NS 5000000000u

static jack_client_t *client_of(struct jackclient *c)
{
    return (jack_client_t *)c;
}

static jack_port_t *port_of(struct jackport *port)
{
    return (jack_port_t *)port;
}

static uint32_t buffers_gather(struct jack_driver *j, uint32_t n)
{
    uint32_t places = atomic_load_explicit(&j->places, memory_order_acquire); /* ports_make */
    for (uint32_t p = 0; p < places; p++) {
        struct jackport *input = atomic_load(&j->inputs[p]), *output = atomic_load(&j->outputs[p]);
        j->in[p] = input ? jack_port_get_buffer(port_of(input), n) : NULL;
        j->out[p] = output ? jack_port_get_buffer(port_of(output), n) : NULL;
    }
    return places;
}

static bool await_tracks(void *driver)
{
    struct jack_driver *j = driver;
    if (rt_now() > j->patience_ns)
        return false;
    j->setup.wait(j->setup.context);
    return true;
}

/* Freewheeling, tracks are waited for. So they are in the period after it, because by then the
 * rings are nearly empty while decoders sleep as long as a full one lasts: they are woken first of
 * all. */
static void run(struct jack_driver *j, bool freewheeling, uint32_t places, uint32_t n)
{
    if (j->waited && !freewheeling)
        j->setup.wait(j->setup.context);
    jack_line_period(j, n, freewheeling);
    j->patience_ns = rt_now() + PATIENCE_NS;
    reblock_wait(j->reblock, freewheeling || j->waited ? await_tracks : NULL, j);
    reblock_process(j->reblock, j->engine, j->in, j->out, places, n);
}

static RT void silence(float *const *out, uint32_t places, uint32_t n)
{
    for (uint32_t p = 0; p < places; p++)
        if (out[p])
            memset(out[p], 0, sizeof *out[p] * n);
}

/* The clock of the thread that calls us; it is made of the thread's number, without asking the
 * system. JACK's call at the beginning of a thread comes from others of its threads as well. */
static RT void clock_note(struct jack_driver *j)
{
    clockid_t clock;
    if (atomic_load_explicit(&j->cpu_clock, memory_order_relaxed) == 0 &&
        pthread_getcpuclockid(pthread_self(), &clock) == 0)
        atomic_store_explicit(&j->cpu_clock, clock, memory_order_relaxed);
}

static int process(jack_nframes_t n, void *driver)
{
    struct jack_driver *j = driver;
    uint64_t began = rt_now();
    bool open = gate_enter(&j->gate);
    clock_note(j);
    /* Release: JACK's note that its thread runs was made before. */
    atomic_store_explicit(&j->called, true, memory_order_release); /* pairs with timeline_bars */
    /* Relaxed: what they mean does not hang on other memory. */
    bool freewheeling = atomic_load_explicit(&j->freewheeling, memory_order_relaxed);
    uint32_t rate = atomic_load_explicit(&j->rate, memory_order_relaxed);
    if (freewheeling || j->waited)
        xruns_restart(&j->xruns);
    if (!xruns_begin(&j->xruns, jack_line_look(j, n), began, n, rate)) {
        gate_leave(&j->gate); /* what we have made of that period is in the ports */
        return 0;
    }
    uint32_t places = buffers_gather(j, n);
    if (open)
        run(j, freewheeling, places, n);
    else
        silence(j->out, places, n);
    if (j->waited) /* it, and the next one, may be late for that */
        xruns_restart(&j->xruns);
    else
        xruns_end(&j->xruns, jack_last_frame_time(client_of(j->clock)), rt_now() - began);
    j->waited = freewheeling;
    gate_leave(&j->gate);
    return 0;
}

/* Notification: sets what the tick takes back, and has it come soon. */
static void tell(struct jack_driver *j, _Atomic bool *what)
{
    atomic_store_explicit(what, true, memory_order_release); /* pairs with taken */
    j->setup.wake(j->setup.context);
}

static void on_shutdown(void *driver)
{
    struct jack_driver *j = driver;
    tell(j, &j->shut);
}

/* A server that ends in order says so, and then takes leave of every client, one message for each,
 * which JACK's notification thread obeys under a lock. To close is to cancel that thread: before
 * the last message that may leave the lock taken for ever, and every open and close after it waits.
 * So here it is only noted. on_shutdown is called when the connection ends, which is the last; but
 * not after a server that was killed, of which this is told instead. */
static void on_farewell(jack_status_t code, const char *why, void *driver)
{
    struct jack_driver *j = driver;
    (void)code, (void)why;
    tell(j, &j->going);
}

static int on_rate(jack_nframes_t rate, void *driver)
{
    struct jack_driver *j = driver;
    atomic_store_explicit(&j->rate, rate, memory_order_relaxed); /* published by tell */
    tell(j, &j->changed);
    return 0;
}

static int on_period(jack_nframes_t n, void *driver)
{
    struct jack_driver *j = driver;
    atomic_store_explicit(&j->period, n, memory_order_relaxed); /* published by tell */
    tell(j, &j->changed);
    return 0;
}

static void on_freewheel(int starting, void *driver)
{
    struct jack_driver *j = driver;
    /* Relaxed: a period that misses it is only processed as the ones before. */
    atomic_store_explicit(&j->freewheeling, starting != 0, memory_order_relaxed);
}

static void on_port(jack_port_id_t port, int there, void *driver)
{
    struct jack_driver *j = driver;
    (void)port, (void)there;
    tell(j, &j->changed);
}

static void on_connect(jack_port_id_t a, jack_port_id_t b, int connected, void *driver)
{
    struct jack_driver *j = driver;
    (void)a, (void)b, (void)connected;
    tell(j, &j->changed);
}

/* What JACK prints has no context: there is one control thread, and it alone may log. Of what the
 * others are told the state says enough. */
static pthread_t control;

static void on_message(const char *text)
{
    if (pthread_equal(pthread_self(), control))
        log_debug("jack: %s", text);
}

/* The latencies of what is connected to those ports, over all; 0 to 0 where nothing is. */
static jack_latency_range_t latency_over(_Atomic(struct jackport *) *ports, uint32_t places,
                                         jack_latency_callback_mode_t mode)
{
    jack_latency_range_t all = { UINT32_MAX, 0 };
    for (uint32_t p = 0; p < places; p++) {
        jack_port_t *port = port_of(atomic_load(&ports[p]));
        jack_latency_range_t range;
        if (!port || !jack_port_connected(port))
            continue;
        jack_port_get_latency_range(port, mode, &range);
        all.min = range.min < all.min ? range.min : all.min;
        all.max = range.max > all.max ? range.max : all.max;
    }
    return all.min > all.max ? (jack_latency_range_t){ 0, 0 } : all;
}

/* What comes in at any input may leave by any output. */
static void on_latency(jack_latency_callback_mode_t mode, void *driver)
{
    struct jack_driver *j = driver;
    bool capture = mode == JackCaptureLatency;
    uint32_t places = atomic_load_explicit(&j->places, memory_order_acquire); /* ports_make */
    uint32_t added = atomic_load_explicit(&j->latency, memory_order_relaxed); /* latency_follow */
    jack_latency_range_t range = latency_over(capture ? j->inputs : j->outputs, places, mode);
    range.min += added;
    range.max += added;
    for (uint32_t p = 0; p < places; p++) {
        jack_port_t *port = port_of(atomic_load(capture ? &j->outputs[p] : &j->inputs[p]));
        if (port)
            jack_port_set_latency_range(port, mode, &range);
    }
}

void jackclient_mute(void)
{
    control = pthread_self();
    jack_set_error_function(on_message);
    jack_set_info_function(on_message);
}

void jackclient_listen(struct jack_driver *j)
{
    jack_client_t *client = client_of(j->client);
    jack_set_process_callback(client, process, j);
    jack_on_info_shutdown(client, on_farewell, j); /* JACK calls the one, and then the other */
    jack_on_shutdown(client, on_shutdown, j);
    jack_set_sample_rate_callback(client, on_rate, j);
    jack_set_buffer_size_callback(client, on_period, j);
    jack_set_freewheel_callback(client, on_freewheel, j);
    jack_set_port_registration_callback(client, on_port, j);
    jack_set_port_connect_callback(client, on_connect, j);
    jack_set_latency_callback(client, on_latency, j);
    jack_line_listen(j);
    atomic_store_explicit(&j->rate, jack_get_sample_rate(client), memory_order_relaxed);
    atomic_store_explicit(&j->period, jack_get_buffer_size(client), memory_order_relaxed);
}

/* NULL: there is no server, which is no trouble. libjack overwrites what the server has said. */
static const char *reason(jack_status_t status)
{
    if (status & JackServerFailed)
        return NULL;
    return "it refuses us; another client may have our name";
}

void jackclient_open(void *driver)
{
    struct jack_driver *j = driver;
    jack_options_t options = JackNoStartServer | JackUseExactName;
    if (j->setup.server)
        options |= JackServerName;
    jack_status_t status;
    jack_client_t *client = jack_client_open(j->setup.name, options, &status, j->setup.server);
    j->opened = (struct jackclient *)client;
    j->reason = client ? NULL : reason(status);
}

void jackclient_close(void *client)
{
    jack_client_close(client_of(client));
}

int jackclient_activate(struct jack_driver *j)
{
    memset(j->in, 0, sizeof j->in); /* written to, so that its pages are there */
    memset(j->out, 0, sizeof j->out);
    xruns_restart(&j->xruns);
    atomic_store_explicit(&j->cpu_clock, 0, memory_order_relaxed);
    atomic_store_explicit(&j->called, false, memory_order_relaxed); /* its thread is yet to begin */
    j->waited = false;
    j->clock = j->client;
    return jack_activate(client_of(j->client));
}

float jackclient_load(struct jackclient *c)
{
    return jack_cpu_load(client_of(c));
}

void jackclient_retell_latency(struct jackclient *c)
{
    jack_recompute_total_latencies(client_of(c));
}

struct jackport *jackclient_port_new(struct jackclient *c, const char *name, bool input)
{
    unsigned long direction = input ? JackPortIsInput : JackPortIsOutput;
    return (struct jackport *)jack_port_register(client_of(c), name, JACK_DEFAULT_AUDIO_TYPE,
                                                 direction, 0);
}

void jackclient_port_free(struct jackclient *c, struct jackport *port)
{
    jack_port_unregister(client_of(c), port_of(port));
}

void jackclient_port_describe(struct jackclient *c, struct jackport *port, const char *pretty,
                              uint32_t order)
{
    jack_uuid_t id = jack_port_uuid(port_of(port));
    char number[16];
    snprintf(number, sizeof number, "%u", order);
    jack_set_property(client_of(c), id, JACK_METADATA_PRETTY_NAME, pretty, "text/plain");
    jack_set_property(client_of(c), id, JACK_METADATA_ORDER, number,
                      "http://www.w3.org/2001/XMLSchema#int");
}

const char *jackclient_port_name(struct jackport *port)
{
    return jack_port_name(port_of(port));
}

bool jackclient_port_is(struct jackclient *c, const char *port, bool *output, bool *own)
{
    jack_port_t *p = jack_port_by_name(client_of(c), port);
    if (!p)
        return false;
    *output = jack_port_flags(p) & JackPortIsOutput;
    *own = jack_port_is_mine(client_of(c), p);
    return true;
}

int jackclient_connect(struct jackclient *c, const char *from, const char *to)
{
    return jack_connect(client_of(c), from, to);
}

int jackclient_disconnect(struct jackclient *c, const char *from, const char *to)
{
    return jack_disconnect(client_of(c), from, to);
}

bool jackclient_has(struct jackclient *c, const char *port)
{
    return jack_port_by_name(client_of(c), port) != NULL;
}

bool jackclient_connected(struct jackclient *c, const char *from, const char *to)
{
    jack_port_t *port = jack_port_by_name(client_of(c), from);
    return port && jack_port_connected_to(port, to);
}

const char **jackclient_connections(struct jackclient *c, struct jackport *port)
{
    return jack_port_get_all_connections(client_of(c), port_of(port));
}

const char **jackclient_ports(struct jackclient *c)
{
    return jack_get_ports(client_of(c), NULL, JACK_DEFAULT_AUDIO_TYPE, 0);
}

void jackclient_names_free(const char **names)
{
    jack_free(names);
}

const struct driver_kind jack_driver = {
    .name = "jack",
    .help = "a client of a JACK server, which may come and go",
    .open = jack_open,
    .start = jack_start,
    .stop = jack_stop,
    .tick = jack_tick,
    .close = jack_close,
    .figures = jack_figures,
    .connect = jack_wires_connect,
    .disconnect = jack_wires_disconnect,
    .each_port = jack_wires_each_port,
    .timeline = &jack_timeline,
};
