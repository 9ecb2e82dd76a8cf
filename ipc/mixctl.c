/* mixctl.c - the daemon's socket on the command line
 *
 * Words become one line, the answer goes to standard output, a refusal to standard error and into
 * the exit status.
 */
#include "ipc/connection.h"
#include "ipc/glob.h"
#include "ipc/parse.h"
#include "ipc/protocol.h"
#include "ipc/show.h"
#include "ipc/text.h"
#include "ipc/top.h"
#include "ipc/utf8.h"
#include "ipc/value.h"
#include "ipc/wait.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum status {
    STATUS_OK = 0,
    STATUS_REFUSED = 1,
    STATUS_USAGE = 2,
    STATUS_NO_DAEMON = 3,
};

struct mixctl {
    char path[PROTOCOL_PATH];
    struct connection *connection;
    enum show_style style;
};

static const char usage[] =
    "usage: mixctl [-n NAME] [-s SOCKET] [--json] COMMAND...\n"
    "       mixctl [...] -          commands from standard input, one to a line\n"
    "       mixctl [...] watch ...  events until interrupted\n"
    "       mixctl [...] top        the desk, refreshed; ? explains its keys\n"
    "       mixctl [...] wait playing|stopped|primed|silence [--timeout TIME]\n"
    "  -n --name NAME      the daemon's name (mixd)\n"
    "  -s --socket SOCKET  its socket\n"
    "  --json              one JSON object to a line; of describe, a JSON Schema\n"
    "  -h --help           this\n"
    "  -V --version        the version\n"
    "`mixctl help` lists the daemon's commands.\n";

static enum status complain(const char *text, enum status status)
{
    fprintf(stderr, "mixctl: %s\n", text);
    return status;
}

/* The connection broke, or standard output did. */
static enum status give_up(int error)
{
    if (error == -EPIPE)
        return complain("the daemon has gone", STATUS_NO_DAEMON);
    if (error == -EPROTO)
        return complain("the daemon speaks another language", STATUS_NO_DAEMON);
    return complain(strerror(-error), STATUS_NO_DAEMON);
}

/* A reader that had enough (`| head`) is no failure. */
static enum status stop_showing(int error)
{
    if (error == -EPIPE)
        return STATUS_OK;
    fprintf(stderr, "mixctl: cannot write: %s\n", strerror(-error));
    return STATUS_REFUSED;
}

static enum status report_nobody(const struct mixctl *m, int error)
{
    fprintf(stderr, "mixctl: no daemon at %s: %s\n", m->path, strerror(error));
    return STATUS_NO_DAEMON;
}

static enum status meet(struct mixctl *m)
{
    char *greeting;
    int version;

    m->connection = connection_open(m->path);
    if (!m->connection)
        return report_nobody(m, errno);
    int status = connection_read(m->connection, &greeting);
    if (status)
        return give_up(status);
    if (sscanf(greeting, "mixd %d", &version) != 1) {
        fprintf(stderr, "mixctl: %s: %s\n", m->path, greeting);
        return STATUS_NO_DAEMON;
    }
    if (version != PROTOCOL_VERSION) {
        fprintf(stderr, "mixctl: the daemon speaks version %d, this is version %d\n", version,
                PROTOCOL_VERSION);
        return STATUS_NO_DAEMON;
    }
    return STATUS_OK;
}

/* `line` numbers a line of standard input; 0: there is none to name. */
static void report_refusal(const struct answer *a, unsigned line)
{
    const char *text = answer_text(a), *hint = record_get(&a->final, "hint");
    fputs("mixctl: ", stderr);
    if (line)
        fprintf(stderr, "line %u: ", line);
    fputs(text ? text : a->plain_final, stderr);
    bool said = text && hint && strstr(text, hint);
    fprintf(stderr, hint && !said ? " (%s)\n" : "\n", hint);
}

/* Sends one line and reads its answer. Says so itself when the connection fails. */
static enum status ask(struct mixctl *m, const char *line, size_t n, struct answer *a)
{
    *a = (struct answer){ 0 };
    int status = connection_send(m->connection, line, n);
    if (!status)
        status = answer_read(a, m->connection, NULL, NULL);
    if (status)
        return give_up(status);
    return a->ok ? STATUS_OK : STATUS_REFUSED;
}

