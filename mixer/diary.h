/* diary.h - commands that the engine keeps for a later frame
 *
 * A heap by frame, and by arrival among equal frames: writing and reading one costs the logarithm
 * of how many there are, whatever order they come in.
 */
#ifndef MIXER_DIARY_H
#define MIXER_DIARY_H

#include "effects/rt.h"
#include "mixer/link.h"

#include <stdbool.h>
#include <stdint.h>

struct diary {
    uint64_t arrivals; /* ever */
    uint32_t n;
    struct entry {
        uint64_t arrival;
        struct command command;
    } at[LINK_SCHEDULED];
};

/* Audio. False: it is full, and nothing was written. */
RT bool diary_write(struct diary *d, const struct command *c);
/* Audio. Takes out the next command that is due at `frame` or before; false: none is. */
RT bool diary_read(struct diary *d, uint64_t frame, struct command *c);

#endif
