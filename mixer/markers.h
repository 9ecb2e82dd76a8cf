/* markers.h - positions of the timeline that have a name
 *
 * A marker is an object of its own: `marker/chorus` is its position, and can be set. They are kept
 * and told in the order of the timeline.
 *
 * Of a primed one every strip's file is kept open at its place, asleep, with a quarter of its ring
 * in memory (96 kB for a stereo file at 48 kHz and engine/ring=1s), so that a locate to it waits
 * for no disk. There may be MARKERS_PRIMED of them.
 */
#ifndef MIXER_MARKERS_H
#define MIXER_MARKERS_H

#include "mixer/refusal.h"

#include <stdbool.h>
#include <stdint.h>

enum { MARKERS_PRIMED = 16 };

struct console;

/* Control. As every function of console.h that may refuse. A name is one like all others, but
 * nothing that reads as a time, nor one of the words off and now. */
int console_add_marker(struct console *c, const char *name, uint64_t position, bool primed,
                       struct refusal *why);
int console_remove_marker(struct console *c, const char *name, struct refusal *why);

/* Control. Where it lies, timeline frame. False: there is none of that name. */
bool console_find_marker(const struct console *c, const char *name, uint64_t *position);

/* Control. Keeps the primed ones primed (and what is armed while rolling), whatever comes, goes or
 * is replaced. To be called after
 * console_tick where the transport may jump: not for a render. */
void console_prime_markers(struct console *c);

struct marker_figures {
    const char *name;
    uint64_t position; /* timeline frame */
    bool primed;
    uint32_t files, ready; /* that strips play; that are kept ready there */
    uint64_t bytes;        /* of sound in memory for it */
};
/* Control. Calls each for every marker, earliest first. */
void console_each_marker(const struct console *c, void *context,
                         void (*each)(void *context, const struct marker_figures *m));

#endif