/* The same, and shows the answer. `number` as in report_refusal. */
static enum status ask_and_show(struct mixctl *m, const char *line, size_t n, unsigned number)
{
    struct answer a;
    enum status end = ask(m, line, n, &a);

    if (end <= STATUS_REFUSED) {
        int status = show_answer(&a, m->style);
        if (end == STATUS_OK && status)
            end = stop_showing(status);
        else if (end == STATUS_REFUSED)
            report_refusal(&a, number);
    }
    answer_clear(&a);
    return end;
}

/* For what connects by itself: the end of top and wait. */
static enum status end_of(const struct mixctl *m, int error)
{
    if (error == -ENOENT || error == -ECONNREFUSED || error == -EACCES)
        return report_nobody(m, -error);
    return error ? give_up(error) : STATUS_OK;
}

/* wait GOAL [--timeout TIME] */
static enum status run_wait(const struct mixctl *m, char **words)
{
    const char *goal = words[1], *timeout = goal && words[2] ? words[3] : NULL;
    double seconds = timeout ? value_seconds(timeout, 0) : 0;
    bool told = goal && (!words[2] || (strcmp(words[2], "--timeout") == 0 && timeout && !words[4]));

    int error = told && seconds >= 0 ? wait_run(m->path, goal, seconds) : -EINVAL;
    switch (error) {
    case -EINVAL:
        fprintf(stderr, "mixctl: wait %s [--timeout TIME], such as 2.5s\n", wait_goals());
        return STATUS_USAGE;
    case -ETIMEDOUT:
        fprintf(stderr, "mixctl: no %s after %s\n", goal, timeout);
        return STATUS_REFUSED;
    case -EINTR:
        return STATUS_REFUSED;
    default:
        return end_of(m, error);
    }
}

static enum status stream_events(struct mixctl *m)
{
    char *line;
    int status;

    while (!(status = connection_read(m->connection, &line))) {
        status = show_event(line, m->style);
        if (status)
            return stop_showing(status);
    }
    return give_up(status);
}

/* Will the daemon answer this line? Not an empty one or a comment. */
static bool gets_answer(const char *line, size_t n)
{
    static struct line parsed;
    struct text copy = { 0 };
    text_add(&copy, line, n);
    bool empty =
        !copy.failed && line_parse(&parsed, copy.data, copy.length) == 0 && parsed.count == 0;
    text_clear(&copy);
    return !empty;
}

static enum status run_input(struct mixctl *m)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    enum status end = STATUS_OK;

    for (unsigned number = 1; (n = getline(&line, &room, stdin)) >= 0; number++) {
        size_t length = (size_t)n - (n > 0 && line[n - 1] == '\n');
        length -= length > 0 && line[length - 1] == '\r';
        if (!gets_answer(line, length))
            continue;
        enum status status = ask_and_show(m, line, length, number);
        if (status)
            end = status;
        if (status > STATUS_REFUSED)
            break;
    }
    free(line);
    return end;
}

/* Can a line carry the word? No control bytes, and UTF-8. */
static bool sendable(const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0, step; i < n; i += step) {
        step = word[i] == '\t' ? 1 : utf8_printable(word + i, n - i);
        if (!step)
            return false;
    }
    return true;
}

/* One line of the words, a leading @tag stays a tag; with another word for number `at`, unless
 * `instead` is NULL. False: a word cannot be sent. */
static bool join(struct text *line, char **words, size_t at, const char *instead)
{
    for (size_t i = 0; words[i]; i++) {
        const char *word = instead && i == at ? instead : words[i];
        if (!sendable(word))
            return false;
        if (i)
            text_add(line, " ", 1);
        word_write(line, word);
    }
    return !line->failed;
}

/* `set` with a pattern, word number `at`: every parameter that it means, until one is refused. */
static enum status set_each(struct mixctl *m, char **words, size_t at)
{
    struct answer a;
    struct text line = { 0 };
    text_add_string(&line, "get ");
    word_write(&line, words[at]);
    enum status end = ask(m, text_string(&line), line.length, &a);

