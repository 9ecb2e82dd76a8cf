/* filemark.c - tells a file from another that took its name, and from what it was before */
#include "mixer/filemark.h"

#include <sys/stat.h>

static struct file_mark mark_from(const struct stat *st)
{
    return (struct file_mark){ (uint64_t)st->st_dev, (uint64_t)st->st_ino, (uint64_t)st->st_size,
                               st->st_mtim.tv_sec, st->st_mtim.tv_nsec };
}

struct file_mark file_mark_at(const char *path)
{
    struct stat st;
    return stat(path, &st) ? (struct file_mark){ 0 } : mark_from(&st);
}

struct file_mark file_mark_of(int fd)
{
    struct stat st;
    return fstat(fd, &st) ? (struct file_mark){ 0 } : mark_from(&st);
}

bool file_mark_equal(const struct file_mark *a, const struct file_mark *b)
{
    return file_mark_same(a, b) && a->size == b->size && a->seconds == b->seconds &&
           a->nanoseconds == b->nanoseconds;
}

bool file_mark_same(const struct file_mark *a, const struct file_mark *b)
{
    return a->device == b->device && a->inode == b->inode;
}

bool file_mark_none(const struct file_mark *a)
{
    return a->device == 0 && a->inode == 0;
}
