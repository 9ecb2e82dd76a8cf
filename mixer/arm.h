/* arm.h - everything primed at a position, so that it can begin at one frame, at once
 *
 * Standing, the timeline goes to that position and every ring is filled. Rolling, what plays goes
 * on, and beside it every file is kept ready there, as of a primed marker. Whatever moves the
 * timeline otherwise (play, stop, locate, loop) disarms.
 */
#ifndef MIXER_ARM_H
#define MIXER_ARM_H

#include "mixer/refusal.h"

#include <stdbool.h>
#include <stdint.h>

struct console;

/* Control. Begins to prime at a timeline frame; NULL: where it stands. As every function of
 * console.h that may refuse. */
int console_arm(struct console *c, const uint64_t *position, struct refusal *why);
void console_disarm(struct console *c);

/* The better before the worse. */
enum arming {
    ARMING_OFF,
    ARMING_DONE,
    ARMING_PARTLY, /* all are but some that are waited for no longer; *why names one of them */
    ARMING_PRIMES, /* *why says which strip is not primed yet */
    ARMING_FAILED, /* *why says which strip cannot be primed, and what is wrong with its file */
};
/* Control. How it stands, from tick to tick. */
enum arming console_arming(struct console *c, struct refusal *why);
/* Control. Where; unless it is OFF. */
uint64_t console_armed_position(struct console *c);

/* Control. ARMING_DONE or PARTLY must hold: all begins at once, what is cut fading in over `fade`
 * frames, and nothing is armed any more. The frame; UINT64_MAX: the timeline rolls and moves there,
 * from console_moved_frame on once console_moved. */
uint64_t console_go(struct console *c, uint32_t fade);

#endif
