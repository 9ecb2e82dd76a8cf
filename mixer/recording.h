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
 * NULL; the file must not be there yet. */
int console_record(struct console *c, const char *address, const char *file, const char *format,
                   struct refusal *why);
/* Control. The file is whole once console_settled. */
int console_record_stop(struct console *c, const char *address, struct refusal *why);

/* Control. Could that be recorded, or its recording be ended (`file` NULL), as far as can be known
 * before: is there such an object, no such file, and such a format? */
int console_record_check(const struct console *c, const char *address, const char *file,
                         const char *format, struct refusal *why);

struct recording_figures {
    const char *address, *path;
    bool ending;
    struct recorder_figures now;
};
/* Control. Calls each for every file that is being written. */
void console_each_recording(const struct console *c, void *context,
                            void (*each)(void *context, const struct recording_figures *f));

#endif
