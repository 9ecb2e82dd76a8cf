/* model.h - what the console remembers: nodes, inserts, sends, sources
 *
 * A node is a strip, an input, a bus or the master. What the engine holds of it (struct strip, tap,
 * insert, send) hangs below it. Such a thing arrives by being put on the next desk, and leaves in
 * three steps: its ramp goes to silence, a desk without it takes over, and when the desk before
 * that has come back, it is freed.
 */
#ifndef MIXER_MODEL_H
#define MIXER_MODEL_H

#include "effects/crew.h"
#include "effects/effect.h"
#include "mixer/console.h"
#include "mixer/desk.h"
#include "mixer/forecast.h"
#include "mixer/index.h"
#include "mixer/link.h"
#include "mixer/list.h"
#include "mixer/pipe.h"
#include "mixer/plans.h"

enum { NAME_SIZE = 64, ADDRESS_SIZE = 4 * NAME_SIZE };

enum node_kind { NODE_STRIP, NODE_INPUT, NODE_BUS, NODE_MASTER, NODE_KINDS };

enum life {
    LIFE_COMING,  /* not on any desk yet: nobody hears it */
    LIFE_HERE,    /* on the desk, or on the one that was posted */
    LIFE_LEAVING, /* fading out until engine frame `until` */
};

/* A file as it was written, and the channels of it that are meant. */
struct picked_file {
    char *file;             /* without channels */
    uint32_t first, picked; /* from 0; how many, 0: all */
    uint32_t channels;      /* that it gives */
    uint32_t total;         /* that it has, */
    uint32_t streams;       /* in so many streams; 0: of a format without any */
    uint64_t frames;        /* its length at the engine's rate; UINT64_MAX: unknown */
    struct file_mark mark;  /* when that was read; none: a pipe */
    bool piped;             /* it is a named pipe; then it may turn out to have other channels */
};

/* What a strip plays: which files, which part of them, and from where. */
struct wish {
    char *path;                     /* of its source; owned by who holds the wish, as are: */
    struct pipe *pipe;              /* of that name; the strip's and the track's. NULL: a file */
    struct playlist_entry *entries; /* its source and what is queued; NULL: nothing is */
    uint32_t n_entries, channels;   /* of the strip */
    uint64_t offset;
    struct region region;
    bool repeat;
    bool shot; /* not on the timeline: of one tap alone */
    enum quality quality;
    uint32_t ring;    /* frames */
    double rate;      /* of its plain pace */
    struct pace pace; /* no legs: the plain one */
};

/* Where a decoder begins. */
struct start {
    uint64_t position; /* timeline frame */
    uint64_t rolled;   /* rolled clock at which that is due, if `anchored`; else on arrival */
    bool anchored;
    uint64_t loop_from, loop_to; /* of the timeline from there on */
};

/* One decoder, shared by every strip that plays the same file at the same place. */
struct source {
    struct track *track;
    struct wish wish;
    struct file_mark mark; /* of a cue: of the file as it was played when this was opened */
    uint64_t generation;   /* of the timeline: changes with every locate and loop */
    uint64_t due;          /* the rolled clock at its first frame; 0: when it arrives */
    uint32_t users;        /* taps */
    uint64_t visit;        /* of the last cue that came by */
    struct forecast forecast;
    bool missed;         /* the timeline has overtaken what it keeps ready: not for new taps */
    uint32_t complaints; /* problems of it that have been reported */
    bool noticed;        /* what happened to its name has been reported */
    const void *wisher;  /* who had it opened for later, and holds it while it has no users */
    struct start start;  /* where it was to begin */
    uint64_t wanted_ns;  /* when it was, by rt_now */
    bool hangs;          /* on a desk: it has run dry, and its file does not answer, */
    bool heir_hung;      /* nor did it answer one that was to take its place */
};

struct model_tap {
    struct tap tap;        /* the engine's, once it is on a desk */
    struct source *source; /* NULL: ports */
    bool trial;            /* it comes only if its file can be played again */
    bool placed;           /* a desk that holds it was posted */
    bool fired, roused; /* of a one-shot: the command is posted; its decoder was told to follow */
    uint64_t fires;     /* engine frame at which it begins */
    enum life life;
    uint64_t until;
};

