/* when.h - the WHEN of `at WHEN` */
#ifndef DAEMON_WHEN_H
#define DAEMON_WHEN_H

#include "ipc/registry.h"

#include <stdbool.h>
#include <stdint.h>

struct mixd;

struct when {
    bool now;
    bool timeline;     /* a position on the timeline; else an engine frame */
    uint64_t position; /* on the timeline */
    uint64_t frame;    /* a quantum edge */
};

/* Control. Reads call->when: `now`, `+TIME` from the next frame there is, or a position. False: the
 * reply is the error. */
bool when_read(const struct call *call, struct when *out);
/* Control. The quantum edge at or after a frame. */
uint64_t when_edge(const struct mixd *m, uint64_t frame);

#endif
