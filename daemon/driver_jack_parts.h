/* driver_jack_parts.h - what the files of the JACK driver share
 *
 * Three kinds of threads meet here. The control thread opens, registers, connects and closes.
 * JACK's audio thread runs jack_process and reads what the control thread published: a port for
 * each place. JACK's notification thread tells that something has changed: it sets an atomic, wakes
 * the control thread and leaves all work to the next tick.
 */
#ifndef DAEMON_DRIVER_JACK_PARTS_H
#define DAEMON_DRIVER_JACK_PARTS_H

#include "daemon/driver.h"
#include "daemon/gate.h"
#include "daemon/ports.h"
#include "daemon/xruns.h"

#include <jack/jack.h>

struct chore;
struct reblock;
struct wires;

/* Ticks during which something that may soon be possible is tried after news. */
enum { JACK_TRIES = 20 };

/* A port of ours as JACK knows it. */
struct held {
    jack_port_t *port; /* NULL: none */
    char name[PORT_NAME_MAX];
    bool input;
};

/* One that has lost its place and goes as soon as jack_process cannot be using it. */
struct loose {
    struct held held;
    uint64_t turn; /* of the gate, when it lost it */
};

struct jack_driver {
    struct driver driver;
    struct driver_setup setup;
    struct engine *engine;   /* between start and stop */
    struct reblock *reblock; /* from the first start on */
    uint32_t built_rate;     /* what the engine was built for */
    jack_client_t *client;   /* NULL: not joined */
    bool active;
    struct chore *opening; /* while it takes its time; `opened` and `status` are its own then */
    jack_client_t *opened;
    jack_status_t status;
    struct chore *closing; /* of the client before, while that takes its time */
    const char *trouble;   /* why joining fails, as it was logged last */
    uint64_t joined;       /* times that the client became active */

    uint64_t serial;             /* of the table of ports, as far as it was followed; 0: not */
    bool refused;                /* JACK would not make a port: that was logged */
    struct held held[PORTS_MAX]; /* by place */
    struct loose loose[PORTS_MAX];
    uint32_t n_loose;
    _Atomic uint32_t latency; /* ours in all, as JACK is told it; the control thread's */

    struct wires *wires;
    uint32_t tries; /* left */

    /* Written by the control thread. */
    _Atomic(jack_port_t *) inputs[PORTS_MAX]; /* by place; taken away as gate.h says */
    _Atomic(jack_port_t *) outputs[PORTS_MAX];
    _Atomic uint32_t places; /* one more than the highest that was ever used */
    struct gate gate;        /* open: the engine is called */

    /* Written by the notification thread; `shut` and `changed` are taken back by the tick. */
    _Atomic bool shut, changed;
    _Atomic bool freewheeling;
    _Atomic uint32_t rate, period;

    /* The audio thread's while the client is active. */
    jack_client_t *clock;
    struct xruns xruns;
    bool waited;          /* the last period was one of freewheeling */
    uint64_t patience_ns; /* until when to wait for tracks */
    const float *in[PORTS_MAX];
    float *out[PORTS_MAX];
};

/* driver_jack_audio.c. Audio: one period. */
int jack_process(jack_nframes_t n, void *driver);
/* Control, before activation: memory that it will touch is there, and its clock begins anew. */
void jack_process_prepare(struct jack_driver *j);

/* driver_jack_ports.c. Control. Follows the table of ports; what cannot be done yet is done by a
 * later call. Forgets them all, when the client is gone. */
void jack_ports_follow(struct jack_driver *j);
void jack_ports_forget(struct jack_driver *j);
/* Control. Has the graph ask for our latency again, should it have changed. */
void jack_latency_follow(struct jack_driver *j);
/* Notification: the graph asks for our latency. */
void jack_on_latency(jack_latency_callback_mode_t mode, void *driver);

/* driver_jack_wires.c. Control: after news, notes what is connected and makes what is due. */
void jack_wires_follow(struct jack_driver *j);
/* As driver.h has them. */
int jack_wires_connect(struct driver *d, const char *from, const char *to);
int jack_wires_disconnect(struct driver *d, const char *from, const char *to);
void jack_wires_each_port(struct driver *d, void *context,
                          void (*port)(void *context, const char *name, bool output, bool own),
                          void (*wire)(void *context, const char *from, const char *to, bool live));

#endif
