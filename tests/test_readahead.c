/* test_readahead.c - what is asked of the kernel while a file is read, sought in and left alone */
#include "mixer/readahead.h"

#include "effects/rt.h"
#include "tests/check.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { SECOND = 400000, SIZE = 40 * SECOND, PIECE = 1 << 20 };

static off_t first, until; /* of what was asked for since forget() */
static unsigned calls;

/* In place of the kernel's. */
int posix_fadvise(int fd, off_t offset, off_t length, int advice)
{
    CHECK(fd >= 0);
    CHECK_INT(advice, POSIX_FADV_WILLNEED);
    CHECK(length > 0 && length <= PIECE);
    if (calls++ == 0)
        first = offset;
    else
        CHECK_INT(offset, until);
    until = offset + length;
    return 0;
}

static long file_system = EXT4_SUPER_MAGIC;

int fstatfs(int fd, struct statfs *out)
{
    CHECK(fd >= 0);
    *out = (struct statfs){ .f_type = file_system };
    return 0;
}

static void look_at(struct readahead *r, off_t at, uint64_t slept_ns)
{
    calls = 0;
    lseek(r->fd, at, SEEK_SET);
    r->looked_ns = rt_now() - slept_ns; /* however long the machine takes */
    readahead_look(r);
    CHECK_INT(lseek(r->fd, 0, SEEK_CUR), at);
}

static int open_file(void)
{
    char path[] = "/tmp/mixd-readahead-XXXXXX";
    int fd = mkstemp(path);
    unlink(path);
    CHECK_INT(ftruncate(fd, SIZE), 0);
    return fd;
}

static void a_window_of_two_seconds_in_halves(void)
{
    struct readahead r;
    int fd = open_file();
    readahead_init(&r, fd, SECOND);
    off_t asked = 0;
    for (off_t at = 0; at < SIZE; at += SECOND / 8) {
        look_at(&r, at, 0);
        if (asked - at > SECOND) {
            CHECK_INT(calls, 0);
            continue;
        }
        CHECK(calls > 0);
        CHECK_INT(first, asked);
        CHECK_INT(until, at + 2 * SECOND);
        asked = until;
    }
    close(fd);
}

static void a_seek_begins_it_anew(void)
{
    static const off_t places[] = { 10 * SECOND, 3 * SECOND, 3 * SECOND + 2 * SECOND + 1, 0 };
    struct readahead r;
    int fd = open_file();
    readahead_init(&r, fd, SECOND);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        look_at(&r, places[i], 0);
        CHECK_INT(first, places[i]);
        CHECK_INT(until, places[i] + 2 * SECOND);
    }
    close(fd);
}

static void after_a_sleep_it_is_asked_for_again(void)
{
    struct readahead r;
    int fd = open_file();
    readahead_init(&r, fd, SECOND);
    look_at(&r, SECOND, 0);
    look_at(&r, SECOND + 1, 0);
    CHECK_INT(calls, 0);
    look_at(&r, SECOND + 2, 1000000001);
    CHECK_INT(first, SECOND + 2);
    CHECK_INT(until, SECOND + 2 + 2 * SECOND);
    close(fd);
}

static void it_has_bounds(void)
{
    struct readahead r;
    int fd = open_file();
    readahead_init(&r, fd, 0); /* unknown */
    look_at(&r, 0, 0);
    CHECK_INT(until, 256 * 1024);
    readahead_init(&r, fd, 1e9);
    look_at(&r, 0, 0);
    CHECK_INT(until, 8 * 1024 * 1024);
    CHECK_INT(calls, 8);
    close(fd);
}

static void nothing_is_asked_of_fuse(void)
{
    struct readahead r;
    int fd = open_file();
    file_system = FUSE_SUPER_MAGIC;
    readahead_init(&r, fd, SECOND);
    look_at(&r, 0, 0);
    CHECK_INT(calls, 0);
    file_system = EXT4_SUPER_MAGIC;
    close(fd);
}

int main(void)
{
    RUN(a_window_of_two_seconds_in_halves);
    RUN(a_seek_begins_it_anew);
    RUN(after_a_sleep_it_is_asked_for_again);
    RUN(it_has_bounds);
    RUN(nothing_is_asked_of_fuse);
    return check_done();
}
