/* filebytes.h - where a decoder's library reads, which takes a failed read for the end of the file
 *
 * For the libraries' callbacks: the owner's thread.
 */
#ifndef MIXER_FILEBYTES_H
#define MIXER_FILEBYTES_H

#include <stdint.h>

struct filebytes {
    int fd;
    int error; /* errno of the first read that failed; 0: none has */
};

/* read(2) that does not mind signals, and remembers what failed. `bytes` is a struct filebytes. */
int64_t filebytes_read(void *bytes, void *out, uint64_t n);
/* lseek(2) that gives the place reached. */
int64_t filebytes_seek(void *bytes, int64_t offset, int whence);

#endif
