/* needs.h - what takes as long as a disk does, made on a thread of its own before it is asked for
 *
 * The console reads the header of a file that a strip shall play, and builds reverbs from whole
 * files. A command that comes to such a place while needs are set is refused, nothing has changed,
 * and what it lacks is noted; once that has been made, the command is given again and finds it:
 *
 *     struct needs *needs = needs_new();
 *     console_set_needs(console, needs);
 *     console_load(console, address, file, &why);         refuses
 *     console_set_needs(console, NULL);
 *     while (needs_lack(needs)) ...
 *         needs_make(needs);                              (another thread)
 *
 * Nobody but the client whose command it is waits for a disk that hangs. Where a command is tried
 * on another console before it is obeyed, both find what was made once for it.
 */
#ifndef MIXER_NEEDS_H
#define MIXER_NEEDS_H

#include "effects/effect.h"
#include "mixer/audiofile.h"
#include "mixer/refusal.h"
#include "mixer/textfile.h"

#include <stdbool.h>
#include <stdint.h>

struct needs;

/* Control. Nothing yet, one owner. NULL: out of memory. */
struct needs *needs_new(void);
/* Any thread. One more owner; one less, the last of whom frees it. NULL is fine. */
struct needs *needs_keep(struct needs *n);
void needs_drop(struct needs *n);

/* Control, while no other thread makes it. Is there something that has not been made? Or anything
 * at all? */
bool needs_lack(const struct needs *n);
bool needs_any(const struct needs *n);
/* Any thread but the audio thread, one at a time. Makes what is lacking. */
void needs_make(struct needs *n);

enum need_what {
    NEED_HEADER,
    NEED_PRESENCE, /* is there anything of that name? */
    NEED_PLACE,    /* for a new file of that name */
    NEED_TEXT,     /* the whole of it, which is no sound file */
    NEED_EFFECT
};

struct need {
    enum need_what what;
    char *path;                     /* absolute; the need's own */
    char *name;                     /* as the user calls it; the need's own */
    uint32_t rate;                  /* Hz */
    enum quality quality;           /* of a header: how a strip would convert its rate */
    const struct effect_kind *kind; /* of an effect: wants a response, the whole file at `path` */
    uint32_t quantum, channels;
    double values[EFFECT_PARAMS_MAX];
    uint32_t promised; /* to a line that was tried, which will take the effect when it is obeyed:
                          which promise it is, from 1; 0: to none */
    /* What came of it. */
    bool failed; /* `why` says */
    struct refusal why;
    bool present;
    bool piped; /* it is a named pipe; there is no header, and no info */
    struct audiofile_info info;
    struct textfile text;
    struct effect *effect; /* the need's own until it is taken; has joined no helpers */
};

/* Any thread but the audio thread. Reads the file, builds the effect; may take as long as the disk
 * does. */
void need_make(struct need *n);
void need_clear(struct need *n);
/* Control. What `want` asks for: one that was made before, good as long as the needs; or, if there
 * are no needs, itself, made now. NULL: it is noted that it lacks. An effect can be taken once, and
 * so can be promised to one line that is `tried` only. */
struct need *needs_meet(struct needs *n, struct need *want, bool tried);
/* Control. All should be there: what is not is made when it is asked for, as without needs, until
 * this is called with false. NULL is fine. */
void needs_close(struct needs *n, bool closed);
/* Control. How many promises there are. NULL is fine. */
uint32_t needs_promises(const struct needs *n);
/* Control. Only the first so many are kept: the other lines will be tried anew, or never be
 * obeyed. NULL is fine. */
void needs_recall(struct needs *n, uint32_t kept);

#endif
