/* test_server.c - real sockets against the server, in one thread
 *
 * `test_server serve PATH` serves the stand-in daemon instead, for test_mixctl.sh.
 */
#include "tests/check.h"
#include "tests/standin.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PATIENCE 2000 /* turns of at most 10 ms before a test gives up waiting */

static char folder[] = "/tmp/test_server.XXXXXX";
static char path[64];
static struct standin desk;

struct peer {
    int fd;
    struct text got;
    bool closed; /* by the server */
};

static int dial(const char *to)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(a.sun_path, sizeof a.sun_path, "%s", to);
    if (connect(fd, (struct sockaddr *)&a, sizeof a) < 0) {
        close(fd);
        return -1;
    }
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

static void turn(void)
{
    loop_turn(desk.loop, server_pending(desk.server) ? 0 : 10);
    server_poll(desk.server);
}

/* Takes what has come. */
static void collect(struct peer *p)
{
    char block[65536];
    ssize_t n;
    while ((n = recv(p->fd, block, sizeof block, 0)) > 0)
        text_add(&p->got, block, (size_t)n);
    p->closed |= n == 0 || (n < 0 && errno != EAGAIN);
}

/* Turns until what came holds `what` (or the server closed): where, or NULL. */
static const char *await(struct peer *p, const char *what)
{
    const char *at = NULL;
    for (int i = 0; i < PATIENCE && !at && !p->closed; i++) {
        turn();
        collect(p);
        at = strstr(text_string(&p->got), what);
    }
    return at;
}

static void await_close(struct peer *p)
{
    for (int i = 0; i < PATIENCE && !p->closed; i++) {
        turn();
        collect(p);
    }
}

static void say(struct peer *p, const char *bytes)
{
    size_t n = strlen(bytes);
    CHECK_INT(send(p->fd, bytes, n, MSG_NOSIGNAL), n);
}

/* A connected peer that has read its greeting. */
static struct peer arrive(void)
{
    struct peer p = { .fd = dial(path) };
    CHECK(p.fd >= 0);
    CHECK(await(&p, "driver=null\n"));
    text_empty(&p.got);
    return p;
}

static void part(struct peer *p)
{
    unsigned before = server_clients(desk.server);
    close(p->fd);
    text_clear(&p->got);
    for (int i = 0; i < PATIENCE && !p->closed && server_clients(desk.server) == before; i++)
        turn();
}

static unsigned count(const struct peer *p, const char *what)
{
    unsigned n = 0;
    for (const char *at = text_string(&p->got); (at = strstr(at, what)); at++)
        n++;
    return n;
}

static void ask(struct peer *p, const char *line, const char *answer)
{
    text_empty(&p->got);
    say(p, line);
    await(p, answer);
    CHECK_STR(text_string(&p->got), answer);
}

static void greets_and_answers(void)
{
    struct peer p = { .fd = dial(path) };
    CHECK(await(&p, "\n"));
    CHECK_STR(text_string(&p.got),
              "mixd 1 name=standin rate=48000 period=256 quantum=64 frame=0 driver=null\n");
    ask(&p, "echo a \"b c\" # d\n", "- a\n- \"b c\"\nok words=2\n");
    ask(&p, "@7 echo\r\n", "ok @7 words=0\n");
    ask(&p, "\n   \n# only this\n@8 echo x\n", "- x\nok @8 words=1\n");
    part(&p);
}

static void refuses_with_reasons(void)
{
    struct peer p = arrive();
    ask(&p, "ehco x\n", "err unknown \"ehco at column 1: no such verb\" hint=\"echo\"\n");
    ask(&p, "@a1   meters now\n",
        "err @a1 syntax \"now at column 14: a word too many\" hint=\"meters\"\n");
    ask(&p, "get\n", "err missing \"get at column 1: needs more words\" hint=\"get GLOB\"\n");
    ask(&p, "fail +40dB\n",
        "err range \"+40dB at column 6: not \\\"good\\\"\" hint=\"-inf to 24dB\"\n");
    ask(&p, "echo \"a\n", "err syntax \"quote not closed, opened at column 6\"\n");
    ask(&p, "echo \xff\n", "err syntax \"byte 0xff is not UTF-8 at column 6\"\n");
    part(&p);
}

