/* textfile.c - a whole file of lines, as a session is, in memory */
#include "mixer/textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FIRST = 64 << 10, MOST = 256 << 20 }; /* bytes; no session is that long, but /dev/zero is */

char *textfile_folder(const char *path)
{
    char *copy = strdup(path);
    char *folder = copy ? realpath(dirname(copy), NULL) : NULL;
    free(copy);
    return folder;
}

/* Makes room for more and the 0. 0, or an errno. */
static int grow(struct textfile *f, size_t *room)
{
    if (f->length + 1 < *room)
        return 0;
    size_t wanted = *room ? 2 * *room : FIRST;
    char *text = wanted > MOST ? NULL : realloc(f->text, wanted);
    if (!text)
        return wanted > MOST ? EFBIG : ENOMEM;
    f->text = text;
    *room = wanted;
    return 0;
}

static int read_all(struct textfile *f, int fd)
{
    size_t room = 0;
    for (;;) {
        int error = grow(f, &room);
        if (error)
            return error;
        ssize_t n = read(fd, f->text + f->length, room - 1 - f->length);
        f->length += n > 0 ? (size_t)n : 0;
        f->text[f->length] = '\0';
        if (n == 0 || (n < 0 && errno != EINTR))
            return n ? errno : 0;
    }
}

void textfile_read(struct textfile *f, const char *path)
{
    *f = (struct textfile){ 0 };
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd >= 0)
        f->folder = textfile_folder(path);
    if (fd < 0 || !f->folder)
        f->open_error = errno;
    else
        f->read_error = read_all(f, fd);
    if (fd >= 0)
        close(fd);
}

void textfile_clear(struct textfile *f)
{
    free(f->text);
    free(f->folder);
    *f = (struct textfile){ 0 };
}
