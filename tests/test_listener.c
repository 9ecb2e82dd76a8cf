/* test_listener.c - the socket's file: its mode, who may replace it, what is left behind */
#include "ipc/listener.h"
#include "tests/check.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/test_listener.XXXXXX";
static char path[64], why[256];

static int dial(void)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    if (connect(fd, (struct sockaddr *)&a, sizeof a) == 0)
        return fd;
    close(fd);
    return -1;
}

static struct listener *opened(const char *group)
{
    struct listener *l = listener_open(path, group, why, sizeof why);
    if (!l)
        CHECK_FAIL("%s", why);
    return l;
}

static mode_t mode(const char *file)
{
    struct stat st;
    return lstat(file, &st) == 0 ? st.st_mode : 0;
}

static void mode_is_0600(void)
{
    mode_t mask = umask(0);
    struct listener *l = opened(NULL);
    CHECK_INT(mode(path), S_IFSOCK | 0600);
    listener_close(l);
    CHECK_INT(umask(mask), 0); /* as it was */
    CHECK_INT(mode(path), 0);
    listener_close(NULL);
}

static void group_makes_0660(void)
{
    char number[16];
    CHECK(!listener_open(path, "no-such-group", why, sizeof why));
    CHECK_STR(why, "no such group: no-such-group");
    gid_t group = getuid() == 0 ? 1 : getgid(); /* root may give it away: to another group */
    snprintf(number, sizeof number, "%u", (unsigned)group);
    struct listener *l = opened(number);
    struct stat st = { 0 };
    CHECK_INT(lstat(path, &st), 0);
    CHECK_INT(st.st_mode, S_IFSOCK | 0660);
    CHECK_INT(st.st_gid, group);
    listener_close(l);
}

static void takes_connections(void)
{
    struct listener *l = opened(NULL);
    CHECK_INT(listener_accept(l), -EAGAIN);
    int here = dial(), there = listener_accept(l);
    CHECK(here >= 0 && there >= 0);
    CHECK(fcntl(there, F_GETFL) & O_NONBLOCK);
    CHECK(fcntl(there, F_GETFD) & FD_CLOEXEC);
    close(here);
    close(there);
    listener_close(l);
}

static void live_socket_is_not_stolen(void)
{
    struct listener *l = opened(NULL);
    CHECK(!listener_open(path, NULL, why, sizeof why));
    CHECK(strstr(why, "another mixd listens at"));
    int fd = dial();
    CHECK(fd >= 0);
    close(fd);
    listener_close(l);
}

static void foreign_socket_is_not_stolen(void)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK(bind(fd, (struct sockaddr *)&a, sizeof a) == 0 && listen(fd, 1) == 0);
    CHECK(!listener_open(path, NULL, why, sizeof why)); /* alive, though it has no lock file */
    close(fd);
    listener_close(opened(NULL)); /* now it is stale */
    CHECK_INT(mode(path), 0);
}

/* kill -9 leaves both files behind; neither may be in the way. */
static void killed_daemon_is_replaced(void)
{
    int ready[2], status;
    char byte;
    CHECK_INT(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        if (listener_open(path, NULL, why, sizeof why) && write(ready[1], "x", 1) == 1)
            pause();
        _exit(1);
    }
    CHECK_INT(read(ready[0], &byte, 1), 1);
    CHECK(!listener_open(path, NULL, why, sizeof why));
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    CHECK_INT(mode(path), S_IFSOCK | 0600);
    listener_close(opened(NULL));
    close(ready[0]);
    close(ready[1]);
}

static void other_files_are_left_alone(void)
{
    int fd = open(path, O_CREAT | O_WRONLY, 0644);
    CHECK(!listener_open(path, NULL, why, sizeof why));
    CHECK(strstr(why, "is not a socket"));
    CHECK_INT(mode(path), S_IFREG | 0644);
    close(fd);
    unlink(path);
    /* Replaced while we listened: what stands there now is not ours to remove. */
    struct listener *l = opened(NULL);
    unlink(path);
    fd = open(path, O_CREAT | O_WRONLY, 0644);
    listener_close(l);
    CHECK_INT(mode(path), S_IFREG | 0644);
    close(fd);
    unlink(path);
}

static void folder_is_made(void)
{
    char own[96];
    setenv("XDG_RUNTIME_DIR", folder, 1);
    snprintf(own, sizeof own, "%s/mixd/x.sock", folder);
    struct listener *l = listener_open(own, NULL, why, sizeof why);
    CHECK(l);
    *strrchr(own, '/') = '\0';
    CHECK_INT(mode(own), S_IFDIR | 0700);
    listener_close(l);
    CHECK_INT(rmdir(own), 0); /* nothing was left in it */
    unsetenv("XDG_RUNTIME_DIR");
    strcat(own, "/x.sock");
    CHECK(!listener_open(own, NULL, why, sizeof why)); /* nowhere else */
    CHECK(strstr(why, "No such file"));
}

static void long_paths_are_refused(void)
{
    char endless[120]; /* sun_path holds 107 */
    memset(endless, 'p', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    CHECK(!listener_open(endless, NULL, why, sizeof why));
    CHECK(strstr(why, "too long"));
    CHECK(!listener_open("", NULL, why, sizeof why));
}

/* Connects and accepts until the listener turns one away: how many got in. */
static int fill(struct listener *l, int *here, int *there, int most)
{
    for (int n = 0; n < most; n++) {
        here[n] = dial();
        there[n] = here[n] >= 0 ? listener_accept(l) : -1;
        if (there[n] < 0)
            return n;
    }
    return most;
}

static void out_of_descriptors(rlim_t limit)
{
    static int here[512], there[512];
    struct rlimit before, low;
    char bytes[64];
    struct listener *l = opened(NULL);

    getrlimit(RLIMIT_NOFILE, &before);
    low = before;
    low.rlim_cur = limit;
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &low), 0);
    int got = fill(l, here, there, 512);
    CHECK(got > 10 && got < 512);
    if (here[got] >= 0) { /* it hears of it instead of waiting */
        CHECK_INT(there[got], -EMFILE);
        CHECK(recv(here[got], bytes, sizeof bytes, 0) >= 0);
        close(here[got]);
    }
    close(here[0]);
    close(there[0]);
    close(here[1]);
    close(there[1]);
    CHECK_INT(fill(l, here, there, 1), 1); /* and there is room again */
    close(here[0]);
    close(there[0]);
    for (int i = 2; i < got; i++) {
        close(here[i]);
        close(there[i]);
    }
    setrlimit(RLIMIT_NOFILE, &before);
    listener_close(l);
}

static void descriptors_run_out(void)
{
    out_of_descriptors(41); /* odd and even, so that either end is the one that fails */
    out_of_descriptors(42);
}

static void some_descriptors_are_spared(void)
{
    out_of_descriptors(300);
}

int main(void)
{
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/sock", folder);
    RUN(mode_is_0600);
    RUN(group_makes_0660);
    RUN(takes_connections);
    RUN(live_socket_is_not_stolen);
    RUN(foreign_socket_is_not_stolen);
    RUN(killed_daemon_is_replaced);
    RUN(other_files_are_left_alone);
    RUN(folder_is_made);
    RUN(long_paths_are_refused);
    RUN(descriptors_run_out);
    RUN(some_descriptors_are_spared);
    CHECK_INT(rmdir(folder), 0);
    return check_done();
}