static void takes_nul_bytes(void)
{
    struct peer p = arrive();
    CHECK_INT(send(p.fd, "echo a\0b\necho c\n", 16, 0), 16);
    CHECK(await(&p, "ok words=1\n"));
    CHECK_STR(text_string(&p.got),
              "err syntax \"control byte 0x00 at column 7\"\n- c\nok words=1\n");
    part(&p);
}

static void refuses_long_lines_once(void)
{
    struct peer p = arrive();
    char line[5002];
    memset(line, 'x', sizeof line);
    memcpy(line, "@9 echo ", 8);
    memcpy(line + 5000, "\n", 2);
    say(&p, line);
    ask(&p, "echo on\n",
        "err @9 limit \"line too long (at most 4096 bytes) at column 4097\"\n"
        "- on\nok words=1\n");
    text_empty(&p.got);
    for (int i = 0; i < 20; i++) { /* 100 kB without an end */
        line[5000] = 'x';
        say(&p, line);
        turn();
    }
    say(&p, "\n");
    ask(&p, "echo on\n",
        "err @9 limit \"line too long (at most 4096 bytes) at column 4097\"\n"
        "- on\nok words=1\n");
    part(&p);
}

static void takes_the_longest_line(void)
{
    struct peer p = arrive();
    char line[PROTOCOL_LINE + 3];
    memset(line, 'x', sizeof line);
    memcpy(line, "echo ", 5);
    memcpy(line + PROTOCOL_LINE, "\r\n", 3);
    say(&p, line);
    CHECK(await(&p, "ok words=1\n"));
    CHECK_INT(p.got.length, 2 + PROTOCOL_LINE - 5 + 1 + strlen("ok words=1\n"));
    part(&p);
}

static void half_lines(void)
{
    struct peer p = arrive(), q = arrive();
    say(&p, "ec");
    turn();
    say(&p, "ho spl");
    turn();
    ask(&p, "it\n", "- split\nok words=1\n");
    say(&q, "later 0\nlater 0"); /* the half one must not be obeyed */
    shutdown(q.fd, SHUT_WR);
    unsigned before = desk.dropped;
    await_close(&q);
    CHECK_STR(text_string(&q.got), "- waited=1\nok late=1\n");
    CHECK_INT(desk.dropped, before + 1);
    part(&q);
    part(&p);
}

static void obeys_who_has_left(void)
{
    struct peer p = arrive();
    unsigned before = desk.dropped;
    say(&p, "later 0\nlater 1000000\nlater 2\n");
    close(p.fd);
    for (int i = 0; i < PATIENCE && server_clients(desk.server); i++)
        turn();
    CHECK_INT(desk.dropped, before + 3);
    CHECK_INT(server_pending(desk.server), 0);
    CHECK_INT(server_clients(desk.server), 0);
    text_clear(&p.got);
}

static void pipelines_10000(void)
{
    enum { N = 10000 };
    struct peer p = arrive();
    char line[32];
    for (int i = 0; i < N; i++) {
        int n = snprintf(line, sizeof line, "@%d echo %d\n", i, i);
        while (send(p.fd, line, (size_t)n, 0) != n) { /* full: it must be read to go on */
            turn();
            collect(&p);
        }
    }
    CHECK(await(&p, "ok @9999 words=1\n"));
    const char *at = text_string(&p.got);
    for (int i = 0; i < N; i++) {
        char want[64];
        int n = snprintf(want, sizeof want, "- %d\nok @%d words=1\n", i, i);
        if (strncmp(at, want, (size_t)n) != 0) {
            CHECK_FAIL("answer %d is not %s", i, want);
            break;
        }
        at += n;
    }
    CHECK_STR(at, "");
    part(&p);
}

static void one_that_never_reads(void)
{
    struct peer mute = arrive(), p = arrive();
    for (unsigned sent = 0; sent < 20000; sent++) { /* 110 MB of answers if all were made */
        if (send(mute.fd, "flood 50\n", 9, MSG_NOSIGNAL) != 9)
            break;
        loop_turn(desk.loop, 0);
        if (sent % 100 == 0)
            ask(&p, "echo x\n", "- x\nok words=1\n");
    }
    CHECK_INT(server_clients(desk.server), 2);
    /* It reads at last: nothing is lost. */
    unsigned lines = 0;
    for (int quiet = 0; quiet < 50; quiet++) {
        text_empty(&mute.got);
        turn();
        collect(&mute);
        lines += count(&mute, "\nok\n");
        quiet = mute.got.length ? 0 : quiet;
    }
    CHECK(lines > 100);
    ask(&mute, "echo x\n", "- x\nok words=1\n");
    part(&mute);
    part(&p);
}

