/* readahead.c - what a decoder will read next, asked of the disk before it does
 *
 * The window is asked for again when half of it has been read. What that is worth is measured by
 * tests/bench_readahead.py, on a disk of 150 requests and 150 MB per second, 24 bits, 48 kHz: a
 * cold locate of 128 tracks takes 1.5 s instead of 3.4 s, one while they roll 1.7 s instead of 8.3
 * s, and rolling none of them starves, where without it most of them always do (288 requests of the
 * kernel's own 128 kB would be needed for each second). A primed marker holds a quarter of a ring
 * in memory, and the window lies behind it: without, 64 tracks starve for a second and more behind
 * a locate to it.
 *
 * One and four seconds did worse than two: more requests, or bytes of later seconds in the way of
 * those that others wait for. So did a window that grows from a small beginning. What has been read
 * is not dropped (DONTNEED): the kernel does that by itself, 64 tracks roll well in 64 MB.
 */
#include "mixer/readahead.h"

#include "effects/rt.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <sys/vfs.h>
#include <unistd.h>

enum {
    WINDOW_S = 2,
    LEAST = 256 * 1024, /* bytes */
    MOST = 8 * 1024 * 1024,
    PIECE = 1024 * 1024, /* the kernel forgets what exceeds the disk's largest request */
};

/* Such a file system serves requests with a few threads or places of a queue. One of its files that
 * hangs would take all of them, and the other files with it. */
static bool in_user_space(int fd)
{
    struct statfs fs;
    return fstatfs(fd, &fs) == 0 && fs.f_type == FUSE_SUPER_MAGIC;
}

/* What was asked for may be in memory no longer when a decoder has slept for so long. */
static const uint64_t FORGOTTEN_NS = 1000000000;

void readahead_init(struct readahead *r, int fd, double second)
{
    double window = WINDOW_S * second;
    window = window < LEAST ? LEAST : window > MOST ? MOST : window;
    *r = (struct readahead){ .fd = fd, .window = in_user_space(fd) ? 0 : (int64_t)window };
}

void readahead_look(struct readahead *r)
{
    int64_t at = r->window ? lseek(r->fd, 0, SEEK_CUR) : -1;
    if (at < 0)
        return;
    uint64_t now = rt_now();
    if (at < r->from || at > r->until || now - r->looked_ns > FORGOTTEN_NS)
        r->until = at;
    r->from = at;
    r->looked_ns = now;
    if (r->until - at > r->window / 2)
        return;
    for (int64_t end = at + r->window; r->until < end; r->until += PIECE)
        posix_fadvise(r->fd, r->until, PIECE < end - r->until ? PIECE : end - r->until,
                      POSIX_FADV_WILLNEED);
    r->until = at + r->window;
}