struct model_send {
    struct send send; /* the engine's */
    struct node *to;  /* a bus or the master; NULL: own ports */
    bool route;       /* it is where `out` leads, at unity; else a send */
    int32_t port;     /* first place of own ports, or -1 */
    uint32_t ports;   /* how many */
    double level_db;
    bool pre;
    double sent[2]; /* where the ramps pre and post are or go */
    enum life life;
    uint64_t until;
};

struct model_insert {
    struct insert insert; /* the engine's */
    bool told;            /* the engine keeps a command for it, though no desk holds it yet */
    bool rings;           /* it leaves by ringing out */
    bool alike;           /* it sounds as what it takes the place of */
    enum life life;
    uint64_t until;
};

/* An effect at its place in a chain; `instances` has more than one while one replaces another. */
struct plug {
    char name[NAME_SIZE];
    const struct effect_kind *kind;
    double values[EFFECT_PARAMS_MAX];
    char *file; /* of a kind that wants a response: as it was written */
    bool bypass;
    struct ramp dry; /* the engine's: 1 while the plug is bypassed, is not there yet, or goes */
    struct list instances; /* of struct model_insert */
    uint64_t came;         /* engine frame from which the newest of them is heard */
    bool leaving;
};

enum node_param {
    NODE_SOURCE,
    NODE_CHANNELS,
    NODE_GAIN,
    NODE_TRIM,
    NODE_PAN,
    NODE_PANLAW,
    NODE_MUTE,
    NODE_SOLO,
    NODE_SOLOSAFE,
    NODE_LISTEN,
    NODE_GROUP,
    NODE_SAFE,
    NODE_POLARITY,
    NODE_OFFSET,
    NODE_IN,
    NODE_END,
    NODE_FADEIN,
    NODE_FADEOUT,
    NODE_LOOP,
    NODE_QUALITY,
    NODE_RING,
    NODE_STATE,
    NODE_MODE,
    NODE_RATE,
    NODE_OUT,
    NODE_PARAMS,
};

enum node_ramp { RAMP_TRIM, RAMP_FADER, RAMP_GROUP, RAMP_GATE, RAMP_LEFT, RAMP_RIGHT, NODE_RAMPS };

struct node {
    enum node_kind kind;
    char name[NAME_SIZE];
    double values[NODE_PARAMS];
    char *file;            /* strip: the source as it was written, without channels */
    char *out;             /* as it was written */
    uint32_t first;        /* strip: channel of the file, from 0 */
    uint32_t picked;       /* strip: channels picked, 0: all */
    uint64_t frames;       /* strip: length of the file at the engine's rate; UINT64_MAX: unknown */
    uint32_t total;        /* strip: channels of the file, */
    uint32_t streams;      /* its streams, */
    struct file_mark mark; /* and which file that was */
    bool piped;            /* strip: the file is a named pipe, */
    struct pipe *pipe;     /* and this is it, once it was to be played; shared */
    int32_t port;          /* input: first place, else -1 */
    struct strip strip;    /* the engine's */
    double sent[NODE_RAMPS]; /* where its ramps are or go */
    struct mix mix;          /* bus and master: the engine's */
    float *mix_memory;
    struct list taps;          /* of struct model_tap */
    struct recorder *recorder; /* what sounds here goes into a file; or NULL */
    bool recorded;             /* where it never sounds: it would */
    struct list plugs;         /* of struct plug */
    struct list sends;         /* of struct model_send, the route among them */
    struct list groups;        /* of struct group */
    struct list queue;         /* strip: of struct picked_file, those that follow its source */
    uint32_t meter;
    enum life life;
    uint64_t until;
    struct pace pace; /* strip: while the timeline goes straight on from timeline frame pace_at, */
    uint64_t pace_at,
        pace_rolled;     /* which was due at this value of the rolled clock; no legs: plain */
    uint64_t rate_frame; /* engine frame from which its last rate is in force */
    uint64_t turn;     /* the rolled clock of a change of pace that has not arrived yet; 0: none */
    bool wants_fire;   /* one-shot: it is to be fired when it is primed, */
    uint64_t fire_due; /* and was to be at this engine frame */
    bool wants_source; /* strip: a source is to be opened at the next tick, */
    uint64_t ahead;    /* for a place so many frames further on; the last one came too late */
    uint64_t retry_ns; /* strip: its file is not tried again before */
    bool silent;       /* strip: that its file does not answer has been told */
    bool told;         /* the engine keeps a command for it, though no desk holds it yet */
    uint64_t visit;    /* of the last walk over the sends that came by */
    uint64_t batch;    /* that it comes with; 0: none */
};

