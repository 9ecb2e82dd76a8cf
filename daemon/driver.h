/* driver.h - what carries frames between the engine and the world
 *
 * To add a driver: one file that fills a struct driver_kind, and one row in drivers.c.
 *
 * A driver calls engine_process in whole quanta from a thread of its own (reblock.h cuts periods
 * that are no multiple of the quantum). It knows ports by their places in the table of ports.h.
 */
#ifndef DAEMON_DRIVER_H
#define DAEMON_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

struct bars;
struct driver;
struct engine;
struct ports;

struct driver_setup {
    const char *name;    /* of the client */
    const char *server;  /* JACK server to join; NULL: the default one */
    uint32_t rate;       /* Hz, of drivers that may choose */
    uint32_t period;     /* frames, of drivers that may choose */
    struct ports *ports; /* borrowed; outlives the driver */
    /* Any thread of the driver but its audio thread: the state changed, call tick soon. */
    void (*wake)(void *context);
    /* The driver's audio thread, freewheeling only: waits until a track that the engine lacks has
     * more frames. */
    void (*wait)(void *context);
    /* Control. Frames that the engine's effects add from its inputs to its outputs; asked at every
     * tick, told to whoever lines up sound by it. NULL: none. */
    uint32_t (*latency)(void *context);
    void *context;
};

enum driver_state {
    DRIVER_STOPPED, /* opened, not started */
    DRIVER_RUNNING,
    DRIVER_LOST, /* the server is not there, or not yet: tried again on every tick */
};

struct driver_figures {
    enum driver_state state;
    uint32_t rate;       /* Hz */
    uint32_t period;     /* frames per call of the world */
    uint32_t latency;    /* frames added by re-blocking: 0 or one quantum */
    uint64_t xruns;      /* periods missed, ever */
    uint64_t own_xruns;  /* of those, how many were the engine's doing */
    uint64_t reconnects; /* times the server came back */
    float dsp_load;      /* percent, the driver's own account; 0 if it keeps none */
    bool freewheeling;
};

/* The timeline that the clients of a server share, and any of them may move. */
enum shared_state {
    SHARED_STANDS,
    SHARED_STARTING, /* it will roll once every client is ready for the frame it stands at */
    SHARED_ROLLS,
};
struct shared {
    enum shared_state state;
    uint64_t frame; /* that comes next */
};
/* What our audio thread makes of it. */
struct shared_rule {
    enum {
        SHARED_IGNORED,
        SHARED_CHASED, /* the engine chases it, and is waited for until it is primed */
        SHARED_BEGINS, /* as CHASED until the engine rolls, with it and in step; then KEPT */
        SHARED_KEPT,   /* as CHASED while it goes straight on and the engine rolls; then IGNORED */
        SHARED_ENDS,   /* as CHASED until the engine stands, when it has stopped; then IGNORED */
    } kind;
    bool primed;   /* all that was asked for is audible once it rolls */
    uint32_t fade; /* frames, as engine_chase has it */
};
enum shared_request { SHARED_START, SHARED_STOP, SHARED_LOCATE };

/* Of drivers whose server has such a timeline. Control, all of it. */
struct driver_timeline {
    uint64_t last; /* its last frame; it goes on at 0 */
    /* Where it stands. False: the server is lost. */
    bool (*look)(struct driver *d, struct shared *out);
    /* From now on; what is not told again lasts. A lost server: IGNORED. */
    void (*obey)(struct driver *d, const struct shared_rule *rule);
    /* Is the rule still BEGINS or ENDS? Is it KEPT? */
    bool (*awaits)(struct driver *d);
    bool (*keeps)(struct driver *d);
    /* Moves it for all clients, as soon as they are ready. 0 or -ENOTCONN. */
    int (*ask)(struct driver *d, enum shared_request request, uint64_t frame);
    /* Tells the clients the bars of its frames, as their master; NULL: no longer. 0, -EBUSY
     * (another client is the master), -ENOTCONN (lost, or only just joined: to be tried again) or
     * another -errno. */
    int (*bars)(struct driver *d, const struct bars *bars);
};

struct driver_kind {
    const char *name;
    const char *help;
    /* Control. Opens without starting; after this `figures` tells the rate to build for. A server
     * that is not there is no failure: the state is DRIVER_LOST. NULL and *why otherwise. */
    struct driver *(*open)(const struct driver_setup *setup, const char **why);
    /* Control. Begins to call engine_process. 0 or -errno and *why. */
    int (*start)(struct driver *d, struct engine *engine, const char **why);
    /* Control. From here on engine_process is not called. NULL-safe like every close. */
    void (*stop)(struct driver *d);
    /* Control. Called every 100 ms, and after a wake: notices a lost server, tries to rejoin it,
     * registers ports that were claimed and unregisters those that were dropped, restores
     * connections; while lost it lets the engine obey commands (engine_process with no frames). */
    void (*tick)(struct driver *d);
    void (*close)(struct driver *d); /* control; stops first if need be */
    void (*figures)(struct driver *d, struct driver_figures *out); /* control */
    /* Control. JACK connections, of drivers that have them (else NULL): full port names. A
     * connection made here is remembered and restored. 0, -ENOENT (no such port; remembered all the
     * same), -EEXIST (already so), -ENOTCONN (server lost; remembered all the same) or another
     * -errno. */
    int (*connect)(struct driver *d, const char *from, const char *to);
    int (*disconnect)(struct driver *d, const char *from, const char *to);
    /* Control. Calls `port` for every audio port of the server (full name, does it give sound, is
     * it ours), then `wire` for every connection of ours, and for every one remembered that is not
     * there now (live false). */
    void (*each_port)(struct driver *d, void *context,
                      void (*port)(void *context, const char *name, bool output, bool own),
                      void (*wire)(void *context, const char *from, const char *to, bool live));
    const struct driver_timeline *timeline; /* of drivers that have one (else NULL) */
};

struct driver {
    const struct driver_kind *kind;
};

/* What the rows of drivers.c point to. */
extern const struct driver_kind jack_driver;
extern const struct driver_kind null_driver;

/* Any thread. The rows; by name or NULL. "render" is no row: it has its own command line. */
uint32_t driver_count(void);
const struct driver_kind *driver_kind_at(uint32_t i);
const struct driver_kind *driver_find(const char *name);

#endif
