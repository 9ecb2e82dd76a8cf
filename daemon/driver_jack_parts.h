/* driver_jack_parts.h - what the files of the JACK driver share
 *
 * driver_jack.c is the one that speaks to JACK, in a few words of its own (jackclient_...) for the
 * others: driver_jack_life.c joins and leaves, driver_jack_ports.c and driver_jack_wires.c keep
 * ports and connections as they are wanted. driver_jack_transport.c speaks to JACK's transport.
 *
 * Three kinds of threads meet here. The control thread opens, registers, connects and closes.
 * JACK's audio thread runs the period and reads what the control thread published: a port for
 * each place. JACK's notification thread tells that something has changed: it sets an atomic, wakes
 * the control thread and leaves all work to the next tick.
 */
#ifndef DAEMON_DRIVER_JACK_PARTS_H
#define DAEMON_DRIVER_JACK_PARTS_H

#include "daemon/driver.h"
#include "daemon/gate.h"
#include "daemon/ports.h"
#include "daemon/xruns.h"

#include <sys/types.h>

struct chore;
struct jackclient; /* JACK's, seen from outside driver_jack.c */
struct jackport;   /* the same */
struct reblock;
struct wires;

/* Ticks during which something that may soon be possible is tried after news. */
enum { JACK_TRIES = 20 };

/* JACK's transport as the audio thread deals with it. */
struct jackline {
    _Atomic uint32_t rule; /* enum of shared_rule; control's, and the audio thread's where one
                              has been outlived */
    _Atomic bool primed;   /* control's */
    _Atomic uint32_t fade; /* control's */
    _Atomic uint64_t bars; /* a struct bars, as bars_pack has it; control's */
    bool master;           /* control's: we are the timebase master, as far as we know */
    /* The audio thread's: of the period under way. */
    struct shared there;
    bool straight;  /* it rolls, from where it was as far as JACK's frame time has gone on */
    uint32_t now;   /* JACK's frame time at its beginning */
    uint64_t usecs; /* JACK's time of it */
};

/* A port of ours as JACK knows it. */
struct held {
    struct jackport *port; /* NULL: none */
    char name[PORT_NAME_MAX];
    bool input;
};

/* One that has lost its place and goes as soon as no period can be using it. */
struct loose {
    struct held held;
    uint64_t turn; /* of the gate, when it lost it */
};

struct jack_driver {
    struct driver driver;
    struct driver_setup setup;
    struct engine *engine;     /* between start and stop */
    struct reblock *reblock;   /* from the first start on */
    uint32_t built_rate;       /* what the engine was built for */
    struct jackclient *client; /* NULL: not joined */
    bool active;
    struct chore *opening; /* while it takes its time; `opened` and `reason` are its own then */
    struct jackclient *opened;
    const char *reason;    /* why it was not opened; NULL: the server is not there */
    struct chore *closing; /* of the client before, while that takes its time */
    const char *trouble;   /* why joining fails, as it was logged last */
    uint64_t joined;       /* times that the client became active */
    uint64_t going_ns; /* until when the end of a server that is going is awaited; 0: it stays */

    uint64_t serial;             /* of the table of ports, as far as it was followed; 0: not */
    bool refused;                /* JACK would not make a port: that was logged */
    struct held held[PORTS_MAX]; /* by place */
    struct loose loose[PORTS_MAX];
    uint32_t n_loose;
    _Atomic uint32_t latency; /* ours in all, as JACK is told it; the control thread's */

    struct wires *wires;
    uint32_t tries; /* left */

    /* Written by the control thread. */
    _Atomic(struct jackport *) inputs[PORTS_MAX]; /* by place; taken away as gate.h says */
    _Atomic(struct jackport *) outputs[PORTS_MAX];
    _Atomic uint32_t places; /* one more than the highest that was ever used */
    struct gate gate;        /* open: the engine is called */
    struct jackline line;

    /* Written by the notification thread; the first three are taken back by the tick. */
    _Atomic bool going; /* the server says that it will end */
    _Atomic bool shut;  /* it has */
    _Atomic bool changed;
    _Atomic bool freewheeling;
    _Atomic uint32_t rate, period;

    /* The clock of the CPU time that the audio thread has had, written by it in its first period; 0
     * before that. */
    _Atomic clockid_t cpu_clock;
    /* It has been called for a period since the client became active. The audio thread's, read by
     * timeline_bars. */
    _Atomic bool called;

