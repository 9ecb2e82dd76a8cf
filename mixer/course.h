/* course.h - how the timeline goes on from here, as far as is known
 *
 * Which engine frame meets which position follows from where the timeline was last seen, the loop,
 * and the plays and stops on their way. A locate under way makes an end of it: after that it is
 * asked anew.
 */
#ifndef MIXER_COURSE_H
#define MIXER_COURSE_H

#include <stdbool.h>
#include <stdint.h>

struct console;

struct course {
    uint64_t frame, position, rolled; /* at this engine frame the timeline is here, and so much
                                         has rolled */
    uint64_t until;                   /* engine frame by which it stands */
    uint64_t loop_from, loop_to;      /* equal: none */
};

/* Control. False: the timeline stands, or is on its way to somewhere else. */
bool console_course(const struct console *c, struct course *now);
/* Control. Is `now` on the way that was seen `before`, with nothing left out between them? */
bool course_follows(const struct course *before, const struct course *now);
/* Control. The first engine frame from the course's own on at which it comes to a position;
 * UINT64_MAX: it never does. */
uint64_t course_meets(const struct course *c, uint64_t position);

#endif
