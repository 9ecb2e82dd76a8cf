/* console_parts.h - what the files of the console do for each other, file by file
 *
 * All of it is the control thread's. What takes a refusal returns 0, or -1 with *why filled in, and
 * then nothing has changed.
 */
#ifndef MIXER_CONSOLE_PARTS_H
#define MIXER_CONSOLE_PARTS_H

#include "mixer/model.h"
#include "mixer/needs.h"

/* Files that are opened, and things that are freed, in one tick: each takes a thread's birth or
 * death. The rest follows, and others are served in between. */
enum { AT_ONCE = 64 };

/* ---- model.c: making and freeing what is in the model */
struct node *node_new(struct console *c, enum node_kind kind, const char *name, uint32_t channels);
void node_free(struct console *c, void *node); /* of the grave's type; ports are given back */
struct node *node_find(const struct console *c, enum node_kind kind, const char *name);
/* Puts a strip, an input or a bus onto the list, where it is found by its name until it is unnamed.
 * 0, or -1: out of memory. */
int node_list(struct console *c, struct node *n);
void node_unname(struct console *c, const struct node *n); /* it leaves */
const char *node_prefix(enum node_kind kind);              /* "strip", "input", "bus", "master" */
void node_address(const struct node *n, char out[ADDRESS_SIZE]);
struct plug *plug_find(const struct node *n, const char *name);
void plug_free(struct console *c, void *plug);
void send_free(struct console *c, void *send);
void tap_free(struct console *c, void *tap);
void insert_free(struct console *c, void *insert);
/* To be freed once no desk holds it. Never fails: without memory for the grave it is leaked. */
void bury_later(struct console *c, void *what, void (*bury)(struct console *c, void *what));
/* As it was written, channels and all. */
enum { SOURCE_TEXT = 1024 };
const char *picked_text(const struct picked_file *f, char out[SOURCE_TEXT]);
bool name_valid(const char *name, struct refusal *why);
/* The path of a file as written: absolute, or under the folder. The caller frees. */
char *console_path(const struct console *c, const char *file);
/* What `want` asks for: itself, made now, or one that had been made before, good as long as both it
 * and c->needs. NULL: *why, which may be that it has to be made first. */
struct need *need_meet(struct console *c, struct need *want, struct refusal *why);

/* ---- post.c: commands on their way */
/* Makes sure that the next `more` commands find memory. 0 or -ENOMEM. */
int post_reserve(struct console *c, uint32_t more);
void post(struct console *c, const struct command *command);
void post_set(struct console *c, struct ramp *ramp, double value, uint32_t frames, enum curve curve,
              uint64_t at);
/* Is there room for n more commands that are kept for frame `at`, and for `spare` beside them?
 * Counts them if there is. */
int post_schedule(struct console *c, uint64_t at, uint32_t n, uint32_t spare, struct refusal *why);
/* Hands the batch over; the frame at which it is obeyed. */
uint64_t post_flush(struct console *c);
uint32_t ramp_frames(const struct console *c);  /* engine/ramp */
uint32_t xfade_frames(const struct console *c); /* engine/xfade */
/* What fades out with the commands of this batch: *until becomes the frame by which it is over. */
void fade_out(struct console *c, uint64_t *until, uint32_t frames);
/* A fade of it is over, or the engine stands still. */
bool fade_over(const struct console *c, uint64_t until);

/* ---- eves.c: what is posted ahead of its frame */
/* In a batch: remembers what a value was before it. */
void eve_add(struct console *c, const struct target *t, double before, double after,
             const struct console_change *change);
/* A node, an effect, a marker or a group is about to be freed. */
void eves_forget(struct console *c, const void *what);
/* The earliest change of it that is posted and not yet in force; NULL: none, or a batch is made. */
const struct eve *eve_find(const struct console *c, const struct target *t);
/* It was set meanwhile, to a value that holds until then: what is posted comes after it. */
void eves_repeat(struct console *c, const struct target *t, double value);

/* ---- course.c: where the timeline will be at an engine frame, by what is known now */
void timeline_at(const struct console *c, uint64_t frame, uint64_t *position, uint64_t *rolled);

/* ---- arrange.c: from the model to a desk */
/* Builds a desk of all that is here, marks it as here, and appends the swap to the batch; with it,
 * what has a successor on that desk begins to leave. */
int arrange_post(struct console *c);