    /* The audio thread's while the client is active. */
    struct jackclient *clock;
    struct xruns xruns;
    bool waited;          /* the last period was one of freewheeling */
    uint64_t patience_ns; /* until when to wait for tracks */
    const float *in[PORTS_MAX];
    float *out[PORTS_MAX];
};

/* ---- driver_jack.c: JACK itself. Control, but for what is said. */

/* Opens a client, which may take its time: run by a chore. Sets opened, or reason. */
void jackclient_open(void *driver);
/* Closes it, which may take its time too: run by a chore. */
void jackclient_close(void *client);
/* Has JACK call the driver's callbacks from now on, and notes rate and period. */
void jackclient_listen(struct jack_driver *j);
/* Begins to be called. 0, or not. */
int jackclient_activate(struct jack_driver *j);
float jackclient_load(struct jackclient *c); /* percent of the server's time */
/* Makes the graph ask for latencies again. */
void jackclient_retell_latency(struct jackclient *c);
/* What JACK prints goes to the log, if the calling thread may log. */
void jackclient_mute(void);

/* NULL: JACK refuses; it is full, or the name is taken. */
struct jackport *jackclient_port_new(struct jackclient *c, const char *name, bool input);
void jackclient_port_free(struct jackclient *c, struct jackport *port);
/* For people who look at it: a name, and where it stands among the others. */
void jackclient_port_describe(struct jackclient *c, struct jackport *port, const char *pretty,
                              uint32_t order);
const char *jackclient_port_name(struct jackport *port); /* whole */

/* By whole names. 0, EEXIST, or another value that is not 0. */
int jackclient_connect(struct jackclient *c, const char *from, const char *to);
int jackclient_disconnect(struct jackclient *c, const char *from, const char *to);
bool jackclient_has(struct jackclient *c, const char *port);
bool jackclient_connected(struct jackclient *c, const char *from, const char *to);
/* NULL-ended, or NULL; freed by jackclient_names_free. What a port is connected to; all audio
 * ports. */
const char **jackclient_connections(struct jackclient *c, struct jackport *port);
const char **jackclient_ports(struct jackclient *c);
void jackclient_names_free(const char **names);
/* Of a port that is there (false: it is not): does it give sound, is it ours? */
bool jackclient_port_is(struct jackclient *c, const char *port, bool *output, bool *own);

/* ---- driver_jack_transport.c: as driver.h has it. */
extern const struct driver_timeline jack_timeline;
/* Control. A client that is new: has JACK call us for its transport. One that goes: forgets it. */
void jack_line_listen(struct jack_driver *j);
void jack_line_forget(struct jack_driver *j);
/* Audio. Notes where JACK's timeline is in the period of n frames that begins, and returns JACK's
 * frame time of it. */
uint32_t jack_line_look(struct jack_driver *j, uint32_t n);
/* Audio, with the gate open, after jack_line_look. Tells the engine where JACK's timeline is in
 * this period of n frames. Freewheeling it may wait a moment for what is being primed. */
void jack_line_period(struct jack_driver *j, uint32_t n, bool freewheeling);

/* ---- driver_jack_life.c: as driver.h has them. */
struct driver *jack_open(const struct driver_setup *setup, const char **why);
int jack_start(struct driver *d, struct engine *engine, const char **why);
void jack_stop(struct driver *d);
void jack_tick(struct driver *d);
void jack_close(struct driver *d);
void jack_figures(struct driver *d, struct driver_figures *out);

/* ---- driver_jack_ports.c. Control. Follows the table of ports; what cannot be done yet is done by
 * a later call. Forgets them all, when the client is gone. */
void jack_ports_follow(struct jack_driver *j);
void jack_ports_forget(struct jack_driver *j);
/* Control. Has the graph ask for our latency again, should it have changed. */
void jack_latency_follow(struct jack_driver *j);

/* ---- driver_jack_wires.c. Control: after news, notes what is connected and makes what is due. */
void jack_wires_follow(struct jack_driver *j);
/* As driver.h has them. */
int jack_wires_connect(struct driver *d, const char *from, const char *to);
int jack_wires_disconnect(struct driver *d, const char *from, const char *to);
void jack_wires_each_port(struct driver *d, void *context,
                          void (*port)(void *context, const char *name, bool output, bool own),
                          void (*wire)(void *context, const char *from, const char *to, bool live));

#endif
