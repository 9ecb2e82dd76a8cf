/* console.h - the control half: what was asked for
 *
 * The console remembers every wanted value, owns every object, and arranges desks for the engine.
 * All of it belongs to the control thread. What takes time (priming, crossfades) goes on in
 * console_tick; nothing here waits, but reading the header of an added file and the whole of an
 * impulse response, unless somebody else does it (console_set_needs).
 *
 * Addresses and their values are text here, as PROTOCOL.md spells them. Functions that may refuse
 * return 0, or -1 with *why filled in, and then nothing has changed.
 */
#ifndef MIXER_CONSOLE_H
#define MIXER_CONSOLE_H

#include "effects/bars.h"
#include "effects/param.h"
#include "effects/ramp.h"
#include "mixer/refusal.h"
#include "mixer/track.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct console;
struct link;
struct needs;
struct status;

/* Where own ports come from: the daemon's table of ports. */
struct console_ports {
    /* Claims `channels` places for ports NAME_1..; the first place, or -errno. */
    int (*claim)(void *context, const char *name, bool input, uint32_t channels);
    void (*drop)(void *context, uint32_t first, uint32_t channels);
    void *context;
};

struct console_setup {
    struct link *link;  /* borrowed; outlives the console */
    uint32_t rate;      /* Hz */
    uint32_t quantum;   /* frames */
    const char *folder; /* relative paths are taken from here; NULL: the working folder */
    const char *cache;  /* folder of what is kept from run to run; NULL: nothing is */
    bool rehearses; /* nothing of it ever sounds: effects need not hold what is in their files */
    bool measures;  /* what engine/plan asks for may be measured; else it is only read */
    struct console_ports ports;
    /* Something happened that nobody asked for ("strip/vox", "vox.flac: ends at frame ..."). */
    void (*report)(void *context, const char *address, const char *text);
    /* The value of a fixed row has changed by itself ("strip/vox/state"); NULL is fine. */
    void (*changed)(void *context, const char *address);
    /* A strip's change of rate, its leap in a queue, or a one-shot that a batch has fired was heard
     * so many frames after the frame that had been told, because its file was not ready; NULL is
     * fine. */
    void (*late)(void *context, const char *address, uint64_t frames);
    /* What is to be recorded there is not, for its file cannot be created, and nobody has asked for
     * that (console_record_refused); NULL is fine. */
    void (*failed)(void *context, const char *address, const struct refusal *why);
    void *context;
};

/* With the master, its two ports at places 0 and 1, and nothing else. NULL: out of memory. */
struct console *console_new(const struct console_setup *setup);
/* What the desk of `from` has comes onto that of `to`, which has none of it yet, at the same rate,
 * and which will never sound. Scenes are shared; nothing is opened, built or read. 0, or -1: out of
 * memory, and `to` is only fit to be freed. */
int console_copy(struct console *to, const struct console *from);
/* The engine no longer runs; frees everything, joins every decoder. NULL is fine. */
void console_free(struct console *c);

/* To be called often while console_busy (about every ms), else a few times a second. */
void console_tick(struct console *c);
/* Is anything under way that console_tick must bring forward? */
bool console_busy(const struct console *c);
/* Is all that was asked for audible: sources primed, desk taken over, leavers gone? */
bool console_settled(const struct console *c);
/* The engine stands still (a lost server): fades count as finished. */
void console_set_idle(struct console *c, bool idle);

/* What takes as long as a disk does is found among these, or noted there and refused (needs.h);
 * borrowed. NULL: it is done there and then. */
void console_set_needs(struct console *c, struct needs *needs);
/* The same for what it builds anew by itself, as measured plans come in, in console_tick. `away`:
 * they are being made, so that waits; nobody else does. */
void console_set_spare(struct console *c, struct needs *needs, bool away);
/* Is anything still to be built anew by itself? */
bool console_replans(const struct console *c);

/* ---- what is there */

/* The folder that relative paths are taken from; copied. 0 or -ENOMEM. */
int console_set_folder(struct console *c, const char *folder);
const char *console_folder(const struct console *c);
uint32_t console_rate(const struct console *c);
uint32_t console_quantum(const struct console *c);

/* Calls each(context, address, kind) for every strip, input, bus, the master and every insert, and
 * then every marker: "strip/vox", "strip/vox/eq", "marker/chorus". `kind`: "strip", "input", "bus",
 * "master", the effect's name or "marker". */
void console_each_object(const struct console *c, void *context,
                         void (*each)(void *context, const char *address, const char *kind));

/* One parameter as it stands. */
struct console_value {
    const char *address;
    const struct param *row;
    const char *unit; /* the row's, but where the choices depend on what is there */
    double number;    /* unless the unit is text */
    char text[1024];  /* the value as it is written */
    bool saved;       /* part of a session: it can be set and differs from the default */
};
/* Calls each for every parameter, in the order of `save`. */
void console_each_value(const struct console *c, void *context,
                        void (*each)(void *context, const struct console_value *v));
