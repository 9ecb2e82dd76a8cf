/* groups.h - strips, inputs and buses that are turned up, muted and soloed together
 *
 * A group has no signal: it is a second hand on the faders of its members (what consoles call a VCA
 * or DCA). Its gain is added, in dB, to each member's own, which stays as it is; its mute and solo
 * hold beside theirs. A member may be in several groups.
 */
#ifndef MIXER_GROUPS_H
#define MIXER_GROUPS_H

#include "mixer/refusal.h"

#include <stdint.h>

struct console;
struct console_key;

/* Control. As every function of console.h that may refuse. */
int console_add_group(struct console *c, const char *name, const struct console_key *keys,
                      uint32_t n, struct refusal *why);
/* Its members are as they would be without it. */
int console_remove_group(struct console *c, const char *name, struct refusal *why);
/* Calls each for every group, in the order they were added. */
void console_each_group(const struct console *c, void *context,
                        void (*each)(void *context, const char *name));

#endif
