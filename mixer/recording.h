/* recording.h - what sounds in a strip, an input, a bus or the master, into files
 *
 * A recording takes what the meter there shows: behind the fader, before the pan. It begins and
 * ends with a desk, at one frame, and touches nothing else. Recordings are no part of a session.
 */
#ifndef MIXER_RECORDING_H
#define MIXER_RECORDING_H

#include "mixer/recorder.h"
#include "mixer/refusal.h"

#include <stdbool.h>
#include <stdint.h>

struct console;

/* Control. As functions of console.h that may refuse. Runs once console_settled. `format` may be
 * NULL; the file must not be there yet. It is created on a thread of its own, unless there are no
 * needs (console_set_needs): a disk may refuse it later (console_record_refused), which ends the
 * recording. *id: a number of its own. */
int console_record(struct console *c, const char *address, const char *file, const char *format,
                   uint64_t *id, struct refusal *why);
/* Control. The file is whole once console_each_recording does not have it any more. */
int console_record_stop(struct console *c, const char *address, uint64_t *id, struct refusal *why);
/* Control. Why the file of a recording cannot be created; good until the next tick, and not
 * reported any more: who asks tells. NULL: it is, or may yet be, or there is no such recording. */
const struct refusal *console_record_refused(struct console *c, uint64_t id);

/* Control. On a desk that never sounds, which remembers it: could that be recorded, or its
 * recording be ended (`file` NULL), as far as can be known before? Is there such an object, a place
 * for such a file, and such a format; and last, is it not being recorded yet (FAULT_BUSY), or is it
 * (FAULT_STATE)? */
int console_record_try(struct console *c, const char *address, const char *file, const char *format,
                       struct refusal *why);

struct recording_figures {
    const char *address, *path;
    uint64_t id;
    bool ending;
    struct recorder_figures now;
};
/* Control. Calls each for every file that is being written. */
void console_each_recording(const struct console *c, void *context,
                            void (*each)(void *context, const struct recording_figures *f));

#endif
