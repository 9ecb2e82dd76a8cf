/* ports.h - the table of our own ports, by place; it outlives servers that come and go
 *
 * Places 0 and 1 are the master's outputs. The console claims places for inputs and for strips and
 * buses with outputs of their own; the driver makes a port of each and hands its buffers to the
 * engine under the same place number.
 */
#ifndef DAEMON_PORTS_H
#define DAEMON_PORTS_H

#include <stdbool.h>
#include <stdint.h>

enum { PORTS_MAX = 2040, PORT_NAME_MAX = 80 }; /* JACK2's limit is 2,043 per client */

struct ports;

struct port {
    char name[PORT_NAME_MAX];   /* short name, unique: "out_1", "vox_2" */
    char pretty[PORT_NAME_MAX]; /* for people: "Master 1" */
    bool used;
    bool input; /* it gives us samples */
};

/* Control. The two master outputs "out_1" and "out_2" are there from the beginning. NULL: out of
 * memory. */
struct ports *ports_new(void);
void ports_free(struct ports *p);

/* Control. Claims `channels` consecutive places named NAME_1, NAME_2, ..; the pretty names are
 * LABEL 1, LABEL 2, .. `name` has at most 63 bytes; a longer label is cut. Returns the first place,
 * or -EEXIST (a name is taken), -ENOSPC or -ENOMEM. A place that was dropped may be claimed again
 * at once: the driver sees by the name that it is another port. */
int ports_claim(struct ports *p, const char *name, const char *label, bool input,
                uint32_t channels);
/* Control. Gives them back. */
void ports_drop(struct ports *p, uint32_t first, uint32_t channels);

/* Control. One more than the highest place in use; a place; a number that changes whenever the
 * table does, so that a driver knows when to look. */
uint32_t ports_end(const struct ports *p);
const struct port *ports_at(const struct ports *p, uint32_t place);
uint64_t ports_serial(const struct ports *p);

#endif
