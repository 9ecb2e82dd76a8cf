/* connection.c - the connecting end of the socket */
#include "ipc/connection.h"

#include "ipc/protocol.h"
#include "ipc/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BLOCK 16384

struct connection {
    int fd;
    struct text in;
    size_t at;      /* bytes of `in` that were taken */
    size_t scanned; /* no \n between at and here */
};

struct connection *connection_open(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct connection *c;
    size_t n = strlen(path);

    if (n >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    memcpy(address.sun_path, path, n);
    c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&address, sizeof address) < 0) {
        int why = errno;
        connection_close(c);
        errno = why;
        return NULL;
    }
    return c;
}

void connection_close(struct connection *c)
{
    if (!c)
        return;
    if (c->fd >= 0)
        close(c->fd);
    text_clear(&c->in);
    free(c);
}

int connection_fd(const struct connection *c)
{
    return c->fd;
}

static int send_all(int fd, const char *bytes, size_t n)
{
    while (n) {
        ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return errno == ECONNRESET ? -EPIPE : -errno;
        bytes += sent;
        n -= (size_t)sent;
    }
    return 0;
}

int connection_send(struct connection *c, const char *line, size_t n)
{
    int status = send_all(c->fd, line, n);
    return status ? status : send_all(c->fd, "\n", 1);
}

ssize_t connection_push(struct connection *c, const char *bytes, size_t n)
{
    ssize_t sent = send(c->fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0)
        return sent;
    if (errno == EAGAIN || errno == EINTR)
        return 0;
    return errno == ECONNRESET ? -EPIPE : -errno;
}

int connection_fill(struct connection *c)
{
    char block[BLOCK];
    ssize_t n;

    do
        n = recv(c->fd, block, sizeof block, 0);
    while (n < 0 && errno == EINTR);
    if (n == 0 || (n < 0 && errno == ECONNRESET))
        return -EPIPE;
    if (n < 0)
        return -errno;
    text_drop(&c->in, c->at);
    c->scanned -= c->at;
    c->at = 0;
    text_add(&c->in, block, (size_t)n);
    return c->in.failed ? -ENOMEM : 0;
}

char *connection_take(struct connection *c)
{
    char *line = c->in.data + c->at;
    char *newline =
        c->in.data ? memchr(c->in.data + c->scanned, '\n', c->in.length - c->scanned) : NULL;
    if (!newline) {
        c->scanned = c->in.length;
        return NULL;
    }
    *newline = '\0';
    c->at = c->scanned = (size_t)(newline - c->in.data) + 1;
    return line;
}

int connection_read(struct connection *c, char **line)
{
    while (!(*line = connection_take(c))) {
        int status = connection_fill(c);
        if (status)
            return status;
    }
    return 0;
}