/* Places of the daemon's ports that a node holds; shared while one node leaves and another of the
 * same name has come. */
struct claim {
    char name[NAME_SIZE];
    bool input;
    int32_t first;
    uint32_t channels, users;
    bool held; /* by one who is not leaving */
};

/* A position at which every strip's file is kept ready to begin. */
struct cue {
    struct list held;   /* of struct source: apart from those of the console */
    struct start start; /* that they were opened for, */
    uint32_t xfade;     /* and this crossfade */
    uint64_t swaps;     /* the desk they are complete for */
    uint32_t files;     /* how many that would be */
};

/* A position of the timeline that has a name. */
struct marker {
    char name[NAME_SIZE];
    uint64_t position; /* timeline frame */
    bool primed;
    struct cue cue; /* when it is */
};

enum group_param { GROUP_GAIN, GROUP_MUTE, GROUP_SOLO, GROUP_PARAMS };
struct group {
    char name[NAME_SIZE];
    double values[GROUP_PARAMS];
};

/* One value of a scene. */
struct kept {
    const struct param *row;
    double value;
    char address[];
};

struct scene {
    char name[NAME_SIZE];
    uint32_t owners;    /* consoles that have it; then nobody changes it */
    struct list values; /* of struct kept, in the desk's order */
    struct index known; /* all of them by their addresses, or fewer than there are */
};

enum target_kind {
    TARGET_NODE,
    TARGET_SEND,
    TARGET_PRE,
    TARGET_PLUG,
    TARGET_BYPASS,
    TARGET_ENGINE,
    TARGET_TRANSPORT,
    TARGET_MARKER,
    TARGET_MORPH,
    TARGET_GROUP,
};
struct target {
    enum target_kind kind;
    struct node *node;
    struct node *to; /* of a send */
    struct plug *plug;
    struct marker *marker;
    struct group *group;
    uint32_t row;
    const struct param *param;
};
/* A number that was scheduled and is posted, while its frame has yet to come. */
struct eve {
    struct target target; /* compared only: it may have gone */
    double before, after;
    uint64_t frame;
    uint32_t frames;
    enum curve curve;
};

/* A fade that begins when the batch is obeyed; then *until will be known. */
struct ending {
    uint64_t *until;
    uint32_t frames;
};

/* Something that no desk holds any more once `swap` desks have been taken over. */
struct grave {
    void *what;
    void (*bury)(struct console *c, void *what);
    uint64_t swap;
    uint64_t frame; /* and the engine is past this frame: commands for it were scheduled so far */
};

enum engine_param {
    ENGINE_RATE,
    ENGINE_QUANTUM,
    ENGINE_RAMP,
    ENGINE_XFADE,
    ENGINE_RING,
    ENGINE_RETRY,
    ENGINE_PATIENCE,
    ENGINE_HELPERS,
    ENGINE_PLAN,
    ENGINE_PARAMS,
};

struct console {
    struct console_setup setup;
    struct link *link;
    struct crew *crew; /* helpers for the effects */
    struct plans *plans;
    bool replans; /* some effects may have to be laid out anew */
    char *folder;
    const struct status *status;

