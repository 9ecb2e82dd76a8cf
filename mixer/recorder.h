/* recorder.h - one recording: a ring that the audio thread fills, and a thread that writes a file
 *
 * Made by the control thread, filled by the audio thread through a lane of the desk, from its first
 * quantum on: a disk that is slow to create the file moves nothing. What finds no room (the disk
 * stands still) is counted and becomes silence in the file, so that everything else keeps its
 * place. The file's header is kept true while it grows: what is on the disk when the power fails
 * can be played. Nobody but the recording's own thread ever waits for the disk.
 */
#ifndef MIXER_RECORDER_H
#define MIXER_RECORDER_H

#include "effects/rt.h"
#include "mixer/refusal.h"

#include <stdbool.h>
#include <stdint.h>

struct recorder;

struct recorder_setup {
    const char *path;   /* must not be there yet; copied, like name */
    const char *name;   /* as the user calls it; NULL: the path */
    const char *format; /* name of a row of fileformat.h; NULL: by the path's extension */
    uint32_t rate;      /* Hz */
    uint32_t channels;
    uint32_t quantum;  /* frames of a call of recorder_take */
    uint32_t pause_ms; /* between two looks for something to write; 0: as is good */
    bool now;          /* the file is created before there is a recorder, however long that takes */
};

/* Control. Starts the thread, which creates the file, unless that is to be done now. NULL: *why. */
struct recorder *recorder_new(const struct recorder_setup *setup, struct refusal *why);
/* Control. Nobody takes any more: the rest is written and the file closed, in its own time. */
void recorder_stop(struct recorder *r);
/* Control. Is the file closed? */
bool recorder_done(const struct recorder *r);
/* Control. Stops it if need be; what is not on the disk by then gets there in its own time. NULL is
 * fine. */
void recorder_free(struct recorder *r);

/* Control. Waits until the files of all recorders there ever were are closed, for as long as some
 * of them are being written, and so many ms more. False: one is not. */
bool recorders_await(unsigned patience_ms);

/* Audio. One quantum from engine frame `frame` on, times gain. */
RT void recorder_take(struct recorder *r, float *const *ch, float gain, uint64_t frame);

/* Audio. Is there room for n frames, or will there never be so much? Asked by drivers that wait. */
RT bool recorder_has_room(const struct recorder *r, uint32_t n);

enum recorder_state {
    RECORDER_OPENING, /* the disk has not answered yet */
    RECORDER_OPEN,
    RECORDER_REFUSED /* the file cannot be created; nothing will be written */
};

struct recorder_figures {
    enum recorder_state state;
    uint64_t first;   /* engine frame of the first frame of the file, once `taken` */
    uint64_t taken;   /* frames, with those lost; the file's length when it is done */
    uint64_t lost;    /* of them, became silence because there was no room */
    uint64_t clipped; /* samples that an integer format had to cut */
    char fault[128];  /* why it writes no more; "": it is well */
};
/* Any thread. */
void recorder_figures(const struct recorder *r, struct recorder_figures *out);
/* Any thread. Why its file cannot be created, good as long as r; NULL: it is, or may yet be. */
const struct refusal *recorder_refusal(const struct recorder *r);

#endif