/* ---- wish.c */
/* What a strip plays. 0, or -1: out of memory. */
int wish_read(const struct console *c, const struct node *n, struct wish *w);
bool wish_equal(const struct wish *a, const struct wish *b);
int wish_copy(struct wish *to, const struct wish *from); /* as wish_read */
void wish_clear(struct wish *w);

/* ---- sources.c: decoders for strips */
/* Wakes decoders that sleep although their ring runs low: one that saw the transport stand (a lost
 * server, a stop and a play at once) waits to be told that it rolls again. */
void sources_watch(struct console *c);
/* Opens the strip's file as it is wanted now, for a tap that is COMING. NULL: it cannot even be
 * tried, and was reported. */
struct model_tap *node_open(struct console *c, struct node *n, const struct file_mark *unless);
/* Drops what is being primed: something else is wanted by now. */
void taps_abandon(struct console *c, struct node *n);
/* Begins to decode and keeps what w owns, which is empty then; `unless` as in a track's plan. NULL:
 * *why, and w is as it was. */
struct source *source_open(struct console *c, struct wish *w, const struct start *start,
                           const struct file_mark *unless, const char **why);
void source_close(struct console *c, struct source *s); /* it has no users */
void source_drop(struct console *c, struct source *s);
/* What its track plays. */
struct track_plan wish_plan(const struct console *c, const struct wish *w,
                            const struct start *start);
/* Rolls the engine, or will it before the status says so? */
bool rolls(const struct console *c);
/* Is a desk under way that the engine has not taken over? */
bool desk_under_way(const struct console *c);
/* figures.c. The tap that a strip plays now: the newest that is on the desk; of a one-shot's, the
 * newest that has begun, if any has. */
const struct model_tap *node_tap(const struct console *c, const struct node *n);
/* wish.c. Frames of its files that it plays, as the header claims; UINT64_MAX: it does not say. */
uint64_t node_length(const struct console *c, const struct node *n);

/* ---- arrivals.c: sources that are primed take their places */
/* Opens what is wanted; puts what is primed into place and its predecessors on their way out. */
void sources_tick(struct console *c);
/* Drops what is being primed and wants it anew: the timeline is about to change. */
void sources_restart(struct console *c);
/* Is a source wanted that is not in its place yet? */
bool node_primes(const struct node *n);
/* Is the tap that comes primed, or waited for no longer, and is there a place for it beside those
 * that leave? And is it in time for the batch that is being made? */
bool node_ready(const struct console *c, const struct node *n);
bool node_joins(const struct console *c, const struct node *n);
/* What is primed takes its place, and its predecessors begin to leave. */
void node_settle(struct console *c, struct node *n);
/* Takes a tap off the desk, over a fade if it sounds. */
void tap_leave(struct console *c, struct node *n, struct model_tap *tap, uint32_t fade);
/* Puts every strip's source into place, and the transport where it is wanted, with a desk. 0 or -1:
 * out of memory, nothing is posted. */
int move_post(struct console *c);

/* ---- admit.c: is there room for one more? */
/* For a strip whose file has so many channels: 0, or -1 and *why names the system's limit. */
int admit_strip(const struct console *c, uint32_t channels, struct refusal *why);
/* And for those of one more primed marker? */
int admit_cue(const struct console *c, struct refusal *why);

/* ---- patience.c: files that do not answer */
/* Has the source been waited for long enough, since it was wanted or since `since` (rt_now)? */
bool patience_over(const struct console *c, const struct source *s, uint64_t since);
/* Has its file given it no answer for longer than a busy disk needs? */
bool source_dumb(const struct source *s);
/* Looks which files of what plays hang, and tells it once, and once that they do no longer. */
void patience_tick(struct console *c);

/* ---- retry.c: strips whose files were lost, or have grown */
/* Tells what became of files; tries the lost ones again every engine/retry. */
void retry_tick(struct console *c);
/* ---- probe.c: what a source names */
/* Reads the header of a source and checks the channels that were picked. */
int source_probe(struct console *c, const char *text, enum quality quality, struct picked_file *f,
                 struct refusal *why);
/* -1: the file, as it was written in `text`, gives another number of channels than the node has. */
int channels_refuse(const struct node *n, const struct picked_file *f, const char *text,
                    struct refusal *why);