static void giant_answer_arrives(void)
{
    struct peer p = arrive();
    say(&p, "flood 20000\necho end\n");
    CHECK(await(&p, "- end\nok words=1\n"));
    CHECK_INT(count(&p, "line="), 20000);
    part(&p);
}

static void drops_a_boundless_backlog(void)
{
    struct peer p = arrive();
    say(&p, "flood 200000\n"); /* 22 MB, unread */
    for (int i = 0; i < PATIENCE && server_clients(desk.server); i++)
        turn();
    CHECK_INT(server_clients(desk.server), 0);
    await_close(&p);
    CHECK(p.closed);
    part(&p);
}

static void pending_keeps_order(void)
{
    struct peer p = arrive(), q = arrive();
    say(&p, "later 20\necho after\n");
    ask(&q, "echo q\n", "- q\nok words=1\n"); /* the other goes on */
    CHECK_STR(text_string(&p.got), "");
    CHECK(await(&p, "ok words=1\n"));
    CHECK_STR(text_string(&p.got), "- waited=1\nok late=1\n- after\nok words=1\n");
    part(&p);
    part(&q);
}

static void disconnect_drops_pending(void)
{
    unsigned before = desk.dropped;
    struct peer p = arrive();
    say(&p, "later 1000000000\n");
    for (int i = 0; i < PATIENCE && !server_pending(desk.server); i++)
        turn();
    CHECK_INT(server_pending(desk.server), 1);
    part(&p);
    CHECK_INT(server_pending(desk.server), 0);
    CHECK_INT(desk.dropped, before + 1);
}

static void events_merge_for_who_does_not_read(void)
{
    struct peer p = arrive(), slow = arrive();
    unsigned queued = 0, merged = 0;
    for (int i = 0; i < 20000; i++) {
        struct client *c = server_next(desk.server, server_next(desk.server, NULL));
        *(client_event(c, "test seq=%d %0100d", i, 0) ? &queued : &merged) += 1;
        loop_turn(desk.loop, 0);
    }
    CHECK(queued > 10);
    CHECK(merged > 10000);
    for (int i = 0; i < PATIENCE && count(&slow, "event test") < queued; i++) {
        turn();
        collect(&slow);
    }
    CHECK_INT(count(&slow, "event test"), queued);
    ask(&p, "event 5\n", "event test seq=5\nok\n");
    part(&slow);
    part(&p);
}

static void clients_come_and_go(void)
{
    static int dropped;
    struct peer p = arrive(), q = arrive();
    struct client *a = server_next(desk.server, NULL), *b = server_next(desk.server, a);
    CHECK(client_id(b) > client_id(a) && client_id(a) > 0);
    CHECK(!server_next(desk.server, b));
    client_set_data(a, &dropped, NULL);
    CHECK(client_data(a) == &dropped);
    part(&p);
    CHECK(server_next(desk.server, NULL) == b);
    part(&q);
}

int main(int argc, char **argv)
{
    const char *why;
    if (argc == 3 && strcmp(argv[1], "serve") == 0)
        return standin_serve(argv[2]);
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/sock", folder);
    if (standin_open(&desk, path, NULL, &why)) {
        printf("%s\n", why);
        return 1;
    }
    RUN(greets_and_answers);
    RUN(refuses_with_reasons);
    RUN(takes_nul_bytes);
    RUN(refuses_long_lines_once);
    RUN(takes_the_longest_line);
    RUN(half_lines);
    RUN(obeys_who_has_left);
    RUN(pipelines_10000);
    RUN(one_that_never_reads);
    RUN(giant_answer_arrives);
    RUN(drops_a_boundless_backlog);
    RUN(pending_keeps_order);
    RUN(disconnect_drops_pending);
    RUN(events_merge_for_who_does_not_read);
    RUN(clients_come_and_go);
    standin_close(&desk);
    CHECK(access(path, F_OK) < 0);
    CHECK_INT(rmdir(folder), 0);
    return check_done();
}
