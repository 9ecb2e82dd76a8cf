/* playlist.h - files joined end to end, read like one
 *
 * Each file takes the frames that its place on the joined line was given, whatever becomes of it:
 * one that is missing, has too few channels, or ends early leaves silence behind a short fade, one
 * problem is told of it, and the next begins where it always would have. Until then what is lost is
 * tried again every `retry_ns`, and comes back in its place, with a short fade. A list of one file
 * with no place given is that file, with all its channels, as audiofile.h has it. One thread at a
 * time, which may block.
 */
#ifndef MIXER_PLAYLIST_H
#define MIXER_PLAYLIST_H

#include "mixer/audiofile.h"
#include "mixer/filemark.h"

#include <stdint.h>

struct playlist;

struct playlist_entry {
    const char *path;
    uint32_t first;  /* channel of the file, from 0, that becomes the line's first */
    uint64_t frames; /* its place, at the rate asked for; of the last: UINT64_MAX, to its end */
};

struct playlist_plan {
    const struct playlist_entry *entries; /* copied, paths too */
    uint32_t n;
    uint32_t channels; /* of the line; of a single file they are its own */
    uint32_t rate;     /* Hz */
    enum quality quality;
    uint64_t retry_ns; /* 0: what is lost is not tried again */
};

/* *info: of the line. NULL: *why as audiofile_open says; of more than one file, only no memory. */
struct playlist *playlist_open(const struct playlist_plan *plan, struct audiofile_info *info,
                               const char **why);
void playlist_close(struct playlist *p); /* NULL is fine */

/* As the functions of audiofile.h; a list of several never lacks anything. */
uint32_t playlist_read(struct playlist *p, float *out, uint32_t n);
int playlist_seek(struct playlist *p, uint64_t frame);
uint64_t playlist_nans(const struct playlist *p);
enum audiofile_lack playlist_lack(const struct playlist *p);
struct file_mark playlist_mark(const struct playlist *p);

/* The k-th thing that went wrong, at most one for each file, or went well again, likewise; NULL:
 * there are not so many yet. Good until close. */
const char *playlist_problem(const struct playlist *p, uint32_t k);

#endif
