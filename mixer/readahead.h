/* readahead.h - what a decoder will read next, asked of the disk before it does
 *
 * A decoder reads a block, converts it, and sleeps until its ring runs low. The kernel reads ahead
 * by itself, but in small pieces (128 kB, where nobody has set more), for each of which a disk that
 * turns has to seek. So a window of seconds from the descriptor's own offset on is asked for in
 * large pieces: whatever the format, that is where its library goes on reading.
 */
#ifndef MIXER_READAHEAD_H
#define MIXER_READAHEAD_H

#include <stdbool.h>
#include <stdint.h>

struct readahead {
    int fd;
    int64_t window;      /* bytes; 0: nothing is asked for, as on FUSE */
    int64_t from, until; /* what was asked for, bytes of the file, */
    uint64_t looked_ns;  /* and when */
};

/* `fd`, of a regular file, stays the decoder's. `second`: bytes that a second of it takes. */
void readahead_init(struct readahead *r, int fd, double second);

/* The decoder's thread, which may block (the disk's queue may be full). Before every read: asks for
 * what the window lacks, if that is much. */
void readahead_look(struct readahead *r);

#endif
