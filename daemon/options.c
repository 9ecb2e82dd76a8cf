/* options.c - mixd's command line: one row for each option, from which the help is printed too */
#include "daemon/options.h"

#include "daemon/driver.h"
#include "ipc/protocol.h"
#include "mixer/fileformat.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { KIND_TEXT, KIND_COUNT, KIND_FLAG, KIND_LOUDER, KIND_QUIET, KIND_HELP, KIND_VERSION };
enum { PERIOD = 256, PERIOD_RENDER = 2048 }; /* frames */
enum { RUNS = 1 << MODE_RUN, RENDERS = 1 << MODE_RENDER, CHECKS = 1 << MODE_CHECK };

static const struct row {
    const char *name;
    char letter; /* or 0 */
    enum kind kind;
    unsigned modes; /* in which it makes sense */
    const char *argument;
    const char *help;
    size_t offset;     /* of its field */
    uint32_t min, max; /* KIND_COUNT */
} rows[] = {
    { "name", 'n', KIND_TEXT, RUNS, "NAME", "of the JACK client and the socket (mixd)",
      offsetof(struct options, name), 0, 0 },
    { "socket", 's', KIND_TEXT, RUNS, "PATH", "of the control socket",
      offsetof(struct options, socket), 0, 0 },
    { "group", 0, KIND_TEXT, RUNS, "GROUP", "whose members may steer too",
      offsetof(struct options, group), 0, 0 },
    { "driver", 0, KIND_TEXT, RUNS, "jack|null", "what carries the sound (jack)",
      offsetof(struct options, driver), 0, 0 },
    { "server", 0, KIND_TEXT, RUNS, "NAME", "of the JACK server to join",
      offsetof(struct options, server), 0, 0 },
    { "output", 'o', KIND_TEXT, RENDERS, "FILE", "to write", offsetof(struct options, output), 0,
      0 },
    { "format", 0, KIND_TEXT, RENDERS, "FORMAT",
      "of that file (by its name, else 32-bit float WAV)", offsetof(struct options, format), 0, 0 },
    { "from", 0, KIND_TEXT, RENDERS, "TIME", "where the timeline begins (0)",
      offsetof(struct options, from), 0, 0 },
    { "to", 0, KIND_TEXT, RENDERS, "TIME", "where it ends (the end of the last track)",
      offsetof(struct options, to), 0, 0 },
    { "tail", 0, KIND_TEXT, RENDERS, "TIME", "more, for what rings out (0)",
      offsetof(struct options, tail), 0, 0 },
    { "rate", 0, KIND_COUNT, RUNS | RENDERS | CHECKS, "HZ",
      "frames per second; with JACK its own (48000)", offsetof(struct options, rate), 1000,
      768000 },
    { "period", 0, KIND_COUNT, RUNS | RENDERS, "FRAMES",
      "per call of the driver; with JACK its own (256, and to render 2048)",
      offsetof(struct options, period), 1, 65536 },
    { "quantum", 0, KIND_COUNT, RUNS | RENDERS | CHECKS, "FRAMES",
      "the engine's own step, a power of two from 16 to 1024 (64)",
      offsetof(struct options, quantum), 16, 1024 },
    { "play", 0, KIND_FLAG, RUNS, NULL, "begin to play at once", offsetof(struct options, play), 0,
      0 },
    { "verbose", 'v', KIND_LOUDER, RUNS | RENDERS | CHECKS, NULL, "say more", 0, 0, 0 },
    { "quiet", 'q', KIND_QUIET, RUNS | RENDERS | CHECKS, NULL, "say only what went wrong", 0, 0,
      0 },
    { "help", 'h', KIND_HELP, RUNS | RENDERS | CHECKS, NULL, "print this and end", 0, 0, 0 },
    { "version", 'V', KIND_VERSION, RUNS | RENDERS | CHECKS, NULL, "print the version and end", 0,
      0, 0 },
};
enum { ROWS = sizeof rows / sizeof *rows };

static void help_print(void)
{
    puts("usage: mixd [OPTION]... [SESSION]\n"
         "       mixd render SESSION -o FILE [OPTION]...\n"
         "       mixd check SESSION\n\n"
         "A multi-track audio mixer without a screen: plays the session's files in sync over JACK\n"
         "and is steered through its socket with mixctl.\n");
    for (const struct row *r = rows; r < rows + ROWS; r++) {
        char left[64], letter[8] = "";
        if (r->letter)
            snprintf(letter, sizeof letter, "-%c,", r->letter);
        snprintf(left, sizeof left, "%3s --%s%s%s", letter, r->name, r->argument ? " " : "",
                 r->argument ? r->argument : "");
        printf("  %-24s %s%s\n", left, r->help,
               r->modes == RENDERS ? " [render]"
               : r->modes == RUNS  ? " [run]"
                                   : "");
    }
    puts("\nDrivers:");
    for (uint32_t i = 0; i < driver_count(); i++)
        printf("  %-6s %s\n", driver_kind_at(i)->name, driver_kind_at(i)->help);
    puts("\nFormats:");
    const struct file_format *format;
    for (uint32_t i = 0; (format = file_format_at(i)); i++)
        printf("  %-6s .%-5s %s\n", format->name, format->extension, format->help);
    puts("\nExit status: 0 ended, 1 failed while running, 2 usage, 78 a session or setting is "
         "wrong.");
}

