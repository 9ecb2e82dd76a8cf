/* filebytes.c - where a decoder's library reads, which takes a failed read for the file's end */
#include "mixer/filebytes.h"

#include <errno.h>
#include <unistd.h>

int64_t filebytes_read(void *bytes, void *out, uint64_t n)
{
    struct filebytes *b = bytes;
    ssize_t got;
    do
        got = read(b->fd, out, n);
    while (got < 0 && errno == EINTR);
    if (got < 0 && !b->error)
        b->error = errno;
    return got;
}

int64_t filebytes_seek(void *bytes, int64_t offset, int whence)
{
    return lseek(((struct filebytes *)bytes)->fd, offset, whence);
}
