/* track.h - one file being played: a decoder thread that fills a ring of frames
 *
 * A track is opened for one stretch of the timeline and never re-aimed: a locate opens a new one
 * (law of replacement). Its stream is the file as the transport will cross it: index 0 is the
 * timeline frame `position`, and where the transport loops, the stream goes on at loop_from with
 * the seam already crossfaded. All channels of the file go through one ring, so strips that tap
 * them cannot drift apart.
 *
 * The engine counts the frames it has rolled in a clock that only grows. A track's anchor is the
 * value of that clock at which its index 0 is due; what is due at clock c is index c - anchor.
 * Frames that come too late are skipped, so a track that starved is back in step at once.
 * For every track, at every moment: decoded = played + skipped + buffered.
 */
#ifndef MIXER_TRACK_H
#define MIXER_TRACK_H

#include "effects/rt.h"
#include "mixer/audiofile.h"
#include "mixer/pace.h"
#include "mixer/playlist.h"
#include "mixer/region.h"

#include <stdbool.h>
#include <stdint.h>

struct pipe;
struct track;

/* Of a pipe (pipe.h) a track plays what has not gone by yet, straight on: from a region of it, at
 * its own rate, once, and to the end of the transport's loop. */
struct track_plan {
    const char *path;                     /* copied */
    struct pipe *pipe;                    /* it has that name, and is read; shared. NULL: a file */
    const struct playlist_entry *entries; /* of several files, played one after the other; copied */
    uint32_t n_entries;                   /* 0 or 1: only `path`, with all its channels */
    uint32_t channels;                    /* of several files: the track's */
    uint64_t retry_ns;                    /* of several files, as in playlist.h */
    uint32_t rate;                        /* the engine's, Hz */
    enum quality quality;
    uint64_t position;           /* timeline frame of index 0 */
    uint64_t offset;             /* timeline frame at which the region's first frame sounds */
    bool repeat;                 /* the region starts again at its end, for ever (material.h) */
    uint64_t loop_from, loop_to; /* the transport's loop, timeline frames; equal: none. It is
                                    taken only when position < loop_to. */
    uint32_t xfade;   /* frames of linear crossfade at the transport loop's seam: what lies behind
                         loop_to fades out while loop_from fades in; cut to the loop's length. The
                         same where a region repeats that the file goes on behind. */
    struct pace pace; /* of its varispeed, and its plain rate; as in stream.h */
    double varispeed;
    struct region region;    /* of the file; all zero: all of it */
    uint32_t ring;           /* frames of buffer, at least */
    uint32_t prime;          /* frames of it with which it is primed, and then rests until
                                track_wake; only these take memory. 0: all, and it goes on */
    uint32_t quantum;        /* the engine's, frames; the most that one pull asks for */
    struct file_mark unless; /* a file that still bears this mark is not opened: it is LOST as it
                                was; none: any file is */
};

/* What has become of its file. Never goes back. */
enum track_fate {
    TRACK_WELL,
    TRACK_LOST,  /* it cannot be opened or read, or ends before its header said: silence from there
                    on, and another track may have more luck */
    TRACK_GROWN, /* it ended, and there is more of it than when it was opened */
    TRACK_STALE, /* when it was woken from its `prime`, the file had been replaced or changed */
};

struct track_figures {
    uint64_t decoded, played, skipped; /* frames; decoded = played + skipped + buffered */
    uint64_t buffered;
    uint64_t starved; /* frames that were due and not there */
    uint64_t nans;    /* non-finite samples replaced */
    uint32_t size;    /* places of the ring, frames; 0 until the file is open */
    bool primed;      /* as track_primed */
    bool ended;       /* all that will ever come has been decoded: the decoder is gone */
    bool failed;      /* the file could not be opened */
    bool lost;        /* its fate is TRACK_LOST */
    bool playing;     /* sound of the file is still to come: it counts for BUF */
};

/* Control. Starts the decoder thread, which opens the file itself: a file that cannot be opened
 * shows as failed. NULL: *why (no memory, no thread). */
