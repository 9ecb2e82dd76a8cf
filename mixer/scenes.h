/* scenes.h - snapshots of the desk's values, and their recall
 *
 * A scene holds, by address, what may change while a show runs: every settable number, switch and
 * choice of strips, inputs, buses, groups and the master, of their sends and their effects. It does
 * not hold what a strip plays or where it goes, nor anything of the engine and the transport. A
 * recall moves all of it in one quantum: what is rampable over the time asked for, the rest at
 * once. Strips, inputs and buses that are `safe` are left alone, and so is what has been removed
 * since.
 */
#ifndef MIXER_SCENES_H
#define MIXER_SCENES_H

#include "effects/param.h"
#include "mixer/refusal.h"

#include <stdbool.h>
#include <stdint.h>

struct console;
struct console_change;

/* Which values are meant. `kind` is the class of a parameter: "send", "effect", or its own name
 * ("gain", "mute"). NULL: all. */
struct scene_scope {
    bool (*wants)(void *context, const char *address, const char *kind);
    void *context;
};

/* What became of a scene's values. */
struct scene_count {
    uint32_t values;  /* within the scope */
    uint32_t changed; /* of them, moved */
    uint32_t safe;    /* left alone */
    uint32_t missing; /* there is no such parameter any more */
    uint32_t refused; /* too much is under way in that effect: to be tried again */
};

/* Any thread. The class of the parameter of that address and row; NULL: scenes do not hold it. */
const char *scene_kind(const char *address, const struct param *row);

/* All: control; 0, or -1 with *why filled in, and then nothing has changed. */

/* Takes the values that are wanted now; a scene of that name is replaced. */
int console_scene_store(struct console *c, const char *name, const struct scene_scope *scope,
                        struct scene_count *count, struct refusal *why);
/* Puts one value, as it is written, into a scene, which is made if need be: how sessions keep them.
 */
int console_scene_put(struct console *c, const char *name, const char *address, const char *text,
                      struct refusal *why);
int console_scene_remove(struct console *c, const char *name, struct refusal *why);
int console_scene_recall(struct console *c, const char *name, const struct scene_scope *scope,
                         struct console_change *change, struct scene_count *count,
                         struct refusal *why);
/* Takes the last recall back; done again, takes that back. */
int console_scene_undo(struct console *c, struct console_change *change, struct scene_count *count,
                       struct refusal *why);

/* One value of a scene. */
struct scene_value {
    const char *address;
    char stored[PARAM_TEXT];
    char now[PARAM_TEXT]; /* "": there is no such parameter any more */
};
int console_scene_values(const struct console *c, const char *name, void *context,
                         void (*each)(void *context, const struct scene_value *v),
                         struct refusal *why);
/* Do both have a scene of that name, with the same values at the same addresses? */
bool console_scene_same(const struct console *a, const struct console *b, const char *name);
/* Calls each for every scene, in the order they were first stored. */
void console_each_scene(const struct console *c, void *context,
                        void (*each)(void *context, const char *name, uint32_t values));

/* ---- the morph: one parameter, scene/morph, moves all values from one scene's to another's.
 * Levels move in dB (to and from silence: in gain), frequencies by their ratio, all else evenly;
 * switches and choices turn over in the middle. */

/* Names the two, and where between them the desk stands, without moving anything. */
int console_scene_pair(struct console *c, const char *from, const char *to, double morph,
                       struct refusal *why);
/* False: no two are named. */
bool console_scene_paired(const struct console *c, const char **from, const char **to,
                          double *morph);

#endif
