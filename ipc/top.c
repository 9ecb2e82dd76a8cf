/* top.c - the desk, refreshed */
#include "ipc/top.h"

#include "ipc/connection.h"
#include "ipc/loop.h"
#include "ipc/screen.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define NS_PER_MS   1000000u
#define REDRAW_MS   100u
#define BLOCK_MS    1000u
#define PLAIN_WIDTH 80u
#define PLAIN_ROWS  10000u                 /* all strips */
#define ENTER       "\033[?1049h\033[?25l" /* the alternate screen, no cursor */
#define LEAVE       "\033[?25h\033[?1049l"

struct top {
    struct loop *loop;
    struct connection *connection;
    struct screen *screen;
    bool terminal, keys; /* keys: standard input is a terminal too, set to single keys */
    struct termios before;
    int status;
};

static void stop(struct top *t, int status)
{
    t->status = status;
    loop_quit(t->loop);
}

static void absorb_line(struct top *t, const char *line)
{
    struct record r;
    if (record_parse(&r, line) == 0)
        screen_absorb(t->screen, &r);
    record_clear(&r);
}

static void hear(void *arg, unsigned events)
{
    struct top *t = arg;
    char *line;
    (void)events;
    int status = connection_fill(t->connection);
    while ((line = connection_take(t->connection)))
        if (answer_is_event(line))
            absorb_line(t, line);
    if (status)
        stop(t, status);
}

static void draw(void *arg, uint64_t n)
{
    struct top *t = arg;
    struct text out = { 0 };
    struct winsize size = { .ws_col = PLAIN_WIDTH, .ws_row = 24 };

    (void)n;
    if (t->terminal) {
        ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
        text_add_string(&out, "\033[H");
        screen_draw(t->screen, &out, size.ws_col, size.ws_row - 1u, true);
        text_add_string(&out, "\033[J");
    } else {
        screen_draw(t->screen, &out, PLAIN_WIDTH, PLAIN_ROWS, false);
        text_add_string(&out, "\n");
    }
    if (fwrite(text_string(&out), 1, out.length, stdout) != out.length || fflush(stdout) == EOF)
        stop(t, 0);
    text_clear(&out);
}

static void press(void *arg, unsigned events)
{
    char key;
    ssize_t n = read(STDIN_FILENO, &key, 1);
    (void)events;
    if (n <= 0 || key == 'q')
        stop(arg, 0);
}

static void interrupt(void *arg, int number)
{
    (void)number;
    stop(arg, 0);
}

static void enter(struct top *t)
{
    if (!t->terminal)
        return;
    fputs(ENTER, stdout);
    t->keys = tcgetattr(STDIN_FILENO, &t->before) == 0;
    if (!t->keys)
        return;
    struct termios raw = t->before;
    raw.c_lflag &= (tcflag_t) ~(ICANON | ECHO);
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    loop_fd(t->loop, STDIN_FILENO, LOOP_READ, press, t);
}

static void leave(struct top *t)
{
    if (t->keys)
        tcsetattr(STDIN_FILENO, TCSANOW, &t->before);
    if (!t->terminal)
        return;
    fputs(LEAVE, stdout);
    fflush(stdout);
}

/* 0 or -ENOMEM; what was added goes with the loop. */
static int add_sources(struct top *t)
{
    struct source *timer = loop_timer(t->loop, draw, t);
    unsigned ms = t->terminal ? REDRAW_MS : BLOCK_MS;

    if (!timer || !loop_fd(t->loop, connection_fd(t->connection), LOOP_READ, hear, t) ||
        !loop_signal(t->loop, SIGINT, interrupt, t) || !loop_signal(t->loop, SIGTERM, interrupt, t))
        return -ENOMEM;
    return loop_timer_arm(timer, 0, (uint64_t)ms * NS_PER_MS);
}

int top_run(struct connection *c, const struct answer *first)
{
    struct top t = { .connection = c, .terminal = isatty(STDOUT_FILENO) };
    char *line;

    t.loop = loop_new();
    t.screen = screen_new();
    int status = t.loop && t.screen ? add_sources(&t) : -ENOMEM;
    if (!status) {
        for (size_t i = 0; i < first->count; i++)
            screen_absorb(t.screen, &first->lines[i]);
        while ((line = connection_take(c))) /* came along with the answer */
            absorb_line(&t, line);
        enter(&t);
        status = loop_run(t.loop);
        leave(&t);
        status = status ? status : t.status;
    }
    screen_free(t.screen);
    loop_free(t.loop);
    return status;
}
