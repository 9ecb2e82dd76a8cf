/* noadvice.c - preloaded: what a program tells the kernel about its files is not passed on */
#include <fcntl.h>
#include <sys/types.h>

int posix_fadvise(int fd, off_t offset, off_t length, int advice)
{
    (void)fd, (void)offset, (void)length, (void)advice;
    return 0;
}
