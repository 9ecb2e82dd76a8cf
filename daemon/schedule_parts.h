/* schedule_parts.h - what the files of the schedule share; nobody else includes it
 *
 * A job lies in two agendas: by its id, and by what it waits for. Those that wait for a position of
 * the timeline get their frame when it is a moment away; until then a locate or a stop moves
 * nothing but the way there.
 */
#ifndef DAEMON_SCHEDULE_PARTS_H
#define DAEMON_SCHEDULE_PARTS_H

#include "daemon/agenda.h"
#include "daemon/errand.h"
#include "daemon/schedule.h"
#include "mixer/course.h"

struct job {
    struct place by_id;   /* first, so that a place of ids is its job */
    struct place by_time; /* in frames, outside or positions */
    struct agenda *agenda;
    uint64_t frame; /* 0: of a position that has none yet */
    bool timeline;
    bool outside; /* about the world outside of the engine: obeyed when its frame has come */
    bool opens;   /* files, perhaps */
    uint64_t position;
    uint64_t extra; /* frames by which it is begun earlier: it took that long to try */
    struct errand errand;
};

struct schedule {
    struct agenda ids;       /* key: id */
    struct agenda frames;    /* key: engine frame */
    struct agenda outside;   /* key: engine frame */
    struct agenda positions; /* key: timeline frame */
    uint64_t last_id;
    unsigned opening; /* jobs with files to be opened */
    struct rehearsal *rehearsal;
    struct course course; /* as it was looked along last */
    bool rolls;           /* there was one */
    bool stalled;         /* the first one waits for the engine to go on */
    struct reply *reply;
};

/* Control. Puts a job that is in none into an agenda of those by time. */
void job_enter(struct job *j, struct agenda *a, uint64_t key);

#endif