static int wrong(const char *name, const char *what)
{
    fprintf(stderr, "mixd: %s%s%s\n", name, *name ? " " : "", what);
    fputs("Try mixd --help.\n", stderr);
    return -1;
}

static int count_read(const struct row *r, const char *text, uint32_t *out)
{
    char *end, message[96], name[32];
    unsigned long n = strtoul(text, &end, 10);
    bool digits = *text >= '0' && *text <= '9' && !*end;
    if (digits && n >= r->min && n <= r->max) {
        *out = (uint32_t)n;
        return 0;
    }
    snprintf(message, sizeof message, "%.20s is no number from %u to %u", text, r->min, r->max);
    snprintf(name, sizeof name, "--%s", r->name);
    return wrong(name, message);
}

static int row_apply(struct options *o, const struct row *r, const char *argument)
{
    void *field = (char *)o + r->offset;
    switch (r->kind) {
    case KIND_TEXT:
        *(const char **)field = argument;
        return 0;
    case KIND_COUNT:
        return count_read(r, argument, field);
    case KIND_FLAG:
        *(bool *)field = true;
        return 0;
    case KIND_LOUDER:
        o->verbosity++;
        return 0;
    case KIND_QUIET:
        o->verbosity = -1;
        return 0;
    case KIND_HELP:
        help_print();
        return 1;
    case KIND_VERSION:
        printf("mixd %s, protocol %d\n", MIXD_VERSION, PROTOCOL_VERSION);
        return 1;
    }
    return 0;
}

/* The operands: [SESSION], or render SESSION, or check SESSION. */
static int operands_read(struct options *o, int n, char **word)
{
    if (n > 0 && (!strcmp(word[0], "render") || !strcmp(word[0], "check"))) {
        o->mode = word[0][0] == 'r' ? MODE_RENDER : MODE_CHECK;
        if (n < 2)
            return wrong(word[0], "wants a session file");
        word++;
        n--;
    }
    if (n > 1)
        return wrong(word[1], "is one file too many");
    o->session = n ? word[0] : NULL;
    return 0;
}

static int options_check(const struct options *o, unsigned given)
{
    char message[96];
    for (unsigned i = 0; i < ROWS; i++) {
        if (!(given & 1u << i) || rows[i].modes & 1u << o->mode)
            continue;
        snprintf(message, sizeof message, "--%s makes no sense here", rows[i].name);
        return wrong("", message);
    }
    if (o->mode == MODE_RENDER && !o->output)
        return wrong("render", "wants -o FILE");
    if (o->quantum & (o->quantum - 1))
        return wrong("--quantum", "is a power of two from 16 to 1024");
    if (!protocol_name_valid(o->name))
        return wrong(o->name, "is no name: 1 to 63 of A-Z a-z 0-9 _ . -");
    if (o->mode == MODE_RUN && !driver_find(o->driver))
        return wrong(o->driver, "is no driver: jack or null");
    return 0;
}

int options_read(struct options *o, int argc, char **argv)
{
    struct option longs[ROWS + 1] = { 0 };
    char letters[2 * ROWS + 2] = "";
    unsigned given = 0;
    int at = 0, letter;
    *o = (struct options){ .name = "mixd", .driver = "jack", .rate = 48000, .quantum = 64 };
    for (int i = 0; i < ROWS; i++) {
        bool takes = rows[i].argument != NULL;
        longs[i] = (struct option){ rows[i].name, takes, NULL, rows[i].letter };
        if (!rows[i].letter)
            longs[i].val = 256 + i;
        if (rows[i].letter)
            at += snprintf(letters + at, sizeof letters - (size_t)at, "%c%s", rows[i].letter,
                           takes ? ":" : "");
    }
    while ((letter = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        int i = 0;
        while (i < ROWS && longs[i].val != letter)
            i++;
        if (i == ROWS) {
            fputs("Try mixd --help.\n", stderr);
            return -1;
        }
        int status = row_apply(o, &rows[i], optarg);
        if (status)
            return status;
        given |= 1u << i;
    }
    int status = operands_read(o, argc - optind, argv + optind);
    if (!o->period) /* nobody waits for a render's next period: what each one costs is saved */
        o->period = o->mode == MODE_RENDER ? PERIOD_RENDER : PERIOD;
    return status ? status : options_check(o, given);
}