    if (end == STATUS_REFUSED)
        report_refusal(&a, 0);
    for (size_t i = 0; end == STATUS_OK && i < a.count; i++) {
        text_empty(&line);
        if (join(&line, words, at, a.lines[i].pairs[0].key))
            end = ask_and_show(m, text_string(&line), line.length, 0);
    }
    answer_clear(&a);
    text_clear(&line);
    return end;
}

static enum status run_words(struct mixctl *m, char **words)
{
    struct text line = { 0 };
    size_t verb = **words == '@' && words[1];
    const char *name = words[verb], *first = words[verb + 1];
    enum status end;

    if (m->style == SHOW_JSON && strcmp(name, "describe") == 0)
        m->style = SHOW_SCHEMA;
    if (!join(&line, words, 0, NULL))
        end = complain("a word with a control character cannot be sent", STATUS_USAGE);
    else if (strcmp(name, "set") == 0 && first && glob_is_pattern(first))
        end = set_each(m, words, verb + 1);
    else
        end = ask_and_show(m, text_string(&line), line.length, 0);
    text_clear(&line);
    if (end == STATUS_OK && strcmp(name, "watch") == 0)
        end = stream_events(m);
    return end;
}

static enum status run(struct mixctl *m, char **words)
{
    if (strcmp(words[0], "top") == 0 && !words[1])
        return end_of(m, top_run(m->path));
    if (strcmp(words[0], "wait") == 0)
        return run_wait(m, words);
    enum status status = meet(m);
    if (status)
        return status;
    if (strcmp(words[0], "-") == 0 && !words[1])
        return run_input(m);
    return run_words(m, words);
}

/* --json is taken wherever it stands: no command has such a word. */
static bool take_json(char **words)
{
    bool found = false;
    char **to = words;
    for (char **from = words; *from; from++) {
        if (strcmp(*from, "--json") == 0)
            found = true;
        else
            *to++ = *from;
    }
    *to = NULL;
    return found;
}

static enum status find_socket(struct mixctl *m, const char *given, const char *name)
{
    switch (protocol_socket_path(given, name, m->path)) {
    case 0:
        return STATUS_OK;
    case -ENAMETOOLONG:
        return complain("the socket's path is too long", STATUS_USAGE);
    default:
        return complain("a name is 1 to 63 of A-Z a-z 0-9 _ . -", STATUS_USAGE);
    }
}

/* `mixctl top --help`: no command of the daemon begins its words like that. */
static bool asks_for_help(const char *word)
{
    return word && (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0);
}

int main(int argc, char **argv)
{
    static const struct option options[] = { { "name", required_argument, NULL, 'n' },
                                             { "socket", required_argument, NULL, 's' },
                                             { "help", no_argument, NULL, 'h' },
                                             { "version", no_argument, NULL, 'V' },
                                             { NULL, 0, NULL, 0 } };
    const char *name = "mixd", *given = NULL;
    struct mixctl m = { .style = show_style(take_json(argv)) };
    int option;

    for (argc = 0; argv[argc]; argc++) /* take_json may have shortened it */
        ;
    while ((option = getopt_long(argc, argv, "+hVn:s:", options, NULL)) != -1) {
        switch (option) {
        case 'h':
            return fputs(usage, stdout) == EOF;
        case 'V':
            return printf("mixctl %s\n", MIXD_VERSION) < 0;
        case 'n':
            name = optarg;
            break;
        case 's':
            given = optarg;
            break;
        default:
            return complain("see mixctl --help", STATUS_USAGE);
        }
    }
    if (!argv[optind]) {
        fputs(usage, stderr);
        return STATUS_USAGE;
    }
    if (asks_for_help(argv[optind + 1]))
        return fputs(usage, stdout) == EOF;
    signal(SIGPIPE, SIG_IGN);
    enum status status = find_socket(&m, given, name);
    if (!status)
        status = run(&m, argv + optind);
    connection_close(m.connection);
    return (int)status;
}