/* Which of them are wanted; all 0: all. */
struct console_sieve {
    bool (*wants)(void *context, const char *address);
    /* Those that `wants` takes begin with so many bytes of this: they are found the sooner. */
    const char *head;
    size_t head_length;
    const struct console *unlike; /* those that are not there, or not the same, on this desk */
    bool saved;                   /* those of a session, and each strip's source and channels */
    bool numbers;                 /* without their texts, which take the longest */
};
/* The same, through a sieve. */
void console_sift_values(const struct console *c, const struct console_sieve *sieve, void *context,
                         void (*each)(void *context, const struct console_value *v));
/* One of them. */
int console_get(const struct console *c, const char *address, struct console_value *v,
                struct refusal *why);

/* Reads every strip's file to its end and calls each for what is wrong with it. Takes its time. */
void console_verify(const struct console *c, void *context,
                    void (*each)(void *context, const char *address, const char *text));

/* ---- changes. *frame: the engine frame from which it is heard (a quantum edge). */

/* `text` as in `set`: a value, or +=N, -=N, or ! for switches. `frames`: of the movement
 * (UINT32_MAX: engine/ramp). `at`: engine frame, 0 for now. *same: nothing changed. */
struct console_change {
    uint32_t frames;
    enum curve curve;
    uint64_t at;
    uint64_t frame;
    bool same;
};
int console_set(struct console *c, const char *address, const char *text,
                struct console_change *change, struct refusal *why);

/* Would console_set take it? 0, or -1 and *why. */
struct console_try {
    bool plain;     /* it moves levels: nothing is built, opened or put elsewhere for it */
    char text[128]; /* the value that it would have; "": that depends on what it will be then */
};
int console_try_set(struct console *c, const char *address, const char *text,
                    struct console_try *out, struct refusal *why);

/* One key=value of an `add` or `insert` line. */
struct console_key {
    const char *key, *value;
};
int console_add_strip(struct console *c, const char *name, const struct console_key *keys,
                      uint32_t n, struct refusal *why);
int console_add_input(struct console *c, const char *name, const struct console_key *keys,
                      uint32_t n, struct refusal *why);
int console_add_bus(struct console *c, const char *name, const struct console_key *keys, uint32_t n,
                    struct refusal *why);
/* `slot` NULL: named after the kind, with a number if need be. `before` NULL: at the end. The
 * slot's name goes to slot_name. */
int console_insert(struct console *c, const char *address, const char *kind, const char *slot,
                   const char *before, const struct console_key *keys, uint32_t n,
                   char slot_name[64], struct refusal *why);
int console_remove(struct console *c, const char *address, struct refusal *why);
/* Another file: a strip's source or an effect's response. A strip's is audible once
 * console_settled, an effect's once console_heard. */
int console_load(struct console *c, const char *address, const char *file, struct refusal *why);
/* Is what was asked of an effect, or of a parameter of it, on the desk that the engine plays? Some
 * values take a new instance, which comes later than the set. Then *frame is raised to the frame
 * from which that is heard. Of all else the answer is yes. */
bool console_heard(const struct console *c, const char *address, uint64_t *frame);

/* The master, the engine's rows and the loop as they are in an empty session. */
void console_reset(struct console *c);

/* ---- the transport */

/* console_settled must hold. `fade`: frames of the fade-in of cut material. Answers the frame;
 * UINT64_MAX: too many commands wait for their frames, and nothing has changed. */
uint64_t console_play(struct console *c, uint32_t fade, uint64_t at);
uint64_t console_stop(struct console *c, uint32_t fade, uint64_t at);
/* Both begin to prime; a locate while a stop fades out begins when that is over. Done once
 * console_settled, at console_moved_frame. */
int console_locate(struct console *c, uint64_t position, struct refusal *why);
int console_loop(struct console *c, uint64_t from, uint64_t to, struct refusal *why);
uint64_t console_moved_frame(const struct console *c);
/* Strips that have taken their place unprimed: their files did not answer within the time that is
 * allowed them (engine/patience). */
uint32_t console_unprimed(const struct console *c);
/* The longest that any file is waited for, however it answers, in ns. */
uint64_t console_patience_ns(const struct console *c);
/* Is the last of them heard? What it took the place of may still be fading out. */
bool console_moved(const struct console *c);
/* Wanted: the timeline position where it will be after what is under way; the loop's ends. */
uint64_t console_position(struct console *c);
void console_loop_ends(const struct console *c, uint64_t *from, uint64_t *to);
bool console_rolling(struct console *c);
/* Frames by which the longest way through the desk lags behind what comes in: the sum of what the
 * effects on it add (a limiter looks ahead). */