struct track *track_open(const struct track_plan *plan, const char **why);
/* Control; the audio thread has let go. Returns at once, whatever the disk does: the decoder stops
 * after the read under way and frees what is left. NULL is fine. */
void track_close(struct track *t);
/* Any thread. Decoders alive in this process, those of closed tracks included. */
uint32_t track_decoders(void);

/* Any thread but the audio thread. Wakes the decoder, which fills its ring and from then on follows
 * the rolled clock by itself, without polling; once the clock stands it sleeps until the next
 * track_wake. So: call it when the transport has begun to roll (the engine's status says so; a
 * little before is fine, a ring later is too late), and from the render driver when it waits. */
void track_wake(struct track *t);
/* Any thread but the audio thread. Sleeps until the decoder has written more, ended or failed, or
 * 100 ms have passed. One waiter per track at a time. */
void track_await(struct track *t);

/* Any thread. */
uint32_t track_channels(const struct track *t); /* 0 until the file is open */
/* The ring is full, or for a pace that turns holds enough to begin with, or all that will come; or
 * it failed. */
bool track_primed(const struct track *t);
/* Control. Anchored: are half a ring's frames from `rolled` on here, or all that will ever come? */
bool track_in_time(const struct track *t, uint64_t rolled);
/* Control. Anchored and primed: would it arrive at `rolled` with enough to go on? */
bool track_may_arrive(const struct track *t, uint64_t rolled);
/* Control. How long its file has given it no answer, by the clock of rt_now: for the opening, or
 * for one block of frames; 0: it waits for none. */
uint64_t track_waits_ns(const struct track *t, uint64_t now);
/* A consistent reading: the equation of the figures holds in it. */
void track_figures(const struct track *t, struct track_figures *out);
/* Any thread. */
enum track_fate track_fate(const struct track *t);
/* Any thread. Its file, the first of several, as it was opened; none: it is not open yet. */
struct file_mark track_mark(const struct track *t);
/* Any thread. Of a LOST track: the file as it was found to be wanting; none where it could not be
 * read at all. */
struct file_mark track_lost_mark(const struct track *t);
/* Control. What has happened to the name of its file while it was open ("take3.flac: ..."), or
 * NULL: another file has it, or none. The track plays on. Good until close. */
const char *track_notice(const struct track *t);
/* Control. The k-th thing that went wrong (open failed, ended early, read error), or NULL; of a
 * single file there is one at most, of several up to sixteen. Good until close. */
const char *track_problem(const struct track *t, uint32_t k);

/* Audio, or control before it hands the track over. Index 0 is due at this value of the rolled
 * clock. Once, before the first pull. */
RT void track_anchor(struct track *t, uint64_t rolled);
RT bool track_anchored(const struct track *t);

/* Audio. The n frames due at `rolled`, interleaved, in memory that stays valid until the next pull;
 * NULL: all silence (not begun, ended, failed, starved). Frames older than `rolled` that are still
 * in the ring are skipped. A hole goes out as silence with a fade at both edges, each a quantum
 * long, and is counted. `rolled` grows by n from pull to pull while the transport rolls, and never
 * goes back; n is at most the quantum. */
RT const float *track_pull(struct track *t, uint64_t rolled, uint32_t n);
/* Audio. Call into the cache what a pull looks at: first the track, and when that has come, its
 * ring. */
RT void track_prefetch(const struct track *t);
RT void track_prefetch_ring(const struct track *t);
/* Audio. What the last pull gave; for all the strips that tap this track. */
RT const float *track_view(const struct track *t);
/* Audio. Are the n frames due at `rolled` here, or known never to come? Asked offline only. Frames
 * older than `rolled` are skipped, as by the pull that follows; what the last pull gave is then no
 * longer valid. */
RT bool track_ready(struct track *t, uint64_t rolled, uint32_t n);
/* Audio. Would a cut at `rolled` fall inside the file's sound, so that it needs a fade? False
 * before the file's first frame, at it exactly, and after its end. */
RT bool track_sounding(const struct track *t, uint64_t rolled);

#endif
