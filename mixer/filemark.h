/* filemark.h - tells a file from another that took its name, and from what it was before */
#ifndef MIXER_FILEMARK_H
#define MIXER_FILEMARK_H

#include <stdbool.h>
#include <stdint.h>

struct file_mark {
    uint64_t device, inode, size;
    int64_t seconds, nanoseconds; /* last change */
};

/* Any thread but the audio thread; may block as the file system does. Of a name, of an open file.
 * All zero: it is not there, or cannot be asked. */
struct file_mark file_mark_at(const char *path);
struct file_mark file_mark_of(int fd);

/* Any thread. Nobody has changed it. */
bool file_mark_equal(const struct file_mark *a, const struct file_mark *b);
/* Any thread. One file, changed or not. */
bool file_mark_same(const struct file_mark *a, const struct file_mark *b);
/* Any thread. No file at all. */
bool file_mark_none(const struct file_mark *a);

#endif