/* ---- piped.c: strips that play a named pipe */
/* Gives the wish of a strip the pipe that it plays from `start` on, if it plays one: that which it
 * has, or a new one if that has nothing for it (`trial`: or has come to its end). Tells if the pipe
 * is past that place. False: out of memory. */
bool node_pipe(struct console *c, struct node *n, struct wish *w, const struct start *start,
               bool trial);
/* What cannot be asked of a pipe: true, and *why. */
bool pipe_refuses(const struct node *n, uint32_t row, double value, struct refusal *why);
/* And of a strip that is to play one. */
bool pipe_unfit(const struct node *n, struct refusal *why);
/* Reports what has happened to the strip's pipe. */
void pipe_report(struct console *c, const struct node *n);

/* ---- queue.c: the files that follow a strip's source */
void picked_clear(struct picked_file *f);
/* The k-th file of the strip: its source, or one that is queued. It stays the strip's. */
struct picked_file node_file(const struct node *n, uint32_t k);
void queue_clear(struct node *n);
/* Frames of a strip's files together; UINT64_MAX: unknown. */
uint64_t queue_frames(const struct node *n);
/* The strip's files with their places, n->queue.n + 1 of them. NULL: out of memory. */
struct playlist_entry *queue_entries(const struct console *c, const struct node *n);
void queue_entries_free(struct playlist_entry *entries, uint32_t n);

/* ---- speed.c: where strips are in their material */
/* The pace of a strip where the timeline is at `position` when the rolled clock is `rolled`;
 * without legs: the plain one. */
struct pace node_pace(const struct node *n, uint64_t position, uint64_t rolled);
/* The strip's rate moves there in `frames`; the engine frame from which it does. */
uint64_t rate_set(struct console *c, struct node *n, double rate, uint32_t frames);
/* The strip goes on with what is queued next, from engine frame *frame. */
int queue_leap(struct console *c, struct node *n, uint64_t *frame, struct refusal *why);
/* Which frame of a strip's files, joined, sounds now; false: none does. */
bool node_sounds(const struct console *c, const struct node *n, uint64_t *frame);

/* ---- oneshot.c: strips that are fired */
bool node_is_oneshot(const struct node *n);
/* A one-shot's next is opened, or primed and waits, as long as its strip is one. Takes off the desk
 * what has sounded, and wakes decoders in time. */
void oneshot_tick(struct console *c, struct node *n);
/* Frames over which a one-shot's tap that nothing more is wanted of goes: 0, it is not heard. */
uint32_t oneshot_fade(const struct console *c, const struct model_tap *tap);
/* The new tap of a node takes its place: does an older one of a one-shot stay beside it? */
bool oneshot_stays(const struct node *n, const struct model_tap *tap);

/* ---- levels.c: from wanted values to ramps */
extern const struct console_change gently; /* over engine/ramp, now */
/* Posts what of a node's fader, gate, trim and pan is not yet as its values say. */
void node_levels(struct console *c, struct node *n, const struct console_change *change);
void send_levels(struct console *c, struct node *n, struct model_send *s,
                 const struct console_change *change);
void gates_levels(struct console *c, const struct console_change *change); /* solo changed */

/* ---- routes.c: sends and outputs */
struct model_send *send_find(const struct node *n, const struct node *to);
/* Does a signal put into `from` reach `to`? */
bool node_reaches(struct console *c, struct node *from, const struct node *to);
int send_set(struct console *c, struct node *n, struct node *to, double level_db,
             const struct console_change *change, struct refusal *why);
int send_set_pre(struct console *c, struct node *n, struct node *to, bool pre,
                 const struct console_change *change, struct refusal *why);
int route_set(struct console *c, struct node *n, const char *out, struct refusal *why);
/* The send that leads where `out` says; NULL: none. */
struct model_send *route_find(const struct node *n);
/* A route that another one has taken the place of fades out. */
void routes_relieve(struct console *c, struct node *n);
/* Fades it out; console_tick takes it off the desk after that. */
void send_leave(struct console *c, struct node *n, struct model_send *s,
                const struct console_change *change);

/* ---- claims.c: own ports */
/* As console_ports.claim; -EBUSY: who had them is leaving, and had another number of channels. */
int claim_take(struct console *c, const char *name, bool input, uint32_t channels);
/* The refusal that an error of claim_take means. */
int claim_refuse(int err, const char *name, struct refusal *why);
void claim_yield(struct console *c, int32_t first); /* its holder is leaving */
void claim_drop(struct console *c, int32_t first);  /* its holder is gone */