uint32_t console_latency(const struct console *c);
/* Silences everything within 10 ms; said again, at once. Answers the frame. */
uint64_t console_panic(struct console *c);
/* The way back, over 10 ms. */
uint64_t console_calm(struct console *c);
bool console_panics(const struct console *c);
/* The engine frame at which the transport comes to a timeline position, or came to it.
 * False: it neither rolls nor is about to. */
bool console_reaches(struct console *c, uint64_t position, uint64_t *frame);
/* Timeline frame at which the last file ends; 0: no file has an end. */
uint64_t console_end(const struct console *c);

/* ---- queues: what follows a strip's source, without a gap. Audible once console_settled. */

/* All of the files, or none. Where nothing is queued yet, a first file that is the strip's source
 * itself is not repeated. A file whose header does not tell its length can only be the last. */
int console_queue(struct console *c, const char *address, const char *const *files, uint32_t n,
                  struct refusal *why);
/* The strip's source alone is left. */
int console_queue_clear(struct console *c, const char *address, struct refusal *why);
/* The next of the files is heard from engine frame *frame on, crossfaded over engine/xfade; what
 * follows comes as much earlier. A locate goes by the whole line again. */
int console_queue_next(struct console *c, const char *address, uint64_t *frame,
                       struct refusal *why);
/* The same as far as can be known before it plays. */
int console_queue_next_check(const struct console *c, const char *address, struct refusal *why);
struct console_queued {
    uint32_t place;     /* from 1, which is the source */
    const char *source; /* as it is written */
    uint64_t start;     /* frame of the joined line */
    uint64_t frames;    /* UINT64_MAX: unknown */
    bool sounds;        /* where the timeline is now, or the one-shot that was fired */
};
int console_each_queued(const struct console *c, const char *address, void *context,
                        void (*each)(void *context, const struct console_queued *q),
                        struct refusal *why);

/* The place that sounds; 0: none does, or nothing is queued. */
uint32_t console_queue_place(const struct console *c, const char *address);

/* ---- one-shots: strips of mode=oneshot */

/* Starts the strip from its `in`, at engine frame `at` (0: now), whether the transport rolls or
 * not; what it sounds by then fades out over engine/xfade. *frame: the engine frame of its first
 * frame. FAULT_BUSY: fired a moment ago, the next is being primed; in a whole batch it is fired
 * when it is, and `late` is told. */
int console_fire(struct console *c, const char *address, uint64_t at, uint64_t *frame,
                 struct refusal *why);
/* What it sounds fades out over `fade` frames. What is scheduled to be fired later stays so. */
int console_cease(struct console *c, const char *address, uint32_t fade, uint64_t at,
                  uint64_t *frame, struct refusal *why);

/* ---- a timeline that is shared with others (transport/jack and the rows behind it) */

enum console_jack { CONSOLE_JACK_OFF, CONSOLE_JACK_FOLLOW, CONSOLE_JACK_LEAD, CONSOLE_JACK_BOTH };
enum console_jack console_jack(const struct console *c);
/* Tempo and signature; a tempo of 0: none. Are they to be JACK's, where there is a tempo? */
const struct bars *console_bars(const struct console *c);
bool console_timebase(const struct console *c);
/* The engine is told to chase (engine.h): does whom it chases roll, or is about to? In place of
 * play and stop. */
void console_chase(struct console *c, bool rolling, bool starting);
/* Is a locate under way, and where to? */
bool console_moving(const struct console *c, uint64_t *target);

/* ---- figures */

/* Threads that help with convolution, or will when there is some. */
uint32_t console_helpers(const struct console *c);
/* The newest status of the engine; good until the next tick. */
const struct status *console_status(struct console *c);
/* Changes of pace that were heard after their frame, ever. */
uint64_t console_late(const struct console *c);
/* Calls each for every strip, input, bus and the master with its meter's place. */
void console_each_meter(const struct console *c, void *context,
                        void (*each)(void *context, const char *address, uint32_t meter));
/* Calls each for every file strip with the figures of its track. */
void console_each_track(const struct console *c, void *context,
                        void (*each)(void *context, const char *address,
                                     const struct track_figures *f));
/* Non-finite samples that files brought, ever, of strips that are there. */
struct console_totals {
    uint64_t starved, decoded, played, skipped; /* ever, gone tracks included */
    uint64_t nans;                              /* from files */
    double fill;                                /* 0..1 of the emptiest playing track; 1: none */
    double eta; /* seconds until the first track would starve; INFINITY: none does (forecast.h) */
};
void console_totals(const struct console *c, struct console_totals *t);

/* Before a render. Wakes every decoder and waits until the one with the emptiest ring has more. */
void console_await_tracks(struct console *c);

#endif
