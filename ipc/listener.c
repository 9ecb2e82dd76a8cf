/* listener.c - the socket in the file system
 *
 * The lock file decides who may touch the socket: it is locked first, then the socket's path is
 * tried, cleared and bound, all under the lock. A process that dies lets go of its lock, so what it
 * leaves behind is told from what is alive without guessing.
 */
#include "ipc/listener.h"

#include "ipc/protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 4096
#define SPARE   128 /* descriptors that connections leave to files, JACK and the rest */

struct listener {
    char path[PROTOCOL_PATH];
    char lock_path[PROTOCOL_PATH + 8];
    int lock, fd;      /* -1: not held, not open */
    int reserve;       /* given up for a moment when descriptors run out */
    struct stat bound; /* which file ours is */
};

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static struct sockaddr_un address_of(const char *path)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    memcpy(a.sun_path, path, strlen(path));
    return a;
}

/* Makes the folder of `path` when it is missing and lies where runtime folders do. A failure shows
 * when the lock file is opened. With a group the folder lets its members through. */
static void make_folder(const char *path, bool grouped, gid_t gid)
{
    char folder[PROTOCOL_PATH];
    const char *runtime = getenv("XDG_RUNTIME_DIR"), *slash = strrchr(path, '/');
    size_t n = runtime ? strlen(runtime) : 0;

    bool ours =
        (n && strncmp(path, runtime, n) == 0 && path[n] == '/') || strncmp(path, "/run/", 5) == 0;
    if (!ours || !slash)
        return;
    snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
    if (mkdir(folder, 0700) == 0 && grouped && chown(folder, (uid_t)-1, gid) == 0)
        chmod(folder, 0710);
}

/* 0 with the lock held; -EADDRINUSE: another process holds it; -errno. */
static int take_lock(struct listener *l)
{
    for (;;) {
        struct stat held, named;
        l->lock = open(l->lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (l->lock < 0)
            return -errno;
        if (flock(l->lock, LOCK_EX | LOCK_NB) < 0) {
            int status = errno == EWOULDBLOCK ? -EADDRINUSE : -errno;
            close(l->lock);
            l->lock = -1;
            return status;
        }
        /* The holder before us may have removed the file between open and lock. */
        if (fstat(l->lock, &held) == 0 && stat(l->lock_path, &named) == 0 &&
            same_file(&held, &named))
            return 0;
        close(l->lock);
        l->lock = -1;
    }
}

/* Removes a socket on which nobody answers. 0, -EADDRINUSE (somebody does), -EEXIST (it is not a
 * socket), -errno. */
static int clear_stale(const char *path)
{
    struct stat st;
    struct sockaddr_un address = address_of(path);

    if (lstat(path, &st) < 0)
        return errno == ENOENT ? 0 : -errno;
    if (!S_ISSOCK(st.st_mode))
        return -EEXIST;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    bool dead =
        connect(fd, (struct sockaddr *)&address, sizeof address) < 0 && errno == ECONNREFUSED;
    close(fd);
    if (!dead)
        return -EADDRINUSE;
    return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}

static int bind_and_listen(struct listener *l, bool grouped, gid_t gid)
{
    struct sockaddr_un address = address_of(l->path);

    l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (l->fd < 0)
        return -errno;
    /* bind() makes the file: the umask is the only way to give it its mode from birth. */
    mode_t mask = umask(0177);
    int status = bind(l->fd, (struct sockaddr *)&address, sizeof address) < 0 ? -errno : 0;
    umask(mask);
    if (status)
        return status;
    if (lstat(l->path, &l->bound) < 0)
        return -errno;
    if (grouped && (lchown(l->path, (uid_t)-1, gid) < 0 || chmod(l->path, 0660) < 0))
        return -errno;
    return listen(l->fd, BACKLOG) < 0 ? -errno : 0;
}

static bool find_group(const char *group, gid_t *gid)
{
    char *end;
    errno = 0;
    struct group *g = getgrnam(group);
    if (g) {
        *gid = g->gr_gid;
        return true;
    }
    unsigned long number = strtoul(group, &end, 10);
    *gid = (gid_t)number;
    return *group >= '0' && *group <= '9' && *end == '\0' && number < (gid_t)-1;
}

static void explain(int status, const char *path, char *why, size_t size)
{
    if (status == -EADDRINUSE)
        snprintf(why, size, "another mixd listens at %s", path);
    else if (status == -EEXIST)
        snprintf(why, size, "%s is there and is not a socket", path);
    else
        snprintf(why, size, "cannot listen at %s: %s", path, strerror(-status));
}

struct listener *listener_open(const char *path, const char *group, char *why, size_t size)
{
    gid_t gid = (gid_t)-1;
    struct listener *l = calloc(1, sizeof *l);

    if (!l || strlen(path) >= PROTOCOL_PATH || !*path) {
        explain(l ? -ENAMETOOLONG : -ENOMEM, path, why, size);
        free(l);
        return NULL;
    }
    l->lock = l->fd = l->reserve = -1;
    if (group && !find_group(group, &gid)) {
        snprintf(why, size, "no such group: %s", group);
        listener_close(l);
        return NULL;
    }
    snprintf(l->path, sizeof l->path, "%s", path);
    snprintf(l->lock_path, sizeof l->lock_path, "%s.lock", path);
    make_folder(path, group != NULL, gid);
    int status = take_lock(l);
    if (status == 0)
        status = clear_stale(path);
    if (status == 0)
        status = bind_and_listen(l, group != NULL, gid);
    if (status) {
        explain(status, path, why, size);
        listener_close(l);
        return NULL;
    }
    l->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return l;
}

void listener_close(struct listener *l)
{
    struct stat named;
    if (!l)
        return;
    if (l->bound.st_ino && lstat(l->path, &named) == 0 && same_file(&named, &l->bound))
        unlink(l->path);
    if (l->fd >= 0)
        close(l->fd);
    if (l->reserve >= 0)
        close(l->reserve);
    if (l->lock >= 0) {
        unlink(l->lock_path); /* still locked: whoever opened it meanwhile looks again */
        close(l->lock);
    }
    free(l);
}

int listener_fd(const struct listener *l)
{
    return l->fd;
}

/* Out of descriptors: takes the connection with the reserved one, so that it hears of it. */
static int turn_away(struct listener *l)
{
    if (l->reserve >= 0)
        close(l->reserve);
    int fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC);
    int status = fd < 0 && errno == EAGAIN ? -EAGAIN : -EMFILE;
    if (fd >= 0)
        close(fd);
    l->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return status;
}

int listener_accept(struct listener *l)
{
    struct rlimit limit;
    int fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (fd < 0 && (errno == EMFILE || errno == ENFILE))
        return turn_away(l);
    if (fd < 0)
        return -errno;
    /* Descriptors are handed out from below: a high number says that few are left. */
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur > 2 * SPARE &&
        (rlim_t)fd >= limit.rlim_cur - SPARE) {
        static const char full[] = "err limit \"too many connections\"\n";
        ssize_t sent = send(fd, full, sizeof full - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
        (void)sent; /* a courtesy */
        close(fd);
        return -EMFILE;
    }
    return fd;
}