/* ---- plug_effect.c: what a plug puts into its chain */
/* NULL: *why. */
struct effect *plug_effect(struct console *c, const struct node *n, const struct plug *p,
                           struct refusal *why);

/* ---- plugs.c: effects in chains */
/* Builds an instance with the plug's values and file. What sounded before fades out beside it over
 * the plug's own row `xfade` (else engine/xfade), or rings out, if it has a row `tail` that says
 * so. */
int plug_build(struct console *c, struct node *n, struct plug *p, struct refusal *why);
/* The two halves of that, around plug_effect: is there no place for one more? Then one is made. And
 * the effect, which the plug owns from here on, or frees. */
bool plug_crowded(struct console *c, struct plug *p, struct refusal *why);
bool plugs_crowded(struct console *c); /* is any? */
int plug_take(struct console *c, struct plug *p, struct effect *e, struct refusal *why);
int plug_set(struct console *c, struct node *n, struct plug *p, uint32_t row, double value,
             const struct console_change *change, struct refusal *why);
void plug_bypass(struct console *c, struct plug *p, bool bypass,
                 const struct console_change *change);
void plug_leave(struct console *c, struct node *n, struct plug *p);
/* Is an instance on its way that no desk holds yet? */
bool plug_comes(const struct plug *p);
/* Replaces one that would be laid out otherwise now, unheard; false: it would not. */
bool plug_replan(struct console *c, struct node *n, struct plug *p);
/* The next desk will bring what is on its way: begins its ramps, and with them those of what it
 * takes the place of. */
void plugs_arrive(struct console *c, struct node *n);

/* ---- moves.c */
/* Begins what was deferred. */
void moves_tick(struct console *c);

/* ---- markers.c */
struct marker *marker_find(const struct console *c, const char *name); /* NULL: none */
double marker_value(const struct console *c, const struct marker *m, uint32_t row);
int marker_set(struct console *c, struct marker *m, uint32_t row, double value,
               struct refusal *why);
void markers_clear(struct console *c);
uint32_t markers_primed(const struct console *c); /* how many are wanted so */
/* Of the primed ones, and what is armed, the cue that lies at the target of a move that relocates;
 * NULL: none. */
struct cue *markers_cue(struct console *c);

/* ---- cues.c */
/* Keeps every strip's file ready for `position`. */
void cue_tick(struct console *c, struct cue *q, uint64_t position);
void cue_clear(struct cue *q);
/* Is it for the target of the move under way? */
bool cue_fits(const struct console *c, const struct cue *q);
/* The source that plays this, no longer the cue's: for the caller to wake. NULL: it
 * has none that is well. */
struct source *cue_take(struct cue *q, const struct wish *w);
struct cue_figures {
    uint32_t files, ready;
    uint64_t bytes;
};
void cue_figures(const struct cue *q, struct cue_figures *f);

/* ---- get.c: what console_get gives, in two steps */
void target_number(const struct console *c, const struct target *t, struct console_value *v);
/* Needs v->number, unless the row is text; then the text stays as it is if there is none. */
void target_text(const struct console *c, const struct target *t, struct console_value *v);

/* ---- set.c */
/* As many helpers as engine/helpers says. */
void helpers_muster(struct console *c);

/* ---- replan.c: other costs of convolution have come into force */
void replan_tick(struct console *c);

/* ---- recording.c: what sounds, into files */
struct recording {
    struct recorder *recorder;
    char address[ADDRESS_SIZE], *path;
    uint64_t id; /* of all that ever were */
    bool leaves; /* no desk will have it */
    bool closed; /* its file is whole */
    bool told;   /* its fault has been reported */
};
/* Looks after files that are being closed, and reports what went wrong. */
void recordings_tick(struct console *c);
/* The node is going: its file ends. */
void recording_end(struct console *c, struct node *n);
/* What is not on the disk gets there in its own time. */
void recordings_clear(struct console *c);

/* ---- groups.c: a second hand on many faders */
struct group *group_find(const struct console *c, const char *name);
void group_set(struct console *c, struct group *g, enum group_param row, double value,
               const struct console_change *change);
/* The groups of a node, as names with commas between or "none"; and as they are written. */
void groups_text(const struct node *n, char *out, size_t size);
int groups_join(struct console *c, struct node *n, const char *text, struct refusal *why);
double groups_gain(const struct node *n); /* linear, of all its groups together */
bool groups_mute(const struct node *n);   /* is one of them muted, */
bool groups_solo(const struct node *n);   /* soloed? */
void groups_clear(struct console *c);