    struct list nodes;               /* every strip, input, bus; then the master is apart */
    struct index named[NODE_MASTER]; /* those of each kind that are not leaving */
    struct node *master;
    struct list sources; /* of struct source, */
    struct index played; /* and by their paths */
    struct list markers; /* of struct marker, by position */
    struct list groups;  /* of struct group */
    bool soloing; /* something is soloed; as gates_levels saw it, which each change of that calls */
    struct list scenes;                              /* of struct scene */
    struct scene undo;                               /* what the last recall has changed */
    char morph_from[NAME_SIZE], morph_to[NAME_SIZE]; /* scenes; "": none */
    double morph;
    struct list refits;       /* of struct refit: of the change of many values that is made */
    bool foresees;            /* it is only foreseen what that will build */
    struct list recordings;   /* of struct recording */
    struct list graves;       /* of struct grave */
    struct list claims;       /* of struct claim, */
    struct index claimed[2];  /* and by their names: outputs, inputs */
    uint64_t visits;          /* walks over the sends so far */
    bool meters[LINK_METERS]; /* taken places */
    uint32_t next_meter;

    /* Commands that wait to be posted as one batch. */
    struct command *batch;
    uint32_t n_batch, room_batch;
    bool held;              /* the batch is not complete yet */
    struct ending *endings; /* of fades that the batch begins */
    uint32_t n_endings, room_endings;

    bool dirty;          /* the desk in force is not what it should be */
    struct list desks;   /* of struct desk: those that were posted and have not come back */
    uint64_t swaps;      /* desks posted, ever; one is under way while the status has less */
    uint64_t swap_frame; /* of the last of them, if it waits for one; else 0 */
    bool idle;
    bool panic; /* every gate is closed */

    uint64_t kept;           /* commands with a frame of their own that were posted, ever */
    uint64_t last_scheduled; /* the latest of those frames */

    uint64_t at;           /* frame of the batch that is being made; 0: the next there is */
    uint64_t batch_number; /* of the batch that is being made; 0: none is */
    uint64_t batches;      /* ever */
    bool whole;            /* what is coming came with this batch, so nobody hears it before */
    const void *wisher;    /* whose prefetched sources the batch may take */
    uint64_t batch_position, batch_rolled; /* the timeline where the batch is obeyed */
    uint64_t batch_at;                     /* frame of the batch that is not yet posted; or 0 */
    struct eve *eves;
    uint32_t n_eves;
    const struct console *peer; /* believed in what it knows of files; or NULL */
    struct needs *needs;        /* what a command that is tried finds or notes there; or NULL */
    struct needs *spare;        /* the same for what is built anew by itself; or NULL, */
    bool spare_away;            /* and that they are being made */

    /* The transport as it is wanted. */
    bool rolling;
    uint64_t begins; /* engine frame of the last PLAY */
    struct {
        uint64_t frame;
        uint32_t fade;
        bool plays;
    } ahead;              /* the last PLAY or STOP that was posted ahead of its frame */
    uint64_t rolls_until; /* the engine rolls up to this frame, whatever the status says yet */
    bool deferred;        /* a locate waits until a stop has faded out, */
    bool moving;          /* it or a loop for its sources */
    uint64_t generation;  /* of sources: grows with each of them */
    uint64_t target;      /* timeline position wanted, while moving or before the first desk */
    bool relocates;       /* the move goes to target; else it keeps in step with the pivot: */
    bool pivots;          /* the pivot is known */
    uint64_t pivot, pivot_rolled; /* timeline position and rolled clock at which the loop changed */
    uint64_t loop_from, loop_to;
    uint64_t moved_frame;
    uint64_t moved_swap;       /* the desk that the last of them brought */
    bool starting;             /* whom we chase is about to roll, and we with it */
    uint32_t playing, hanging; /* sources on a desk, and those of them whose files do not answer */
    uint64_t all_hung_ns;      /* when that was all of them last */
    uint64_t armed_ns;         /* when it was said, by rt_now */
    bool armed, cued;          /* cued: while rolling, by the cue, for: */
    uint64_t cue_position;     /* timeline frame */
    struct cue cue; /* sources for it, while they are wanted and until a move has taken them */

    double values[ENGINE_PARAMS];
    enum console_jack jack;
    struct bars bars;
    bool timebase;
    struct console_totals gone; /* figures of tracks that were closed */
    uint64_t late_turns;        /* changes of pace, and one-shots, after their frame, ever */
};

#endif
