/* markers.h - positions of the timeline that have a name
 *
 * A marker is an object of its own: `marker/chorus` is its position, and can be set. They are kept
 * and told in the order of the timeline.
 */
#ifndef MIXER_MARKERS_H
#define MIXER_MARKERS_H

#include "mixer/refusal.h"

#include <stdbool.h>
#include <stdint.h>

struct console;

/* Control. As every function of console.h that may refuse. A name is one like all others, but
 * nothing that reads as a time, nor one of the words off and now. */
int console_add_marker(struct console *c, const char *name, uint64_t position, struct refusal *why);
int console_remove_marker(struct console *c, const char *name, struct refusal *why);

/* Control. Where it lies, timeline frame. False: there is none of that name. */
bool console_find_marker(const struct console *c, const char *name, uint64_t *position);

struct marker_figures {
    const char *name;
    uint64_t position; /* timeline frame */
};
/* Control. Calls each for every marker, earliest first. */
void console_each_marker(const struct console *c, void *context,
                         void (*each)(void *context, const struct marker_figures *m));

#endif
