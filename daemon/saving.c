/* saving.c - the session on its way into a file, whole or not at all */
#include "daemon/saving.h"

#include "daemon/chore.h"
#include "daemon/mixd.h"
#include "daemon/session.h"
#include "ipc/text.h"
#include "mixer/textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATIENCE_MS = 5000 };

/* In one hand at any time: the thread's while there is a chore that is not done. */
struct saving {
    struct mixd *m;
    char *path, *folder;
    struct text text;
    bool written; /* the second of the two chores */
    int err;
    struct chore *chore;
    _Atomic unsigned owners; /* control, and the thread; the last to leave frees */
};

static void leave(struct saving *s)
{
    /* Acquire and release: the last one sees all that the other one did. */
    if (atomic_fetch_sub_explicit(&s->owners, 1, memory_order_acq_rel) > 1)
        return;
    free(s->path);
    free(s->folder);
    text_clear(&s->text);
    free(s);
}

static void folder_find(void *arg)
{
    struct saving *s = arg;
    s->folder = textfile_folder(s->path);
    s->err = s->folder ? 0 : -errno;
    leave(s);
}

/* All of it is on the disk. 0 or -errno. */
static int fill(int fd, const struct text *text)
{
    const char *at = text_string(text), *end = at + text->length;
    while (at < end) {
        ssize_t n = write(fd, at, (size_t)(end - at));
        if (n < 0 && errno != EINTR)
            return -errno;
        at += n > 0 ? n : 0;
    }
    return fchmod(fd, 0644) || fsync(fd) ? -errno : 0;
}

/* Writes, syncs, renames, syncs the folder: at every moment the old file or the new is there. */
static int file_replace(const struct saving *s)
{
    char *temporary = NULL;
    if (asprintf(&temporary, "%s.XXXXXX", s->path) < 0)
        return -ENOMEM;
    int fd = mkostemp(temporary, O_CLOEXEC), err = fd < 0 ? -errno : fill(fd, &s->text);
    if (!err && rename(temporary, s->path))
        err = -errno;
    if (fd >= 0)
        close(fd);
    if (err && fd >= 0)
        unlink(temporary);
    free(temporary);
    int folder = err ? -1 : open(s->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) {
        fsync(folder);
        close(folder);
    }
    return err;
}

static void file_write(void *arg)
{
    struct saving *s = arg;
    s->err = file_replace(s);
    leave(s);
}

static void begin(struct saving *s, void (*what)(void *))
{
    atomic_fetch_add_explicit(&s->owners, 1, memory_order_relaxed); /* chore_new publishes it */
    s->chore = chore_new(what, s);
    if (s->chore)
        return;
    s->err = -ENOMEM;
    leave(s);
}

struct saving *saving_new(struct mixd *m, const char *path)
{
    struct saving *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->m = m;
    atomic_init(&s->owners, 1);
    s->path = strdup(path);
    if (!s->path) {
        leave(s);
        return NULL;
    }
    begin(s, folder_find);
    return s;
}

bool saving_done(struct saving *s, int *err)
{
    if (s->chore && !chore_done(s->chore, 0))
        return false;
    chore_free(s->chore);
    s->chore = NULL;
    if (!s->err && !s->written) {
        session_write(s->m, s->folder, &s->text);
        s->written = true;
        if (!s->text.failed) {
            begin(s, file_write);
            return false;
        }
        s->err = -ENOMEM;
    }
    *err = s->err;
    return true;
}

void saving_free(struct saving *s)
{
    if (!s)
        return;
    if (s->chore && s->written)
        chore_done(s->chore, PATIENCE_MS);
    chore_free(s->chore);
    leave(s);
}
