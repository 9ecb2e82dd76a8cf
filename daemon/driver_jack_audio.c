/* driver_jack_audio.c - a period: JACK's buffers by place, through the engine
 *
 * The functions that call JACK bear no RT, because JACK's own bear none: the two that are called
 * here read shared memory.
 */
#include "daemon/driver_jack_parts.h"

#include "daemon/reblock.h"

#include <string.h>

/* How long a period of freewheeling may wait for its tracks; the server itself waits 10 s. */
#define PATIENCE_NS 5000000000u

void jack_process_prepare(struct jack_driver *j)
{
    memset(j->in, 0, sizeof j->in); /* written to, so that its pages are there */
    memset(j->out, 0, sizeof j->out);
    xruns_restart(&j->xruns);
    j->waited = false;
    j->clock = j->client;
}

static uint32_t buffers_gather(struct jack_driver *j, uint32_t n)
{
    uint32_t places = atomic_load_explicit(&j->places, memory_order_acquire); /* ports_make */
    for (uint32_t p = 0; p < places; p++) {
        jack_port_t *input = atomic_load(&j->inputs[p]), *output = atomic_load(&j->outputs[p]);
        j->in[p] = input ? jack_port_get_buffer(input, n) : NULL;
        j->out[p] = output ? jack_port_get_buffer(output, n) : NULL;
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

int jack_process(jack_nframes_t n, void *driver)
{
    struct jack_driver *j = driver;
    uint64_t began = rt_now();
    bool open = gate_enter(&j->gate);
    /* Relaxed: what they mean does not hang on other memory. */
    bool freewheeling = atomic_load_explicit(&j->freewheeling, memory_order_relaxed);
    uint32_t rate = atomic_load_explicit(&j->rate, memory_order_relaxed);
    if (freewheeling || j->waited)
        xruns_restart(&j->xruns);
    xruns_begin(&j->xruns, jack_last_frame_time(j->clock), n, rate);
    uint32_t places = buffers_gather(j, n);
    if (open)
        run(j, freewheeling, places, n);
    else
        silence(j->out, places, n);
    xruns_end(&j->xruns, rt_now() - began);
    if (j->waited) /* the next one may be late for it */
        xruns_restart(&j->xruns);
    j->waited = freewheeling;
    gate_leave(&j->gate);
    return 0;
}