/* ---- listen.c: PFL and AFL, by a send to bus/listen */
enum listen { LISTEN_OFF, LISTEN_PFL, LISTEN_AFL };
bool listens(const struct console *c, const struct node *n); /* is there such a bus for it? */
enum listen listen_now(const struct console *c, const struct node *n);
int listen_set(struct console *c, struct node *n, enum listen listen,
               const struct console_change *change, struct refusal *why);

/* ---- refit.c: effects that a change of many values builds anew */
bool row_refits(const struct param *row); /* does a value of it take another instance? */
/* Until refits_make values are only foreseen (kept_recall). */
void refits_begin(struct console *c);
void refit_foresee(struct console *c, struct node *n, struct plug *p, uint32_t row, double value);
/* Builds them. -1: a file has to be read first, nothing has changed, and it is over. */
int refits_make(struct console *c, struct refusal *why);
/* Is the plug one of them? Then: has it been built? */
bool refit_known(const struct console *c, const struct plug *p, bool *taken);
void refits_end(struct console *c);

/* ---- scenes.c, recall.c, morph.c: many values at once */
struct scene_count;
struct scene_scope;
struct scene *scene_find(const struct console *c, const char *name);
/* 0, or -1 and *why: there is none of that name. */
int scene_want(const struct console *c, const char *name, struct scene **s, struct refusal *why);
int scene_add(struct scene *s, const char *address, const struct param *row, double value);
void scene_clear(struct scene *s); /* holds nothing any more */
/* Is it one that scenes hold, and that the scope (NULL: all) has? */
bool scene_wanted(const struct scene_scope *scope, const char *address, const struct param *row);
void scenes_clear(struct console *c);
/* All of `from`, and which of them are morphed between; `to` has none. 0, or -1: out of memory. */
int scenes_share(struct console *to, const struct console *from);
/* Moves one value, if it is still what `row` says; *before: what it was. -1: it stays, and `count`
 * tells why, or it is only foreseen (refit.c). */
int kept_recall(struct console *c, const char *address, const struct param *row, double value,
                const struct console_change *change, struct scene_count *count, double *before);
int morph_set(struct console *c, double morph, const struct console_change *change,
              struct refusal *why);

/* ---- follow.c: the rows of the transport that can be set */
double transport_number(const struct console *c, uint32_t row);
int transport_set(struct console *c, uint32_t row, double value, struct refusal *why);
void transport_reset(struct console *c); /* as in an empty session */
int signature_set(struct console *c, const char *text, struct refusal *why);

/* ---- address.c: which parameter is meant */
int target_find(const struct console *c, const char *address, struct target *t,
                struct refusal *why);
/* set.c: the value that is wanted of it now; another one, in range. */
double target_now(const struct console *c, const struct target *t);
int target_set(struct console *c, const struct target *t, double value,
               const struct console_change *change, struct refusal *why);
/* The node or plug that an address names whole ("strip/vox", "strip/vox/eq"); *plug NULL: a node.
 */
int object_find(const struct console *c, const char *address, struct node **node,
                struct plug **plug, struct refusal *why);

/* ---- rows.c: the tables, and which rows a node has */
extern const struct param node_rows[NODE_PARAMS];
extern const struct param engine_rows[ENGINE_PARAMS];
enum transport_param {
    TRANSPORT_STATE,
    TRANSPORT_POSITION,
    TRANSPORT_LOOP,
    TRANSPORT_JACK,
    TRANSPORT_TEMPO,
    TRANSPORT_SIGNATURE,
    TRANSPORT_TIMEBASE,
    TRANSPORT_PARAMS,
};
extern const struct param transport_rows[TRANSPORT_PARAMS];
extern const struct param group_rows[GROUP_PARAMS];
extern const struct param morph_row;
enum marker_param { MARKER_POSITION, MARKER_PRIMED, MARKER_PARAMS };
extern const struct param marker_rows[MARKER_PARAMS]; /* the first is the marker itself */
extern const struct param send_row, pre_row, bypass_row;
bool node_has(enum node_kind kind, enum node_param row);
bool row_is_text(const struct param *row);
bool row_is_switch(const struct param *row);

#endif
